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
	"seatledger/internal/postgres"
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
	if len(events) == 0 {
		return nil
	}
	if err := insert(ctx, tx, clk, by, events); err != nil {
		return fmt.Errorf("audit %s: %w", events[0].Action, err)
	}
	return nil
}

// insert writes events in their order with one statement: work on many records has as many of them.
func insert(ctx context.Context, tx *gorm.DB, clk clock.Clock, by Actor, events []Event) error {
	var actions, types, ids, names, befores, afters postgres.Texts
	for _, e := range events {
		before, err := document(e.Before)
		if err != nil {
			return err
		}
		after, err := document(e.After)
		if err != nil {
			return err
		}
		actions, types, ids = append(actions, e.Action), append(types, e.ObjectType), append(ids, e.ObjectID)
		names, befores, afters = append(names, e.ObjectName), append(befores, before), append(afters, after)
	}
	var id any
	if by.IsPerson() {
		id = by.ID
	}
	return tx.WithContext(ctx).Exec(`
		INSERT INTO audit_events (at, true_at, actor_id, actor, action, object_type, object_id, object_name, before,
			after, request_id)
		SELECT ?::timestamptz, ?::timestamptz, ?::uuid, ?::text, action, object_type, object_id, object_name,
			nullif(before, '')::jsonb, nullif(after, '')::jsonb, ?::text
		FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[]) WITH ORDINALITY
			AS e (action, object_type, object_id, object_name, before, after, n) ORDER BY n`,
		clk.Now(), clock.TrueOrNil(clk), id, by.Name, obs.RequestID(ctx), actions, types, ids, names, befores,
		afters).Error
}

// document is a value as JSON; empty: there is none.
func document(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}
