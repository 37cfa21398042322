package oracle

import (
	"math/big"
	"testing"
)

// bench is a contract at 10.00 a seat and month, billed monthly in advance on the
// first, from 2026-10-01: the ground of the examples of RULES 8.
type bench struct {
	*testing.T
	m        Model
	c        *Contract
	s        *Subscription
	invoices []*Invoice
}

func newBench(t *testing.T, seats int, start string, refunds bool) *bench {
	t.Helper()
	b := &bench{T: t, c: &Contract{Name: "A", Currency: "USD", Places: 2, Months: 1, BillingDay: 1,
		Start: On("2026-10-01"), BillFrom: On("2026-10-01"), Refunds: refunds, End: Never}}
	b.s = b.m.Subscribe("s", seats, On(start), b.c)
	b.m.Price(b.s, Amount("10"), On(start), false)
	return b
}

func (b *bench) bill(end, want string) *Invoice { b.Helper(); return b.run(b.c, true, end, want) }

func (b *bench) run(c *Contract, full bool, end, want string) *Invoice {
	b.Helper()
	inv := b.m.Draft(c, []*Subscription{b.s}, b.invoices, full, On(end))
	inv.Take()
	b.invoices = append(b.invoices, inv)
	got := inv.Lines[b.s]
	if got == nil {
		got = new(big.Rat)
	}
	if got.Cmp(Amount(want)) != 0 {
		b.Errorf("the run to %s takes %s, want %s", end, got.FloatString(4), want)
	}
	return inv
}

func (b *bench) seats(n int, on string, refund bool) *Row {
	return b.m.Seats(b.s, n, On(on), refund)
}

func (b *bench) state(day string, want State) {
	b.Helper()
	if got := b.s.On(On(day)); got != want {
		b.Errorf("%s stands %+v, want %+v", day, got, want)
	}
}

func TestSeatsThatComeBackAreNotBilledAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	b.bill("2026-12-01", "100")
	b.seats(5, "2026-11-05", false)
	b.seats(10, "2026-11-20", false)
	b.state("2026-11-10", State{Counted: 5, Paid: 10, Forfeited: 5})
	b.state("2026-11-25", State{Counted: 10, Paid: 10})
	b.bill("2027-01-01", "100")
}

func TestATypoPutRightOnTheSameDayCostsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-12-01", false)
	b.bill("2027-01-01", "100")
	for _, n := range []int{100, 10} {
		b.seats(n, "2026-12-10", false)
	}
	b.run(b.c, false, "2027-01-01", "0")
	b.seats(1, "2026-12-15", false)
	b.seats(10, "2026-12-15", false)
	b.run(b.c, false, "2027-01-01", "0")
}

func TestDaysCreditedToBeBilledAgainTakeTheCorrectedPrice(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-10-01", false)
	oct, nov := b.bill("2026-11-01", "100"), b.bill("2026-12-01", "100")
	for _, inv := range []*Invoice{oct, nov} {
		if got := inv.CreditAgain(b.s, 0); got.Cmp(Amount("-100")) != 0 {
			t.Errorf("credited %s", got.FloatString(2))
		}
	}
	b.m.CorrectPrice(b.s, b.s.Prices[0], Amount("8"), On("2026-10-01"))
	b.bill("2027-01-01", "240") // October, November and December at 80
}

func TestReductionsWithAndWithoutRefundInEitherOrder(t *testing.T) {
	t.Parallel()
	for _, withFirst := range []bool{true, false} {
		for _, between := range []bool{true, false} {
			b := newBench(t, 10, "2026-11-01", true)
			b.bill("2026-12-01", "100")
			sum := new(big.Rat)
			bill := func() {
				inv := b.m.Draft(b.c, []*Subscription{b.s}, b.invoices, false, On("2026-12-01"))
				inv.Take()
				b.invoices = append(b.invoices, inv)
				if a := inv.Lines[b.s]; a != nil {
					sum.Add(sum, a)
				}
			}
			if withFirst {
				b.seats(7, "2026-11-16", true)
			} else {
				b.seats(8, "2026-11-16", false)
			}
			if between {
				bill()
			}
			b.seats(5, "2026-11-16", !withFirst)
			bill()
			if sum.Cmp(Amount("-15")) != 0 { // 3 seats, half of November
				t.Errorf("refund first %v, invoice between %v: %s, want -15", withFirst, between, sum.FloatString(2))
			}
			b.state("2026-11-20", State{Counted: 5, Paid: 7, Forfeited: 2})
			b.run(b.c, false, "2026-12-01", "0")
			b.seats(6, "2026-11-16", false)
			b.run(b.c, false, "2026-12-01", "0")
			b.state("2026-11-20", State{Counted: 6, Paid: 7, Forfeited: 1})
		}
	}
}

