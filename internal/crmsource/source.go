// Package crmsource keeps the CRMs that are read by themselves: their settings and
// sealed secrets, the connectivity check, the schedule, and the runs that bring
// customers in. What becomes of a customer here is decided in crm; how Dynamics 365 is
// asked stands in crm/dataverse. It knows nothing of River or HTTP.
package crmsource

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/crm/dataverse"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
)

// Source is one CRM organisation. Its secret stands apart, sealed.
type Source struct {
	ID            uuid.UUID
	Name          string
	URL           string
	Tenant        string // directory id or domain
	ClientID      string
	TokenURL      string
	PageSize      int
	TenantColumn  string
	Nightly       bool
	Active        bool
	NextAt        *time.Time `gorm:"->"` // by the schedule of runs; nil: only on demand
	CredentialsAt time.Time
	CheckedAt     *time.Time
	CheckedBy     string
	CheckResult   *string
	CheckLayers   json.RawMessage `gorm:"type:jsonb"`
	AccountsDelta string
	ContactsDelta string
	ReadAt        *time.Time
	ReadWholeAt   *time.Time
	CompareFirst  bool
	Version       int
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TableName is the table of sources.
func (Source) TableName() string { return "crm_sources" }

// Connectivity is the word for how the last check stands now.
type Connectivity string

// The words, as a provider's.
const (
	Unverified  Connectivity = "unverified"
	Verified    Connectivity = "verified"
	Warning     Connectivity = "warning"
	CheckFailed Connectivity = "failed"
	Stale       Connectivity = "stale"
)

// Connectivity tells how the last check stands now. Stale: a setting it was about was edited since.
func (s Source) Connectivity() Connectivity {
	switch {
	case s.CheckedAt == nil || s.CheckResult == nil:
		return Unverified
	case s.CheckedAt.Before(s.CredentialsAt):
		return Stale
	case *s.CheckResult == string(distributor.Failed):
		return CheckFailed
	case *s.CheckResult == string(distributor.Warned):
		return Warning
	}
	return Verified
}

// Layers reads the stored layers of the last check.
func (s Source) Layers() []distributor.Layer {
	var ls []distributor.Layer
	if json.Unmarshal(s.CheckLayers, &ls) != nil {
		return nil
	}
	return ls
}

// origin is how this source signs the values that it gives.
func (s Source) origin(at time.Time) crm.Origin {
	return crm.Origin{By: crm.Dataverse, Name: s.Name, ID: s.ID.String(), At: at}
}

// Service is what the room needs beyond a transaction. Its functions are set once, by app.
type Service struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Zone   *time.Location
	Log    *slog.Logger
	Meter  *obs.Meter // nil: nothing is counted
	Sealer *secret.Sealer
	CRM    crm.Service
	// Open makes a client for a source's settings.
	Open func(dataverse.Config) (*dataverse.Client, error)
	// CheckURL says whether an address may be called at all, in words for a form's field.
	CheckURL func(raw string) error
	// Enqueue puts the run's job into the queue, in the run's own transaction, not before the delay is over.
	Enqueue func(ctx context.Context, tx *gorm.DB, runID uuid.UUID, delay time.Duration) error
	// SyncAt is the time of day of the nightly reading, as hours and minutes since midnight in Zone. Until SyncUntil a
	// failed night is tried again.
	SyncAt, SyncUntil time.Duration
	// Lease is how long a run counts as alive without a sign of life; 0 means as all runs do.
	Lease time.Duration
	// Holder names this process in the lease.
	Holder string
}

// Get reads a source; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Source, error) {
	return one(db.WithContext(ctx).Raw(`SELECT s.*, `+nextAt+` FROM crm_sources s WHERE id = ?`, id))
}

func lock(tx *gorm.DB, id uuid.UUID) (Source, error) {
	return one(tx.Raw(`SELECT s.*, `+nextAt+` FROM crm_sources s WHERE id = ? FOR UPDATE`, id))
}

const (
	nextOf = `(SELECT next_at FROM run_nights WHERE runs = 'crm_source_runs' AND subject = s.id)`
	nextAt = nextOf + ` AS next_at`
)

func one(query *gorm.DB) (Source, error) {
	var found []Source
	if err := query.Scan(&found).Error; err != nil {
		return Source{}, fmt.Errorf("crm source: %w", err)
	}
	if len(found) == 0 {
		return Source{}, errs.New(errs.NotFound, "There is no such CRM source.")
	}
	return found[0], nil
}

const figures = customersOf + ` AS customers, ` + goneOf + ` AS gone, ` + refusedOf + ` AS refused,
	(SELECT count(*) FROM crm_source_contacts c WHERE c.source_id = s.id) AS contacts`

// Figures are how much a source has brought.
type Figures struct {
	Customers int // CRM accounts that it feeds
	Gone      int // of them, no longer at the source
	Refused   int // records that could not be brought in
	Contacts  int // with a mail domain
}

// FiguresOf counts what a source has brought.
func FiguresOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Figures, error) {
	var f Figures
	err := db.WithContext(ctx).Raw(`SELECT `+figures+` FROM crm_sources s WHERE s.id = ?`, id).Scan(&f).Error
	return f, err
}
