package app

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// FillPrices gives what stands in a contract without a price the one that its list
// has by now, has it judged again and tells the trail. It tells how many were filled.
func (a *App) FillPrices(ctx context.Context, by audit.Actor, contractID uuid.UUID) (filled int, err error) {
	err = a.DB.InTx(ctx, func(tx *gorm.DB) error {
		c, err := contract.Get(ctx, tx, contractID)
		if err != nil {
			return err
		}
		if !c.Active {
			return errs.Newf(errs.Conflict,
				"%s is deactivated. Activate it before its prices are filled; nothing was changed.", c.Name)
		}
		ids, err := subscription.FillPrices(ctx, tx, contractID,
			ledger.Origin{Source: ledger.FromPerson, By: by, At: a.Clock.Now()}, a.Zone)
		filled = len(ids)
		if err != nil || filled == 0 {
			return err
		}
		if err := a.judgeAgain(tx, ids); err != nil {
			return err
		}
		return audit.Record(ctx, tx, a.Clock, by, audit.Event{Action: "contract.prices_filled", ObjectType: "contract",
			ObjectID: c.ID.String(), ObjectName: c.Name,
			After: map[string]any{"subscriptions": filled}})
	})
	return filled, err
}
