package contract

import (
	"testing"

	"pgregory.net/rapid"

	"seatledger/internal/clock"
)

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestContractMonthsAndCyclesFollowTheBillingDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		grid                Grid
		day                 string
		month, ends, cycle0 string
		cycle1              string
	}{
		{Grid{1, 1, day("2026-01-01")}, "2026-11-22", "2026-11-01", "2026-12-01", "2026-11-01", "2026-12-01"},
		{Grid{15, 1, day("2026-01-01")}, "2026-03-14", "2026-02-15", "2026-03-15", "2026-02-15", "2026-03-15"},
		{Grid{15, 1, day("2026-01-01")}, "2026-03-15", "2026-03-15", "2026-04-15", "2026-03-15", "2026-04-15"},
		{Grid{LastDay, 1, day("2026-01-31")}, "2026-02-27", "2026-01-31", "2026-02-28", "2026-01-31",
			"2026-02-28"},
		{Grid{LastDay, 1, day("2026-01-31")}, "2026-02-28", "2026-02-28", "2026-03-31", "2026-02-28",
			"2026-03-31"},
		{Grid{1, 3, day("2026-02-10")}, "2026-04-30", "2026-04-01", "2026-05-01", "2026-02-01", "2026-05-01"},
		{Grid{1, 3, day("2026-02-10")}, "2026-01-05", "2026-01-01", "2026-02-01", "2025-11-01", "2026-02-01"},
		{Grid{10, 12, day("2026-02-10")}, "2027-02-09", "2027-01-10", "2027-02-10", "2026-02-10", "2027-02-10"},
	} {
		if got := c.grid.Month(day(c.day)); got != (Period{day(c.month), day(c.ends)}) {
			t.Errorf("%v month of %s: %v", c.grid, c.day, got)
		}
		if got := c.grid.Cycle(day(c.day)); got != (Period{day(c.cycle0), day(c.cycle1)}) {
			t.Errorf("%v cycle of %s: %v", c.grid, c.day, got)
		}
	}
}

func TestEveryDayIsInExactlyOneCycleOfWholeMonths(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		g := Grid{Day: rapid.SampledFrom([]int{1, 2, 15, 28, LastDay}).Draw(r, "day"),
			Months: rapid.SampledFrom([]int{1, 3, 12}).Draw(r, "months"),
			Start:  day("2024-01-31").AddDays(rapid.IntRange(0, 800).Draw(r, "start"))}
		d := g.Start.AddDays(rapid.IntRange(-500, 1500).Draw(r, "on"))
		c := g.Cycle(d)
		if d.Before(c.From) || !d.Before(c.To) || g.Cycle(c.To).From != c.To || g.Cycle(c.To.AddDays(-1)) != c {
			r.Fatalf("%v: cycle of %s is %v", g, d, c)
		}
		months := 0
		for m := g.Month(c.From); m.From.Before(c.To); m = g.Month(m.To) {
			if n := m.Days(); n < 28 || n > 31 || m.To.After(c.To) {
				r.Fatalf("%v: month %v of cycle %v", g, m, c)
			}
			months++
		}
		if months != g.Months {
			r.Fatalf("%v: cycle %v has %d months", g, c, months)
		}
	})
}
