// Package money knows amounts, currencies and the periods that prices are
// given for (RULES 5 and 8). It knows no database and no formatting for a screen
// beyond digits.
package money

import (
	"strings"

	"github.com/shopspring/decimal"
)

// Period is the span that a price or cost is given for, per seat.
type Period string

// The periods (RULES 5). Unknown is never guessed; a review fails on it.
const (
	Unknown    Period = ""
	Month      Period = "month"
	Quarter    Period = "quarter"
	Year       Period = "year"
	ThreeYears Period = "three_years"
	Once       Period = "once"
)

// Months is how many months a period spans; 0 for Once and Unknown.
func (p Period) Months() int {
	switch p {
	case Month:
		return 1
	case Quarter:
		return 3
	case Year:
		return 12
	case ThreeYears:
		return 36
	}
	return 0
}

// PerMonth is an amount as the share of one month, for comparison only
// (year / 12, three years / 36); false where the period has no months.
func PerMonth(amount decimal.Decimal, p Period) (decimal.Decimal, bool) {
	m := p.Months()
	if m == 0 {
		return decimal.Zero, false
	}
	return amount.Div(decimal.NewFromInt(int64(m))), true
}

var periodWords = map[string]Period{
	"month": Month, "monthly": Month, "p1m": Month, "m": Month, "1m": Month, "1 month": Month, "per month": Month,
	"months": Month, "mo": Month,
	"quarter": Quarter, "quarterly": Quarter, "p3m": Quarter, "q": Quarter, "per quarter": Quarter, "3 months": Quarter,
	"year": Year, "annual": Year, "annually": Year, "yearly": Year, "p1y": Year, "y": Year, "1y": Year, "1 year": Year,
	"per year": Year, "p12m": Year,
	"three_years": ThreeYears, "three years": ThreeYears, "triennial": ThreeYears, "triennially": ThreeYears,
	"p3y": ThreeYears, "3y": ThreeYears, "3 years": ThreeYears, "p36m": ThreeYears,
	"once": Once, "one_time": Once, "one-time": Once, "one time": Once, "onetime": Once,
}

// ParsePeriod reads the words for a period that occur in the field; false for a word nobody knows.
func ParsePeriod(s string) (Period, bool) {
	p, ok := periodWords[strings.ToLower(strings.TrimSpace(s))]
	return p, ok
}

// zero- and three-digit currencies of ISO 4217; the rest have two digits.
var minorDigits = map[string]int32{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
	"UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Digits is how many decimal places an amount of the currency is rounded to.
func Digits(currency string) int32 {
	if d, ok := minorDigits[currency]; ok {
		return d
	}
	return 2
}

// Round rounds half away from zero to the currency's smallest unit. Each invoice line is rounded once (RULES 8).
func Round(amount decimal.Decimal, currency string) decimal.Decimal {
	return amount.Round(Digits(currency))
}

// ParseCurrency reads a three-letter code; false when it is not one.
func ParseCurrency(s string) (string, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) != 3 {
		return "", false
	}
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return "", false
		}
	}
	return s, true
}

// Plain writes an amount as digits and point with trailing zeros cut, as CSVs want it.
func Plain(d decimal.Decimal) string { return d.String() }
