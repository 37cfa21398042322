package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// SayDates stores what a person says of dates that were given but cannot be read, and
// enters what follows: a start begins the ledger (RULES 2). A zero day says nothing.
func SayDates(ctx context.Context, tx *gorm.DB, a Act, start, end clock.Date) (Subscription, error) {
	now, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		in, err := known(ctx, tx, s, a)
		if err != nil {
			return plan.Plan{}, err
		}
		return plan.Say(in, start, end)
	})
	if err != nil {
		return now, err
	}
	_, err = ledger.ArchiveBefore(ctx, tx, a.Origin.By, []uuid.UUID{a.ID})
	return now, err
}

// known is what a plan depends on where nothing new was read.
func known(ctx context.Context, tx *gorm.DB, s plan.Current, a Act) (plan.Input, error) {
	in := plan.Input{Stored: &s.Subscription, Account: s.Account, Timeline: s.Timeline, Seen: a.Origin.At, Zone: a.Zone}
	err := tx.WithContext(ctx).Raw(`SELECT id, connector, currency, cost_period,
		coalesce(nullif(end_date_means, ''), end_date_seen) AS end_date
		FROM providers WHERE id = ?`, s.ProviderID).Scan(&in.Provider).Error
	if err != nil {
		return in, fmt.Errorf("provider of a subscription: %w", err)
	}
	given, err := refundsOf(ctx, tx, contractsOf(s.Subscription))
	in.Refund = given.of(s.ContractID)
	return in, err
}
