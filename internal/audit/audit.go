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

// From is where somebody does something: the address of the client, and the session by a name that opens nothing.
type From struct {
	Address string
	Session uuid.UUID // zero: without one
}

type fromKey struct{}

// WithFrom marks a context with where its request comes from: every entry that is made under it bears that.
func WithFrom(ctx context.Context, f From) context.Context {
	return context.WithValue(ctx, fromKey{}, f)
}

// FromOf is where a request comes from; the zero From where that is not known.
func FromOf(ctx context.Context) From {
	f, _ := ctx.Value(fromKey{}).(From)
	return f
}

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

// Note writes an event that belongs to no other change, in a transaction of its own.
func Note(ctx context.Context, db *postgres.DB, clk clock.Clock, by Actor, e Event) error {
	return db.InTx(ctx, func(tx *gorm.DB) error { return Record(ctx, tx, clk, by, e) })
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
	from := FromOf(ctx)
	return tx.WithContext(ctx).Exec(`
		INSERT INTO audit_events (at, true_at, actor_id, actor, action, object_type, object_id, object_name, before,
			after, request_id, address, session_id)
		SELECT ?::timestamptz, ?::timestamptz, ?::uuid, ?::text, action, object_type, object_id, object_name,
			nullif(before, '')::jsonb, nullif(after, '')::jsonb, ?::text, ?::text, ?::uuid
		FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[]) WITH ORDINALITY
			AS e (action, object_type, object_id, object_name, before, after, n) ORDER BY n`,
		clk.Now(), clock.TrueOrNil(clk), orNull(by.ID), by.Name, obs.RequestID(ctx), from.Address, orNull(from.Session),
		actions, types, ids, names, befores, afters).Error
}

func orNull(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

// document is a value as JSON; empty: there is none.
func document(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}
