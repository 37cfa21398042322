package syncing

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
)

// carryOut applies a run's plan, one account one transaction under the lease. exact: a person saw the plan, so an
// account of which something else would change by now is left alone. A run that goes on applies what is not applied.
func (w *worker) carryOut(ctx context.Context, planRun uuid.UUID, exact bool) error {
	var todo []string
	err := w.s.DB.Read(ctx).Raw(`SELECT external_id FROM sync_plan_accounts WHERE run_id = ? AND payload IS NOT NULL
		AND applied_at IS NULL ORDER BY external_id COLLATE "C"`, planRun).Scan(&todo).Error
	if err != nil {
		return err
	}
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(max(1, w.provider.Concurrency))
	for _, id := range todo {
		if working.Err() != nil {
			break
		}
		g.Go(func() error {
			if err := context.Cause(working); err != nil {
				return err
			}
			err := w.applyPlanned(working, planRun, id, exact)
			if err == nil {
				return w.progress.applied(working)
			}
			if working.Err() != nil || endsAttempt(err) {
				return err
			}
			return w.notApplied(working, planRun, id, err)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := w.noteSeen(ctx, planRun); err != nil {
		return err
	}
	if err := w.noteMissing(ctx, planRun); err != nil {
		return err
	}
	if err := w.closeGone(ctx, planRun, exact); err != nil {
		return err
	}
	if err := w.holdTwins(ctx, planRun); err != nil {
		return err
	}
	if err := w.keepTallies(ctx, planRun); err != nil {
		return err
	}
	return w.countApplied(ctx, planRun)
}

// storedAccount is a row of sync_plan_accounts with the account as it stands.
type storedAccount struct {
	ExternalID   string
	AccountID    uuid.UUID
	Name         string
	ReadAt       time.Time
	Payload      string
	State        account.State
	CRMAccountID uuid.NullUUID
}

func (w *worker) applyPlanned(ctx context.Context, planRun uuid.UUID, externalID string, exact bool) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		a, p, err := plannedAccount(tx, planRun, externalID)
		if err != nil {
			return err
		}
		held, err := heldIDs(tx, planRun, externalID)
		if err != nil {
			return err
		}
		p.Records = without(p.Records, held)
		l := w.listingOf(a.target(), distributor.SubscriptionListing{Subscriptions: p.Records}, a.ReadAt)
		l.Log, l.LogRead = p.Log, p.LogRead
		if exact {
			if same, err := w.stillSo(ctx, tx, planRun, l); err != nil || !same {
				return errors.Join(err, w.refuse(tx, planRun, a))
			}
		}
		return w.write(ctx, tx, planRun, a, p, l)
	})
}

// notApplied notes an account that could not be written; it stops no other.
func (w *worker) notApplied(ctx context.Context, planRun uuid.UUID, externalID string, cause error) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		a, _, err := plannedAccount(tx, planRun, externalID)
		if err != nil {
			return err
		}
		if _, err := w.failedAccountIn(ctx, tx, a.target(), cause); err != nil {
			return err
		}
		return tx.Exec(`UPDATE sync_plan_accounts SET applied_at = ?, failed = 1 WHERE run_id = ? AND external_id = ?`,
			w.s.Clock.Now(), planRun, externalID).Error
	})
}

func (a storedAccount) target() target {
	return target{ID: a.AccountID, ExternalID: a.ExternalID, Name: a.Name, State: string(a.State),
		CRMAccountID: a.CRMAccountID}
}

func plannedAccount(tx *gorm.DB, planRun uuid.UUID, externalID string) (storedAccount, payload, error) {
	var a storedAccount
	err := tx.Raw(`SELECT a.external_id, a.account_id, a.name, a.read_at, a.payload, p.state, p.crm_account_id
		FROM sync_plan_accounts a LEFT JOIN provider_accounts p ON p.id = a.account_id
		WHERE a.run_id = ? AND a.external_id = ?`, planRun, externalID).Scan(&a).Error
	if err != nil {
		return a, payload{}, err
	}
	p, err := payloadOf(a.Payload)
	return a, p, err
}

// heldIDs are the subscriptions of an account that its plan holds back.
func heldIDs(tx *gorm.DB, planRun uuid.UUID, account string) ([]string, error) {
	var ids []string
	err := tx.Raw(`SELECT external_id FROM sync_plan_rows WHERE run_id = ? AND account_external_id = ?
		AND state IN ('waits', 'conflict')`, planRun, account).Scan(&ids).Error
	return ids, err
}

