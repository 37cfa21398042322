package imports

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/imports/sheet"
)

// order says whether days or months stand first in 03/04/2026.
type order string

const (
	unknownOrder order = ""
	dayFirst     order = "day first"
	monthFirst   order = "month first"
)

var (
	slashed = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:[ T].*)?$`)
	dotted  = regexp.MustCompile(`^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?:[ T].*)?$`)
	yeared  = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?$`)
	packed  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	seconds = regexp.MustCompile(`^1\d{9}$`) // since 1970, from 2001 to 2033
	named   = regexp.MustCompile(`^(\d{1,2})[- /]([A-Za-z]{3,9})[- /](\d{4})$`)
)

// orderOf finds in the dates of a file a day beyond the twelfth. open: some fit both
// orders, and nothing tells.
func orderOf(s *sheet.Sheet, columns []int) (found order, open bool) {
	for _, r := range s.Rows {
		for _, c := range columns {
			if c >= len(r.Cells) {
				continue
			}
			o, dated := orderIn(guardless(strings.TrimSpace(r.Cells[c]), Date))
			open = open || dated
			if o == unknownOrder || o == found {
				continue
			}
			if found != unknownOrder {
				return unknownOrder, true // both: nothing is told
			}
			found = o
		}
	}
	return found, open && found == unknownOrder
}

// orderIn is what one date tells. open: it fits both orders and would mean two days.
func orderIn(v string) (o order, open bool) {
	m := slashed.FindStringSubmatch(FoldKey(v))
	if m == nil {
		return unknownOrder, false
	}
	switch first, second := number(m[1]), number(m[2]); {
	case first > 12:
		return dayFirst, false
	case second > 12:
		return monthFirst, false
	default:
		return unknownOrder, first != second
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // digits only
	return n
}

// dateOf writes a date as YYYY-MM-DD where it can mean one day only. The day of a
// moment is the one that is written, whatever its zone. All else stays as it is, and is its kind's to refuse.
func dateOf(v string, o order) string {
	if isPlainDay(v) {
		return v
	}
	t := FoldKey(v)
	if m := yeared.FindStringSubmatch(t); m != nil {
		return day(v, m[1], m[2], m[3])
	}
	if m := packed.FindStringSubmatch(t); m != nil {
		return day(v, m[1], m[2], m[3])
	}
	if seconds.MatchString(t) {
		return time.Unix(int64(number(t)), 0).UTC().Format(time.DateOnly)
	}
	if m := dotted.FindStringSubmatch(t); m != nil {
		return day(v, m[3], m[2], m[1])
	}
	if m := named.FindStringSubmatch(t); m != nil {
		if month, ok := months[strings.ToLower(m[2])[:3]]; ok {
			return day(v, m[3], strconv.Itoa(month), m[1])
		}
		return v
	}
	m := slashed.FindStringSubmatch(t)
	switch {
	case m == nil:
		return v
	case m[1] == m[2] || o == monthFirst:
		return day(v, m[3], m[1], m[2])
	case o == dayFirst:
		return day(v, m[3], m[2], m[1])
	}
	return v
}

// isPlainDay tells a day that stands as it is to be, as in nearly all files of programs.
func isPlainDay(v string) bool {
	if len(v) != len(time.DateOnly) || v[4] != '-' || v[7] != '-' {
		return false
	}
	if v[8] < '3' && v[8] >= '0' && v[9] >= '1' && v[9] <= '8' && (v[5] == '0' && v[6] >= '1' && v[6] <= '9' ||
		v[5] == '1' && v[6] >= '0' && v[6] <= '2') && v[0] == '2' && v[1] == '0' && v[2] >= '0' && v[2] <= '9' &&
		v[3] >= '0' && v[3] <= '9' {
		return true // most days are: every month has them
	}
	_, err := time.Parse(time.DateOnly, v)
	return err == nil
}

// Day is the date of a moment or date of a file whose dates have the month first, as
// YYYY-MM-DD; what cannot be read comes back as it is.
func Day(v string) string { return dateOf(v, monthFirst) }

var months = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
	"oct": 10, "nov": 11, "dec": 12}

// day is the date of these parts, or what was written where there is no such day.
func day(written, year, month, d string) string {
	t := time.Date(number(year), time.Month(number(month)), number(d), 0, 0, 0, 0, time.UTC)
	if int(t.Month()) != number(month) || t.Day() != number(d) {
		return written
	}
	return t.Format(time.DateOnly)
}
