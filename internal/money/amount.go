package money

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"
)

// Amount is an amount with its currency: different ones are never added up.
type Amount struct {
	Value    decimal.Decimal `json:"amount"`
	Currency string          `json:"currency"`
}

// Sums are the amounts by currency that come to something, in the order of their
// currencies, to six places as the database keeps them.
func Sums(by map[string]decimal.Decimal) []Amount {
	out := []Amount{}
	for _, c := range slices.Sorted(maps.Keys(by)) {
		if v := by[c].Round(6); !v.IsZero() {
			out = append(out, Amount{Value: v, Currency: c})
		}
	}
	return out
}

// Added is amounts and more of them, by currency.
func Added(a []Amount, more ...Amount) []Amount {
	by := map[string]decimal.Decimal{}
	for _, m := range append(slices.Clone(a), more...) {
		by[m.Currency] = by[m.Currency].Add(m.Value)
	}
	return Sums(by)
}

// Amounts are amounts as they are kept in one column.
type Amounts []Amount

// Scan reads what the database has.
func (a *Amounts) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*a = nil
		return nil
	case []byte:
		return json.Unmarshal(v, (*[]Amount)(a))
	case string:
		return json.Unmarshal([]byte(v), (*[]Amount)(a))
	}
	return fmt.Errorf("amounts as %T", v)
}
