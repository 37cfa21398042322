package syncing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// ErrBusy says that another run, or another holder of this run, has the provider now.
var ErrBusy = errors.New("syncing: the provider's lease is held")

// errLeaseLost ends the work of a holder whose lease somebody else has taken.
var errLeaseLost = errors.New("syncing: the lease was lost")

// lease is the right to write for one provider, until it lapses or is taken with a higher epoch.
type lease struct {
	s          *Service
	providerID uuid.UUID
	runID      uuid.UUID
	epoch      int64
}

// acquire takes the lease if it is free or lapsed, and raises the epoch: whoever held it before cannot commit any more.
func (s *Service) acquire(ctx context.Context, tx *gorm.DB, r Run) (lease, error) {
	now := s.Clock.Now()
	var epochs []int64
	err := tx.WithContext(ctx).Raw(`
		INSERT INTO sync_leases (provider_id, epoch, run_id, holder, until) VALUES (?, 1, ?, ?, ?)
		ON CONFLICT (provider_id) DO UPDATE
		SET epoch = sync_leases.epoch + 1, run_id = excluded.run_id, holder = excluded.holder, until = excluded.until
		WHERE sync_leases.until < ?
		RETURNING epoch`, r.ProviderID, r.ID, s.Holder, now.Add(s.lease()), now).Scan(&epochs).Error
	switch {
	case err != nil:
		return lease{}, err
	case len(epochs) == 0:
		return lease{}, ErrBusy
	}
	return lease{s: s, providerID: r.ProviderID, runID: r.ID, epoch: epochs[0]}, nil
}

// guard makes a transaction fail with errLeaseLost unless the lease is still ours; it holds the row until commit.
func (l lease) guard(ctx context.Context, tx *gorm.DB) error {
	var epochs []int64
	err := tx.WithContext(ctx).Raw(`SELECT epoch FROM sync_leases WHERE provider_id = ? AND run_id = ? FOR SHARE`,
		l.providerID, l.runID).Scan(&epochs).Error
	if err != nil {
		return err
	}
	if len(epochs) == 0 || epochs[0] != l.epoch {
		return errLeaseLost
	}
	return nil
}

// inTx runs write under the lease.
func (l lease) inTx(ctx context.Context, write func(tx *gorm.DB) error) error {
	return l.s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := l.guard(ctx, tx); err != nil {
			return err
		}
		return write(tx)
	})
}

// renew prolongs the lease; errLeaseLost if it is somebody else's by now.
func (l lease) renew(ctx context.Context) error {
	res := l.s.DB.Read(ctx).Exec(`UPDATE sync_leases SET until = ? WHERE provider_id = ? AND run_id = ? AND epoch = ?`,
		l.s.Clock.Now().Add(l.s.lease()), l.providerID, l.runID, l.epoch)
	if res.Error == nil && res.RowsAffected == 0 {
		return errLeaseLost
	}
	return res.Error
}

// release gives the provider free, in the transaction that ends the run.
func (l lease) release(tx *gorm.DB) error {
	return tx.Exec(`UPDATE sync_leases SET until = ?, run_id = NULL, holder = '' WHERE provider_id = ? AND epoch = ?`,
		time.Unix(0, 0).UTC(), l.providerID, l.epoch).Error
}

// keep renews the lease until ctx ends, and calls lost with the reason when it is
// gone or a person asked to cancel.
func (l lease) keep(ctx context.Context, lost func(error)) {
	tick := time.NewTicker(min(l.s.lease()/8, time.Second))
	defer tick.Stop()
	renewed := l.s.Clock.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if l.s.cancelRequested(ctx, l.runID) {
			lost(errCancelled)
			return
		}
		if l.s.Clock.Now().Sub(renewed) < l.s.lease()/4 {
			continue
		}
		switch err := l.renew(ctx); {
		case err == nil:
			renewed = l.s.Clock.Now()
		case errors.Is(err, errLeaseLost):
			lost(err)
			return
		}
	}
}

var errCancelled = errs.New(errs.Conflict, "The run was cancelled.")

func (s *Service) cancelRequested(ctx context.Context, runID uuid.UUID) bool {
	var asked bool
	err := s.DB.Read(ctx).Raw(`SELECT cancel_requested_at IS NOT NULL FROM sync_runs WHERE id = ?`,
		runID).Scan(&asked).Error
	return err == nil && asked
}
