package syncing

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"seatledger/internal/subscription"
)

const goneAtOnce = 200 // rows a transaction

// subscriptionsGone closes what a complete, successful listing of all accounts
// lacked, unless it is more than the set share: then it stops and asks.
func (w *worker) subscriptionsGone(ctx context.Context) (outcome, bool, error) {
	absent, err := subscription.Absent(ctx, w.s.DB.Read(ctx), w.provider.ID, slices.Collect(maps.Keys(w.progress.seen)))
	if err != nil || len(absent) == 0 {
		return outcome{}, false, err
	}
	if !w.run.AllowGone {
		if out, stop, err := w.guardSubscriptions(ctx, len(absent)); err != nil || stop {
			return out, stop, err
		}
	}
	for batch := range slices.Chunk(absent, goneAtOnce) {
		err := w.lease.inTx(ctx, func(tx *gorm.DB) error {
			res, err := subscription.MarkGone(ctx, tx, w.rules(), batch, w.origin(), w.s.Zone)
			if err != nil {
				return err
			}
			return w.s.Reviews.Refresh(ctx, tx, res.Touched)
		})
		if err != nil {
			return outcome{}, false, err
		}
		w.progress.counts.Gone += len(batch)
	}
	return outcome{}, false, nil
}

func (w *worker) guardSubscriptions(ctx context.Context, gone int) (outcome, bool, error) {
	var there int
	err := w.s.DB.Read(ctx).Raw(`SELECT count(*) FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.provider_id = ? AND s.provider_status <> 'missing'
		AND a.provider_status <> 'gone'`, w.provider.ID).Scan(&there).Error
	if err != nil {
		return outcome{}, false, err
	}
	over, share, err := w.tooMany(ctx, gone, there)
	if err != nil || !over && w.provider.IdentityChangedAt == nil {
		return outcome{}, false, err
	}
	return outcome{Stopped, fmt.Sprintf("%d of %d known subscriptions are missing from the listing, more than the "+
		"share of %d %% that may go at once. All other changes were applied; none was marked as gone.", gone,
		there, share),
		"Ask the distributor whether they have really ended. If so, say so below and the run is repeated."}, true, nil
}
