package retire

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
)

// Return is a person's decision that a subscription goes on.
type Return struct {
	ID      uuid.UUID
	Version int
	On      clock.Date // first day with seats again; zero: today, or the day it ended if that lies ahead
	Note    string
}

// Activate takes a deactivation back that was decided here. Seats whose days were
// billed already and never credited are not billed for those days again.
func (s Service) Activate(ctx context.Context, by audit.Actor, r Return) error {
	if len(r.Note) > longestNote {
		return errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := subscription.Lock(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if s.Reopening != nil {
			if err := s.Reopening(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		if was.Frozen() {
			return errs.Newf(errs.Conflict, "%s was frozen by a cut-over, and its days from %s on belong to the new provider's subscription. Take the step back in the cut-over instead; nothing was changed.", called(was), was.FrozenFrom)
		}
		on := r.On
		if on.IsZero() {
			on = s.Today()
			if was.DeactivatedOn.After(on) {
				on = was.DeactivatedOn
			}
		}
		paid, err := AlreadyPaid(ctx, tx, was, on)
		if err != nil {
			return err
		}
		now, err := subscription.Activate(ctx, tx, s.act(by, r.ID, r.Version), subscription.Return{On: on, Note: r.Note})
		if err != nil {
			return err
		}
		if err := s.Reviews.Refresh(ctx, tx, []uuid.UUID{r.ID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "subscription.activated", ObjectType: "subscription", ObjectID: r.ID.String(), ObjectName: called(was),
			Before: map[string]any{"state": was.State, "seats": 0},
			After:  map[string]any{"state": now.State, "seats": now.LedgerQuantity, "effective_at": on.String(), "billed_already": paid, "note": r.Note}})
	})
}

// AlreadyPaid tells whether all days from on to where billing stands were charged
// with these seats before they were closed without refund, so that none is charged again.
func AlreadyPaid(ctx context.Context, db *gorm.DB, s subscription.Subscription, on clock.Date) (bool, error) {
	shares, err := subscription.SharesOf(ctx, db, s, on)
	return len(shares) == 1 && shares[0].Seats == s.Quantity, err
}

// unpaid leaves of the weight what was not charged before the seats were closed.
func (i *Impact) unpaid(ctx context.Context, tx *gorm.DB) error {
	shares, err := subscription.SharesOf(ctx, tx, i.Subscription, i.On)
	if err != nil || len(shares) == 0 || i.Seats <= 0 {
		return err
	}
	whole := i.Weight
	amount, left := decimal.Decimal{}, 0
	for n, s := range shares {
		from, rest, err := whole, billing.Weight{}, error(nil)
		if n > 0 {
			from, err = weighOne(ctx, tx, i.Subscription.ID, s.From)
		}
		if n+1 < len(shares) && err == nil {
			rest, err = weighOne(ctx, tx, i.Subscription.ID, shares[n+1].From)
		}
		if err != nil {
			return err
		}
		open := decimal.NewFromInt(int64(i.Seats - s.Seats)).Div(decimal.NewFromInt(int64(i.Seats)))
		amount = amount.Add(from.Amount.Decimal.Sub(rest.Amount.Decimal).Mul(open))
		left += (from.SeatDays - rest.SeatDays) / i.Seats * (i.Seats - s.Seats)
	}
	i.PaidDays, i.Weight.SeatDays = whole.SeatDays-left, left
	i.Weight.Amount.Decimal = money.Round(amount, whole.Currency)
	return nil
}

func weighOne(ctx context.Context, tx *gorm.DB, id uuid.UUID, on clock.Date) (billing.Weight, error) {
	w, err := billing.Weigh(ctx, tx, []uuid.UUID{id}, on)
	return w[id], err
}
