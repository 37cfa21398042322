// Package selection is bulk work, whatever is done: a selection of records (ticked ones, or all
// that match a filter), a preview with digest, counts and money, a durable run that does it, and
// one undo. What changed between preview and deed, or between deed and undo, is left alone and
// said by name. It knows no deed and no list of its own: both are handed to it.
package selection

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
)

// Most is how many records one piece of bulk work takes.
const Most = 100_000

// Deed is something that can be done to one record and so to many.
type Deed interface {
	// Name is what the deed is called in the database and in addresses.
	Name() string
	// List is whose records it is done to.
	List() string
	// Chunk is how many records are looked at or done in one transaction.
	Chunk() int
	// Marks tells how records stand now, in a text that differs where anything differs that the
	// preview rests on. A record that is gone has none.
	Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error)
	// Look says what the deed would do to each record. It writes nothing.
	Look(ctx context.Context, db *gorm.DB, w Work, records []Record) ([]Seen, error)
	// Do does it to records that still stand as they were marked, and Undo takes it back where
	// nothing has changed since. Both give each record its result, and fail only for what is no
	// fault of a record. Each carries one out at a time.
	Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w Work, items []Item) ([]Result, error)
	Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, w Work, items []Item) ([]Result, error)
}

// Checker is a deed that asks for more than a text can say wrong: it refuses what was typed, as errs.Invalid
// with the fields, before anything is looked at.
type Checker interface {
	Check(ctx context.Context, db *gorm.DB, p Params) error
}

// Arranger is a deed that is done in an order of its own, not in that in which records were chosen.
type Arranger interface {
	Arrange(ctx context.Context, db *gorm.DB, records []Record) error
}

// Record is a chosen record with how it stood when it was shown; an empty mark asks nothing.
type Record struct {
	ID   uuid.UUID
	Mark string
}

// Seen is what a deed would do to a record.
type Seen struct {
	ID       uuid.UUID
	Name     string // what a person calls it
	Sub      string // what tells it from others of that name
	Will     bool
	Kind     string // what it is counted under: why it is not done, or in which way it is
	Says     string // what else a person should know of it
	Seats    int
	Amount   decimal.NullDecimal // the money that is concerned
	Was      decimal.NullDecimal // what it comes to before, where a deed changes it to the amount
	Currency string
}

// Result is what came of one record.
type Result struct {
	ID      uuid.UUID
	Trace   string // what is needed to take it back
	Refused string // why it was not done; empty: it was
	Events  []audit.Event
}

// Work is one piece of bulk work.
type Work struct {
	ID     uuid.UUID
	Deed   string
	List   string
	Filter *string // the address of the list where all that match were chosen; nil: ticked ones
	Params Params
	Step   Step
	Digest string
	At     time.Time
	Actor  string
	DoneAt *time.Time
	DoneBy string
	UndoAt *time.Time
	UndoBy string

	ActorID  uuid.NullUUID
	DoneByID uuid.NullUUID
	UndoByID uuid.NullUUID
}

// Step is how far a piece of work has come.
type Step string

// The steps.
const (
	Looking Step = "look" // a preview, made or being made
	Doing   Step = "do"
	Undoing Step = "undo"
)

// Shown tells whether the preview stands and waits for a person.
func (w Work) Shown() bool { return w.Step == Looking && w.Digest != "" }

func (w Work) doer() audit.Actor   { return audit.Actor{ID: w.DoneByID.UUID, Name: w.DoneBy} }
func (w Work) undoer() audit.Actor { return audit.Actor{ID: w.UndoByID.UUID, Name: w.UndoBy} }

// Item is one record of a piece of work.
type Item struct {
	RecordID uuid.UUID
	State    State
	Name     string
	Sub      string
	Mark     string
	Kind     string
	Says     string
	Seats    int
	Amount   decimal.NullDecimal
	Was      decimal.NullDecimal
	Currency string
	Why      string
	Trace    string
}

// State is how far one record has come.
type State string

// The states.
const (
	Unseen      State = "unseen"
	Will        State = "will"
	Wont        State = "wont"
	Waiting     State = "waiting"
	Done        State = "done"
	Skipped     State = "skipped"
	BeingUndone State = "undoing"
	Undone      State = "undone"
	Kept        State = "kept" // not taken back
)

// Find gives the records that an address of a list lets through, no more than the limit.
type Find func(ctx context.Context, db *gorm.DB, address string, most int) ([]uuid.UUID, error)

// Service does bulk work.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	Log   *slog.Logger
	Meter *obs.Meter // nil: nothing is counted
	// Holder names this process in the leases of runs.
	Holder string
	// Enqueue puts the job of a run into the queue, in the transaction of its row.
	Enqueue func(ctx context.Context, tx *gorm.DB, job Job, delay time.Duration) error

	Deeds []Deed
	Lists map[string]Find
	// Waits is how long an answer waits for a run (Go); 0: until it has ended.
	Waits time.Duration
}

// Deed finds a deed by its name.
func (s *Service) Deed(name string) (Deed, error) {
	for _, d := range s.Deeds {
		if d.Name() == name {
			return d, nil
		}
	}
	return nil, errs.New(errs.NotFound, "There is nothing of this name that can be done to many.")
}

func actorID(by audit.Actor) uuid.NullUUID { return uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()} }