func TestWhatLeftBeforeItWasBilledIsNotForfeited(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2, "2026-11-01", true)
	b.seats(1, "2026-11-01", false)
	b.bill("2026-12-01", "10")
	b.seats(0, "2026-11-01", true)
	b.run(b.c, false, "2026-12-01", "-10")
}

func TestOnlyThoseThatLeaveWithRefundAreCredited(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", true)
	b.seats(5, "2026-11-01", false)
	b.bill("2026-12-01", "50")
	b.seats(8, "2026-11-01", false)
	b.run(b.c, false, "2026-12-01", "30")
	b.seats(5, "2026-11-01", true)
	b.run(b.c, false, "2026-12-01", "-30")
}

func TestSeatsBilledElsewhereAreNeverCreditedHere(t *testing.T) {
	t.Parallel()
	b := newBench(t, 4, "2026-11-01", true)
	b.m.Elsewhere(b.seats(10, "2026-11-01", false), On("2026-12-01"))
	b.bill("2026-12-01", "40")
	b.seats(5, "2026-11-01", true)
	b.state("2026-11-20", State{Counted: 5, Paid: 4, Outside: 6, Forfeited: 1})
	b.run(b.c, false, "2026-12-01", "-40")
}

func TestGoodwillIsNeverTakenBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, 20, "2026-11-01", false)
	inv := b.bill("2026-12-01", "200")
	inv.Goodwill(b.s, 0, Amount("100"))
	b.bill("2027-01-01", "200")
	if got := inv.CreditAgain(b.s, 0); got.Cmp(Amount("-100")) != 0 {
		t.Errorf("credited to be billed again %s, want what goodwill left", got.FloatString(2))
	}
	b.bill("2027-02-01", "300") // January, and November again less what goodwill gave back
}

// By hand (RULES 4): 5 bought on 3 November at 10.00 each, 3 more on the 20th at 12.00. 4
// go back with refund: the 3 latest and one of the first, 46.00; never prorated.
func TestWhatIsBoughtOnceIsChargedOnItsDay(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5, "2026-11-03", true)
	b.s.Once = true
	b.bill("2026-12-01", "50")
	b.m.Price(b.s, Amount("12"), On("2026-11-15"), false)
	b.seats(8, "2026-11-20", true)
	b.bill("2027-01-01", "36")
	b.seats(4, "2026-12-10", true)
	b.bill("2027-02-01", "-46")
	b.bill("2027-03-01", "0")
}

// By hand (decision 60): 5 bought on the 3rd at 10.00, 2 leave without refund, 3 join: one more is charged. A join of
// 3 on the 20th that becomes a reduction, as 10 are entered from the 12th: 5 on the 12th are charged, and the 3 no more.
func TestWhatIsBoughtOnceComesBackUncharged(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5, "2026-11-03", true)
	b.s.Once = true
	b.bill("2026-12-01", "50")
	b.seats(3, "2026-11-10", false)
	b.run(b.c, false, "2026-12-01", "0")
	b.seats(6, "2026-11-15", false)
	b.run(b.c, false, "2026-12-01", "10")

	b = newBench(t, 5, "2026-11-03", true)
	b.s.Once = true
	b.seats(8, "2026-11-20", false)
	b.bill("2026-12-01", "80")
	b.seats(10, "2026-11-12", false)
	b.run(b.c, false, "2026-12-01", "20")
	b.seats(11, "2026-11-25", false) // two of them come back
	b.run(b.c, false, "2026-12-01", "10")
}

