package mapping

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

const (
	// pause is how long after the last decision the rest is paired anew: while a person
	// decides one after the other, what is taken is left out when it is shown.
	pause = 20 * time.Second
	// lost is when a job that was queued is queued again.
	lost = 5 * time.Minute
)

// SuggestJob asks for the suggestions of a provider to be made anew.
type SuggestJob struct {
	ProviderID uuid.UUID `json:"provider_id"`
}

// Kind names the job in the queue.
func (SuggestJob) Kind() string { return "mapping_suggest" }

// Watcher has the suggestions made again when CRM accounts or unmapped accounts have
// changed, whoever changed them. Any number of replicas may look.
type Watcher struct{ Service *Service }

// Look compares both sides of every provider with what the suggestions rest on.
func (w *Watcher) Look(ctx context.Context) error {
	var ids []uuid.UUID
	err := w.Service.DB.Read(ctx).
		Raw(`SELECT id FROM providers p
			WHERE EXISTS (SELECT FROM provider_accounts a WHERE a.provider_id = p.id AND a.state = 'unmapped')
			ORDER BY id`).Scan(&ids).Error
	for _, id := range ids {
		if lerr := w.Service.lookAt(ctx, id); lerr != nil {
			err = errors.Join(err, fmt.Errorf("provider %s: %w", id, lerr))
		}
	}
	return err
}

func (s *Service) lookAt(ctx context.Context, providerID uuid.UUID) error {
	now, err := stateOf(ctx, s.DB.Read(ctx), providerID)
	if err != nil {
		return err
	}
	r, err := refreshOf(ctx, s.DB.Read(ctx), providerID)
	if err != nil {
		return err
	}
	want := now.wanted(r, s.Clock.Now())
	if want == "" || want == r.Wanted && r.QueuedAt != nil && s.Clock.Now().Sub(*r.QueuedAt) < lost {
		return nil
	}
	return s.queueRefresh(ctx, providerID, r.Wanted, want)
}

// wanted is what is to be looked at now; empty if nothing is.
func (now state) wanted(r refreshRow, at time.Time) string {
	switch {
	case r.ComputedAt == nil || r.Computed != now.Sum:
		return now.Sum
	case r.Decisions != now.Decisions && at.Sub(now.LastDecided) > pause:
		return fmt.Sprintf("%s after %d decisions", now.Sum, now.Decisions)
	}
	return ""
}

// queueRefresh queues one job, however many replicas saw the change.
func (s *Service) queueRefresh(ctx context.Context, providerID uuid.UUID, was, want string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		won := tx.Exec(`INSERT INTO mapping_refreshes AS r (provider_id, wanted, queued_at) VALUES (?, ?, ?)
			ON CONFLICT (provider_id) DO UPDATE SET wanted = excluded.wanted, queued_at = excluded.queued_at
			WHERE r.wanted = ?`, providerID, want, s.Clock.Now(), was)
		if won.Error != nil || won.RowsAffected == 0 {
			return won.Error
		}
		return s.Enqueue(ctx, tx, SuggestJob{providerID}, 0)
	})
}
