package plan

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
)

// Reading is one record of a listing in stored form: what can be compared with a row.
type Reading struct {
	ExternalID string
	Facts
	Raw             json.RawMessage
	RequestID       string
	QuantityUnknown bool // of usage that was sent without one
}

// Read brings a record into stored form: amounts at six places, texts that
// PostgreSQL can hold, the provider's currency where the record has none. The error
// says in plain words why no row can hold the record; such a record is kept for a
// person and counts neither as 0 nor as gone.
func Read(d distributor.Subscription, p Provider) (Reading, error) {
	if err := readable(d); err != nil {
		return Reading{}, err
	}
	f := Facts{
		ContractNo: clean(d.ContractNo), Vendor: clean(d.Vendor), VendorSubscriptionID: clean(d.VendorSubscriptionID),
		Kind:        kindOf(d.Kind),
		ProductName: clean(d.ProductName), PartNumber: clean(d.PartNumber), SKU: clean(d.SKU), Quantity: d.Quantity,
		UnitCost: Places(d.UnitCost), SuggestedPrice: Places(d.SuggestedPrice),
		Frequency: FrequencyOf(d.Frequency), FrequencyText: clean(d.FrequencyText), Term: FrequencyOf(d.Term),
		TermText: clean(d.TermText),
		Start:    d.Start, End: d.End, StartText: clean(d.StartText), EndText: clean(d.EndText), AutoRenew: d.AutoRenew,
		AtEnd:  d.AtEnd,
		Status: statusOf(d.Status), StatusText: clean(d.StatusText), RawHash: distributor.Meaning(d.Raw),
	}
	f.CostCurrency, f.CostCurrencyAssumed = currencyOf(d.Currency, p.Currency)
	f.CostPeriod, f.CostPeriodAssumed = costPeriodOf(d, p.CostPeriod)
	return Reading{ExternalID: d.ExternalID, Facts: f, Raw: d.Raw, RequestID: clean(d.RequestID),
		QuantityUnknown: d.QuantityUnknown}, nil
}

func readable(d distributor.Subscription) error {
	switch {
	case d.ExternalID == "" || clean(d.ExternalID) != d.ExternalID:
		return fmt.Errorf("the record has no readable subscription id")
	case d.Quantity < 0 || d.Quantity > math.MaxInt32:
		return fmt.Errorf("%d is no quantity of seats", d.Quantity)
	case d.UnitCost.Valid && d.UnitCost.Decimal.Abs().GreaterThanOrEqual(money.HighestPrice):
		return fmt.Errorf("the cost %s cannot be right", d.UnitCost.Decimal)
	case d.SuggestedPrice.Valid && d.SuggestedPrice.Decimal.Abs().GreaterThanOrEqual(money.HighestPrice):
		return fmt.Errorf("the suggested price %s cannot be right", d.SuggestedPrice.Decimal)
	}
	return nil
}

// Places rounds to what the database keeps, so that a stored amount equals the one read again.
func Places(d decimal.NullDecimal) decimal.NullDecimal {
	if d.Valid {
		d.Decimal = d.Decimal.Round(6)
	}
	return d
}

// currencyOf gives the record's currency, or the provider's default, which is shown
// as assumed. A word that is no currency is not replaced by a guess.
func currencyOf(said, usual string) (currency string, assumed bool) {
	if strings.TrimSpace(said) == "" {
		return usual, usual != ""
	}
	c, _ := money.ParseCurrency(said)
	return c, false
}

// costPeriodOf gives the record's period of the cost. Where it has none, what a person
// said of this provider's costs stands in, and is shown as assumed: that is no guess
// (RULES 5). What is bought once has no other period, and usage has no unit cost.
func costPeriodOf(d distributor.Subscription, usual money.Period) (period money.Period, assumed bool) {
	switch {
	case d.CostPeriod != money.Unknown || usual == money.Unknown || d.Kind == distributor.Usage:
		return d.CostPeriod, false
	case d.Kind == distributor.OneTime:
		return money.Once, true
	}
	return usual, true
}

func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
