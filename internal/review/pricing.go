package review

import (
	"fmt"

	"github.com/shopspring/decimal"

	"seatledger/internal/contract"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
)

// pricing asks whether product, price and cost are there and fit each other (RULES 5).
func pricing(f Facts) []Check {
	cs := []Check{product(f)}
	if f.Kind == distributor.UnknownKind {
		cs = append(cs, Check{Pricing, "kind", Warn,
			"Whether it is a licence, a purchase, usage or a trial cannot be told from the record. " +
				"It is treated as a licence.", Mend{"subscription", f.SubscriptionID.String()}})
	}
	if f.LedgerQuantity != f.BillableQuantity && !f.Undated {
		cs = append(cs, Check{Pricing, "ledger", Fail, fmt.Sprintf("The ledger counts %d seats, but %d are billable.",
			f.LedgerQuantity, f.BillableQuantity), Mend{"subscription", f.SubscriptionID.String()}})
	}
	if f.TwinID.Valid {
		cs = append(cs, Check{Pricing, "twin", Fail,
			fmt.Sprintf("The same product is active for this customer under %s (%s): it would be billed twice.",
				f.TwinProvider, f.TwinExternalID), Mend{"subscription", f.TwinID.UUID.String()}})
	}
	if f.SameID.Valid && !f.TwinID.Valid {
		cs = append(cs, Check{Pricing, "twin", Fail,
			fmt.Sprintf("The vendor's subscription id %s is also that of %s, active under the same provider: "+
				"it would be billed twice.", f.VendorSubscriptionID, f.SameExternalID),
			Mend{"subscription", f.SameID.UUID.String()}})
	}
	if f.Kind == distributor.Usage {
		return append(cs, Check{Pricing, "price", OK, usage(f.UsageRule) + " Price checks are not applicable.",
			Mend{}})
	}
	cs = append(cs, price(f)...)
	return append(cs, cost(f)...)
}

// usage says how what was used is billed.
func usage(rule contract.UsageRule) string {
	if rule.Bills() {
		return "Usage is billed from the lines of the distributor's bill, " + rule.Says() + "."
	}
	return "Usage is billed elsewhere."
}

func product(f Facts) Check {
	switch {
	case !f.ProductID.Valid && f.ProductName != "" && givesNoPart(f.Connector):
		return Check{Pricing, "product", Warn,
			fmt.Sprintf("%s. The part number is not given by this connector, so no price list has its price: "+
				"a person sets it.", f.ProductName), Mend{"price", f.SubscriptionID.String()}}
	case !f.ProductID.Valid:
		return Check{Pricing, "product", Fail, "The record carries no part number that leads to a product.",
			Mend{"subscription", f.SubscriptionID.String()}}
	}
	return Check{Pricing, "product", OK, fmt.Sprintf("%s, %s.", f.ProductName, orDash(f.PartNumber)), Mend{}}
}

// givesNoPart: the legacy API has no part numbers, and a person may know none.
func givesNoPart(connector string) bool {
	return connector == distributor.StellrLegacy || connector == distributor.Manual
}

func orDash(s string) string {
	if s == "" {
		return "no part number"
	}
	return s
}

func price(f Facts) []Check {
	at := Mend{"price", f.SubscriptionID.String()}
	if !f.UnitPrice.Valid {
		return []Check{{Pricing, "price", Fail, noPrice(f), at}}
	}
	if f.PricePeriod == money.Unknown {
		return []Check{{Pricing, "price", Fail, "The period of the price is not known.", at}}
	}
	cs := []Check{source(f, at)}
	if c, ok := periodFits(f, at); !ok {
		cs = append(cs, c)
	}
	switch free := f.UnitPrice.Decimal.IsZero() && f.Kind != distributor.Trial; {
	case free && f.PriceByPerson:
		cs = append(cs, Check{Pricing, "free", Warn,
			"The price is 0, which is expected of trials only; a person set it so.", at})
	case free:
		cs = append(cs, Check{Pricing, "free", Fail,
			"A price of 0 holds for trials only, and where a person typed it.", at})
	}
	if f.ProposedPrice.Valid && !f.Follows.Valid {
		cs = append(cs, Check{Pricing, "proposal", Warn,
			fmt.Sprintf("A new term began: the list price is %s now, the subscription's %s.",
				amount(f.ProposedPrice.Decimal, f.Currency, f.ProposedUnit),
				amount(f.UnitPrice.Decimal, f.Currency, f.PricePeriod)), at})
	}
	return cs
}

