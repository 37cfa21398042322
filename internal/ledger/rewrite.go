package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Rewriting is a row as it should have been. What is not said stays as it was.
type Rewriting struct {
	Row     uuid.UUID
	On      clock.Date
	Delta   int
	Reached *int // the quantity with it; nil: as the row it replaces said
	// of the row it replaces; kept also where the seats now rise, for days on which rows count as one
	Refund     bool
	WrittenFor uuid.NullUUID // the row entered before it, because of which it is written anew
	Why        string        // of setting the old one aside
	Note       string
	Origin     Origin
}

// Rewrite sets a row aside and writes it anew in its place (RULES 1). It gives the new
// row's id. errs.Conflict for a row that is set aside already.
func Rewrite(ctx context.Context, tx *gorm.DB, r Rewriting) (uuid.UUID, error) {
	if err := SetAside(ctx, tx, r.Origin.By, r.Why, r.Row); err != nil {
		return uuid.Nil, err
	}
	id := uuid.Must(uuid.NewV7())
	err := tx.WithContext(ctx).Exec(rewriteRow, map[string]any{
		"id": id, "old": r.Row, "on": r.On, "at": r.Origin.At, "delta": r.Delta, "reached": r.Reached,
		"refund": r.Refund, "for": r.WrittenFor,
		"note": r.Note, "source": r.Origin.Source, "actor": r.Origin.By.Name,
		"actor_id": uuid.NullUUID{UUID: r.Origin.By.ID, Valid: r.Origin.By.IsPerson()},
	}).Error
	if err != nil {
		return uuid.Nil, fmt.Errorf("write ledger row anew: %w", err)
	}
	return id, nil
}

// The new row keeps what the old one says but its day and seats; the status follows in the same statement.
const rewriteRow = `
WITH written AS (
    INSERT INTO license_changes (id, subscription_id, event, reason, effective_at, recorded_at, delta, quantity_after,
	estimated,
        unit_cost, cost_period, cost_currency, unit_price, price_period, currency, details, source, actor_id, actor,
	note,
        refund, replaces_id, written_for_id, product_id, term, billing_frequency, price_from, price_item_id)
    SELECT CAST(@id AS uuid), c.subscription_id, c.event, c.reason, CAST(@on AS date), CAST(@at AS timestamptz),
	CAST(@delta AS integer),
        coalesce(CAST(@reached AS integer), c.quantity_after), false,
        c.unit_cost, c.cost_period, c.cost_currency, c.unit_price, c.price_period, c.currency, c.details, @source,
	CAST(@actor_id AS uuid), @actor, @note,
        @refund, c.id, CAST(@for AS uuid), c.product_id, c.term, c.billing_frequency, c.price_from, c.price_item_id
    FROM license_changes c WHERE c.id = CAST(@old AS uuid)
    RETURNING id, delta, refund)
INSERT INTO license_change_status (change_id, counted, billing_state)
SELECT id, true, CASE WHEN delta < 0 AND NOT refund THEN 'archived' ELSE 'open' END FROM written`

// SetAside lets a row count no more, with who and why. errs.Conflict when it does not count already.
func SetAside(ctx context.Context, tx *gorm.DB, by audit.Actor, why string, row uuid.UUID) error {
	no := false
	n, err := Mark{By: by, Why: why, Counted: &no}.Apply(ctx, tx, []uuid.UUID{row})
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "This row is set aside already. Nothing was changed; "+
			"look at the row that took its place.")
	}
	return err
}

// ReplacementOf is the row that stands in another's place; false: none does.
func ReplacementOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Entry, bool, error) {
	var rows []Entry
	err := db.WithContext(ctx).Raw(`SELECT `+entryColumns+
		` FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		WHERE c.replaces_id = ?`, id).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return Entry{}, false, err
	}
	return rows[0], true, nil
}