func (w *worker) write(ctx context.Context, tx *gorm.DB, planRun uuid.UUID, a storedAccount, p payload,
	l subscription.Listing) error {
	res, err := subscription.SyncAccount(ctx, tx, l)
	if err != nil {
		return err
	}
	if len(res.Touched) > 0 {
		if err := w.s.Reviews.Refresh(ctx, tx, res.Touched); err != nil {
			return err
		}
		if err := w.noteChanged(tx, a, res); err != nil {
			return err
		}
	}
	if err := w.keepUnreadable(ctx, tx, "subscription", a.AccountID, p.Bad, p.Complete); err != nil {
		return err
	}
	if err := w.noteGrowth(tx, planRun, a); err != nil {
		return err
	}
	return markApplied(tx, planRun, a.ExternalID, Counts{Added: res.Added, Changed: res.Changed, Held: res.Held},
		w.s.Clock.Now())
}

// noteChanged notes the account among those that changed, unless it stands among those that failed.
func (w *worker) noteChanged(tx *gorm.DB, a storedAccount, res subscription.Result) error {
	c := Counts{Added: res.Added, Changed: res.Changed, Held: res.Held}
	done := tx.Exec(`UPDATE sync_run_accounts SET added = ?, changed = ?, held = held + ? WHERE run_id = ?
		AND external_id = ? AND outcome = 'failed'`, c.Added, c.Changed, c.Held, w.run.ID, a.ExternalID)
	if done.Error != nil || done.RowsAffected > 0 {
		return done.Error
	}
	return w.note(tx, accountResult{ExternalID: a.ExternalID, AccountID: a.AccountID, Name: a.Name,
		Outcome: OutcomeChanged, Cause: changes(res), Counts: c})
}

func markApplied(tx *gorm.DB, planRun uuid.UUID, account string, c Counts, at time.Time) error {
	err := tx.Exec(`UPDATE sync_plan_rows SET state = 'applied' WHERE run_id = ? AND account_external_id = ?
		AND state = 'planned' AND NOT kinds && '{gone}'`, planRun, account).Error
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE sync_plan_accounts SET applied_at = ?, added = ?, changed = ?, held = held + ?, payload = ''
		WHERE run_id = ? AND external_id = ?`, at, c.Added, c.Changed, c.Held, planRun, account).Error
}

// noteGrowth writes down a sudden growth for the next billing run.
func (w *worker) noteGrowth(tx *gorm.DB, planRun uuid.UUID, a storedAccount) error {
	return tx.Exec(`INSERT INTO unusual_growths (subscription_id, run_id, seen_on, seats_before, seats_after, noted_at)
		SELECT r.subject_id, ?, ?, r.seats_before, r.seats_after, CAST(? AS timestamptz) FROM sync_plan_rows r
		WHERE r.run_id = ? AND r.account_external_id = ? AND r.state = 'planned' AND r.kinds && '{surge}'
		ON CONFLICT DO NOTHING`, w.run.ID, clock.DateOf(a.ReadAt, w.s.Zone), w.s.Clock.Now(),
		planRun, a.ExternalID).Error
}

// refuse leaves an account alone of which something else would change by now than what was shown.
func (w *worker) refuse(tx *gorm.DB, planRun uuid.UUID, a storedAccount) error {
	err := tx.Exec(`UPDATE sync_plan_rows SET state = 'refused', why = ? WHERE run_id = ? AND account_external_id = ?
		AND state = 'planned'`, changedSince, planRun, a.ExternalID).Error
	if err != nil {
		return err
	}
	if err := markApplied(tx, planRun, a.ExternalID, Counts{}, w.s.Clock.Now()); err != nil {
		return err
	}
	return w.note(tx, accountResult{ExternalID: a.ExternalID, AccountID: a.AccountID, Name: a.Name,
		Outcome: OutcomeFailed, Cause: changedSince, Advice: "Sync again and look at the new plan."})
}

const changedSince = "It was changed here since the plan was shown, so nothing of it was applied."

// noteSeen ends the absences of what was listed again.
func (w *worker) noteSeen(ctx context.Context, planRun uuid.UUID) error {
	var ids []uuid.UUID
	err := w.s.DB.Read(ctx).Raw(`SELECT s.id FROM subscription_absences b
		JOIN subscriptions s ON s.id = b.subscription_id
		WHERE s.provider_id = ? AND s.external_id IN (SELECT unnest(external_ids) FROM sync_plan_accounts
			WHERE run_id = ?) AND NOT EXISTS (SELECT FROM sync_plan_rows r WHERE r.run_id = ? AND r.subject_id = s.id
			AND r.state = 'waits')`, w.provider.ID, planRun, planRun).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return err
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		ended, err := subscription.Found(ctx, tx, ids)
		if err != nil {
			return err
		}
		return w.s.Reviews.Refresh(ctx, tx, ended)
	})
}

// noteMissing notes what is not seen and not proved gone, with the day and what it waits for.
func (w *worker) noteMissing(ctx context.Context, planRun uuid.UUID) error {
	var all []subscription.Absence
	err := w.s.DB.Read(ctx).Raw(`SELECT r.subject_id AS subscription_id, r.since, p.read_through AS first_at,
			r.why, CAST(? AS uuid) AS run_id
		FROM sync_plan_rows r JOIN sync_plans p ON p.run_id = r.run_id
		WHERE r.run_id = ? AND r.state = 'waits' AND r.since IS NOT NULL ORDER BY r.subject_id`, w.run.ID,
		planRun).Scan(&all).Error
	if err != nil || len(all) == 0 {
		return err
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		touched, err := subscription.Miss(ctx, tx, all)
		if err != nil {
			return err
		}
		return w.s.Reviews.Refresh(ctx, tx, touched)
	})
}

const goneAtOnce = 200 // rows a transaction

// closeGone closes what is proved gone, dated on the day on which it was first missed.
func (w *worker) closeGone(ctx context.Context, planRun uuid.UUID, exact bool) error {
	var rows []subscription.Absence
	err := w.s.DB.Read(ctx).Raw(`SELECT r.subject_id AS subscription_id, r.since, p.read_through AS first_at, r.why,
			CAST(? AS uuid) AS run_id
		FROM sync_plan_rows r JOIN sync_plans p ON p.run_id = r.run_id
		WHERE r.run_id = ? AND r.state = 'planned' AND r.kinds && '{gone}' ORDER BY r.subject_id`, w.run.ID,
		planRun).Scan(&rows).Error
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(rows, goneAtOnce) {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		err := w.lease.InTx(ctx, func(tx *gorm.DB) error { return w.closeBatch(ctx, tx, planRun, batch, exact) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) closeBatch(ctx context.Context, tx *gorm.DB, planRun uuid.UUID, batch []subscription.Absence,
	exact bool) error {
	if exact {
		var err error
		if batch, err = w.stillThere(tx, planRun, batch); err != nil {
			return err
		}
	}
	ids := make([]uuid.UUID, len(batch))
	for i, a := range batch {
		ids[i] = a.SubscriptionID
	}
	if _, err := subscription.Miss(ctx, tx, batch); err != nil {
		return err
	}
	res, err := subscription.MarkGone(ctx, tx, w.rules(), ids, w.origin(), w.s.Zone)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE sync_plan_rows SET state = 'applied' WHERE run_id = ? AND state = 'planned'
		AND kinds && '{gone}' AND subject_id = ANY (?::uuid[])`, planRun, postgres.IDs(ids)).Error
	if err != nil {
		return err
	}
	return w.s.Reviews.Refresh(ctx, tx, res.Touched)
}

