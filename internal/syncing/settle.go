package syncing

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
	"seatledger/internal/syncing/guard"
)

// Plan is what a run would change, as far as it stands beside its rows.
type Plan struct {
	RunID       uuid.UUID
	ReadThrough *time.Time
	Digest      string // of what is shown
	Settled     string // applied or discarded; empty: it waits, or its run applied it
	SettledAt   *time.Time
	SettledBy   string
	SettledRun  *uuid.UUID
}

// PlanOf reads a run's plan; false where it has none.
func PlanOf(ctx context.Context, db *gorm.DB, runID uuid.UUID) (Plan, bool, error) {
	var ps []Plan
	err := db.WithContext(ctx).Raw(`SELECT run_id, read_through, digest, settled, settled_at, settled_by, settled_run
		FROM sync_plans WHERE run_id = ?`, runID).Scan(&ps).Error
	if err != nil || len(ps) == 0 {
		return Plan{}, false, err
	}
	return ps[0], true, nil
}

// Waits tells whether the plan of a run waits for a person.
func (p Plan) Waits(s State) bool {
	return (s == Stopped || s == Planned) && p.Digest != "" && p.Settled == ""
}

// settledAlready refuses to settle a plan a second time; nil while nobody has.
func (p Plan) settledAlready() error {
	if p.Settled == "" {
		return nil
	}
	return errs.Newf(errs.Conflict, "This plan was %s by %s already. Nothing more was changed by this step.", p.Settled,
		p.SettledBy)
}

// Stale is a row of a plan of which something else would change by now than what was shown.
type Stale struct {
	Account string
	Shown   guard.Row // zero: it was not shown
	Now     guard.Row // zero: nothing would change any more
}

// Outdated is the refusal of a plan, with both: what was shown and what would change now.
type Outdated struct{ Rows []Stale }

func (Outdated) Error() string {
	return "Records were changed here since this plan was made, so nothing was applied."
}

// ApplyPlan queues the run that carries out exactly what a stopped or dry run showed. *Outdated when something else
// would change by now; errs.Conflict when the digest is another, it is settled, or a later run has read since.
func (s *Service) ApplyPlan(ctx context.Context, by audit.Actor, runID uuid.UUID, digest string) (Run, error) {
	r, err := Get(ctx, s.DB.Read(ctx), runID)
	if err != nil {
		return r, err
	}
	if p, _, err := PlanOf(ctx, s.DB.Read(ctx), r.ID); err != nil || p.Settled != "" {
		return r, errors.Join(err, p.settledAlready())
	}
	stale, err := s.stale(ctx, r)
	if err != nil {
		return r, err
	}
	if len(stale) > 0 {
		return r, &Outdated{stale}
	}
	var run Run
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.mayApply(ctx, tx, r, digest); err != nil {
			return err
		}
		id, found, err := s.desk().RequestIn(ctx, tx, r.ProviderID, s.adding(ctx, by, Request{
			ProviderID: r.ProviderID, Kind: r.Kind, Trigger: ByPerson,
			AccountID: r.AccountID, ContractID: r.ContractID, OnlyAccounts: r.OnlyAccounts,
			OnlyExternalIDs: r.OnlyExternalIDs, Anyway: true, AppliesRunID: &r.ID}))
		if err == nil && found {
			err = errs.New(errs.Conflict, "A sync of this provider is under way. Nothing was applied; "+
				"when it has ended, look at its result first.")
		}
		if err != nil {
			return err
		}
		run.ID = id
		return s.settle(ctx, tx, by, r, "applied", &id)
	})
	if err != nil {
		return run, err
	}
	return Get(ctx, s.DB.Read(ctx), run.ID)
}

// DiscardPlan puts a plan away without applying anything.
func (s *Service) DiscardPlan(ctx context.Context, by audit.Actor, runID uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := Get(ctx, tx, runID)
		if err != nil {
			return err
		}
		if _, err := s.waiting(ctx, tx, r); err != nil {
			return err
		}
		err = tx.Exec(`DELETE FROM sync_plan_accounts WHERE run_id = ?`, r.ID).Error
		if err != nil {
			return err
		}
		return s.settle(ctx, tx, by, r, "discarded", nil)
	})
}

