package difference

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/reconcile"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// acceptable are the kinds that the ledger can take from the bill: another number of seats, or another day.
var acceptable = map[Kind]bool{reconcile.Quantity: true, reconcile.NotBilledOn: true, reconcile.Period: true,
	reconcile.OnlyOnBill: true}

// Accept lets the ledger have from a day on the seats that the bill has on it. Where a person enters the seats, a
// change is entered; where the distributor reports them, the row that reached as many moves to that day, for how many
// there are now only it can say.
func (s Service) Accept(ctx context.Context, by audit.Actor, step Step) error {
	return s.alone(ctx, by, func(tx *gorm.DB) (audit.Event, error) { return s.accept(ctx, tx, by, step) })
}

func (s Service) accept(ctx context.Context, tx *gorm.DB, by audit.Actor, step Step) (audit.Event, error) {
	on, err := clock.ParseDate(step.On)
	if err != nil || on.IsZero() {
		return audit.Event{},
			errs.Fields{"effective_at": "Enter the day from which the ledger is to have it, as 2026-03-31."}.Err()
	}
	r, err := open(ctx, tx, step.ID, step.Version)
	if err != nil {
		return audit.Event{}, err
	}
	if why := notAcceptable(r); why != "" {
		return audit.Event{}, errs.New(errs.Conflict, why+" Nothing was changed.")
	}
	seats, err := s.onBill(ctx, tx, r, on)
	if err != nil {
		return audit.Event{}, err
	}
	t, err := s.enter(ctx, tx, by, r, on, seats)
	if err != nil {
		return audit.Event{}, err
	}
	return s.decide(ctx, tx, by, r, decision{state: Accepted, reason: fmt.Sprintf("%d seats from %s on", seats,
		on), trace: t})
}

func notAcceptable(r Row) string {
	switch {
	case !r.SubscriptionID.Valid:
		return "No subscription of ours is meant, so there is no ledger to correct. Say which one it is first."
	case !acceptable[r.Kind]:
		return "The ledger cannot take this from the bill. Bill it, dispute it, or dismiss it."
	}
	return ""
}

// onBill is how many seats the bill has on a day.
func (s Service) onBill(ctx context.Context, tx *gorm.DB, r Row, on clock.Date) (int, error) {
	lines, err := charges(ctx, tx, r)
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		if !l.FromOn.After(on) && on.Before(l.ToOn) {
			n := seatsOn(lines, on)
			if !n.Equal(decimal.NewFromInt(n.IntPart())) || n.Sign() < 0 {
				return 0, errs.New(errs.Conflict,
					"The bill has no whole number of seats on that day. Nothing was changed.")
			}
			return int(n.IntPart()), nil
		}
	}
	return 0,
		errs.Fields{"effective_at": "The bill charges no seats on that day. Choose one of the days of its lines."}.Err()
}

// enter writes the seats into the ledger and tells which row now says so.
func (s Service) enter(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row, on clock.Date, seats int) (t trace,
	err error) {
	act := s.act(by, r)
	note := short("from the bill " + r.Bill)
	var is struct {
		ByHand bool
		Last   int64
	}
	err = tx.WithContext(ctx).Raw(`SELECT p.connector = 'manual' AS by_hand, (SELECT coalesce(max(seq), 0) FROM
			license_changes) AS last
		FROM subscriptions s JOIN providers p ON p.id = s.provider_id WHERE s.id = ?`, act.ID).Scan(&is).Error
	if err != nil {
		return t, fmt.Errorf("provider of a subscription: %w", err)
	}
	if is.ByHand {
		if _, err := subscription.SetQuantity(ctx, tx, act, subscription.Quantity{Seats: seats, On: on,
			Note: note}); err != nil {
			return t, named(err)
		}
		return s.entered(ctx, tx, act.ID, is.Last, on, clock.Date{})
	}
	h, err := history.One(ctx, tx, act.ID)
	if err != nil {
		return t, err
	}
	for _, row := range plan.SeatRows(h) {
		if row.Reached == seats && row.On.After(on) {
			if _, err := subscription.CorrectChange(ctx, tx, act, subscription.Correction{ChangeID: row.ID, On: on,
				Note: note}); err != nil {
				return t, named(err)
			}
			return s.entered(ctx, tx, act.ID, is.Last, on, row.On)
		}
	}
	return t, errs.Newf(errs.Conflict,
		"The distributor has not reported %d seats after that day, and how many there are only it "+
			"can say. Sync first; then the change is moved to its day. Nothing was changed.", seats)
}

func (s Service) act(by audit.Actor, r Row) subscription.Act {
	return subscription.Act{ID: r.SubscriptionID.UUID, Zone: s.Zone,
		Origin: ledger.Origin{Source: ledger.FromPerson, By: by, At: s.Clock.Now()}}
}

