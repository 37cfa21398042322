package proof

import (
	"slices"

	"seatledger/internal/clock"
)

// productDays is one product of one customer: all subscriptions of it, on both sides.
type productDays struct {
	Pairs        []pairDays
	Across       []pairDays // pairs of another product whose old one is of this one
	Acknowledged []Acknowledgement
}

// The proof looks a year back from the switch, and a month ahead of it and of today.
const (
	lookBack  = 366
	lookAhead = 31
)

// window is the days that are proved: [from, to).
func (l productDays) window(today clock.Date) (from, to clock.Date) {
	earliest, turnDay, last := clock.Date{}, clock.Date{}, today
	for _, p := range l.Pairs {
		turnDay = p.Switch.Day
		last = later(last, turnDay)
		for _, s := range p.sides() {
			if days := s.days(); len(days) > 0 && (earliest.IsZero() || days[0].Before(earliest)) {
				earliest = days[0]
			}
		}
	}
	to = last.AddDays(lookAhead + 1)
	for _, p := range l.Pairs {
		for _, s := range p.sides() {
			for _, b := range s.Billed {
				to = later(to, b.To)
			}
		}
	}
	if earliest.IsZero() {
		earliest = turnDay
	}
	return later(earliest, turnDay.AddDays(-lookBack)), to
}

func (p pairDays) sides() []*side {
	return slices.DeleteFunc([]*side{p.Old, p.New}, func(s *side) bool { return s == nil })
}

// segments proves the product, day by day, told in rows of days that are alike. The
// worst of its pairs gives a day its verdict.
func (l productDays) segments(today clock.Date) []Segment {
	from, to := l.window(today)
	changes := l.changes(from)
	days := []clock.Date{from}
	for _, c := range changes {
		days = append(days, c.Shown, c.Shown.AddDays(1))
	}
	for _, p := range l.Pairs {
		days = append(days, p.Switch.Day)
		days = append(append(days, p.Old.breaks()...), p.New.breaks()...)
	}
	for _, p := range l.Across {
		days = append(days, p.Old.breaks()...)
	}
	slices.SortFunc(days, byDay)
	var out []Segment
	for i, day := range slices.Compact(days) {
		if day.Before(from) || !day.Before(to) {
			continue
		}
		s := l.day(day, changes)
		s.From = day
		if n := len(out); n > 0 {
			out[n-1].To = day
			if i > 0 && out[n-1].same(s) {
				continue
			}
		}
		out = append(out, s)
	}
	if n := len(out); n > 0 {
		out[n-1].To = to
	}
	l.bothReal(out)
	if len(out) > 1 && out[0].idle() { // the new one's own history, before the old one was known here
		out = out[1:]
	}
	return out
}

// idle: nobody has seats, and nobody should.
func (s Segment) idle() bool {
	return s.Before+s.After+s.Forfeited == 0 && s.Billed == Both{} && s.Verdict == OK
}

func (s Segment) same(o Segment) bool {
	return s.Before == o.Before && s.After == o.After && s.Counted == o.Counted && s.Billed == o.Billed &&
		s.Verdict == o.Verdict && s.Why == o.Why &&
		s.Forfeited == o.Forfeited && s.late == o.late
}

// day sums one day over all pairs of the product.
func (l productDays) day(day clock.Date, changes []Change) Segment {
	s := Segment{Verdict: OK}
	for _, p := range l.Pairs {
		f := p.judge(day)
		s.Before, s.After = s.Before+f.before, s.After+f.after
		s.Counted, s.Billed = s.Counted.plus(p.counted(day)), s.Billed.plus(p.billed(day))
		s.worsen(f.verdict, f.why)
		n := p.forfeits(day, f.verdict)
		s.Forfeited += n
		if !day.Before(p.Switch.Day) {
			s.late += n
		}
	}
	s.worsen(l.doubled(day))
	for _, c := range changes {
		if c.Shown == day {
			s.worsen(c.Verdict(), c.Says())
		}
	}
	return s
}

func (s *Segment) worsen(v Verdict, why string) {
	if v.worse(s.Verdict) {
		s.Verdict, s.Why = v, why
	}
}

// forfeited are the seat-days that were billed, that nobody held, and that were not
// given back (RULES 8). Of them late: from the switch on.
func forfeited(segments []Segment) (all, late int) {
	for _, s := range segments {
		all, late = all+s.Forfeited*s.Days(), late+s.late*s.Days()
	}
	return all, late
}

func later(a, b clock.Date) clock.Date {
	if b.After(a) {
		return b
	}
	return a
}
