package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Correction is the right date of an estimated row, from a person.
type Correction struct {
	ChangeID uuid.UUID
	On       clock.Date
	Note     string
	By       audit.Actor
	At       time.Time
}

// Correct sets an estimated row aside and appends one with the right date, which
// names the first as its origin (RULES 2). It gives the new row's id. Refused for a
// row that is no estimate, is set aside already, or is on an invoice.
func Correct(ctx context.Context, tx *gorm.DB, c Correction) (uuid.UUID, error) {
	old, err := lockEntry(ctx, tx, c.ChangeID)
	if err != nil {
		return uuid.Nil, err
	}
	if err := correctable(ctx, tx, old, c); err != nil {
		return uuid.Nil, err
	}
	aside := false
	why := fmt.Sprintf("date corrected from %s to %s", old.EffectiveAt, c.On)
	if _, err := (Mark{By: c.By, Why: why, Counted: &aside}).Apply(ctx, tx, []uuid.UUID{old.ID}); err != nil {
		return uuid.Nil, err
	}
	id := uuid.Must(uuid.NewV7())
	return id, tx.WithContext(ctx).Exec(copyRow, map[string]any{
		"id": id, "old": old.ID, "on": c.On, "at": c.At, "note": c.Note, "actor": c.By.Name,
		"actor_id": uuid.NullUUID{UUID: c.By.ID, Valid: c.By.IsPerson()}, "billing": old.BillingState,
	}).Error
}

// The copy keeps what the row says but its date; the status rows follow in the same statement.
const copyRow = `
WITH copied AS (
    INSERT INTO license_changes (id, subscription_id, event, reason, effective_at, recorded_at, delta, quantity_after, estimated,
        unit_cost, cost_period, cost_currency, unit_price, price_period, currency, details, source, sync_run_id, actor_id, actor, note, replaces_id, refund,
        product_id, term, billing_frequency, price_from)
    SELECT CAST(@id AS uuid), c.subscription_id, c.event, c.reason, CAST(@on AS date), CAST(@at AS timestamptz), c.delta, s.ledger_quantity + c.delta, false,
        c.unit_cost, c.cost_period, c.cost_currency, c.unit_price, c.price_period, c.currency, c.details, 'person', NULL::uuid, CAST(@actor_id AS uuid), @actor, @note, c.id, c.refund,
        c.product_id, c.term, c.billing_frequency, c.price_from
    FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id WHERE c.id = CAST(@old AS uuid)
    RETURNING id)
INSERT INTO license_change_status (change_id, counted, billing_state) SELECT id, true, @billing FROM copied`

func lockEntry(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Entry, error) {
	var e Entry
	err := tx.WithContext(ctx).Raw(`
		SELECT `+entryColumns+` FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id
		JOIN subscriptions s ON s.id = c.subscription_id
		WHERE c.id = ? FOR UPDATE OF st, s`, id).Scan(&e).Error
	if err == nil && e.ID == uuid.Nil {
		err = errs.New(errs.NotFound, "There is no such ledger row.")
	}
	return e, err
}

func correctable(ctx context.Context, tx *gorm.DB, old Entry, c Correction) error {
	switch {
	case !old.Counted:
		return errs.New(errs.Conflict, "This row is set aside already. Correct the row that took its place.")
	case !old.Estimated:
		return errs.New(errs.Conflict, "The date of this row is not an estimate, so it stays. Nothing was changed.")
	case old.BillingState == Invoiced:
		return errs.New(errs.Conflict, "This row is on an invoice. Void or credit that first; nothing was changed.")
	}
	if c.On.IsZero() {
		return errs.Fields{"effective_at": "Enter the day from which it holds."}.Err()
	}
	lines, err := Timelines(ctx, tx, []uuid.UUID{old.SubscriptionID})
	if err != nil {
		return err
	}
	return fits(lines[old.SubscriptionID].Add(old.EffectiveAt, -old.Delta), old, c.On)
}

// fits refuses a date on which the row would leave some day with fewer than zero
// seats, or would come before the subscription's beginning.
func fits(others Timeline, old Entry, on clock.Date) error {
	if day, below := others.Add(on, old.Delta).belowZero(); below {
		return errs.Fields{"effective_at": fmt.Sprintf("With this date fewer than zero seats would be left on %s.", day)}.Err()
	}
	first, any := others.begins()
	switch {
	case !any:
		return nil
	case old.Event == Create && on.After(first):
		return errs.Fields{"effective_at": fmt.Sprintf("It cannot begin after %s, when its seats changed.", first)}.Err()
	case old.Event != Create && on.Before(first):
		return errs.Fields{"effective_at": fmt.Sprintf("The subscription begins on %s.", first)}.Err()
	}
	return nil
}
