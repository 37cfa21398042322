package subscription

import (
	"context"
	"fmt"
	"math"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// Quantity is a number of seats from a day on that a person enters for a manual provider.
type Quantity struct {
	Seats  int
	On     clock.Date
	Refund *bool // of a reduction; nil: as the setting says
	Note   string
}

// SetQuantity writes the row, dated as typed, also before rows that stand behind it:
// those keep the quantity that they reached (RULES 1 and 2). errs.Conflict where a
// connector reads the seats, or while the subscription is inactive on that day.
func SetQuantity(ctx context.Context, tx *gorm.DB, a Act, q Quantity) (Subscription, error) {
	byHand, err := enteredByHand(ctx, tx, a)
	if err != nil {
		return Subscription{}, err
	}
	if !byHand {
		return Subscription{}, errs.New(errs.Conflict,
			"The seats of this subscription come from the distributor. Change them there; the next sync brings them.")
	}
	var entered plan.Entered
	writes := false
	id := uuid.Must(uuid.NewV7())
	now, err := actOnPrice(ctx, tx, a, func(s plan.Current, h history.History) (plan.Plan, error) {
		if err := q.check(s, h, a.Today()); err != nil {
			return plan.Plan{}, err
		}
		refund, err := refundOf(ctx, tx, contractOn(h, s.Subscription, q.On), q.Refund)
		if err != nil {
			return plan.Plan{}, err
		}
		entered = plan.EnterSeats(plan.SeatRows(h), q.On, q.Seats)
		d := s.Draft()
		if entered.Next == nil {
			if s.State == Inactive {
				return plan.Plan{}, errs.New(errs.Conflict,
					"This subscription is inactive on that day. Activate it first; nothing was changed.")
			}
			d.Row.Quantity = q.Seats
		}
		if writes = entered.Delta != 0 || !plan.Stated(plan.SeatRows(h), q.On); writes {
			d.EnterTyped(ledger.Change{
				ID: id, Event: ledger.Update, EffectiveAt: q.On, Delta: entered.Delta, QuantityAfter: q.Seats,
				Refund: refund, Note: q.Note,
			})
		}
		return d.Finish(&s.Subscription), nil
	})
	if err != nil || !writes || entered.Next == nil || entered.Then == entered.Next.Delta {
		return now, err
	}
	return now, writeAnew(ctx, tx, a, *entered.Next, entered.Then, id)
}

// writeAnew lets a row reach what it reached, behind another that was entered before it.
func writeAnew(ctx context.Context, tx *gorm.DB, a Act, row plan.SeatRow, delta int, because uuid.UUID) error {
	_, err := ledger.Rewrite(ctx, tx, ledger.Rewriting{
		Row: row.ID, On: row.On, Delta: delta, Reached: &row.Reached, Refund: row.Refund, WrittenFor: set(because),
		Origin: a.Origin,
		Why:    "a change was entered before it", Note: fmt.Sprintf("still reaches %d seats", row.Reached),
	})
	return err
}

func (q Quantity) check(s plan.Current, h history.History, today clock.Date) error {
	switch {
	case q.Seats < 0 || q.Seats > math.MaxInt32:
		return errs.Fields{"quantity": "Enter a number of seats, 0 or more."}.Err()
	case s.Frozen():
		return errs.New(errs.Conflict,
			"The cut-over has frozen this subscription: from its switch day the new provider's seats count. "+
				"Nothing was changed.")
	}
	return plan.Typable(h, q.On, today)
}

// refundOf is whether a reduction gives back, as the setting says or a person chose: a refund only where the setting
// gives one.
func refundOf(ctx context.Context, tx *gorm.DB, contract uuid.NullUUID, asked *bool) (bool, error) {
	var contracts []uuid.UUID
	if contract.Valid {
		contracts = append(contracts, contract.UUID)
	}
	given, err := refundsOf(ctx, tx, contracts)
	if err != nil || asked == nil {
		return given.of(contract), err
	}
	if *asked && !given.of(contract) {
		return false, errs.Fields{"refund": "The setting of its contract gives no refunds. " +
			"Choose No refund, or change the setting first."}.Err()
	}
	return *asked, nil
}

// contractOn is the contract that a day belongs to, whose setting decides; where it belongs to none, the present one.
func contractOn(h history.History, s Subscription, day clock.Date) uuid.NullUUID {
	if id := h.ContractOn(day); id != uuid.Nil {
		return set(id)
	}
	return s.ContractID
}

func enteredByHand(ctx context.Context, tx *gorm.DB, a Act) (bool, error) {
	var found []string
	err := tx.WithContext(ctx).Raw(`SELECT p.connector FROM subscriptions s JOIN providers p ON p.id = s.provider_id
		WHERE s.id = ?`, a.ID).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "There is no such subscription.")
	}
	return err == nil && found[0] == "manual", err
}
