package imports

import "strings"

// What a value tells of how its column is written (sheet.Tells): all that decide and orderOf look for.
const (
	tellsSomething uint16 = 1 << iota // the column holds something
	tellsPoint
	tellsComma
	tellsEitherComma
	tellsEitherPoint
	tellsDayFirst
	tellsMonthFirst
	tellsBothOrders
)

func tells(v string) uint16 {
	v = guardless(unescape(strings.TrimSpace(v)), Amount)
	if v == "" {
		return 0
	}
	if len(v) > 40 || strings.IndexByte("+-.,0123456789", v[0]) < 0 && v[0] < 0x80 {
		return tellsSomething
	}
	if strings.ContainsAny(v, ".,") {
		return tellsSomething | numberTells(v)
	}
	if isPlainDay(v) {
		return tellsSomething
	}
	if strings.ContainsAny(v, "/-") {
		return tellsSomething | dateTells(v)
	}
	return tellsSomething
}

func numberTells(v string) uint16 {
	if at := strings.IndexByte(v, '.'); at > 0 && len(v)-at-1 != 3 && isPlainNumber(v) {
		return tellsPoint
	}
	bare, ok := bareNumber(v)
	if !ok {
		return dateTells(v)
	}
	switch shapeOf(bare) {
	case points:
		return tellsPoint
	case commas:
		return tellsComma
	case either:
		if strings.Contains(bare, ".") {
			return tellsEitherPoint
		}
		return tellsEitherComma
	}
	return 0
}

func dateTells(v string) uint16 {
	switch o, open := orderIn(v); {
	case o == dayFirst:
		return tellsDayFirst
	case o == monthFirst:
		return tellsMonthFirst
	case open:
		return tellsBothOrders
	}
	return 0
}
