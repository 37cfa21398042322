// Package notify is the outbox: what somebody must hear of, written in the
// transaction of what it tells, read on the bell page, and sent on by mail and
// webhooks. It stands beside the audit trail, low enough that every room may
// write to it, and knows no record but by name.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Event is one thing to hear of, about one object.
type Event struct {
	Kind       Kind
	ObjectType string // as the audit trail names it: "sync_run"
	ObjectID   string
	ObjectName string
	ProviderID uuid.UUID // zero: of no provider
	Provider   string    // its name
	Text       string    // what happened, what was kept, what to do
	// What it comes to: seats, and money a month in each currency.
	SeatsLost, SeatsGained int
	MoneyMonth             []money.Amount
	Severity               Severity  // empty: the kind's own
	ID                     uuid.UUID // zero: made here. Mail and webhooks are sent under it
}

// Record writes an event in the transaction of what it tells.
func Record(ctx context.Context, tx *gorm.DB, clk clock.Clock, e Event) error {
	if err := complete(&e); err != nil {
		return err
	}
	sums, err := json.Marshal(append([]money.Amount{}, e.MoneyMonth...))
	if err != nil {
		return err
	}
	err = tx.WithContext(ctx).Exec(`
		INSERT INTO notices (id, at, kind, severity, object_type, object_id, object_name, provider_id, provider, text,
			seats_lost, seats_gained, money_month)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)`,
		e.ID, clk.Now(), e.Kind, e.Severity, e.ObjectType, e.ObjectID, e.ObjectName,
		uuid.NullUUID{UUID: e.ProviderID, Valid: e.ProviderID != uuid.Nil}, e.Provider, e.Text, e.SeatsLost,
		e.SeatsGained, string(sums)).Error
	if err != nil {
		return fmt.Errorf("notice %s: %w", e.Kind, err)
	}
	return nil
}

// complete fills what follows from the kind, and refuses an event that nobody could read.
func complete(e *Event) error {
	if !e.Kind.Known() {
		return fmt.Errorf("notify: unknown kind %q", e.Kind)
	}
	if e.Text == "" {
		return errors.New("notify: an event without a text")
	}
	if e.Severity == "" {
		e.Severity = e.Kind.Severity()
	}
	if e.ID == uuid.Nil {
		id, err := uuid.NewV7()
		e.ID = id
		return err
	}
	return nil
}

// SaidLast tells whether the last event of its kind about the same provider said the same words.
func SaidLast(ctx context.Context, tx *gorm.DB, e Event) (bool, error) {
	var text string
	err := tx.WithContext(ctx).Raw(`SELECT text FROM notices WHERE kind = ? AND provider_id = ?
		ORDER BY at DESC, id DESC
		LIMIT 1`, e.Kind, e.ProviderID).Scan(&text).Error
	return text == e.Text, err
}