func noPrice(f Facts) string {
	s := "No price: the contract's price list has no item for this product, term, frequency and currency on the " +
		"start of the current term."
	switch {
	case !f.ContractID.Valid:
		s = "No price: without a contract there is no price list to take it from."
	case !f.ContractPriceListID.Valid:
		s = "No price: the contract has no price list."
	}
	s += " Days that have a price are billed; from the first one without, nothing is."
	if f.SuggestedPrice.Valid {
		s += fmt.Sprintf(" The distributor suggests %s; it is never used by itself.",
			amount(f.SuggestedPrice.Decimal, f.CostCurrency, f.CostPeriod))
	}
	return s
}

// source tells where the price comes from, and whether it is still what the list says.
func source(f Facts, at Mend) Check {
	now := amount(f.UnitPrice.Decimal, f.Currency, f.PricePeriod)
	switch {
	case f.PriceByPerson:
		return Check{Pricing, "price", Warn, now + ", set by a person as an exception to the price list.", at}
	case !f.PriceListItemID.Valid:
		return Check{Pricing, "price", Warn, now + ", from no price list item.", at}
	case f.ItemPriceListID != f.ContractPriceListID:
		return Check{Pricing, "price", Warn, now + ", from another price list than the contract's.", at}
	case f.ItemProductID != f.ProductID || f.ItemTerm != f.Term || f.ItemFrequency != f.BillingFrequency:
		return Check{Pricing, "price", Warn,
			fmt.Sprintf("%s, from a price list item of another product, term or frequency (%s, billed %s).", now,
				f.ItemTerm, f.ItemFrequency), at}
	case f.Follows.Valid:
		return Check{Pricing, "price", OK, fmt.Sprintf("%s; it follows the price list, %s %%.", now,
			signed(f.Follows.Decimal)), Mend{}}
	case !f.ItemPrice.Decimal.Equal(f.UnitPrice.Decimal) || f.ItemUnit != f.PricePeriod:
		return Check{Pricing, "price", Warn, fmt.Sprintf("%s; its price list item says %s by now.", now,
			amount(f.ItemPrice.Decimal, f.Currency, f.ItemUnit)), at}
	case !f.itemInForce():
		return Check{Pricing, "price", Warn,
			fmt.Sprintf("%s, from a price list item that was not the one in force on %s, when the current term began.",
				now, f.TermStart), at}
	}
	return Check{Pricing, "price", OK, now + ", from the contract's price list.", Mend{}}
}

// signed writes a percentage with its sign.
func signed(d decimal.Decimal) string {
	if d.IsNegative() {
		return d.String()
	}
	return "+" + d.String()
}

// itemInForce tells whether the price is the one of the start of the current term (RULES 5).
func (f Facts) itemInForce() bool {
	return f.TermStart.IsZero() || !f.ItemOvertaken && !f.TermStart.Before(f.ItemFrom) &&
		(f.ItemTo.IsZero() || f.TermStart.Before(f.ItemTo))
}

// periodFits finds the classic error: a year's price on a monthly term.
func periodFits(f Facts, at Mend) (Check, bool) {
	if f.Kind == distributor.OneTime || f.Term == distributor.FreqOneTime {
		if f.PricePeriod == money.Once {
			return Check{}, true
		}
		return Check{Pricing, "period", Fail, fmt.Sprintf("It is bought once, but the price is per %s.",
			f.PricePeriod),
			at}, false
	}
	months, known := termMonths(f.Term)
	switch {
	case f.Kind == distributor.Trial || f.Term == distributor.FreqTrial:
		return Check{}, true
	case f.PricePeriod == money.Once:
		return Check{Pricing, "period", Fail, "The price is for once, but the subscription goes on.", at}, false
	case !known && f.TermText == "":
		return Check{Pricing, "period", Warn,
			"The term is not given by this connector, so the period of the price cannot be compared with it.",
			at}, false
	case !known:
		return Check{Pricing, "period", Warn,
			fmt.Sprintf("The term %q is not known, so the period of the price cannot be compared with it.",
				f.TermText),
			at}, false
	case f.PricePeriod.Months() > months:
		return Check{Pricing, "period", Fail,
			fmt.Sprintf("The price is per %s, longer than the %s term.", word(f.PricePeriod), f.Term), at}, false
	}
	return Check{}, true
}

