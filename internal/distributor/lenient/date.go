package lenient

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/clock"
)

var (
	isoDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}($|[T ])`)
	usDate  = regexp.MustCompile(`^(\d{1,2}/\d{1,2}/\d{4})($|[ ,T])`)
	epoch   = regexp.MustCompile(`^\d{12,14}$`)
)

// ParseDate reads the calendar date as it is written: the first ten characters
// of an ISO text, never shifted by a zone. Dates that systems write for "never"
// (years before 1990 or after 2200) are the zero Date. False when it is no date.
func ParseDate(text string) (clock.Date, bool) {
	switch {
	case isoDate.MatchString(text):
		return sane(time.Parse(time.DateOnly, text[:10]))
	case usDate.MatchString(text):
		// Guess: month first, as in the US, where the API is at home.
		return sane(time.Parse("1/2/2006", usDate.FindStringSubmatch(text)[1]))
	case epoch.MatchString(text):
		// Guess: milliseconds since 1970, whose day is that of UTC.
		ms, err := strconv.ParseInt(text, 10, 64)
		return sane(time.UnixMilli(ms).UTC(), err)
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
