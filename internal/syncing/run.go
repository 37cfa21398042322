package syncing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// Kind is what a run reads.
type Kind string

// The kinds of run. A listing only looks, for a contract's preview.
const (
	Accounts      Kind = "accounts"
	Subscriptions Kind = "subscriptions"
	Listing       Kind = "listing"
)

// Trigger is what started a run.
type Trigger string

// The triggers.
const (
	ByPerson Trigger = "person"
	ByNight  Trigger = "nightly"
	ByRetry  Trigger = "retry"
)

// State is where a run stands.
type State string

// The states. Interrupted goes on by itself; stopped was ended by the guard and asks.
const (
	Queued      State = "queued"
	Running     State = "running"
	Interrupted State = "interrupted"
	Succeeded   State = "succeeded"
	Partial     State = "partial"
	Failed      State = "failed"
	Cancelled   State = "cancelled"
	Stopped     State = "stopped"
	Planned     State = "planned" // a dry run's plan waits for a person
)

// Finished tells whether a run has come to its end.
func (s State) Finished() bool {
	switch s {
	case Succeeded, Partial, Failed, Cancelled, Stopped, Planned:
		return true
	}
	return false
}

// Counts are what a run found: subscriptions in a subscription run, accounts in
// an account run. Failed counts accounts in both; Total and Done count accounts.
type Counts struct {
	Total     int
	Done      int
	Added     int
	Changed   int
	Unchanged int
	Gone      int
	Held      int
	Failed    int
}

// Run is one pass of reading a provider.
type Run struct {
	ID                uuid.UUID
	ProviderID        uuid.UUID
	Kind              Kind
	Trigger           Trigger
	AccountID         *uuid.UUID
	ContractID        *uuid.UUID
	OnlyAccounts      []string `gorm:"type:jsonb;serializer:json"`
	OnlyExternalIDs   []string `gorm:"type:jsonb;serializer:json;column:only_external_ids"`
	RetryOf           *uuid.UUID
	ThenSubscriptions bool
	Anyway            bool
	AllowGone         bool
	Dry               bool       // only plans
	AppliesRunID      *uuid.UUID // carries out the plan of that run, which a person saw
	State             State
	RequestedByID     *uuid.UUID
	RequestedBy       string
	RequestedAt       time.Time
	StartedAt         *time.Time
	FinishedAt        *time.Time
	Attempt           int
	ResumeAt          *time.Time
	CancelRequestedAt *time.Time
	CancelRequestedBy string
	SavedThrough      string
	Counts            `gorm:"embedded"`
	Message           string
	Advice            string
}

// TableName is the table of runs.
func (Run) TableName() string { return "sync_runs" }

// whole tells whether a run covers every account of its provider: only then may absence count.
func (r Run) whole() bool {
	return r.AccountID == nil && r.ContractID == nil && len(r.OnlyAccounts) == 0
}

// Get reads a run; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Run, error) {
	var r Run
	err := db.WithContext(ctx).Where("id = ?", id).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return r, errs.New(errs.NotFound, "There is no such sync run.")
	}
	return r, err
}

// Unfinished finds the run of a provider that has not ended yet.
func Unfinished(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (Run, bool, error) {
	var rs []Run
	err := db.WithContext(ctx).Where("provider_id = ? AND state IN ('queued', 'running', 'interrupted')",
		providerID).Find(&rs).Error
	if err != nil || len(rs) == 0 {
		return Run{}, false, err
	}
	return rs[0], true, nil
}
