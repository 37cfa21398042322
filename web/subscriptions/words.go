package subscriptions

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/ui"
)

var periods = map[money.Period]string{
	money.Month: "per month", money.Quarter: "per quarter", money.Year: "per year", money.ThreeYears: "per three years",
	money.Once:    "once",
	money.Unknown: "period unknown",
}

var kinds = map[distributor.Kind]string{
	distributor.Licence: "Licence", distributor.OneTime: "One-time purchase", distributor.Usage: "Usage",
	distributor.Trial:       "Trial",
	distributor.UnknownKind: "Unknown",
}

var holds = map[subscription.HoldReason]string{
	subscription.HoldUnmapped: "unmapped", subscription.HoldExcluded: "excluded", subscription.HoldPending: "pending",
	subscription.HoldTwin: "twin", subscription.HoldCutover: "cut-over",
}

var stateTones = map[subscription.State]ui.Tone{subscription.Active: ui.Good, subscription.Held: ui.Warn,
	subscription.Inactive: ui.Neutral}

// stateBadge says the state and why. One that moved to a mapped account is held as
// unmapped, but there is nothing to map: it waits for somebody to say whose it is.
func stateBadge(s subscription.State, why subscription.HoldReason, moved bool) ui.Badge {
	text := string(s)
	switch {
	case moved:
		text += ": moved"
	case why != subscription.NotHeld:
		text += ": " + holds[why]
	}
	return ui.Badge{Text: text, Tone: stateTones[s]}
}

var reviewTones = map[string]ui.Tone{"fail": ui.Bad, "warn": ui.Warn, "ok": ui.Info, "signed": ui.Good}

func reviewBadge(word string) []ui.Badge {
	if word == "" {
		return nil
	}
	return []ui.Badge{{Text: word, Tone: reviewTones[word]}}
}

// moneyOf shows an amount with its currency and period; nothing where it is not known.
func moneyOf(d decimal.NullDecimal, currency string, p money.Period) ui.Money {
	if !d.Valid {
		return ui.Money{}
	}
	return ui.Money{Amount: digits(d.Decimal, currency), Currency: currency, Period: periods[p]}
}

// worded is moneyOf as plain text.
func worded(d decimal.NullDecimal, currency string, p money.Period) string {
	if !d.Valid {
		return ""
	}
	return strings.TrimSpace(digits(d.Decimal, currency) + " " + currency + " " + periods[p])
}

// digits writes an amount with at least the decimals of its currency, and grouped thousands.
func digits(d decimal.Decimal, currency string) string {
	s := d.String()
	if places := money.Digits(currency); d.Equal(d.Round(places)) {
		s = d.StringFixed(places)
	}
	whole, rest, found := strings.Cut(s, ".")
	if found {
		rest = "." + rest
	}
	sign, whole := "", whole
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	return sign + grouped(whole) + rest
}

func grouped(whole string) string {
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole
}

func (h Handlers) moment(t time.Time) ui.Time {
	return ui.Time{ISO: t.UTC().Format(time.RFC3339), Text: t.In(h.Zone).Format("2 Jan 2006 15:04 MST"), Relative: true}
}

func day(d clock.Date) ui.Cell { return ui.TextCell(d.String()) }

func called(product, external string) string {
	if product == "" {
		return external
	}
	return product
}

// seats is a quantity with a sign, as a change is written.
func signedSeats(n int) string {
	if n < 0 {
		return "−" + words.Count(-n)
	}
	return fmt.Sprintf("+%s", words.Count(n))
}