// Issue 7: a product swap billed on at the old product's price. By hand: 10 seats at
// 10.00 for half of November; the new product has no price until one of 20.00 is typed.
func TestAnotherProductHasAPriceOfItsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	b.m.Swap(b.s, "other", On("2026-11-16"))
	b.bill("2026-12-01", "50")
	b.m.Price(b.s, Amount("9"), On("2026-11-10"), false) // still of the old one: six days at 1.00 less
	b.run(b.c, true, "2026-12-01", "-2")
	b.m.Price(b.s, Amount("20"), On("2026-11-16"), false)
	b.run(b.c, true, "2026-12-01", "100")
}

// Issue 7: an end of 30 June costs 600.00 and not 1,000.00, whatever run it is.
func TestASubscriptionThatEndsIsBilledToItsEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2027-01-01", false)
	b.m.End(b.s, On("2027-07-01"), false)
	b.bill("2027-11-01", "600")
}

// By hand: 10 seats paid for November; an end on the 16th gives half back with refund
// and nothing without; taken away again, what was given back is due again.
func TestAnEndBeforePaidDaysAsksAboutRefund(t *testing.T) {
	t.Parallel()
	for refund, want := range map[bool]string{true: "-50", false: "0"} {
		b := newBench(t, 10, "2026-11-01", refund)
		b.bill("2026-12-01", "100")
		b.m.End(b.s, On("2026-11-16"), refund)
		b.run(b.c, false, "2026-12-01", want)
		b.bill("2027-01-01", "0")
		b.m.End(b.s, Never, false)
		b.bill("2027-01-01", map[bool]string{true: "150", false: "100"}[refund])
	}
}

// By hand: 10 seats for November at 100.00; 2 more from the 16th at 10.00, on a line of
// its own. Only that line is credited to be billed again: its 15 days are as though
// never billed, the others stay. At a price of 12.00 from the 16th December's run takes
// 12 x 12.00 for half of November less the 50.00 that still stand for it, 22.00, and 144.00.
func TestOneLineIsCreditedToBeBilledAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	b.bill("2026-12-01", "100")
	b.seats(12, "2026-11-16", false)
	more := b.run(b.c, false, "2026-12-01", "10")
	if got := more.CreditAgain(b.s, 0); got.Cmp(Amount("-10")) != 0 {
		t.Errorf("credited %s", got.FloatString(2))
	}
	b.state("2026-11-20", State{Counted: 12, Paid: 10})
	b.m.Price(b.s, Amount("12"), On("2026-11-16"), false)
	b.bill("2027-01-01", "166")
}

// By hand: November and December in one run as two lines of 100.00; goodwill of 30.00 on
// the first leaves 70.00 of it, the second is credited whole, and both come again.
func TestLinesOfOneInvoiceAreCreditedForThemselves(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	inv := b.m.Draft(b.c, []*Subscription{b.s}, nil, true, On("2027-01-01"))
	nov := Part{From: On("2026-11-01"), To: On("2026-12-01"), Seats: 10, PerMonth: Amount("10"), Amount: Amount("100")}
	dec := Part{From: nov.To, To: On("2027-01-01"), Seats: 10, PerMonth: Amount("10"), Amount: Amount("100")}
	if short := dec; inv.Cut(b.s, []Part{nov, {From: short.From, To: short.To - 1, Seats: 10, PerMonth: short.PerMonth,
		Amount: short.Amount}}) {
		t.Error("lines that leave out a day were taken")
	}
	if !inv.Cut(b.s, []Part{nov, dec}) {
		t.Fatal("the two lines say what is due")
	}
	inv.Take()
	b.invoices = append(b.invoices, inv)
	inv.Goodwill(b.s, 0, Amount("30"))
	for part, want := range []string{"-70", "-100"} {
		if got := inv.CreditAgain(b.s, part); got.Cmp(Amount(want)) != 0 {
			t.Errorf("line %d: credited %s, want %s", part, got.FloatString(2), want)
		}
	}
	b.bill("2027-01-01", "170") // 200.00 less the 30.00 that goodwill gave back already
}

