package dialect

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
)

// Report is what a run saw of the wire.
type Report struct {
	Kind  string // of the run: accounts, subscriptions
	RunID uuid.UUID
	At    time.Time
	Body  json.RawMessage `gorm:"column:report;type:jsonb"`
}

// Wire is what was seen.
func (r Report) Wire() (distributor.WireReport, error) {
	var w distributor.WireReport
	err := json.Unmarshal(r.Body, &w)
	return w, err
}

// KeepReport stores what a run saw, in place of what the last of its kind did. A run that read nothing keeps that.
func KeepReport(tx *gorm.DB, provider uuid.UUID, kind string, run uuid.UUID, at time.Time,
	w distributor.WireReport) error {
	if len(w.Codes) == 0 {
		return nil
	}
	body, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO wire_reports (provider_id, kind, run_id, at, report) VALUES (?, ?, ?, ?, ?::jsonb)
		ON CONFLICT (provider_id, kind) DO UPDATE SET run_id = excluded.run_id, at = excluded.at,
		report = excluded.report`, provider, kind, run, at, string(body)).Error
}

// Reports are the last report of each kind of run, accounts first.
func Reports(ctx context.Context, db *gorm.DB, provider uuid.UUID) ([]Report, error) {
	var all []Report
	err := db.WithContext(ctx).Raw(`SELECT kind, run_id, at, report FROM wire_reports WHERE provider_id = ?
		ORDER BY kind`, provider).Scan(&all).Error
	return all, err
}
