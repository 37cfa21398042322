package subscriptions

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/views/ui"

	view "seatledger/views/subscriptions"
)

// belowCost offers to keep the price of a new term that is sold below cost, which fails
// the review until a person has said so (RULES 5). Where a list price is proposed, that
// remark has the step.
func belowCost(s sheet, may bool) []view.Remark {
	if !s.TermUndecided || s.ProposedPrice.Valid || s.Kind == distributor.Trial || !marginOf(s).IsNegative() {
		return nil
	}
	return []view.Remark{{
		Callout: ui.Callout{Tone: ui.Bad, Title: "The new term or product is sold below cost",
			Text: "Now " + worded(s.UnitPrice, s.Currency, s.PricePeriod) + marginText(s, s.UnitPrice, s.Currency,
				s.PricePeriod) +
				". Keep the price, or set another one."},
		Actions: decides(may, "Keep the price", s, "price/keep"),
	}}
}

// marginOf is the margin per month; zero where it cannot be told.
func marginOf(s sheet) decimal.Decimal {
	sold, ok1 := money.PerMonth(s.UnitPrice.Decimal, s.PricePeriod)
	bought, ok2 := money.PerMonth(s.UnitCost.Decimal, s.CostPeriod)
	if !ok1 || !ok2 || !s.UnitPrice.Valid || !s.UnitCost.Valid || s.Currency != s.CostCurrency {
		return decimal.Zero
	}
	return sold.Sub(bought)
}
