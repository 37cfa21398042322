package syncing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
)

// target is an account that a run reads.
type target struct {
	ID           uuid.UUID
	ExternalID   string
	Name         string
	State        string
	CRMAccountID uuid.NullUUID
	Gone         bool // from the customer list
	Marked       bool // as not readable, by a person
}

// targets are the accounts of the run, in the order of their external id. A gone one is asked while it has
// subscriptions that are not proved gone themselves (RULES 3).
func (w *worker) targets(ctx context.Context) ([]target, error) {
	q := w.s.DB.Read(ctx).Table("provider_accounts").Select(`id, external_id, name, state, crm_account_id,
		provider_status = 'gone' AS gone,
		EXISTS (SELECT FROM unreadable_accounts u WHERE u.account_id = provider_accounts.id) AS marked`).
		Where(`provider_id = ? AND (provider_status <> 'gone' OR EXISTS (SELECT FROM subscriptions s
			WHERE s.account_id = provider_accounts.id AND s.provider_status <> 'missing'
			AND NOT (s.state = 'inactive' AND s.deactivated_by = 'provider')))`, w.provider.ID)
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

// subscriptions reads the subscriptions of each account, several at a time, and writes down what would change; only
// when all is read, and the guards let it pass, it is applied. One failed account never stops the others; a refused
// credential stops them all.
func (w *worker) subscriptions(ctx context.Context) outcome {
	if w.run.AppliesRunID != nil {
		return w.applyShown(ctx)
	}
	ts, err := w.targets(ctx)
	if err != nil {
		return failure(err)
	}
	if len(ts) == 0 && w.run.ContractID != nil {
		return outcome{Failed, "The contract's customer has no mapped account at this provider.",
			"Map the account first."}
	}
	if err := w.planSubscriptions(ctx, ts); err != nil {
		return failure(err)
	}
	return w.subscriptionsEnd(ctx)
}

// planSubscriptions reads all and looks again for what is missing. A run that goes on after it has read all does not
// read again.
func (w *worker) planSubscriptions(ctx context.Context, ts []target) error {
	ctx = distributor.WithReading(ctx)
	read, err := w.openPlan(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.ExternalID
	}
	from, err := w.progress.plan(ctx, names)
	if err != nil || read {
		return err
	}
	if err := w.readAll(ctx, ts, from); err != nil {
		return err
	}
	if err := w.askAgain(ctx, ts); err != nil {
		return err
	}
	if err := w.progress.save(ctx); err != nil {
		return err
	}
	if err := w.settleConflicts(ctx); err != nil {
		return err
	}
	if err := w.settleMoves(ctx); err != nil {
		return err
	}
	if err := w.findMissing(ctx, len(ts)); err != nil {
		return err
	}
	return w.readThrough(ctx)
}

func (w *worker) readAll(ctx context.Context, ts []target, from int) error {
	already, err := w.readAlready(ctx)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, w.provider.Concurrency))
	for i := from; i < len(ts); i++ {
		if ctx.Err() != nil {
			break
		}
		if counts, ok := already[ts[i].ExternalID]; ok {
			if err := w.progress.finish(ctx, i, result{counts: counts}); err != nil {
				return errors.Join(err, g.Wait())
			}
			continue
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

// askAgain asks, in a run that goes on after a pause or an interruption, for what failed before it.
func (w *worker) askAgain(ctx context.Context, ts []target) error {
	if w.run.Attempt < 2 {
		return nil
	}
	var failed []string
	err := w.s.DB.Read(ctx).Raw(`SELECT external_id FROM sync_plan_accounts WHERE run_id = ? AND failed > 0
		AND read_at < ?`, w.run.ID, w.began).Scan(&failed).Error
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, w.provider.Concurrency))
	for _, t := range ts {
		if !slices.Contains(failed, t.ExternalID) {
			continue
		}
		g.Go(func() error {
			r, err := w.readOne(ctx, t)
			if err != nil {
				return err
			}
			return w.progress.correct(ctx, r, func(tx *gorm.DB) error {
				if r.counts.Failed > 0 {
					return nil
				}
				return tx.Exec(`DELETE FROM sync_run_accounts WHERE run_id = ? AND external_id = ?
					AND outcome = 'failed'`, w.run.ID, t.ExternalID).Error
			})
		})
	}
	return g.Wait()
}

