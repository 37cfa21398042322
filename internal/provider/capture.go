package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/capture"
	"seatledger/internal/errs"
)

// Limits of a capture.
const (
	CaptureAccounts = 5  // unless the person says another number
	MostAccounts    = 50 // that one capture reads
	captureLimit    = 25 * time.Second
	captureKept     = 24 * time.Hour
)

// Captured is a capture between its preview and its download.
type Captured struct {
	ID         uuid.UUID
	ProviderID uuid.UUID
	MadeAt     time.Time
	MadeBy     string
	Content    []byte
	Kept       json.RawMessage `gorm:"type:jsonb"`
}

// TableName is the table of captures.
func (Captured) TableName() string { return "provider_captures" }

// Preview tells what it keeps.
func (c Captured) Preview() (capture.Preview, error) {
	var p capture.Preview
	return p, json.Unmarshal(c.Kept, &p)
}

// Capture reads a little of a provider and gives it with everything replaced that could
// name somebody. It only reads, and stores nothing.
func (s *Service) Capture(ctx context.Context, p Provider, accounts int) (capture.File, error) {
	if p.Connector == distributor.Manual {
		return capture.File{}, errs.New(errs.Conflict, "A manual provider has no connection to capture.")
	}
	if accounts < 1 || accounts > MostAccounts {
		problems := errs.Fields{}
		problems.Add("accounts", "Enter a number of accounts from 1 to %d.", MostAccounts)
		return capture.File{}, problems.Err()
	}
	d, _, err := dialect.StoredDialect(ctx, s.DB.Read(ctx), p.ID)
	if err != nil {
		return capture.File{}, err
	}
	cred, err := s.credentials(ctx, p, d)
	if err != nil {
		return capture.File{}, said409(err)
	}
	cred.Key, cred.Concurrency = "", 1
	recorder := capture.NewRecorder(p.URL)
	conn, err := s.Record(recorder)(ctx, cred)
	if err != nil {
		return capture.File{}, said409(err)
	}
	all, chosen, err := capture.Read(ctx, conn, accounts)
	if err != nil {
		return capture.File{}, said409(err)
	}
	return recorder.Make(p.Connector, all, chosen)
}

// said409 gives the sentence of a failed call to a person who asked for something that needs it.
func said409(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errs.New(errs.Unavailable,
			"The distributor did not answer in time. "+
				"Nothing was captured; try again later.")
	}
	var e *distributor.Error
	if errors.As(err, &e) {
		return errs.Because(errs.Conflict, e.Sentence()+" Nothing was captured.", err)
	}
	return err
}

// CaptureForPage makes a capture within a request and keeps it for a day, for its preview
// and its download.
func (s *Service) CaptureForPage(ctx context.Context, by audit.Actor, id uuid.UUID, accounts int) (Captured, error) {
	p, err := Get(ctx, s.DB.Read(ctx), id)
	if err != nil {
		return Captured{}, err
	}
	reading, cancel := context.WithTimeout(ctx, captureLimit)
	defer cancel()
	f, err := s.Capture(reading, p, accounts)
	if err != nil {
		return Captured{}, err
	}
	kept, err := json.Marshal(f.Preview)
	if err != nil {
		return Captured{}, err
	}
	now := s.Clock.Now()
	c := Captured{ID: uuid.Must(uuid.NewV7()), ProviderID: id, MadeAt: now, MadeBy: by.Name, Content: f.Content,
		Kept: kept}
	return c, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`DELETE FROM provider_captures WHERE made_at < ?`, now.Add(-captureKept)).Error; err != nil {
			return err
		}
		if err := tx.Create(&c).Error; err != nil {
			return err
		}
		return s.captureTrail(ctx, tx, by, captureStep{"provider.captured", p, f.Preview})
	})
}

// captureStep is one step around a capture, for the trail.
type captureStep struct {
	action  string
	p       Provider
	preview capture.Preview
}

func (s *Service) captureTrail(ctx context.Context, tx *gorm.DB, by audit.Actor, step captureStep) error {
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: step.action, ObjectType: "provider",
		ObjectID: step.p.ID.String(), ObjectName: step.p.Name,
		After: map[string]any{"accounts": step.preview.Accounts, "calls": step.preview.Calls,
			"bytes": step.preview.Bytes}})
}

// GetCapture reads a capture that was made less than a day ago.
func (s *Service) GetCapture(ctx context.Context, providerID, id uuid.UUID) (Captured, error) {
	var found []Captured
	err := s.DB.Read(ctx).Raw(`SELECT * FROM provider_captures WHERE id = ? AND provider_id = ? AND made_at > ?`,
		id, providerID, s.Clock.Now().Add(-captureKept)).Scan(&found).Error
	if err == nil && len(found) == 0 {
		return Captured{}, errs.New(errs.NotFound, "There is no such capture. A capture is kept for a day.")
	}
	if err != nil {
		return Captured{}, fmt.Errorf("capture: %w", err)
	}
	return found[0], nil
}
