package syncing

import (
	"context"
	"sync"

	"seatledger/internal/distributor"
)

// heard is what the distributor has said to the run as a whole, whichever call was told.
type heard struct {
	mu      sync.Mutex
	pause   *distributor.Error
	refused bool
}

func (h *heard) said() (refused bool, pause *distributor.Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused, h.pause
}

// hear notes a refused sign-in, which another try can only repeat, and a pause, which ends the attempt: nothing more is
// asked, and the lease is given back.
func (w *worker) hear(err error) {
	if err == nil {
		return
	}
	w.heard.mu.Lock()
	defer w.heard.mu.Unlock()
	w.heard.refused = w.heard.refused || distributor.KindOf(err) == distributor.NeedsCredentials
	if _, _, asked := distributor.PauseOf(err); asked {
		if e := distributor.AsError(err); w.heard.pause == nil || e.AskedFor > w.heard.pause.AskedFor {
			w.heard.pause = e
		}
		w.lease.Stop(w.heard.pause)
	}
}

// listening is the run's connector: it passes everything on, and the run hears of what concerns it as a whole.
type listening struct {
	distributor.Connector
	w *worker
}

// Accounts lists every customer.
func (l listening) Accounts(ctx context.Context) (distributor.AccountListing, error) {
	got, err := l.Connector.Accounts(ctx)
	l.w.hear(err)
	return got, err
}

// Subscriptions lists every subscription of one customer.
func (l listening) Subscriptions(ctx context.Context, account string) (distributor.SubscriptionListing, error) {
	got, err := l.Connector.Subscriptions(ctx, account)
	l.w.hear(err)
	return got, err
}

// Changes reads the change log of one contract.
func (l listening) Changes(ctx context.Context, q distributor.ChangeQuery) ([]distributor.Change, error) {
	got, err := l.Connector.Changes(ctx, q)
	l.w.hear(err)
	return got, err
}
