package typedline

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Used is a line of a distributor's bill for what was used.
type Used struct {
	Text     string          // what the customer reads
	Cost     decimal.Decimal // of the line, in its currency; below zero: a credit
	Currency string
	On       clock.Date // the day on which it is billed, one of the contract's
}

// AddUsedIn bills usage on by the contract's rule, and by nothing else (RULES 4), in a transaction of the caller's,
// who
// sees to it that it is done once for each line of a bill. It gives the typed line's id. A contract without a rule
// and
// usage in another currency are a conflict with its remedy.
func (s Service) AddUsedIn(ctx context.Context, tx *gorm.DB, by audit.Actor, contractID uuid.UUID, u Used) (uuid.UUID,
	error) {
	k, err := locked(ctx, tx, contractID)
	if err != nil {
		return uuid.Nil, err
	}
	if u.Currency != k.Currency {
		return uuid.Nil, errs.Newf(errs.Conflict,
			"This usage is charged in %s, and contract %s bills in %s. Nothing is "+
				"converted: bill it under a contract in %s. Nothing was changed.", u.Currency, k.Name, k.Currency,
			u.Currency)
	}
	amount, bills := k.UsageRule.Amount(u.Cost, k.Currency)
	if !bills {
		return uuid.Nil, errs.Newf(errs.Conflict,
			"Contract %s bills no usage on. Enter a rule for usage in it first, like "+
				"cost or cost+15%%. Nothing was changed.", k.Name)
	}
	return s.add(ctx, tx, by, k, Form{Text: u.Text, UnitAmount: amount.String(), Every: string(Once),
		From: u.On.String()}, decimal.NewNullDecimal(u.Cost))
}