// waiting locks a plan that waits for a person.
func (s *Service) waiting(ctx context.Context, tx *gorm.DB, r Run) (Plan, error) {
	if err := tx.Exec(`SELECT 1 FROM sync_plans WHERE run_id = ? FOR UPDATE`, r.ID).Error; err != nil {
		return Plan{}, err
	}
	p, found, err := PlanOf(ctx, tx, r.ID)
	switch {
	case err != nil:
		return p, err
	case p.Settled != "":
		return p, p.settledAlready()
	case !found || !p.Waits(r.State):
		return p, errs.New(errs.Conflict, "This run has no plan that waits for a person. Nothing was changed.")
	}
	return p, nil
}

func (s *Service) mayApply(ctx context.Context, tx *gorm.DB, r Run, digest string) error {
	p, err := s.waiting(ctx, tx, r)
	if err != nil {
		return err
	}
	if digest != p.Digest {
		return errs.New(errs.Conflict, "What you were shown is not this plan. Nothing was applied; "+
			"open the run's page again and look at what it shows now.")
	}
	var later int
	err = tx.Raw(`SELECT count(*) FROM sync_plans p JOIN sync_runs r ON r.id = p.run_id
		WHERE r.provider_id = ? AND r.kind = ? AND r.applies_run_id IS NULL AND p.read_through > ?
		AND r.account_id IS NULL AND r.contract_id IS NULL`, r.ProviderID, r.Kind, p.ReadThrough).Scan(&later).Error
	if err == nil && later > 0 {
		err = errs.New(errs.Conflict, "A later run has read this provider since, so this plan is out of date. "+
			"Nothing was applied; look at the later run.")
	}
	return err
}

func (s *Service) settle(ctx context.Context, tx *gorm.DB, by audit.Actor, r Run, how string, run *uuid.UUID) error {
	err := tx.Exec(`UPDATE sync_plans SET settled = ?, settled_at = ?, settled_by = ?, settled_run = ?
		WHERE run_id = ?`,
		how, s.Clock.Now(), by.Name, run, r.ID).Error
	if err != nil {
		return err
	}
	p, _, err := PlanOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	name, err := NamesOf(ctx, tx, r)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "sync_plan." + how, ObjectType: "sync_run",
		ObjectID: r.ID.String(), ObjectName: name.Provider, Before: map[string]any{"plan": "waits", "digest": p.Digest},
		After: map[string]any{"plan": how, "digest": p.Digest}})
}

// stale compares a subscription plan with what it would change now.
func (s *Service) stale(ctx context.Context, r Run) ([]Stale, error) {
	if r.Kind != Subscriptions {
		return nil, nil
	}
	p, err := provider.Get(ctx, s.DB.Read(ctx), r.ProviderID)
	if err != nil {
		return nil, err
	}
	w := &worker{s: s, run: r, provider: p}
	var accounts []string
	err = s.DB.Read(ctx).Raw(`SELECT external_id FROM sync_plan_accounts WHERE run_id = ? AND payload IS NOT NULL
		AND applied_at IS NULL ORDER BY external_id COLLATE "C"`, r.ID).Scan(&accounts).Error
	if err != nil {
		return nil, err
	}
	var all []Stale
	for _, account := range accounts {
		differ, err := w.staleOf(ctx, account)
		if err != nil {
			return nil, err
		}
		all = append(all, differ...)
	}
	return all, nil
}

func (w *worker) staleOf(ctx context.Context, account string) ([]Stale, error) {
	db := w.s.DB.Read(ctx)
	a, p, err := plannedAccount(db, w.run.ID, account)
	if err != nil {
		return nil, err
	}
	held, err := heldIDs(db, w.run.ID, account)
	if err != nil {
		return nil, err
	}
	l := w.listingOf(a.target(), distributor.SubscriptionListing{Subscriptions: without(p.Records, held)}, a.ReadAt)
	l.Log, l.LogRead = p.Log, p.LogRead
	now, err := w.rowsNow(ctx, db, l, false)
	if err != nil {
		return nil, err
	}
	shown, err := shownOf(ctx, db, w.run.ID, account)
	if err != nil {
		return nil, err
	}
	return differences(a.Name, shown, now), nil
}

func without(records []distributor.Subscription, held []string) []distributor.Subscription {
	return slices.DeleteFunc(slices.Clone(records), func(r distributor.Subscription) bool {
		return slices.Contains(held, r.ExternalID)
	})
}

