package syncing

import (
	"context"
	"fmt"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/settings"
)

// guardAccounts stops a run before it writes anything when its listing would mark
// too much as gone: an empty one where accounts were, one that is short by more than
// the set share, or any loss after the host or reseller number was changed.
func (w *worker) guardAccounts(ctx context.Context, stored map[string]account.Account,
	listed map[string]distributor.Account, absent []string) (outcome, bool) {
	there := 0
	for _, a := range stored {
		if a.Facts.Status != account.Gone {
			there++
		}
	}
	if len(listed) == 0 && there > 0 {
		return outcome{Stopped, fmt.Sprintf("The distributor listed no customers at all, where %d were known. "+
			"Nothing was changed.", there),
			fmt.Sprintf("Check the reseller number (%s): with a wrong one the lists come back empty.",
				w.provider.ResellerNumber)}, true
	}
	if w.run.AllowGone || len(absent) == 0 {
		return outcome{}, false
	}
	if w.provider.IdentityChangedAt != nil {
		return outcome{Stopped, fmt.Sprintf("The host or reseller number was changed, and %d of %d known accounts "+
			"are not in the new listing. Nothing was changed.", len(absent), there),
			"Check that the new address belongs to the same reseller. If these accounts are really gone, say so below."}, true
	}
	over, share, err := w.tooMany(ctx, len(absent), there)
	if err != nil {
		return failure(err), true
	}
	if over {
		return outcome{Stopped, fmt.Sprintf("%d of %d known accounts are missing from the listing, more than the "+
			"share of %d %% that may go at once. Nothing was changed.", len(absent), there, share),
			"Ask the distributor whether these customers have really left. If so, say so below and the run is repeated."}, true
	}
	return outcome{}, false
}

// tooMany asks the set share. A single one never stops a run: a small reseller loses a customer now and then.
func (w *worker) tooMany(ctx context.Context, gone, of int) (bool, int, error) {
	set, err := settings.Load(ctx, w.s.DB.Read(ctx))
	if err != nil {
		return false, 0, err
	}
	share := int(set.GoneShare*100 + 0.5)
	return gone > 1 && gone*100 > of*share, share, nil
}
