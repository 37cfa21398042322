package clock

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a calendar date without a zone: a billing day or a date as the
// distributor wrote it (RULES 2). The zero Date is "not known" and is NULL in the database.
type Date struct{ t time.Time }

// NewDate makes a date of its parts.
func NewDate(y int, m time.Month, d int) Date {
	return Date{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

// DateOf is the calendar date that a moment has in a zone.
func DateOf(t time.Time, zone *time.Location) Date {
	t = t.In(zone)
	return NewDate(t.Year(), t.Month(), t.Day())
}

// Today is the billing day of a clock in a zone.
func Today(c Clock, zone *time.Location) Date { return DateOf(c.Now(), zone) }

// ParseDate reads YYYY-MM-DD; an empty string is the zero Date.
func ParseDate(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q is not YYYY-MM-DD", s)
	}
	return Date{t}, nil
}

// String writes YYYY-MM-DD, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.t.Format(time.DateOnly)
}

// Append writes what String does behind other letters.
func (d Date) Append(to []byte) []byte {
	if d.IsZero() {
		return to
	}
	return d.t.AppendFormat(to, time.DateOnly)
}

// IsZero tells whether the date is not known.
func (d Date) IsZero() bool { return d.t.IsZero() }

// Before tells whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.t.Before(o.t) }

// After tells whether d is a later day than o.
func (d Date) After(o Date) bool { return d.t.After(o.t) }

// AddDays moves by n days.
func (d Date) AddDays(n int) Date { return Date{d.t.AddDate(0, 0, n)} }

// AddMonths moves by n months, and stays within the month: 31 January + 1 is the last of February.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.t.Year(), d.t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.AddDate(0, 0, min(d.t.Day(), last)-1)}
}

// DaysUntil counts the days of [d, o).
func (d Date) DaysUntil(o Date) int { return int(o.t.Sub(d.t).Hours() / 24) }

// Year of the date.
func (d Date) Year() int { return d.t.Year() }

// Month of the year.
func (d Date) Month() time.Month { return d.t.Month() }

// Day of the month.
func (d Date) Day() int { return d.t.Day() }

// Start is the first moment of the day in a zone.
func (d Date) Start(zone *time.Location) time.Time {
	return time.Date(d.t.Year(), d.t.Month(), d.t.Day(), 0, 0, 0, 0, zone)
}

// Value stores the date; the zero Date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a date column.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		*d = NewDate(v.Year(), v.Month(), v.Day())
	case string:
		p, err := ParseDate(v)
		if err != nil {
			return err
		}
		*d = p
	default:
		return fmt.Errorf("clock.Date: cannot scan %T", src)
	}
	return nil
}

// GormDataType tells gorm the column type.
func (Date) GormDataType() string { return "date" }

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD.
func (d *Date) UnmarshalText(b []byte) error {
	p, err := ParseDate(string(b))
	*d = p
	return err
}

// Later is the later of two days; a zero one is before all.
func Later(a, b Date) Date {
	if b.After(a) {
		return b
	}
	return a
}

// Earlier is the earlier of two days.
func Earlier(a, b Date) Date {
	if b.Before(a) {
		return b
	}
	return a
}