// shownOf are the rows of an account that a plan would apply.
func shownOf(ctx context.Context, db *gorm.DB, runID uuid.UUID, account string) ([]guard.Row, error) {
	var rows []struct {
		ExternalID     string
		Name           string
		Kinds          postgres.Texts
		Words          string
		SeatsBefore    int
		SeatsAfter     int
		MonthBefore    decimal.NullDecimal
		MonthAfter     decimal.NullDecimal
		CurrencyBefore string
		CurrencyAfter  string
	}
	err := db.WithContext(ctx).Raw(`SELECT external_id, name, kinds, words, seats_before, seats_after, month_before,
			month_after, currency_before, currency_after
		FROM sync_plan_rows WHERE run_id = ? AND account_external_id = ? AND state = 'planned'
		AND NOT kinds && '{gone}' AND kinds <> '{twin}'`, runID, account).Scan(&rows).Error
	out := make([]guard.Row, len(rows))
	for i, r := range rows {
		out[i] = guard.Row{ExternalID: r.ExternalID, Name: r.Name, Words: r.Words, SeatsBefore: r.SeatsBefore,
			SeatsAfter: r.SeatsAfter, MonthBefore: r.MonthBefore, MonthAfter: r.MonthAfter,
			CurrencyBefore: r.CurrencyBefore, CurrencyAfter: r.CurrencyAfter}
		for _, k := range r.Kinds {
			out[i].Kinds = append(out[i].Kinds, guard.Kind(k))
		}
	}
	return out, err
}

// differences are the rows that are not the same in both.
func differences(account string, shown, now []guard.Row) []Stale {
	at := map[string]guard.Row{}
	for _, r := range now {
		at[r.ExternalID] = r
	}
	var out []Stale
	for _, r := range shown {
		n, there := at[r.ExternalID]
		delete(at, r.ExternalID)
		if !there || !n.Same(r) {
			out = append(out, Stale{Account: account, Shown: r, Now: n})
		}
	}
	for _, r := range now {
		if n, left := at[r.ExternalID]; left {
			out = append(out, Stale{Account: account, Now: n})
		}
	}
	return out
}

// applyShown carries out the plan of the run that a person saw.
func (w *worker) applyShown(ctx context.Context) outcome {
	planRun := *w.run.AppliesRunID
	if _, err := w.openPlan(ctx); err != nil {
		return failure(err)
	}
	var names []string
	err := w.s.DB.Read(ctx).Raw(`SELECT external_id FROM sync_plan_accounts WHERE run_id = ? AND payload IS NOT NULL
		ORDER BY external_id COLLATE "C"`, planRun).Scan(&names).Error
	if err != nil {
		return failure(err)
	}
	if _, err := w.progress.plan(ctx, names); err != nil {
		return failure(err)
	}
	if err := w.carryOut(ctx, planRun, true); err != nil {
		return failure(err)
	}
	w.progress.counts.Done = len(names)
	refused, err := refusedOf(ctx, w.s.DB.Read(ctx), planRun)
	if err != nil {
		return failure(err)
	}
	if refused > 0 {
		return outcome{Partial, "The plan was applied but for what was changed here meanwhile.",
			"Sync again and look at the new plan."}
	}
	return outcome{state: Succeeded, message: "The plan that was shown was applied."}
}

func refusedOf(ctx context.Context, db *gorm.DB, runID uuid.UUID) (int, error) {
	var n int
	err := db.WithContext(ctx).Raw(`SELECT count(*) FROM sync_plan_rows WHERE run_id = ? AND state = 'refused'`,
		runID).Scan(&n).Error
	return n, err
}

// rowsNow is what a listing that was read before would change now; with lock the rows that it touches stay so.
func (w *worker) rowsNow(ctx context.Context, tx *gorm.DB, l subscription.Listing, lock bool) ([]guard.Row, error) {
	c, err := subscription.Compare(ctx, tx, l, lock)
	if err != nil {
		return nil, err
	}
	surge, err := w.surging(ctx)
	return rowsOf(c, surge), err
}

// stillSo tells whether a listing would still change exactly what was shown.
func (w *worker) stillSo(ctx context.Context, tx *gorm.DB, planRun uuid.UUID, l subscription.Listing) (bool, error) {
	now, err := w.rowsNow(ctx, tx, l, true)
	if err != nil {
		return false, err
	}
	shown, err := shownOf(ctx, tx, planRun, l.Account.ExternalID)
	return len(differences("", shown, now)) == 0, err
}
