package subscriptions

import (
	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/money"
	"seatledger/views/ui"

	view "seatledger/views/subscriptions"
)

// proposal shows the price of the new term beside the one that stands, each with its
// margin; a person takes it or keeps theirs.
func proposal(s sheet, today clock.Date) view.Remark {
	from := s.TermStart
	if from.IsZero() {
		from = today
	}
	text := "Now " + worded(s.UnitPrice, s.Currency, s.PricePeriod) + marginText(s, s.UnitPrice, s.Currency,
		s.PricePeriod) +
		". In the price list since " + s.ProposedFrom.String() + ": " + worded(s.ProposedPrice, s.ContractCurrency,
		s.ProposedPeriod) + marginText(s, s.ProposedPrice, s.ContractCurrency, s.ProposedPeriod) + "."
	return view.Remark{
		Callout: ui.Callout{Tone: ui.Info, Title: "A new term began: take the new list price?", Text: text},
		Actions: []templ.Component{
			ui.PostButton{Button: ui.Button{Text: "Take the list price", Action: recordPath(s.ID) + "/price",
				Compact: true}, Hidden: []ui.Pair{
				{Name: "version", Value: version(s)}, {Name: "price_list_item_id",
					Value: s.ProposedItemID.UUID.String()}, {Name: "effective_on", Value: from.String()}}},
			ui.PostButton{Button: ui.Button{Text: "Keep the price", Action: recordPath(s.ID) + "/price/keep",
				Compact: true}, Hidden: []ui.Pair{{Name: "version", Value: version(s)}}},
		},
	}
}

// marginText compares a price with the cost per month, where that can be done (RULES 5).
func marginText(s sheet, p decimal.NullDecimal, currency string, period money.Period) string {
	if !p.Valid || !s.UnitCost.Valid || currency != s.CostCurrency {
		return ""
	}
	sold, ok1 := money.PerMonth(p.Decimal, period)
	bought, ok2 := money.PerMonth(s.UnitCost.Decimal, s.CostPeriod)
	if !ok1 || !ok2 {
		return ""
	}
	return " (margin " + digits(sold.Sub(bought).Round(2), currency) + " " + currency + " per month)"
}
