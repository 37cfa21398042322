package httpx

import (
	"strings"

	"seatledger/internal/money"
	"seatledger/internal/words"
)

// SeatsAndMoney says what something came to, as "-421 seats, -1,240.00 USD a month";
// empty where it came to nothing.
func SeatsAndMoney(lost, gained int, month []money.Amount) string {
	var parts []string
	switch {
	case lost > 0 && gained > 0:
		parts = append(parts, "+"+words.Count(gained)+" and -"+words.Counted(lost, "seat"))
	case lost > 0:
		parts = append(parts, "-"+words.Counted(lost, "seat"))
	case gained > 0:
		parts = append(parts, "+"+words.Counted(gained, "seat"))
	}
	for _, m := range month {
		if rounded := money.Round(m.Value, m.Currency); !rounded.IsZero() {
			sign := ""
			if rounded.IsPositive() {
				sign = "+"
			}
			parts = append(parts, sign+money.Grouped(rounded, m.Currency)+" "+m.Currency+" a month")
		}
	}
	return strings.Join(parts, ", ")
}

// MoneyColumns are amounts for a file: one per currency, blank-separated, and beside
// them their currencies in the same order.
func MoneyColumns(month []money.Amount) (amounts, currencies string) {
	var a, c []string
	for _, m := range month {
		a, c = append(a, money.Plain(m.Value)), append(c, m.Currency)
	}
	return strings.Join(a, " "), strings.Join(c, " ")
}
