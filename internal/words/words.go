// Package words says in a customer's language what stands on a document: its labels,
// dates, amounts, and the sentences under a line.
package words

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Pack is one language.
type Pack struct {
	texts    map[string]string
	months   [12]string
	first    string // of a month, as 1er
	group    string
	point    string
	singular func(n int) bool
}

// For is the pack of a language; English where it is not known.
func For(language string) Pack {
	if language == "fr" {
		return french
	}
	return english
}

// Say writes a text with its values.
func (p Pack) Say(key string, values ...any) string {
	if len(values) == 0 {
		return p.texts[key]
	}
	return fmt.Sprintf(p.texts[key], values...)
}

// Labels are the texts that a document keeps to show itself: all without values of a line.
func (p Pack) Labels() map[string]string {
	out := map[string]string{}
	for key, text := range p.texts {
		if label, ok := strings.CutPrefix(key, "label."); ok {
			out[label] = text
		}
	}
	return out
}

// Counted is a number of something, in the key's two forms.
func (p Pack) Counted(n int, key string) string {
	if p.singular(max(n, -n)) {
		return p.Say(key+".one", n)
	}
	return p.Say(key+".many", n)
}

// Date writes a day with the month in letters, so that nobody takes it for another.
func (p Pack) Date(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	day := strconv.Itoa(d.Day())
	if d.Day() == 1 && p.first != "" {
		day = p.first
	}
	return day + " " + p.months[d.Month()-1] + " " + strconv.Itoa(d.Year())
}

// Span writes the days [from, to) with the last one included.
func (p Pack) Span(from, to clock.Date) string {
	last := to.AddDays(-1)
	if !last.After(from) {
		return p.Date(from)
	}
	return p.Say("span", p.Date(from), p.Date(last))
}

// Amount writes an amount with at least the currency's places and no digit rounded away.
func (p Pack) Amount(d decimal.Decimal, currency string) string {
	return strings.NewReplacer(",", p.group, ".", p.point).Replace(money.Grouped(d, currency))
}

// Number writes a plain number.
func (p Pack) Number(d decimal.Decimal) string { return strings.Replace(d.String(), ".", p.point, 1) }

// Percent writes a percentage.
func (p Pack) Percent(d decimal.Decimal) string {
	return strings.Replace(d.String(), ".", p.point, 1) + p.texts["percent"]
}