// readOne reads one account. Its own failure is a result; an error ends the run.
func (w *worker) readOne(ctx context.Context, t target) (result, error) {
	if err := context.Cause(ctx); err != nil {
		return result{}, err
	}
	r, err := w.readSubscriptions(ctx, t)
	switch {
	case err == nil:
		w.silent.Store(0)
		w.answered.Store(true)
		return r, nil
	case ctx.Err() != nil:
		return result{}, context.Cause(ctx)
	case w.endsRun(err):
		return result{}, err
	}
	return w.failedAccount(ctx, t, err)
}

const (
	silentLimit  = 10 // so many accounts in a row without an answer: the distributor is down
	refusedLimit = 10 // so many first accounts that are all refused: it is not the accounts
)

// endsRun tells whether a failure concerns the whole provider, so that asking on
// would only lock the account out or wait for nothing. A refusal of one account's list is that account's, unless the
// first ten answers are all so.
func (w *worker) endsRun(err error) bool {
	switch distributor.KindOf(err) {
	case distributor.NeedsCredentials, distributor.AddressRefused, distributor.NotHTTPS:
		return true
	case distributor.Redirected, distributor.TLSFailed, distributor.NotPermitted:
		w.silent.Store(0)
		return w.refused.Add(1) >= refusedLimit && !w.answered.Load()
	case distributor.Unreachable, distributor.TimedOut, distributor.NameUnknown:
		return w.silent.Add(1) >= silentLimit
	case "":
		return endsAttempt(err)
	}
	w.silent.Store(0)
	w.answered.Store(true)
	return false
}

// subscriptionsEnd asks the guards, applies what they let pass, and says how the run ended.
func (w *worker) subscriptionsEnd(ctx context.Context) outcome {
	c := &w.progress.counts
	again := w.run.Trigger == ByNight && len(w.run.OnlyAccounts) > 0 // what the night left: the others were read
	if c.Failed > 0 && c.Failed >= c.Total && !again {
		return outcome{Failed, "No account could be read. Nothing was changed.", "See the causes below, then retry."}
	}
	stop, err := w.judge(ctx)
	if err != nil {
		return failure(err)
	}
	if stop != nil {
		return *stop
	}
	if err := w.carryOut(ctx, w.run.ID, false); err != nil {
		return failure(err)
	}
	return w.howItEnded(ctx)
}

// howItEnded says it of a run whose plan was applied.
func (w *worker) howItEnded(ctx context.Context) outcome {
	held, err := heldBack(ctx, w.s.DB.Read(ctx), w.run.ID)
	if err != nil {
		return failure(err)
	}
	out := outcome{state: Succeeded, message: w.logTrouble()}
	if c := &w.progress.counts; c.Failed > 0 {
		out = outcome{Partial, fmt.Sprintf("%d of %d accounts could not be read whole; what they hold stays as it was.",
			c.Failed, c.Total), "See the causes below, then retry the failed ones."}
	}
	if held.Conflicts > 0 {
		out.state = Partial
		out.message = joined(conflictWords(held), out.message)
		out.advice = joined("Ask the distributor which is right; the list below names them.", out.advice)
	}
	if held.Waiting > 0 {
		out.message = joined(out.message, fmt.Sprintf("%d are not seen at the moment and not proved gone; "+
			"they stay as they are, and the list below says what each waits for.", held.Waiting))
	}
	if !w.run.whole() {
		return w.withUnlisted(ctx, out)
	}
	return out
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// withUnlisted names what a person ticked and the distributor no longer lists.
func (w *worker) withUnlisted(ctx context.Context, out outcome) outcome {
	if len(w.run.OnlyExternalIDs) == 0 {
		return out
	}
	var gone []string
	err := w.s.DB.Read(ctx).Raw(`SELECT o.id FROM jsonb_array_elements_text((SELECT only_external_ids FROM sync_runs
			WHERE id = ?)) AS o (id)
		WHERE o.id NOT IN (SELECT unnest(external_ids) FROM sync_plan_accounts WHERE run_id = ?) ORDER BY 1`,
		w.run.ID, w.run.ID).Scan(&gone).Error
	if err != nil {
		return failure(err)
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
	refused   atomic.Int32 // accounts whose list was refused: redirected, forbidden, without TLS
	answered  atomic.Bool  // some account's list was answered
	logFailed atomic.Int32 // change logs that could not be read
}