func termMonths(t distributor.Term) (int, bool) {
	switch t {
	case distributor.Monthly:
		return 1, true
	case distributor.Quarterly:
		return 3, true
	case distributor.Annual:
		return 12, true
	case distributor.Triennial:
		return 36, true
	}
	return 0, false
}

func cost(f Facts) []Check {
	at := Mend{"subscription", f.SubscriptionID.String()}
	switch {
	case !f.UnitCost.Valid:
		return []Check{{Pricing, "cost", Warn, "No cost is given, so there is no margin to check.", at}}
	case f.CostPeriod == money.Unknown:
		return []Check{periodUnknown(f, at)}
	}
	cs := []Check{{Pricing, "cost", OK,
		amount(f.UnitCost.Decimal, f.CostCurrency, f.CostPeriod) + assumed(f) + ".", Mend{}}}
	return append(cs, margin(f, at)...)
}

// periodUnknown names the page where a person can say it.
func periodUnknown(f Facts, at Mend) Check {
	says := "The period of the cost is not known, and it is never guessed."
	if f.Connector == distributor.StellrLegacy {
		says += " This API does not give it: if you know it, set it on the provider, and sync."
		at = Mend{"provider", f.ProviderID.String()}
	}
	return Check{Pricing, "cost", Fail, says, at}
}

func assumed(f Facts) string {
	switch {
	case f.CostCurrencyAssumed && f.CostPeriodAssumed:
		return " (currency and period assumed: the provider's default, and what is set there)"
	case f.CostCurrencyAssumed:
		return " (currency assumed: the provider's default)"
	case f.CostPeriodAssumed:
		return " (period assumed: as set on the provider)"
	}
	return ""
}

// margin compares per month, and only within one currency.
func margin(f Facts, at Mend) []Check {
	if !f.UnitPrice.Valid || f.PricePeriod == money.Unknown {
		return nil
	}
	if f.Currency != f.CostCurrency {
		return []Check{{Pricing, "margin", Warn,
			fmt.Sprintf("The margin is not comparable: sold in %s, bought in %s.", f.Currency, f.CostCurrency), at}}
	}
	sold, ok1 := comparable(f.UnitPrice.Decimal, f.PricePeriod)
	bought, ok2 := comparable(f.UnitCost.Decimal, f.CostPeriod)
	if !ok1 || !ok2 {
		return nil
	}
	if (f.PricePeriod == money.Once) != (f.CostPeriod == money.Once) {
		return []Check{{Pricing, "margin", Warn,
			fmt.Sprintf("The margin is not comparable: sold per %s, bought per %s.", word(f.PricePeriod),
				word(f.CostPeriod)), at}}
	}
	m := sold.Sub(bought)
	says := fmt.Sprintf("Margin %s per seat and month.", figure(m.Round(marginPlaces), f.Currency))
	if f.PricePeriod == money.Once {
		says = fmt.Sprintf("Margin %s per unit.", figure(m.Round(marginPlaces), f.Currency))
	}
	switch below := m.IsNegative() && f.Kind != distributor.Trial; {
	case below && f.TermUndecided:
		return []Check{{Pricing, "margin", Fail,
			"The new term or product is sold below cost. " + says + " Keep the price, or set another.",
			Mend{"price", f.SubscriptionID.String()}}}
	case below:
		return []Check{{Pricing, "margin", Warn, "Sold below cost. " + says, at}}
	}
	return []Check{{Pricing, "margin", OK, says, Mend{}}}
}

// marginPlaces is how far a month's share of a year is worth showing.
const marginPlaces = 4

func comparable(a decimal.Decimal, p money.Period) (decimal.Decimal, bool) {
	if p == money.Once {
		return a, true
	}
	return money.PerMonth(a, p)
}

func amount(a decimal.Decimal, currency string, p money.Period) string {
	return fmt.Sprintf("%s per %s", figure(a, currency), word(p))
}

// figure writes an amount with all its digits, and at least those of its currency.
func figure(a decimal.Decimal, currency string) string {
	places := money.Digits(currency)
	if !a.Equal(a.Round(places)) {
		return a.String() + " " + currency
	}
	return a.StringFixed(places) + " " + currency
}

func word(p money.Period) string {
	switch p {
	case money.ThreeYears:
		return "three years"
	case money.Once:
		return "unit, once"
	case money.Unknown:
		return "unknown period"
	}
	return string(p)
}
