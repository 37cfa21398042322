package httpx

import (
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
	"seatledger/views/ui"
)

const momentLayout = "2 Jan 2006 15:04 MST"

// Moment is a point in time as pages show it, in the zone of the configuration;
// nothing for the zero time.
func Moment(t time.Time, zone *time.Location) ui.Time {
	if t.IsZero() {
		return ui.Time{}
	}
	return ui.Time{ISO: t.UTC().Format(time.RFC3339), Text: MomentText(t, zone)}
}

// MomentText is Moment within a sentence.
func MomentText(t time.Time, zone *time.Location) string { return t.In(zone).Format(momentLayout) }

// Amount is an amount per seat as pages show it, with currency and period; nothing
// where it is not known.
func Amount(d decimal.NullDecimal, currency string, p money.Period) ui.Money {
	if !d.Valid {
		return ui.Money{}
	}
	return ui.Money{Amount: money.Grouped(d.Decimal, currency), Currency: currency, Period: Per(p)}
}

// Per is what an amount is for (RULES 5): "per month".
func Per(p money.Period) string {
	switch p {
	case money.Month:
		return "per month"
	case money.Quarter:
		return "per quarter"
	case money.Year:
		return "per year"
	case money.ThreeYears:
		return "per three years"
	case money.Once:
		return "once"
	}
	return "period unknown"
}
