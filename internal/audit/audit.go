// Package audit is the trail of who did what, with before and after. Rows are
// chained and append-only, held by the database. It knows no record but by name.
package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/obs"
)

// Actor is who does something: a user, or Seatledger itself at night.
type Actor struct {
	ID   uuid.UUID // zero for Seatledger itself
	Name string
}

// System is the actor of what runs by itself.
var System = Actor{Name: "Seatledger"}

// IsPerson tells whether a person acts.
func (a Actor) IsPerson() bool { return a.ID != uuid.Nil }

// Event is one thing done to one object. Before and After hold only what changed,
// never a secret; nil where there is none.
type Event struct {
	Action     string // past tense: "provider.created"
	ObjectType string // "provider"
	ObjectID   string
	ObjectName string
	Before     any
	After      any
}

// ErrNoActor says that somebody forgot to say who acts.
var ErrNoActor = errors.New("audit: no actor")

// Record writes events in the transaction of what they tell of. It takes the
// chain's lock until commit, so call it last.
func Record(ctx context.Context, tx *gorm.DB, clk clock.Clock, by Actor, events ...Event) error {
	if by.Name == "" {
		return ErrNoActor
	}
	for _, e := range events {
		if err := insert(ctx, tx, clk, by, e); err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
	}
	return nil
}

func insert(ctx context.Context, tx *gorm.DB, clk clock.Clock, by Actor, e Event) error {
	before, err := document(e.Before)
	if err != nil {
		return err
	}
	after, err := document(e.After)
	if err != nil {
		return err
	}
	var id any
	if by.IsPerson() {
		id = by.ID
	}
	return tx.WithContext(ctx).Exec(`
		INSERT INTO audit_events (at, true_at, actor_id, actor, action, object_type, object_id, object_name, before,
			after, request_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?)`,
		clk.Now(), clock.TrueOrNil(clk), id, by.Name, e.Action, e.ObjectType, e.ObjectID, e.ObjectName, before, after,
		obs.RequestID(ctx)).Error
}

func document(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}
