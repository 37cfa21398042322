package mapping

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"
)

// Watcher makes the suggestions again when CRM accounts or unmapped accounts have
// changed, whoever changed them. It remembers what it last saw; a new process looks once.
type Watcher struct {
	Service *Service

	mu   sync.Mutex
	seen string
}

// Look compares a short sum of both sides with what it saw last.
func (w *Watcher) Look(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var now string
	err := w.Service.DB.Read(ctx).Raw(`SELECT concat_ws(' ',
		(SELECT concat(count(*), ' ', max(updated_at)) FROM crm_accounts),
		(SELECT concat(count(*), ' ', max(updated_at)) FROM provider_accounts),
		(SELECT value FROM settings WHERE name = 'general'))`).Scan(&now).Error
	if err != nil || now == w.seen {
		return err
	}
	if err := w.refreshAll(ctx); err != nil {
		return err
	}
	w.seen = now
	return nil
}

func (w *Watcher) refreshAll(ctx context.Context) error {
	var ids []uuid.UUID
	err := w.Service.DB.Read(ctx).Raw(`SELECT id FROM providers p WHERE EXISTS (SELECT FROM provider_accounts a WHERE a.provider_id = p.id AND a.state = 'unmapped') ORDER BY id`).Scan(&ids).Error
	for _, id := range ids {
		_, ferr := w.Service.Refresh(ctx, id)
		err = errors.Join(err, ferr)
	}
	return err
}
