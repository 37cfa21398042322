package reconcile

import (
	"time"
)

// day counts whole days since 1970-01-01; a bill has no hours.
type day int32

const dayForm = "2006-01-02"

func dayOf(t time.Time) day { return day(t.Unix() / (24 * 60 * 60)) }

func (d day) time() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

func (d day) String() string { return d.time().Format(dayForm) }

// months is the same day so many months on, or the last of that month where it is shorter.
func (d day) months(n int) day {
	t := d.time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dayOf(first.AddDate(0, 0, min(t.Day(), last)-1))
}

// span is the days from, up to and without to.
type span struct{ from, to day }

func (s span) days() int { return int(s.to - s.from) }

func (s span) covers(t span) bool { return s.from <= t.from && t.to <= s.to }

func (s span) meets(t span) bool { return s.from < t.to && t.from < s.to }

// within is the part of s that lies in t; it may be empty.
func (s span) within(t span) span { return span{max(s.from, t.from), min(s.to, t.to)} }

func (s span) empty() bool { return s.from >= s.to }

// String names the first and the last day, both counted, as people do.
func (s span) String() string {
	if s.days() <= 1 {
		return s.from.String()
	}
	return s.from.String() + " to " + (s.to - 1).String()
}
