package difference_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/difference"
	"seatledger/internal/distributor"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

func in(month, sub, seats, unit, amount string) string {
	return billlines.With(billlines.In(sub, "cycleCharge", months[month], seats, unit, amount), "P-"+sub, "PN-"+sub)
}

var months = map[string][]string{"September": {"2026-09-01", "2026-10-01"}, "October": {"2026-10-01", "2026-11-01"},
	"November": november}

// numbered are the kinds that people report (recon.md 6) of which two files cannot tell all: what the ledger, a
// cost or
// another bill makes of them. Each gives what is said of them, kind, subscription, money and money a month.
var numbered = map[string]func(d *desk) (want []string){
	"4 no invoice yet is not a bill that nobody bills on": func(d *desk) []string {
		d.Add("S-1", 10, "2026-11-01")
		d.take(line("S-1", "10", "10", "100"))
		d.wants("1 1 0 1 0 0", `SELECT concat_ws(' ', lines, matched, compared, equal, differ, incomparable)
			FROM supplier_comparisons`)
		return nil
	},
	"4 what could not be compared is not clean": func(d *desk) []string {
		d.Add("S-1", 10, "2026-12-01")
		d.take(line("S-1", "10", "10", "100"))
		d.wants("1 1 0 0 0 1", `SELECT concat_ws(' ', lines, matched, compared, equal, differ, incomparable)
			FROM supplier_comparisons`)
		d.wants("the ledger has none of its days", `SELECT answer_why FROM supplier_matches`)
		return nil
	},
	"5 a past month beside the seats that it had": func(d *desk) []string {
		d.Today("2026-10-01")
		id := d.Add("S-1", 10, "2026-10-01")
		d.Today("2026-11-10")
		d.Seats(id, 25, "2026-11-01")
		d.take(in("October", "S-1", "10", "10", "100"))
		return nil
	},
	"8 whether it reached our invoice": func(d *desk) []string {
		d.Add("S-1", 10, "2026-11-01")
		d.Add("S-2", 10, "2026-11-01")
		d.draft("2026-12-01")
		d.Add("S-3", 5, "2026-11-01")
		d.take(line("S-1", "12", "10", "120"), line("S-2", "8", "10", "80"), line("S-3", "6", "10", "60"))
		d.wants("S-1 partly, S-2 yes, S-3 no", `SELECT string_agg(external_id || ' ' || reached, ', ' ORDER BY
		external_id)
			FROM differences`)
		return []string{"only_on_bill S-3 60 60", "quantity S-1 20 20", "quantity S-2 -20 -20"}
	},
	"13 a price goes up and the reason that fits is said": func(d *desk) []string {
		for _, id := range []string{"S-1", "S-2", "S-3", "S-4"} {
			d.Add(id, 10, "2026-11-01")
		}
		d.take(line("S-1", "10", "10.30", "103"), line("S-2", "10", "12.30", "123"), line("S-3", "10", "10.50",
			"105"),
			line("S-4", "10", "11.10", "111"))
		d.wants("neither renewed nor, no monthly plan, instead of at once, ", `SELECT string_agg(CASE external_id
			WHEN 'S-4' THEN substring(why FROM '; .*$') ELSE
			substring(why FROM 'neither renewed nor|no monthly plan|instead of at once') END, ', ' ORDER BY
			external_id)
				|| ', ' FROM differences`)
		return []string{"price S-1 3 3", "price S-2 23 23", "price S-3 5 5", "price S-4 11 11"}
	},
	"14 the same licence twice after it moved": func(d *desk) []string {
		d.Add("old", 10, "2026-09-01")
		r := billtest.Record("old", 10, billtest.Day(d, "2026-09-01"))
		r.Status, r.StatusText, r.End = distributor.StatusCancelled, "cancelled", billtest.Day(d, "2026-10-01")
		d.Sync(r)
		d.Add("new", 10, "2026-11-01")
		d.take(line("old", "10", "10", "100"), line("new", "10", "10", "100"))
		return []string{"charged_after_end old 70 100"} // ten days are charged before it was seen to have ended
	},
	"15 a year's price beside a month's": func(d *desk) []string {
		d.Add("S-1", 10, "2026-11-01")
		d.take(line("S-1", "10", "120", "1200"))
		d.wants("true", `SELECT why LIKE '%a year''s price in place of a month''s' FROM differences`)
		return []string{"price S-1 1100 1100"}
	},
	"15 a year's price for a year is none": func(d *desk) []string {
		d.Add("S-1", 10, "2026-11-01")
		d.take(billlines.With(billlines.With(billlines.Charge("S-1", "new", "annual", "2026-11-01", "2027-11-01",
			"10",
			"120", "1200"), "P-S-1", "PN-S-1"), ",P1Y,annual", ",,annual"))
		return []string{"term S-1 0 0"} // it is billed by the month here
	},
	"18 a bill that was read before it was closed": func(d *desk) []string {
		d.Add("S-1", 10, "2026-11-01")
		d.Add("S-2", 10, "2026-11-01")
		first := billdesk.Bill(d.World, "preliminary.csv", []string{line("S-1", "12", "10", "120")})
		d.owns(`UPDATE supplier_bills SET preliminary = true WHERE id = $1`, first)
		d.compare(first)
		step := difference.Step{ID: d.difference("quantity"), Reason: "ordered by phone"}
		if err := d.room.Dismiss(d.Context(), billtest.Bea, step); err != nil {
			d.Fatal(err)
		}
		d.replaced(first, line("S-1", "12", "10", "120"), line("S-2", "11", "10", "110"))
		d.wants("dismissed S-1, todo S-2", `SELECT string_agg(state || ' ' || external_id, ', ' ORDER BY external_id)
			FROM differences WHERE gone_at IS NULL`)
		return []string{"quantity S-1 20 20", "quantity S-2 10 10"}
	},
}

func TestWhatTheDatabaseMakesOfTheKindsThatPeopleReport(t *testing.T) {
	t.Parallel()
	for name, c := range numbered {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			want := c(d)
			if got := d.said(); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// Each of the 21 kinds of recon.md is tried by its number through the database.
func TestNoKindThatPeopleReportLacksATest(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for name := range billlines.Kinds() {
		tried[strings.Fields(name)[0]] = true
	}
	for name := range numbered {
		tried[strings.Fields(name)[0]] = true
	}
	for n := 1; n <= 21; n++ {
		if !tried[strconv.Itoa(n)] {
			t.Errorf("nothing tries %d", n)
		}
	}
}

func (d *desk) wants(want, sql string) {
	d.Helper()
	if got := d.Text(sql); got != want {
		d.Errorf("got %q, want %q", got, want)
	}
}

// replaced lets a corrected bill of such lines take the place of another.
func (d *desk) replaced(old uuid.UUID, lines ...string) uuid.UUID {
	d.Helper()
	d.Exec(`UPDATE supplier_bills SET aside_at = now(), aside_by = 'Bea Example', aside_why = 'replaced' WHERE id =
		?`, old)
	bill := billdesk.Bill(d.World, "corrected.csv", lines)
	d.owns(`UPDATE supplier_bills SET replaces_id = $1 WHERE id = $2`, old, bill)
	d.compare(bill)
	d.compare(old)
	return bill
}

// owns does what the app may not: a bill never changes.
func (d *desk) owns(sql string, args ...any) {
	d.Helper()
	if _, err := d.DB.Owner().Exec(d.Context(), sql, args...); err != nil {
		d.Fatal(err)
	}
}
