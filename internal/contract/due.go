package contract

import (
	"regexp"
	"strconv"
	"strings"

	"seatledger/internal/clock"
)

// Due says when an invoice is to be paid: so many days after its date, or after the
// end of the month of its date. The zero Due says nothing.
type Due struct {
	Given      bool
	EndOfMonth bool
	Days       int
}

var (
	dueDays  = regexp.MustCompile(`^(?:net )?(\d{1,3}) ?(?:days?|d)?(?: net)?$`)
	dueMonth = regexp.MustCompile(`^(?:eom|end of month)(?: ?\+ ?(\d{1,3}) ?(?:days?|d)?)?$`)
)

// ParseDue reads payment terms: 30, 30 days, net 30, eom, eom+10. Nothing is the zero Due; false for other words.
func ParseDue(s string) (Due, bool) {
	s = strings.Join(strings.Fields(strings.ToLower(s)), " ")
	if s == "" {
		return Due{}, true
	}
	if m := dueDays.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		return Due{Given: true, Days: n}, true
	}
	if m := dueMonth.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi("0" + m[1])
		return Due{Given: true, EndOfMonth: true, Days: n}, true
	}
	return Due{}, false
}

// String writes the terms as forms and CSVs have them.
func (d Due) String() string {
	switch {
	case !d.Given:
		return ""
	case d.EndOfMonth:
		return "eom+" + strconv.Itoa(d.Days)
	}
	return strconv.Itoa(d.Days)
}

// On is the day on which an invoice of a day is due; the zero Date when nothing is said.
func (d Due) On(issued clock.Date) clock.Date {
	switch {
	case !d.Given:
		return clock.Date{}
	case d.EndOfMonth:
		return clock.NewDate(issued.Year(), issued.Month(), 1).AddMonths(1).AddDays(d.Days - 1)
	}
	return issued.AddDays(d.Days)
}