// entered finds the row that was just written for a day, and has what follows from it done.
func (s Service) entered(ctx context.Context, tx *gorm.DB, sub uuid.UUID, after int64, on, was clock.Date) (t trace,
	err error) {
	var rows []uuid.UUID
	err = tx.WithContext(ctx).Raw(`SELECT c.id FROM license_changes c JOIN license_change_status st ON st.change_id
		= c.id
		WHERE c.subscription_id = ? AND st.counted AND c.seq > ? AND c.effective_at = ? ORDER BY c.seq LIMIT 1`,
		sub, after,
		on).Scan(&rows).Error
	if err != nil {
		return t, fmt.Errorf("the row that was entered: %w", err)
	}
	if len(rows) > 0 {
		t.Rows = []entry{{rows[0], was}}
	}
	return t, s.touched(tx, sub)
}

func (s Service) touched(tx *gorm.DB, sub uuid.UUID) error {
	if s.Touched == nil {
		return nil
	}
	return s.Touched(tx, sub)
}

// takeOut takes the row that an acceptance wrote out of the ledger again, or moves it back to the day that the
// distributor told. Where a run has billed or drafted with it since, that would credit the customer unseen, so the
// step stays and says what to do first (RULES 1: setting aside shows its money first).
func (s Service) takeOut(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row, row entry) error {
	var is struct {
		ID      uuid.UUID
		On      clock.Date
		Same    bool
		Invoice string
	}
	// The row may have been written anew for another one; it is then the last of its line.
	err := tx.WithContext(ctx).Raw(`
		WITH RECURSIVE line AS (
			SELECT c.* FROM license_changes c WHERE c.id = @row
			UNION ALL SELECT n.* FROM line l JOIN license_changes n ON n.replaces_id = l.id)
		SELECT l.id, l.effective_at AS on, l.effective_at = f.effective_at AND l.quantity_after = f.quantity_after
		AS same,
			coalesce((SELECT coalesce(nullif(i.number_text, ''), 'a draft') FROM invoice_lines x JOIN invoices i ON
				i.id = x.invoice_id
				WHERE x.subscription_id = l.subscription_id AND x.live AND i.after_seq >= f.seq AND x.to_date >
				f.effective_at
				ORDER BY i.seq LIMIT 1), '') AS invoice
		FROM line l JOIN license_change_status st ON st.change_id = l.id AND st.counted, license_changes f WHERE
		f.id = @row`,
		map[string]any{"row": row.ID}).Scan(&is).Error
	switch {
	case err != nil:
		return fmt.Errorf("row of an acceptance: %w", err)
	case is.ID == uuid.Nil: // somebody has set it aside
		return nil
	case !is.Same:
		return errs.Newf(errs.Conflict,
			"The row that this step wrote into the ledger was corrected since and stands on %s. "+
				"Set it aside on the subscription's page first, if it is wrong. Nothing was changed.", is.On)
	case is.Invoice != "":
		return errs.Newf(errs.Conflict, "An invoice was made with these seats since (%s). Set the row aside on the "+
			"subscription's page, which shows what is credited, or void the invoice, and take this back then. "+
			"Nothing was changed.", is.Invoice)
	}
	c := subscription.Correction{ChangeID: is.ID, Note: short("taken back: from the bill " + r.Bill)}
	if c.SetAside = row.Was.IsZero(); !c.SetAside {
		c.On = row.Was
	}
	if _, err := subscription.CorrectChange(ctx, tx, s.act(by, r), c); err != nil {
		return err
	}
	return s.touched(tx, r.SubscriptionID.UUID)
}

// named tells a refusal at the field of the form.
func named(err error) error {
	fields := errs.FieldsOf(err)
	for _, from := range []string{"quantity", "note", "on"} {
		if says := fields[from]; says != "" {
			return errs.Fields{"effective_at": says}.Err()
		}
	}
	return err
}

// Reach says how far a change of the ledger on a day would reach into what is billed already; empty: it does not.
func (s Side) Reach(on clock.Date) string {
	if s.billedTo.IsZero() || !on.Before(s.billedTo) {
		return ""
	}
	return fmt.Sprintf("Days up to %s are billed already: the next run of the contract charges or credits what changes on them.",
		s.billedTo.AddDays(-1))
}

// Acceptable tells whether the ledger can take it from the bill.
func (r Row) Acceptable() bool { return notAcceptable(r) == "" }

// Undoable tells whether there is something to take back: a decision, or what an earlier one wrote of a difference
// that is to do again.
func (r Row) Undoable() bool { return r.State != Todo || r.Trace != "" }

// Billable tells whether it may be billed to the customer.
func (r Row) Billable() bool { return notBillable(r) == "" }
