package paging

import (
	"strconv"
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
	var err error
	switch k {
	case Integer:
		_, err = strconv.ParseInt(s, 10, 64)
	case Numeric:
		_, err = decimal.NewFromString(s)
	case Time:
		_, err = time.Parse(time.RFC3339Nano, s)
	case Date:
		_, err = time.Parse(time.DateOnly, s)
	case Bool:
		_, err = strconv.ParseBool(s)
	case UUID:
		_, err = uuid.Parse(s)
	}
	return err == nil || isInfinity(k, s)
}

// isInfinity allows the words that PostgreSQL writes for an open end.
func isInfinity(k Kind, s string) bool {
	return (k == Time || k == Date) && (s == "infinity" || s == "-infinity")
}
