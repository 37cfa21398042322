package ledger_test

import (
	"testing"

	"pgregory.net/rapid"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

func TestEarliestLeavesNoDayBelowZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		begin := clock.NewDate(2026, 1, 1)
		line := ledger.Timeline{{On: begin, Delta: rapid.IntRange(0, 9).Draw(t, "first")}}
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			on := begin.AddDays(rapid.IntRange(0, 12).Draw(t, "day"))
			delta := rapid.IntRange(-4, 6).Draw(t, "delta")
			line = line.Add(line.Earliest(on, max(delta, -line.At(begin.AddDays(99)))),
				max(delta, -line.At(begin.AddDays(99))))
		}
		for day := range 14 {
			if n := line.At(begin.AddDays(day)); n < 0 {
				t.Fatalf("day %d has %d seats: %v", day, n, line)
			}
		}
	})
}

func TestEarliestKeepsADayThatFits(t *testing.T) {
	t.Parallel()
	line := ledger.Timeline{{On: date("2026-01-01"), Delta: 5}, {On: date("2026-02-01"), Delta: 2}}
	for _, c := range []struct {
		wanted string
		delta  int
		want   string
	}{{"2026-01-10", -5, "2026-01-10"}, {"2026-01-10", -6, "2026-02-01"}, {"2025-12-01", 3, "2026-01-01"},
		{"2026-03-01", -7, "2026-03-01"}} {
		if got := line.Earliest(date(c.wanted), c.delta); got != date(c.want) {
			t.Errorf("%+d from %s: %s, want %s", c.delta, c.wanted, got, c.want)
		}
	}
}
