package lenient

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/clock"
)

var (
	isoDate     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}($|[T ])`)
	yearFirst   = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})($|[T ])`)
	packed      = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})($|T)`)
	yearLast    = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})($|[ ,T])`)
	dayAndMonth = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?[-/. ]+([A-Za-z]{3,9})[-/., ]+(\d{4})($|[ ,T])`)
	monthAndDay = regexp.MustCompile(`^([A-Za-z]{3,9})[-/. ]+(\d{1,2})(?:st|nd|rd|th)?[-/, ]+(\d{4})($|[ ,T])`)
	seconds     = regexp.MustCompile(`^\d{9,10}$`)
	millis      = regexp.MustCompile(`^\d{12,14}$`)
)

// ParseDate reads a calendar date that can mean one day only, as it is written and
// never shifted by a zone (RULES 2): 2026-03-05, 2026/03/05, 20260305, 05-Mar-2026,
// 31/01/2026, seconds or milliseconds since 1970. A text such as 03/04/2026, which may
// be a day in March or in April, is not read. Dates that systems write for "never"
// (years before 1990 or after 2200) are the zero Date. False when no day can be told.
func ParseDate(text string) (clock.Date, bool) {
	text = strings.TrimSpace(text)
	switch {
	case isoDate.MatchString(text):
		return sane(time.Parse(time.DateOnly, text[:10]))
	case packed.MatchString(text):
		m := packed.FindStringSubmatch(text)
		return numbered(m[1], m[2], m[3])
	case yearFirst.MatchString(text):
		m := yearFirst.FindStringSubmatch(text)
		return numbered(m[1], m[2], m[3])
	case yearLast.MatchString(text):
		m := yearLast.FindStringSubmatch(text)
		return eitherOrder(m[1], m[2], m[3])
	case dayAndMonth.MatchString(text):
		m := dayAndMonth.FindStringSubmatch(text)
		return worded(m[1], m[2], m[3])
	case monthAndDay.MatchString(text):
		m := monthAndDay.FindStringSubmatch(text)
		return worded(m[2], m[1], m[3])
	}
	return sinceEpoch(text)
}

// sinceEpoch reads seconds or milliseconds since 1970.
//
// Guess: the day is that of UTC, as nothing beside the number names a zone.
func sinceEpoch(text string) (clock.Date, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case seconds.MatchString(text):
		return sane(time.Unix(n, 0).UTC(), err)
	case millis.MatchString(text):
		return sane(time.UnixMilli(n).UTC(), err)
	}
	return clock.Date{}, false
}

func numbered(year, month, day string) (clock.Date, bool) {
	return sane(time.Parse("2006-1-2", year+"-"+month+"-"+day))
}

// eitherOrder reads two numbers before a year only where one order alone is a day, or both are the same.
func eitherOrder(first, second, year string) (clock.Date, bool) {
	dayFirst, one := numbered(year, second, first)
	monthFirst, other := numbered(year, first, second)
	switch {
	case one && other && dayFirst != monthFirst:
		return clock.Date{}, false
	case one:
		return dayFirst, true
	}
	return monthFirst, other
}

// worded reads a month written as an English word, whole or by its first three letters.
func worded(day, month, year string) (clock.Date, bool) {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(month, m.String()) || strings.EqualFold(month, m.String()[:3]) ||
			strings.EqualFold(month, "sept") && m == time.September {
			return numbered(year, strconv.Itoa(int(m)), day)
		}
	}
	return clock.Date{}, false
}

func sane(t time.Time, err error) (clock.Date, bool) {
	if err != nil {
		return clock.Date{}, false
	}
	if t.Year() < 1990 || t.Year() > 2200 {
		return clock.Date{}, true
	}
	return clock.NewDate(t.Year(), t.Month(), t.Day()), true
}

// Layouts of a moment; Go reads fractions of a second after the seconds by itself.
var momentLayouts = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05-0700", // as the change log is known to write it
	"2006-01-02 15:04:05-0700",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05", // Guess: without a zone it is UTC.
	"2006-01-02 15:04:05",
	"2006-01-02",
}

// ParseMoment reads a point in time and the calendar date it was written with.
func ParseMoment(text string) (time.Time, clock.Date, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range momentLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), clock.NewDate(t.Year(), t.Month(), t.Day()), true
		}
	}
	if day, ok := ParseDate(text); ok && !day.IsZero() {
		return day.Start(time.UTC), day, true
	}
	return time.Time{}, clock.Date{}, false
}
