package retire

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
	"seatledger/internal/subscription"
)

// What the deeds of this room are called.
const (
	DeactivateDeed = "deactivate"
	ActivateDeed   = "activate"
)

// weighedAtOnce is how many subscriptions one transaction looks at or changes: each replays its history.
const weighedAtOnce = 50

// Deeds are what this room can do to many: end subscriptions here (effective_at, refund, note), and open
// again what was ended here (effective_at, note).
func (s Service) Deeds() []selection.Deed {
	return []selection.Deed{ending{deed{s}}, reopening{deed{s}}}
}

// deed is what both have in common.
type deed struct{ Service }

type ending struct{ deed }

type reopening struct{ deed }

// Name is what the deed is called.
func (ending) Name() string { return DeactivateDeed }

// Name is what the deed is called.
func (reopening) Name() string { return ActivateDeed }

// List is the list of subscriptions.
func (deed) List() string { return "subscriptions" }

// Chunk is how many are changed in one transaction.
func (deed) Chunk() int { return weighedAtOnce }

// Marks are what the seats and the money of an end rest on.
func (s deed) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID   uuid.UUID
		Mark string
	}
	err := db.WithContext(ctx).Raw(`SELECT s.id, concat_ws(' ', s.version, s.state, s.quantity, s.billable_quantity,
			s.deactivated_by, s.deactivated_on, s.frozen_from, coalesce(s.contract_id::text, '-'),
			(SELECT max(i.seq) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
				WHERE l.subscription_id = s.id AND l.live)) AS mark
		FROM subscriptions s WHERE s.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Mark
	}
	return out, err
}

// still refuses a subscription that does not stand as it was shown.
func (s deed) still(ctx context.Context, tx *gorm.DB, i selection.Item) error {
	if _, err := subscription.Lock(ctx, tx, i.RecordID); err != nil {
		return err
	}
	now, err := s.Marks(ctx, tx, []uuid.UUID{i.RecordID})
	if err != nil || i.Mark == "" || now[i.RecordID] == i.Mark {
		return err
	}
	return errs.New(errs.Conflict, "it was changed after the preview, or billed")
}

// dayOf is the day that was typed, else the one that stands for none.
func (s deed) dayOf(p selection.Params) (clock.Date, error) {
	d, err := clock.ParseDate(p["effective_at"])
	if err != nil {
		return d, errs.Fields{"effective_at": "Enter a date as 2026-03-31."}.Err()
	}
	if d.IsZero() {
		d = s.Today()
	}
	return d, nil
}

func (s deed) weighed(ctx context.Context, db *gorm.DB, w selection.Work, records []selection.Record,
	say func(Impact, *selection.Seen)) ([]selection.Seen, error) {
	on, err := s.dayOf(w.Params)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	all, err := look(ctx, db, ids, on)
	if err != nil {
		return nil, err
	}
	out := make([]selection.Seen, len(all))
	for n, i := range all {
		out[n] = selection.Seen{ID: i.Subscription.ID, Name: i.Called(), Sub: i.ExternalID, Will: true,
			Currency: i.Weight.Currency}
		say(i, &out[n])
		if out[n].Says == "" && i.Unbilled.SeatDays > 0 {
			out[n].Says = fmt.Sprintf("%d seat-days before %s are not billed yet", i.Unbilled.SeatDays, on)
		}
	}
	return out, nil
}

// Look says which would be ended, with their seats and what their billed days are worth.
func (d ending) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	return d.weighed(ctx, db, w, records, func(i Impact, x *selection.Seen) {
		x.Seats, x.Amount = -i.Seats, decimal.NullDecimal{Decimal: i.Amount.Decimal.Neg(), Valid: i.Amount.Valid}
		switch {
		case i.State == subscription.Inactive:
			x.Will, x.Kind = false, "it has ended already"
		case w.Params["refund"] == "yes" && !i.Refunds.Allowed:
			x.Will, x.Kind, x.Says = false, "its contract gives no refunds", i.Refunds.Because
		case w.Params["refund"] == "yes":
			x.Kind = "with refund"
		default:
			x.Kind = "without refund"
		}
	})
}

// Look says which would go on, with their seats and what is charged for days that are billed already.
func (d reopening) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	return d.weighed(ctx, db, w, records, func(i Impact, x *selection.Seen) {
		x.Seats, x.Amount = i.Seats, i.Amount
		switch {
		case i.State != subscription.Inactive:
			x.Will, x.Kind = false, "it has not ended"
		case i.DeactivatedBy != subscription.ByPerson:
			x.Will, x.Kind = false, "it was not ended here by a person"
		case i.Frozen():
			x.Will, x.Kind = false, "a cut-over has frozen it; take the step back there"
		}
	})
}

// Do ends those that stand as they were shown.
func (d ending) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	on, err := d.dayOf(w.Params)
	if err != nil {
		return nil, err
	}
	e := End{On: on, Refund: w.Params["refund"] == "yes", Note: w.Params["note"]}
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		if err := d.still(ctx, tx, i); err != nil {
			return selection.Result{}, err
		}
		events, err := d.endIn(ctx, tx, by, i.RecordID, e)
		if err != nil {
			return selection.Result{}, err
		}
		t, err := traceOf(ctx, tx, i.RecordID)
		return selection.Result{Trace: t.String(), Events: events}, err
	})
}

// Undo opens those again, on the day they ended, that nobody has touched since.
func (d ending) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		t, err := untouched(ctx, tx, i)
		if err != nil {
			return selection.Result{}, err
		}
		event, err := d.openIn(ctx, tx, by, Return{ID: i.RecordID, On: t.On, Note: "taken back"})
		return selection.Result{Events: event}, err
	})
}

// Do opens those again that stand as they were shown.
func (d reopening) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	day, err := clock.ParseDate(w.Params["effective_at"])
	if err != nil {
		return nil, err
	}
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		if err := d.still(ctx, tx, i); err != nil {
			return selection.Result{}, err
		}
		was, err := traceOf(ctx, tx, i.RecordID)
		if err != nil {
			return selection.Result{}, err
		}
		on := d.returnOn(day, was.On)
		events, err := d.openIn(ctx, tx, by, Return{ID: i.RecordID, On: on, Note: w.Params["note"]})
		if err != nil {
			return selection.Result{}, err
		}
		now, err := traceOf(ctx, tx, i.RecordID)
		now.On, now.Refund = on, was.Refund
		return selection.Result{Trace: now.String(), Events: events}, err
	})
}

// Undo ends those again, on the day they went on and as they had ended before, that nobody has touched since.
func (d reopening) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		t, err := untouched(ctx, tx, i)
		if err != nil {
			return selection.Result{}, err
		}
		events, err := d.endIn(ctx, tx, by, i.RecordID, End{On: t.On, Refund: t.Refund, Note: "taken back"})
		return selection.Result{Events: events}, err
	})
}

// trace is what a step left, by which it is known and taken back.
type trace struct {
	Version int
	Changes int        // rows of its ledger
	On      clock.Date // the day it ended
	Refund  bool       // how it ended
}

func (t trace) String() string {
	return fmt.Sprintf("%d %d %s %t", t.Version, t.Changes, t.On, t.Refund)
}

func traceOf(ctx context.Context, tx *gorm.DB, id uuid.UUID) (trace, error) {
	var t trace
	err := tx.WithContext(ctx).Raw(`SELECT s.version,
			(SELECT count(*) FROM license_changes c WHERE c.subscription_id = s.id
				AND c.event NOT IN ('cost', 'price')) AS changes, s.deactivated_on AS on,
			coalesce((SELECT c.refund FROM license_changes c WHERE c.subscription_id = s.id
				AND c.event = 'deactivate' ORDER BY c.seq DESC LIMIT 1), false) AS refund
		FROM subscriptions s WHERE s.id = ?`, id).Scan(&t).Error
	return t, err
}

// untouched reads what a step left, unless something has happened since.
func untouched(ctx context.Context, tx *gorm.DB, i selection.Item) (trace, error) {
	if _, err := subscription.Lock(ctx, tx, i.RecordID); err != nil {
		return trace{}, err
	}
	now, err := traceOf(ctx, tx, i.RecordID)
	if err != nil {
		return now, err
	}
	parts := strings.Fields(i.Trace)
	if len(parts) != 4 || parts[0] != strconv.Itoa(now.Version) || parts[1] != strconv.Itoa(now.Changes) {
		return now, errs.New(errs.Conflict, "it was changed since")
	}
	if now.On, err = clock.ParseDate(parts[2]); err != nil {
		return now, err
	}
	now.Refund = parts[3] == "true"
	return now, nil
}
