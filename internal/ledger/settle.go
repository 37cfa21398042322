package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
)

// Settlement tells on the rows of subscriptions that an invoice has billed their days.
type Settlement struct {
	By      audit.Actor
	Why     string
	Invoice uuid.UUID
	Days    []Settled
}

// Settled is what was billed of one subscription.
type Settled struct {
	Subscription uuid.UUID  `json:"id"`
	From         clock.Date `json:"-"` // rows dated before are archived: nobody bills them here
	To           clock.Date `json:"-"`
	FromText     string     `json:"from,omitempty"`
	ToText       string     `json:"to,omitempty"`
}

// Settle marks the open rows up to a day as invoiced, of all subscriptions at once. It tells a person what has
// become of them; no bill is decided by it.
func Settle(ctx context.Context, tx *gorm.DB, s Settlement) error {
	for i, d := range s.Days {
		s.Days[i].FromText, s.Days[i].ToText = d.From.String(), d.To.String()
	}
	doc, err := json.Marshal(s.Days)
	if err != nil {
		return err
	}
	var rows []struct {
		ID     uuid.UUID
		Before bool
	}
	err = tx.WithContext(ctx).Raw(`SELECT st.change_id AS id, st.change_effective_at < d."from" AS before
		FROM jsonb_to_recordset(?::jsonb) AS d (id uuid, "from" date, "to" date)
		CROSS JOIN LATERAL (SELECT change_id, change_effective_at FROM license_change_status
			WHERE change_subscription_id = d.id AND counted AND billing_state = 'open'
			AND change_effective_at < d."to" OFFSET 0) st
		ORDER BY st.change_id`, string(doc)).
		Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("rows to settle: %w", err)
	}
	var on, before []uuid.UUID
	for _, r := range rows {
		if r.Before {
			before = append(before, r.ID)
		} else {
			on = append(on, r.ID)
		}
	}
	invoiced, archived, invoice := Invoiced, Archived, uuid.NullUUID{UUID: s.Invoice, Valid: true}
	if _, err := (Mark{By: s.By, Why: s.Why, Billing: &invoiced, Invoice: &invoice}).Apply(ctx, tx, on); err != nil {
		return err
	}
	_, err = Mark{By: s.By, Why: "dated before the first day that is billed", Billing: &archived}.Apply(ctx, tx, before)
	return err
}

// Unsettle opens the rows of an invoice again.
func Unsettle(ctx context.Context, tx *gorm.DB, by audit.Actor, why string, invoice uuid.UUID) error {
	var rows []uuid.UUID
	if err := tx.WithContext(ctx).Raw(`SELECT change_id FROM license_change_status WHERE invoice_id = ?`,
		invoice).Scan(&rows).Error; err != nil {
		return fmt.Errorf("rows of invoice %s: %w", invoice, err)
	}
	open, none := Open, uuid.NullUUID{}
	_, err := Mark{By: by, Why: why, Billing: &open, Invoice: &none}.Apply(ctx, tx, rows)
	return err
}

// SettleElsewhere marks rows that another system has billed.
func SettleElsewhere(ctx context.Context, tx *gorm.DB, by audit.Actor, reference string, rows []uuid.UUID) error {
	invoiced := Invoiced
	_, err := Mark{By: by, Why: "billed elsewhere: " + reference, Billing: &invoiced}.Apply(ctx, tx, rows)
	return err
}
