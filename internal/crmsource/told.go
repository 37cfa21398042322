package crmsource

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/obs"
	"seatledger/internal/runs"
)

// tell writes what somebody must hear of an ended run, in the transaction that ends it. retry is when its night is
// tried again, nil where it is not.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, src Source, h runs.Head, out runs.Outcome,
	retry *time.Time) error {
	e := notify.Event{ObjectType: "crm_source", ObjectID: src.ID.String(), ObjectName: src.Name,
		Text: strings.TrimSpace(out.Message + " " + out.Advice)}
	night := h.Trigger == ByNight
	switch {
	case out.State == Failed && out.Refused:
		e.Kind = notify.NeedsCredentials
	case out.State == Stopped:
		e.Kind = notify.RunStopped
	case out.State == Failed && night && retry != nil:
		tries, err := s.nights().Tries(tx, src.ID)
		if err != nil || tries > 1 {
			return err // that it failed is told already
		}
		e.Kind, e.Severity = notify.NightFailed, notify.Warn
		e.Text += " It is tried again at " + retry.In(s.Zone).Format("15:04 MST") + "."
	case out.State == Failed && night:
		e.Kind = notify.NightFailed
	case out.State == Partial && night:
		e.Kind = notify.RunPartial
	default:
		return nil
	}
	return notify.Record(ctx, tx, s.Clock, e)
}

// about is what the log's lines of a run say beyond its head, for runs.Desk.
func (s *Service) about(ctx context.Context, h runs.Head, ended bool) []any {
	var found []struct {
		Name string
		Run  `gorm:"embedded"`
	}
	err := s.DB.Read(ctx).Raw(`SELECT s.name, r.* FROM crm_source_runs r JOIN crm_sources s ON s.id = r.source_id
		WHERE r.id = ?`, h.ID).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil
	}
	r := found[0]
	line := []any{"source", r.Name, "kind", "crm"}
	if ended {
		line = append(line, "read", r.Accounts, "added", r.Added, "changed", r.Changed, "unchanged", r.Unchanged,
			"gone", r.Gone, "failed", r.Refused)
	}
	return line
}

// LastSuccesses is when each active source was last read whole and well, for a scrape.
func LastSuccesses(ctx context.Context, db *gorm.DB) ([]obs.Success, error) {
	var rows []obs.Success
	err := db.WithContext(ctx).Raw(`SELECT s.name AS provider, 'crm' AS kind, max(r.finished_at) AS at
		FROM crm_sources s LEFT JOIN crm_source_runs r ON r.source_id = s.id AND r.state = 'succeeded'
		WHERE s.active GROUP BY s.name ORDER BY s.name`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("last good readings: %w", err)
	}
	return rows, nil
}
