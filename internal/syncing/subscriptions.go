package syncing

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"seatledger/internal/distributor"
)

// target is an account that a run reads.
type target struct {
	ID           uuid.UUID
	ExternalID   string
	Name         string
	State        string
	CRMAccountID uuid.NullUUID
}

// targets are the accounts of the run, in the order of their external id. Gone ones
// are left out: there is nothing to ask for.
func (w *worker) targets(ctx context.Context) ([]target, error) {
	q := w.s.DB.Read(ctx).Table("provider_accounts").Select("id, external_id, name, state, crm_account_id").
		Where("provider_id = ? AND provider_status <> 'gone'", w.provider.ID)
	if w.run.AccountID != nil {
		q = q.Where("id = ?", *w.run.AccountID)
	}
	if w.run.ContractID != nil {
		q = q.Where("state = 'mapped' AND crm_account_id = (SELECT crm_account_id FROM billing_contracts WHERE id = ?)",
			*w.run.ContractID)
	}
	if len(w.run.OnlyAccounts) > 0 {
		q = q.Where("external_id IN ?", w.run.OnlyAccounts)
	}
	var ts []target
	err := q.Order(`external_id COLLATE "C"`).Find(&ts).Error
	return ts, err
}

// subscriptions reads the subscriptions of each account, several at a time. One
// failed account never stops the others; a refused credential stops them all.
func (w *worker) subscriptions(ctx context.Context) outcome {
	ts, err := w.targets(ctx)
	if err != nil {
		return failure(err)
	}
	if len(ts) == 0 && w.run.ContractID != nil {
		return outcome{Failed, "The contract's customer has no mapped account at this provider.",
			"Map the account first."}
	}
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.ExternalID
	}
	from, err := w.progress.plan(ctx, names)
	if err != nil {
		return failure(err)
	}
	if err := w.readAll(ctx, ts, from); err != nil {
		return failure(err)
	}
	if err := w.progress.save(ctx); err != nil {
		return failure(err)
	}
	return w.subscriptionsEnd(ctx)
}

func (w *worker) readAll(ctx context.Context, ts []target, from int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, w.provider.Concurrency))
	for i := from; i < len(ts); i++ {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			r, err := w.readOne(ctx, ts[i])
			if err != nil {
				return err
			}
			return w.progress.finish(ctx, i, r)
		})
	}
	return g.Wait()
}

// readOne reads and applies one account. Its own failure is a result; an error ends the run.
func (w *worker) readOne(ctx context.Context, t target) (result, error) {
	if err := context.Cause(ctx); err != nil {
		return result{}, err
	}
	r, err := w.applySubscriptions(ctx, t)
	switch {
	case err == nil:
		w.silent.Store(0)
		return r, nil
	case ctx.Err() != nil:
		return result{}, context.Cause(ctx)
	case w.endsRun(err):
		return result{}, err
	}
	return w.failedAccount(ctx, t, err)
}

const silentLimit = 10 // so many accounts in a row without an answer: the distributor is down

// endsRun tells whether a failure concerns the whole provider, so that asking on
// would only lock the account out or wait for nothing.
func (w *worker) endsRun(err error) bool {
	switch distributor.KindOf(err) {
	case distributor.BadCredentials, distributor.AddressRefused, distributor.NotHTTPS, distributor.TLSFailed,
		distributor.Redirected:
		return true
	case distributor.Unreachable, distributor.TimedOut, distributor.NameUnknown:
		return w.silent.Add(1) >= silentLimit
	case "":
		return endsAttempt(err)
	}
	w.silent.Store(0)
	return false
}

// subscriptionsEnd decides what is gone, if the run may, and says how it ended.
func (w *worker) subscriptionsEnd(ctx context.Context) outcome {
	c := &w.progress.counts
	out := outcome{state: Succeeded, message: w.logTrouble()}
	switch {
	case c.Failed > 0 && c.Failed >= c.Total:
		return outcome{Failed, "No account could be read. Nothing was marked as gone.",
			"See the causes below, then retry."}
	case c.Failed > 0:
		return outcome{Partial, fmt.Sprintf("%d of %d accounts could not be read, so nothing was marked as gone.",
			c.Failed, c.Total), "See the causes below, then retry the failed ones."}
	case !w.run.whole():
		return w.withUnlisted(out)
	}
	stopped, halt, err := w.subscriptionsGone(ctx)
	switch {
	case err != nil:
		return failure(err)
	case halt:
		return stopped
	}
	return out
}

// withUnlisted names what a person ticked and the distributor no longer lists.
func (w *worker) withUnlisted(out outcome) outcome {
	var gone []string
	for _, id := range w.run.OnlyExternalIDs {
		if _, listed := w.progress.seen[id]; !listed {
			gone = append(gone, id)
		}
	}
	if len(gone) == 0 {
		return out
	}
	return outcome{Partial, fmt.Sprintf("The distributor does not list %s for this customer, so nothing was done "+
		"about it. %s", strings.Join(gone, ", "), out.message),
		"List again what the distributor has."}
}

func (w *worker) logTrouble() string {
	if n := w.logFailed.Load(); n > 0 {
		return fmt.Sprintf("The change log of %d contracts could not be read; "+
			"their changes carry the day they were seen, marked as estimated.", n)
	}
	return ""
}

// counters that the workers of a run share.
type counters struct {
	silent    atomic.Int32 // accounts in a row that got no answer
	logFailed atomic.Int32 // change logs that could not be read
}
