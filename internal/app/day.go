package app

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// dayTurn remembers up to which billing day the stored copies of prices were made.
// Each process asks the database once a day; that several do is harmless.
type dayTurn struct {
	made atomic.Pointer[clock.Date]
	busy sync.Mutex
}

// TurnDay makes the stored copies of prices those of today, and the reviews of what
// thereby changed, before anything shows them (RULES 5). On a day that was turned to
// already it costs nothing.
func (a *App) TurnDay(ctx context.Context) error {
	today := clock.Today(a.Clock, a.Zone)
	if made := a.day.made.Load(); made != nil && *made == today {
		return nil
	}
	a.day.busy.Lock()
	defer a.day.busy.Unlock()
	if made := a.day.made.Load(); made != nil && *made == today {
		return nil
	}
	err := a.DB.InTx(ctx, func(tx *gorm.DB) error {
		ids, err := subscription.DayChanged(ctx, tx, today)
		if err != nil || len(ids) == 0 {
			return err
		}
		return a.judgeAgain(tx, ids)
	})
	if err == nil {
		a.day.made.Store(&today)
	}
	return err
}

// reland enters prices anew that were filled on the first day under a contract, where that day has moved.
func (a *App) reland(tx *gorm.DB, by audit.Actor, contract uuid.UUID) error {
	origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: a.Clock.Now()}
	ids, err := subscription.Relanded(tx.Statement.Context, tx, contract, origin.In(a.Zone))
	if err != nil || len(ids) == 0 {
		return err
	}
	return a.judgeAgain(tx, ids)
}
