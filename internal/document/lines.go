package document

import (
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/money"
)

// words are the sentences under a line: its days with the last one included, what its
// amount is made of, and why it is there.
func (c *composing) words(r lineRow) []string {
	if r.Kind == "once" {
		return append([]string{c.pack.Say("once", c.pack.Date(r.FromDate))}, c.why(r)...)
	}
	out := []string{c.pack.Span(r.FromDate, r.ToDate) + c.made(r)}
	return append(out, c.why(r)...)
}

// made tells what the amount is made of, as ": 5 seats × 10.00 per month × 11/30 days",
// and nothing where it is not made so, as for a part of a line given back.
func (c *composing) made(r lineRow) string {
	months := money.Period(r.PricePeriod).Months()
	if months == 0 {
		return ""
	}
	whole, parts := contractMonths(c.BillingDay, r.FromDate, r.ToDate)
	share := decimal.NewFromInt(int64(whole))
	var factors []string
	if whole > 0 {
		factors = append(factors, c.pack.Counted(whole, "months"))
	}
	for _, p := range parts {
		share = share.Add(decimal.NewFromInt(int64(p.days)).DivRound(decimal.NewFromInt(int64(p.of)), 20))
		factors = append(factors, c.pack.Say("part", p.days, p.of))
	}
	exact := r.UnitPrice.Mul(decimal.NewFromInt(int64(r.Seats))).Mul(share).
		DivRound(decimal.NewFromInt(int64(months)), 12)
	kept := money.Round(exact, c.Currency).Sub(r.Amount)
	off := kept.Abs()
	goodwill := off.GreaterThan(decimal.New(1, -money.Digits(c.Currency)))
	if goodwill && (r.Kind == "credit" || kept.IsNegative()) {
		return ""
	}
	text := ": " + c.pack.Counted(r.Seats, "seats") + " × " + c.pack.Amount(r.UnitPrice,
		c.Currency) + " " + c.Labels[r.PricePeriod]
	if whole != months || len(parts) > 0 {
		if months > 1 {
			text += " " + c.pack.Say("divided", months)
		}
		factor := strings.Join(factors, " + ")
		if len(factors) > 1 {
			factor = "(" + factor + ")"
		}
		text += " × " + factor
	}
	switch {
	case goodwill:
		text += ". " + c.pack.Say("kept", c.pack.Amount(kept, c.Currency)+" "+c.Currency)
	case !off.IsZero():
		text += ". " + c.pack.Say("rounding")
	}
	return text
}

// part is so many days of a contract month that has more.
type part struct{ days, of int }

// contractMonths cuts [from, to) into whole months that begin on the billing day, and parts of such months (RULES 8).
func contractMonths(day int, from, to clock.Date) (whole int, parts []part) {
	for from.Before(to) {
		month := contract.Grid{Day: day}.Month(from)
		until := clock.Earlier(to, month.To)
		if from == month.From && until == month.To {
			whole++
		} else {
			parts = append(parts, part{from.DaysUntil(until), month.Days()})
		}
		from = until
	}
	return whole, parts
}

// maxReasons is how many changes one line names; more would bury it.
const maxReasons = 4

// why tells what brought a line about that is not simply the period billed.
func (c *composing) why(r lineRow) []string {
	var out []string
	late := r.Kind == "catch_up" || r.Kind == "price" || r.Kind != "credit" && r.Kind != "once" &&
		r.FromDate.Before(c.PeriodStart)
	switch {
	case r.CreditsID.Valid:
		out = append(out, c.pack.Say("credit", c.namedBy(r)))
	case r.Kind == "price":
		out = append(out, c.pack.Say("price"))
	case r.Kind == "catch_up":
		out = append(out, c.pack.Say("difference"))
	case late:
		out = append(out, c.pack.Say("earlier"))
	}
	if reasons := c.reasons(r); late && len(reasons) > 0 {
		out = append(out, c.pack.Say("because", strings.Join(reasons, "; ")))
	}
	if r.Forfeited > 0 {
		out = append(out, c.pack.Say("forfeited", c.pack.Counted(r.Forfeited, "seat_days")))
	}
	return out
}

func (c *composing) namedBy(r lineRow) string {
	for _, o := range c.corrects {
		if o.ID == r.CreditsID.UUID {
			return c.called(o)
		}
	}
	return ""
}

func (c *composing) reasons(r lineRow) []string {
	var out []string
	for _, ch := range c.changes[r.ID] {
		if len(out) == maxReasons {
			return append(out, "…")
		}
		text := c.change(ch)
		if on := c.zone(ch); on != ch.EffectiveAt {
			text = c.pack.Say("known", text, c.pack.Date(on))
		}
		out = append(out, text)
	}
	return out
}

func (c *composing) change(ch changeRow) string {
	on, seats := c.pack.Date(ch.EffectiveAt), c.pack.Counted(max(ch.Delta, -ch.Delta), "seats")
	switch {
	case ch.Event == "create":
		return c.pack.Say("change.new", seats, on)
	case ch.Event == "deactivate":
		return c.pack.Say("change.end", on)
	case ch.Event == "activate":
		return c.pack.Say("change.again", on)
	case ch.Event == "price" && ch.UnitPrice.Valid:
		return c.pack.Say("change.price",
			c.pack.Amount(ch.UnitPrice.Decimal, ch.Currency)+" "+c.Labels[ch.PricePeriod], on)
	case ch.Delta > 0:
		return c.pack.Say("change.more", seats, on)
	case ch.Delta < 0:
		return c.pack.Say("change.fewer", seats, on)
	}
	return c.pack.Say("change.other", on)
}
