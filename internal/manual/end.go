package manual

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
)

// EndEntry is when a subscription of a manual provider ends, as a person typed it.
type EndEntry struct {
	EndDate string // the last day; empty: it goes on
	AtEnd   string // ends, renews; empty: ends, where an end is given
	Refund  string // yes or no: asked where days after the end are billed already
	Version int    // of the subscription as the person saw it; 0: not asked
}

// SetEnd changes the end of a manual provider's subscription and what happens then
// (RULES 3). errs.Invalid for a field that is wrong or a refund that was not answered,
// errs.Conflict where a connector reads the dates.
func (s Service) SetEnd(ctx context.Context, by audit.Actor, id uuid.UUID,
	e EndEntry) (subscription.Subscription, error) {
	var now subscription.Subscription
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := subscription.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := hold(ctx, tx, was.ProviderID)
		if err != nil {
			return err
		}
		if e.Version != 0 && e.Version != was.Version {
			return errs.Because(errs.Conflict,
				"Somebody changed this subscription while you were at it. Nothing was saved; look at it again.",
				subscription.ErrStale)
		}
		d, err := entryWithEnd(tx, was, e)
		if err != nil {
			return err
		}
		res, err := subscription.EnterByHand(ctx, tx, ruled(p), []distributor.Subscription{d},
			s.origin(by, ledger.FromPerson), s.Zone)
		if err != nil {
			return err
		}
		if now, err = subscription.Get(ctx, tx, id); err != nil {
			return err
		}
		refund, err := refundAtEnd(ctx, tx, now, e)
		if err != nil {
			return err
		}
		if len(res.Touched) == 0 && refund == was.EndsRefund {
			return nil
		}
		if err := subscription.SetEndsRefund(ctx, tx, id, refund); err != nil {
			return err
		}
		if err := s.Reviews.Refresh(ctx, tx, []uuid.UUID{id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{
			Action: "subscription.end_set", ObjectType: "subscription", ObjectID: id.String(), ObjectName: now.Called(),
			Before: map[string]any{"end_date": was.End.String(), "at_end": was.AtEnd, "refund": was.EndsRefund},
			After:  map[string]any{"end_date": now.End.String(), "at_end": now.AtEnd, "refund": refund},
		})
	})
	return now, err
}

// entryWithEnd is what stands, with another end.
func entryWithEnd(tx *gorm.DB, was subscription.Subscription, e EndEntry) (distributor.Subscription, error) {
	all, err := standingsOf(tx, was.ProviderID)
	if err != nil {
		return distributor.Subscription{}, err
	}
	entry := all[was.ExternalID].entry()
	entry.EndDate, entry.AtEnd = strings.TrimSpace(e.EndDate), strings.TrimSpace(e.AtEnd)
	if entry.EndDate == "" && entry.AtEnd == string(was.AtEnd) {
		entry.AtEnd = "" // the field shows what stands; without an end it says nothing
	}
	d, err := entry.Record()
	if days := errs.FieldsOf(err); days["end_date"] != "" || days["at_end"] != "" {
		return d, err
	}
	d.CostPeriod, d.Currency = was.CostPeriod, was.CostCurrency // as stored, in whatever words they were typed
	return d, nil
}

// refundAtEnd is the answer for days after the end that are billed already: it must be
// given where there are any, and yes only where the contract gives refunds (RULES 8).
func refundAtEnd(ctx context.Context, tx *gorm.DB, now subscription.Subscription, e EndEntry) (bool, error) {
	h, err := history.One(ctx, tx, now.ID)
	if err != nil {
		return false, err
	}
	through := h.PaidTo(now.ContractID.UUID)
	paid := !now.EndsOn.IsZero() && now.EndsOn.Before(through)
	switch {
	case e.Refund != "" && e.Refund != "yes" && e.Refund != "no":
		return false, errs.Fields{"refund": "Choose No refund or Apply refund."}.Err()
	case paid && e.Refund == "":
		return false, errs.Fields{"refund": "Days up to " + dayBefore(through) +
			" are billed already. Say whether those after the end are refunded."}.Err()
	case e.Refund == "no":
		return false, nil
	}
	r, err := retire.RefundsOf(ctx, tx, now.ContractID)
	if err == nil && paid && !r.Allowed {
		err = errs.Fields{"refund": r.Because + " Choose No refund, or change the setting first."}.Err()
	}
	return r.Allowed, err
}

func dayBefore(d clock.Date) string { return d.AddDays(-1).String() }
