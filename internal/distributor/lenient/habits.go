package lenient

import (
	"encoding/json"
	"strings"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// Habits are what is known of how one distributor writes the records of one kind.
type Habits struct {
	Names     map[string][]string // further names of a field, by its first; tried before the field's own
	DateOrder distributor.DateOrder
	Doubles   bool // amounts are binary fractions
}

// NewRecord takes a record of a list, written with these habits; false when it is no object.
func (h Habits) NewRecord(raw []byte) (*Record, bool) {
	r, ok := NewRecord(raw)
	r.habits = h
	return r, ok
}

// names are all names of a field, the likeliest first.
func (h Habits) names(f Field) []string {
	more := h.Names[f[0]]
	if len(more) == 0 {
		return f
	}
	return append(append(make([]string, 0, len(more)+len(f)), more...), f...)
}

// ParseDate is the package's ParseDate, where the order of day and month is known.
func (h Habits) ParseDate(text string) (clock.Date, bool) {
	d, ok := ParseDate(text)
	m := yearLast.FindStringSubmatch(strings.TrimSpace(text))
	if ok || m == nil {
		return d, ok
	}
	switch h.DateOrder {
	case distributor.DayFirst:
		return numbered(m[3], m[2], m[1])
	case distributor.MonthFirst:
		return numbered(m[3], m[1], m[2])
	}
	return d, false
}

// Moment reads a point in time and the calendar date it was written with.
func (r *Record) Moment(f Field) (time.Time, clock.Date, bool) {
	text := r.Text(f)
	if at, on, ok := ParseMoment(text); ok {
		return at, on, true
	}
	if on, ok := r.habits.ParseDate(text); ok && !on.IsZero() {
		return on.Start(time.UTC), on, true
	}
	return time.Time{}, clock.Date{}, false
}

// Known are the names of fields that somebody reads, folded; inner ones with a dot.
type Known map[string]bool

// Known gathers all names of the fields of one kind of record.
func (h Habits) Known(fields []Field) Known {
	k := Known{}
	for _, f := range fields {
		for _, name := range h.names(f) {
			parts := strings.Split(name, ".")
			for i := range parts {
				parts[i] = fold(parts[i])
			}
			k[strings.Join(parts, ".")] = true
		}
	}
	return k
}

// Unread lists the keys of a record, as they are written, that no field reads.
func (r *Record) Unread(k Known) []string {
	var out []string
	for key, value := range keysOf(r.raw) {
		if k[fold(key)] {
			continue
		}
		inner := keysOf(value)
		for below := range inner {
			if !k[fold(key)+"."+fold(below)] {
				out = append(out, key+"."+below)
			}
		}
		if len(inner) == 0 {
			out = append(out, key)
		}
	}
	return out
}

func keysOf(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if starts(raw, '{') && json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}
