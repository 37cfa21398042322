package billlines

import "slices"

// Case is what a bill and our invoices say, and the kind, subscription, money and money a month of what differs.
type Case struct{ Bill, Billed, Want []string }

// Kinds are the kinds of difference that people report, by the number they have in our notes (recon.md 6). Two files
// cannot show 18, a bill read before it is closed: nothing in it says so. Of 5 they show that our own days are
// compared, of 13 that a price changed and not why, of 16 what damage can be undone. 4 stands by itself. SoundBill
// and SoundBilled belong to each.
func Kinds() map[string]Case {
	a, b := Anniversary(), Ours
	three := func(m []string) string { return In("S1", "cycleCharge", m, "3", "10", "30") }
	threes := Lines(Aug, Sep, Oct, three)
	unnamed := func(line, part string) string {
		return With(With(line, "P-"+part, "P"), "Customer of "+part, "ACME Ltd")
	}
	return map[string]Case{
		"1 more seats than we bill": {Lines(Aug, Sep, Oct, func(m []string) string {
			return In("S1", "cycleCharge", m, "5", "10", "50")
		}), b, []string{"quantity S1 60 20"}},
		"2 an addition in mid-month that we did not prorate": {append(slices.Clone(threes),
			Event(Charge("S1", "addQuantity", "monthly", "2026-10-16", Oct[1], "-3", "10", "-15.48"), "e"),
			Event(Charge("S1", "addQuantity", "monthly", "2026-10-16", Oct[1], "5", "10", "25.80"), "e")), b,
			[]string{"not_billed_on S1 10.32 20"}},
		"3 two subscriptions of one product, by id": {append(slices.Clone(threes),
			Lines(Aug, Sep, Oct, func(m []string) string {
				return With(In("S2", "cycleCharge", m, "2", "10", "20"), "P-S2", "P-S1")
			})...), append(slices.Clone(b), Lines(Aug, Sep, Oct, func(m []string) string {
			return With(Sold("S2", m[0], m[1], "2", "15", "30"), "P-S2", "P-S1")
		})...), nil},
		"3 two subscriptions that we know by one other id, in sums": {[]string{
			unnamed(In("T1", "cycleCharge", Aug, "3", "10", "30"), "T1"),
			unnamed(In("T2", "cycleCharge", Aug, "2", "10", "20"), "T2")},
			[]string{unnamed(Sold("ours", Aug[0], Aug[1], "4", "15", "60"), "ours")},
			[]string{"quantity T1 T2 10 10"}},
		"5 each month with the seats that it had": {[]string{threes[0], In("S1", "renew", Sep, "9", "10", "90"),
			In("S1", "renew", Oct, "9", "10", "90")},
			[]string{b[0], Sold("S1", Sep[0], Sep[1], "9", "15", "135"),
				Sold("S1", Oct[0], Oct[1], "9", "15", "135")}, nil},
		"6 the bill is over ours": {threes, Lines(Aug, Sep, Oct, func(m []string) string {
			return Sold("S1", m[0], m[1], "2", "15", "30")
		}), []string{"quantity S1 30 10"}},
		"6 the bill is under ours": {threes, Lines(Aug, Sep, Oct, func(m []string) string {
			return Sold("S1", m[0], m[1], "4", "15", "60")
		}), []string{"quantity S1 -30 -10"}},
		"6 unexpected": {threes, nil, []string{"only_on_bill S1 90 30"}},
		"6 missing":    {nil, b, []string{"only_here S1 -135 -45"}},
		"7 two currencies are two sums, and once is not monthly": {[]string{
			Charge("S1", "new", "one_time", "2026-08-05", "", "2", "30", "60"),
			With(Charge("S1", "new", "one_time", "2026-08-05", "", "1", "7", "7"), "USD", "EUR")}, nil,
			[]string{"only_on_bill S1 7 0", "only_on_bill S1 60 0"}},
		"8 it did not reach our invoice, but others of it did": {threes, b[:2], []string{"not_billed_on S1 30 30"}},
		"9 rounded down for each seat": {[]string{In("S1", "cycleCharge", Aug, "10", "9.999", "99.90")},
			[]string{Sold("S1", Aug[0], Aug[1], "10", "15", "150")}, nil},
		"9 more than rounding": {[]string{In("S1", "cycleCharge", Aug, "3", "10", "30.04")}, b[:1],
			[]string{"price S1 0.04 0.04"}},
		"10 wipe and recreate": {append(slices.Clone(threes),
			Event(Charge("S1", "addQuantity", "monthly", "2026-10-16", Oct[1], "3", "10", "-15.48"), "e"),
			Event(Charge("S1", "addQuantity", "monthly", "2026-10-16", Oct[1], "5", "10", "25.80"), "e")),
			append(slices.Clone(b), Sold("S1", "2026-10-16", Oct[1], "2", "15", "15.48")), nil},
		"11 an Anniversary against calendar months": {a, b, nil},
		"12 a credit for something else": {append(slices.Clone(threes),
			Charge("S1", "customerCredit", "", Aug[0], Aug[1], "-1", "9", "-9")), b, nil},
		"13 a renewal at another price": {[]string{threes[0], threes[1],
			In("S1", "renew", Oct, "3", "10.30", "30.90")}, b, []string{"price S1 0.9 0.9"}},
		"14 the same licence twice after a migration, one of them billed": {append(slices.Clone(threes),
			Lines(Aug, Sep, Oct, func(m []string) string {
				return With(In("S2", "cycleCharge", m, "3", "10", "30"), "P-S2", "P-S1")
			})...), b, []string{"only_on_bill S2 90 30"}},
		"15 a price of a year beside one of a month": {
			[]string{Charge("S1", "new", "annual", Aug[0], "2027-08-01", "3", "120", "360")}, b, nil},
		"16 zeros, apostrophes, case and blanks": {[]string{
			With(With(With(In("T1", "cycleCharge", Aug, "'3", "'10.000000000000000000", "30"),
				"P-T1", "cfq7ttc0lh18:1:P1Y:M"),
				"Customer of T1", " ACME  Ltd"), "cycleCharge", "Cycle Charge")},
			[]string{With(With(Sold("ours", Aug[0], Aug[1], "3", "15", "45"), "P-ours", "CFQ7TTC0LH18:0001:P1Y:M"),
				"Customer of ours", "Acme Ltd")}, nil},
		"17 calling minutes": {append(slices.Clone(threes), Lines(Aug, Sep, Oct, func(m []string) string {
			return With(In("S1", "cycleCharge", m, "3", "2", "6"), "Product S1", "Product S1 calling")
		})...), b, nil},
		"19 an invoice replaced by a credit and another": {append(slices.Clone(threes),
			In("S1", "credit", Sep, "-3", "10", "-30"), In("S1", "cycleCharge", Sep, "4", "10", "40")), b,
			[]string{"quantity S1 10 10"}},
		"19 an invoice replaced by the same again, all by one word": {append(slices.Clone(threes),
			In("S1", "cycleCharge", Sep, "-3", "10", "-30"), In("S1", "cycleCharge", Sep, "3", "10", "30")), b, nil},
		"20 a trial, and bought and cancelled within a day": {[]string{In("S2", "new", Sep, "25", "0", "0"),
			In("S3", "new", Sep, "3", "10", "30"), In("S3", "cancelImmediate", Sep, "3", "-10", "-30")}, nil, nil},
		"21 usage by its sum": {[]string{Charge("U", "usage", "", Sep[0], Sep[1], "29", "0.868", "21.39")},
			[]string{Sold("U", Sep[0], Sep[1], "1", "25", "25")}, nil},
	}
}