func TestAPriceOfALaterDayChangesNothingBefore(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	b.bill("2026-12-01", "100")
	b.m.Price(b.s, Amount("20"), On("2027-01-01"), false)
	b.bill("2027-01-01", "100")
	b.bill("2027-02-01", "200")
}

func TestADayBelongsToTheContractItWasIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-10-01", false)
	b.bill("2026-11-01", "100")
	b.bill("2026-11-15", "46.67") // as far as it is A's
	other := &Contract{Name: "B", Currency: "JPY", Places: 0, Months: 1, BillingDay: 15, Start: On("2026-11-15"),
		BillFrom: On("2026-11-15"), End: Never}
	b.m.Move(b.s, other, On("2026-11-15"))
	b.m.Land(b.s, Amount("1500"), On("2026-11-15"))
	b.m.CorrectPrice(b.s, b.s.Prices[0], Amount("9"), On("2026-10-01"))
	b.run(other, true, "2026-12-15", "15000")
	b.run(b.c, true, "2026-12-01", "-14.67") // October and half of November at 9.00: 132.00 less 146.67
	if b.s.PriceOn(On("2026-11-14")).Cmp(Amount("9")) != 0 || b.s.PriceOn(On("2026-11-15")).Cmp(Amount("1500")) != 0 {
		t.Error("a price reaches into the other contract's days")
	}
}

func TestASeatEnteredBeforeALaterRowLeavesItsDaysAsTheyWere(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	b.bill("2026-12-01", "100")
	b.seats(5, "2026-11-21", false)
	b.state("2026-11-25", State{Counted: 5, Paid: 10, Forfeited: 5})
	b.seats(12, "2026-11-11", false)
	b.state("2026-11-15", State{Counted: 12, Paid: 10})
	b.state("2026-11-25", State{Counted: 5, Paid: 10, Forfeited: 5})
	b.run(b.c, false, "2026-12-01", "6.67") // 2 seats for 10 of 30 days
	b.seats(14, "2026-11-16", false)
	b.state("2026-11-25", State{Counted: 5, Paid: 10, Forfeited: 5})
	b.run(b.c, false, "2026-12-01", "3.33")
}

func TestSettingARowAsideCreditsWhateverTheSetting(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	typo := b.seats(100, "2026-11-16", false)
	b.bill("2026-12-01", "550")
	b.m.SetAside(b.s, typo)
	b.run(b.c, false, "2026-12-01", "-450")
}

func TestADayWithoutAPriceIsNeitherChargedNorCredited(t *testing.T) {
	t.Parallel()
	b := newBench(t, 10, "2026-11-01", false)
	b.bill("2026-12-01", "100")
	b.m.SetPriceAside(b.s.Prices[0])
	b.seats(12, "2026-11-16", false)
	b.bill("2027-01-01", "0")
	b.m.Price(b.s, Amount("9"), On("2026-12-01"), false)
	b.bill("2027-01-01", "0") // stopped in November, where two seats are unpaid
	b.m.Price(b.s, Amount("9"), On("2026-11-01"), false)
	b.bill("2027-01-01", "107") // December 108, two seats for half of November 9, and November's 10 seats at 1.00 less
}

func TestAContractEndsInsideAPaidCycle(t *testing.T) {
	t.Parallel()
	for refund, want := range map[bool]string{true: "-50", false: "0"} {
		b := newBench(t, 10, "2026-11-01", refund)
		b.bill("2026-12-01", "100")
		b.m.EndContract(b.c, On("2026-11-16"), refund)
		b.run(b.c, false, "2026-12-01", want)
		b.m.EndContract(b.c, Never, false)
		b.bill("2026-12-01", map[bool]string{true: "50", false: "0"}[refund])
		b.bill("2027-01-01", "100")
	}
}

