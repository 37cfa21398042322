package document

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"seatledger/internal/clock"
)

// What a line is made of comes to the same as every day's share of its own contract month (RULES 8).
func TestMonthsAndPartsComeToEveryDaysShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.SampledFrom([]int{1, 2, 15, 28, 31}).Draw(t, "billing day")
		from := clock.NewDate(2026, time.January, 1).AddDays(rapid.IntRange(0, 1200).Draw(t, "from"))
		to := from.AddDays(rapid.IntRange(1, 800).Draw(t, "days"))
		whole, parts := contractMonths(day, from, to)
		got := big.NewRat(int64(whole), 1)
		for _, p := range parts {
			if p.days <= 0 || p.days >= p.of {
				t.Fatalf("a part of %d of %d days", p.days, p.of)
			}
			got.Add(got, big.NewRat(int64(p.days), int64(p.of)))
		}
		want := new(big.Rat)
		for d := from; d.Before(to); d = d.AddDays(1) {
			want.Add(want, big.NewRat(1, int64(monthOf(day, d))))
		}
		if got.Cmp(want) != 0 || len(parts) > 2 {
			t.Fatalf("%d months and %v come to %s, day by day it is %s", whole, parts, got, want)
		}
	})
}

// monthOf is how many days the contract month of a day has: from one billing day to the next.
func monthOf(day int, d clock.Date) int {
	bills := func(d clock.Date) bool {
		if day == 31 {
			return d.AddDays(1).Day() == 1
		}
		return d.Day() == day
	}
	n := 1
	for back := d; !bills(back); back = back.AddDays(-1) {
		n++
	}
	for on := d.AddDays(1); !bills(on); on = on.AddDays(1) {
		n++
	}
	return n
}
