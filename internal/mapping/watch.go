package mapping

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/runs"
)

const (
	// pause is how long after the last decision the rest is paired anew: while a person
	// decides one after the other, what is taken is left out when it is shown.
	pause = 20 * time.Second
	// rest is how long after a run that failed another is asked for.
	rest = 5 * time.Minute
)

// Watcher has the suggestions made again when CRM accounts or unmapped accounts have
// changed, whoever changed them. Any number of replicas may look.
type Watcher struct{ Service *Service }

// Look compares both sides of every provider with what the suggestions rest on, and lets runs go on whose worker is
// gone.
func (w *Watcher) Look(ctx context.Context) error {
	err := w.Service.Watch(ctx)
	var ids []uuid.UUID
	err = errors.Join(err, w.Service.DB.Read(ctx).
		Raw(`SELECT id FROM providers p
			WHERE EXISTS (SELECT FROM provider_accounts a WHERE a.provider_id = p.id AND a.state = 'unmapped')
			ORDER BY id`).Scan(&ids).Error)
	for _, id := range ids {
		if lerr := w.Service.lookAt(ctx, id); lerr != nil {
			err = errors.Join(err, fmt.Errorf("provider %s: %w", id, lerr))
		}
	}
	return err
}

// lookAt asks for one run, however many replicas see the change. What changes while a run is under way is seen when
// it has ended.
func (s *Service) lookAt(ctx context.Context, providerID uuid.UUID) error {
	db := s.DB.Read(ctx)
	last, err := lastRun(ctx, db, providerID)
	if err != nil || last.ID != uuid.Nil && (!last.State.Finished() || last.State != runs.Succeeded &&
		s.Clock.Now().Sub(*last.FinishedAt) < rest) {
		return err
	}
	now, err := stateOf(ctx, db, providerID)
	if err != nil {
		return err
	}
	r, err := refreshOf(ctx, db, providerID)
	if err != nil || !now.wanted(r, s.Clock.Now()) {
		return err
	}
	_, err = s.Request(ctx, audit.System, providerID)
	return err
}

// wanted tells whether suggestions are to be made of the state that there is now.
func (now state) wanted(r refreshRow, at time.Time) bool {
	return r.ComputedAt == nil || r.Computed != now.Sum ||
		r.Decisions != now.Decisions && at.Sub(now.LastDecided) > pause
}