func TestRoundingIsHalfAwayFromZeroAndNeverAccumulates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of     string
		places int
		want   string
	}{{"0.125", 2, "0.13"}, {"-0.125", 2, "-0.13"}, {"0.115", 2, "0.12"}, {"2.5", 0, "3"}, {"-2.5", 0, "-3"},
		{"2.4999", 0, "2"}, {"0.0005", 3, "0.001"}, {"7", 2, "7"}} {
		if got := Rounded(Amount(c.of), c.places); got.Cmp(Amount(c.want)) != 0 {
			t.Errorf("%s to %d places is %s, want %s", c.of, c.places, got.FloatString(4), c.want)
		}
	}
	b := newBench(t, 1, "2026-11-01", false)
	b.s.Prices[0].PerMonth = PerMonth(Amount("100"), "year") // 8.3333... a month
	sum := new(big.Rat)
	for _, end := range []string{"2026-12-01", "2027-01-01", "2027-02-01"} {
		inv := b.m.Draft(b.c, []*Subscription{b.s}, b.invoices, true, On(end))
		inv.Take()
		sum.Add(sum, inv.Lines[b.s])
	}
	if sum.Cmp(Amount("25")) != 0 {
		t.Errorf("three months of 100 a year come to %s, want 25", sum.FloatString(2))
	}
}

// By hand: 31-day contract months of day 15 begin in Jan, Mar, May, Jul, Aug, Oct, Dec;
// of the last day, [2027-01-31, 2027-02-28) has 28 days and [2027-02-28, 2027-03-31) 31.
func TestContractMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day        string
		billingDay int
		from, to   string
	}{
		{"2027-01-01", 1, "2027-01-01", "2027-02-01"}, {"2027-01-14", 15, "2026-12-15", "2027-01-15"},
		{"2027-01-15", 15, "2027-01-15", "2027-02-15"},
		{"2027-02-27", Last, "2027-01-31", "2027-02-28"}, {"2027-02-28", Last, "2027-02-28", "2027-03-31"},
		{"2028-02-28", Last, "2028-01-31", "2028-02-29"},
		{"2027-02-28", 28, "2027-02-28", "2027-03-28"}, {"2026-12-31", 28, "2026-12-28", "2027-01-28"},
	} {
		from, to := ContractMonth(On(c.day), c.billingDay)
		if from.String() != c.from || to.String() != c.to {
			t.Errorf("%s of day %d lies in [%s, %s), want [%s, %s)", c.day, c.billingDay, from, to, c.from, c.to)
		}
	}
	if got := Later(On("2027-01-31"), 1, Last).String(); got != "2027-02-28" {
		t.Errorf("a month after 2027-01-31 of the last day is %s", got)
	}
	if got := Later(On("2024-02-29"), 12, Last).String(); got != "2025-02-28" {
		t.Errorf("a year after 2024-02-29 of the last day is %s", got)
	}
}

// From the reference cases: 91.00 a quarter from 20 May comes to 42.08 in April to June;
// 7 seats of 1,127 yen for 22 of 31 days to 5599, of 1.127 dinar to 5.599.
func TestReckonedByHand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price, period string
		seats, places int
		start, end    string
		want          string
	}{
		{"91", "quarter", 1, 2, "2026-05-20", "2026-07-01", "42.08"},
		{"91", "quarter", 1, 2, "2026-04-01", "2026-07-01", "91"},
		{"1127", "month", 7, 0, "2026-10-10", "2026-11-01", "5599"},
		{"1.127", "month", 7, 3, "2026-10-10", "2026-11-01", "5.599"},
		{"360", "three_years", 3, 2, "2026-11-01", "2026-12-01", "30"},
	} {
		m := Model{}
		k := &Contract{Places: c.places, BillingDay: 1, Start: On("2026-04-01"), BillFrom: On("2026-04-01"), Months: 3,
			End: Never}
		s := m.Subscribe("s", c.seats, On(c.start), k)
		m.Price(s, PerMonth(Amount(c.price), c.period), On(c.start), false)
		if got := m.Draft(k, []*Subscription{s}, nil, true, On(c.end)).Lines[s]; got == nil ||
			got.Cmp(Amount(c.want)) != 0 {
			t.Errorf("%d seats at %s a %s from %s to %s: %v, want %s", c.seats, c.price, c.period, c.start, c.end,
				got, c.want)
		}
	}
}
