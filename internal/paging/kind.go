package paging

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Kind is the SQL type of a sort key; a cursor's value is cast to it.
type Kind string

// The kinds.
const (
	Text    Kind = "text"
	Integer Kind = "bigint"
	Numeric Kind = "numeric"
	Time    Kind = "timestamptz"
	Date    Kind = "date"
	Bool    Kind = "boolean"
	UUID    Kind = "uuid"
)

// reads tells whether the database would accept s as this kind, so that a cursor
// somebody made up is refused here and not by a failing query.
func (k Kind) reads(s string) bool {
	switch k {
	case Text:
		return true
	case Integer:
		_, err := strconv.ParseInt(s, 10, 64)
		return err == nil
	case Numeric:
		_, err := decimal.NewFromString(s)
		return err == nil && len(s) <= maxDigits && !strings.ContainsAny(s, "eE")
	case Time:
		return isInfinity(s) || isMoment(s, time.RFC3339Nano) || isMoment(s, "2006-01-02 15:04:05.999999999-07") ||
			isMoment(s, "2006-01-02 15:04:05.999999999-07:00")
	case Date:
		return isInfinity(s) || isMoment(s, time.DateOnly)
	case Bool:
		return s == "true" || s == "false"
	case UUID:
		_, err := uuid.Parse(s)
		return err == nil && len(s) == 36
	}
	return false
}

// maxDigits is far over what a numeric column of ours holds.
const maxDigits = 60

// isMoment refuses the year 0, which Go knows and PostgreSQL does not.
func isMoment(s, layout string) bool {
	t, err := time.Parse(layout, s)
	return err == nil && t.Year() > 0
}

// isInfinity allows the words that PostgreSQL writes for an open end.
func isInfinity(s string) bool { return s == "infinity" || s == "-infinity" }