// stillThere leaves out what has other seats by now than were shown.
func (w *worker) stillThere(tx *gorm.DB, planRun uuid.UUID,
	batch []subscription.Absence) ([]subscription.Absence, error) {
	var ids []uuid.UUID
	for _, a := range batch {
		ids = append(ids, a.SubscriptionID)
	}
	var differ []uuid.UUID
	err := tx.Raw(`UPDATE sync_plan_rows r SET state = 'refused', why = ? FROM subscriptions s
		WHERE r.run_id = ? AND r.subject_id = ANY (?::uuid[]) AND s.id = r.subject_id AND r.kinds && '{gone}'
		AND (s.billable_quantity <> r.seats_before OR s.provider_status = 'missing')
		RETURNING r.subject_id`, changedSince, planRun, postgres.IDs(ids)).Scan(&differ).Error
	return slices.DeleteFunc(batch, func(a subscription.Absence) bool {
		return slices.Contains(differ, a.SubscriptionID)
	}), err
}

// countApplied brings the run's counts in line with what was applied in all attempts, and puts away what is done.
func (w *worker) countApplied(ctx context.Context, planRun uuid.UUID) error {
	var c Counts
	err := w.s.DB.Read(ctx).Raw(`SELECT coalesce(sum(added), 0) AS added, coalesce(sum(changed), 0) AS changed,
			coalesce(sum(unchanged), 0) AS unchanged, coalesce(sum(held), 0) AS held,
			coalesce(sum(failed), 0) AS failed,
			(SELECT count(*) FROM sync_plan_rows r WHERE r.run_id = ? AND r.state = 'applied' AND r.kinds && '{gone}')
				AS gone
		FROM sync_plan_accounts WHERE run_id = ?`, planRun, planRun).Scan(&c).Error
	if err != nil {
		return err
	}
	p := w.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Added, p.counts.Changed, p.counts.Unchanged = c.Added, c.Changed, c.Unchanged
	p.counts.Held, p.counts.Gone, p.counts.Failed = c.Held, c.Gone, c.Failed
	return p.save(ctx)
}
