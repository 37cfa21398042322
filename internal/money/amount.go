package money

import "github.com/shopspring/decimal"

// Amount is an amount with its currency: different ones are never added up.
type Amount struct {
	Value    decimal.Decimal `json:"amount"`
	Currency string          `json:"currency"`
}
