package ledger

import (
	"slices"

	"seatledger/internal/clock"
)

// Point is what counted rows add up to on one effective day.
type Point struct {
	On    clock.Date
	Delta int
}

// Timeline is the counted rows of a subscription by effective day, in any order.
type Timeline []Point

// Earliest is the first day, not before wanted, on which delta seats can be added:
// not before the subscription begins, and so that no day falls below zero seats. A
// closing dated before the seats it closes would credit what was never charged.
func (t Timeline) Earliest(wanted clock.Date, delta int) clock.Date {
	days := t.byDay()
	if len(days) == 0 {
		return wanted
	}
	earliest := later(wanted, days[0].On)
	sum := 0
	for i, p := range days[:len(days)-1] {
		if sum += p.Delta; sum+delta < 0 && delta < 0 {
			earliest = later(earliest, days[i+1].On)
		}
	}
	return earliest
}

// Add gives the timeline with one more point.
func (t Timeline) Add(on clock.Date, delta int) Timeline {
	return append(slices.Clone(t), Point{On: on, Delta: delta})
}

// At is how many seats count on a day.
func (t Timeline) At(day clock.Date) int {
	sum := 0
	for _, p := range t {
		if !p.On.After(day) {
			sum += p.Delta
		}
	}
	return sum
}

// LastChange is the last day on which the seats changed; false when they never did.
func (t Timeline) LastChange() (clock.Date, bool) {
	var last clock.Date
	for _, p := range t.byDay() {
		if p.Delta != 0 {
			last = p.On
		}
	}
	return last, !last.IsZero()
}

// BelowZero finds the first day that would have fewer than zero seats.
func (t Timeline) BelowZero() (clock.Date, bool) {
	sum := 0
	for _, p := range t.byDay() {
		if sum += p.Delta; sum < 0 {
			return p.On, true
		}
	}
	return clock.Date{}, false
}

// byDay is the timeline in order, with one point per day.
func (t Timeline) byDay() Timeline {
	sorted := slices.Clone(t)
	slices.SortFunc(sorted, func(a, b Point) int { return b.On.DaysUntil(a.On) })
	var days Timeline
	for _, p := range sorted {
		if n := len(days); n > 0 && days[n-1].On == p.On {
			days[n-1].Delta += p.Delta
			continue
		}
		days = append(days, p)
	}
	return days
}

func later(a, b clock.Date) clock.Date {
	if b.After(a) {
		return b
	}
	return a
}
