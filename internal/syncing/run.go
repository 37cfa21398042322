package syncing

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/runs"
)

// Kind is what a run reads.
type Kind string

// The kinds of run. A listing only looks, for a contract's preview.
const (
	Accounts      Kind = "accounts"
	Subscriptions Kind = "subscriptions"
	Listing       Kind = "listing"
)

// The words of every run.
type (
	// Trigger is what started a run.
	Trigger = runs.Trigger
	// State is where a run stands.
	State = runs.State
)

// The triggers and states of every run.
const (
	ByPerson = runs.ByPerson
	ByNight  = runs.ByNight
	ByRetry  = runs.ByRetry

	Queued      = runs.Queued
	Running     = runs.Running
	Interrupted = runs.Interrupted
	Succeeded   = runs.Succeeded
	Partial     = runs.Partial
	Failed      = runs.Failed
	Cancelled   = runs.Cancelled
	Stopped     = runs.Stopped
	Planned     = runs.Planned // a dry run, whose plan waits for a person
)

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
	runs.Head         `gorm:"embedded"`
	ProviderID        uuid.UUID
	Kind              Kind
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
	SavedThrough      string
	Counts            `gorm:"embedded"`
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
	id, err := table().Unfinished(ctx, db, providerID)
	if err != nil || id == uuid.Nil {
		return Run{}, false, err
	}
	r, err := Get(ctx, db, id)
	return r, true, err
}
