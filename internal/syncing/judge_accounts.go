package syncing

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/syncing/guard"
)

// judgeAccounts writes down what a list of customers would change and asks the guards; nil lets it pass.
func (w *worker) judgeAccounts(ctx context.Context, stored map[string]account.Account,
	listed map[string]distributor.Account, absent []string) (*outcome, error) {
	if err := w.planAccounts(ctx, stored, listed, absent); err != nil {
		return nil, err
	}
	stop, err := w.guardNames(ctx, stored)
	if err != nil {
		return nil, err
	}
	if out, halt := w.guardAccounts(ctx, stored, listed, absent); halt {
		stop = &out
	}
	if w.run.Dry {
		stop = dryOutcome(stop)
	}
	if stop == nil || stop.state == Failed || len(listed) == 0 {
		return stop, nil // an empty list is nothing that a person could apply
	}
	if err := w.keepListed(ctx, stored, listed); err != nil {
		return nil, err
	}
	if err := w.readThrough(ctx); err != nil {
		return nil, err
	}
	return stop, w.seal(ctx, nil)
}

const rowsAtOnce = 200 // a transaction

func (w *worker) planAccounts(ctx context.Context, stored map[string]account.Account,
	listed map[string]distributor.Account, absent []string) error {
	var rows []plannedRow
	keep := func() error {
		some := rows
		rows = rows[:0]
		return w.lease.InTx(ctx, func(tx *gorm.DB) error { return w.keepRows(tx, some) })
	}
	add := func(r guard.Row) error {
		if rows = append(rows, plannedRow{r.ExternalID, r.Name, r, RowPlanned, ""}); len(rows) < rowsAtOnce {
			return nil
		}
		return keep()
	}
	for _, id := range slices.Sorted(maps.Keys(listed)) {
		have, known := stored[id]
		if known && !have.Differs(listed[id]) {
			continue
		}
		if err := add(accountRow(known, have, listed[id])); err != nil {
			return err
		}
	}
	for _, id := range absent {
		if err := add(goneRow(stored[id])); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return keep()
}

func goneRow(a account.Account) guard.Row {
	return guard.Row{ExternalID: a.ExternalID, Name: nameOr(a.Name, a.ExternalID), SubjectID: subject(a.ID),
		Kinds: []guard.Kind{guard.Gone}, Words: "gone from the customer list"}
}

func subject(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

func nameOr(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

// accountRow says what a customer's record would change.
func accountRow(isKnown bool, have account.Account, d distributor.Account) guard.Row {
	r := guard.Row{ExternalID: d.ExternalID, Name: nameOr(d.Name, d.ExternalID), Words: accountCause(isKnown, have, d)}
	if !isKnown {
		r.Kinds = []guard.Kind{guard.New}
		return r
	}
	r.SubjectID = subject(have.ID)
	was, now := have.Facts, account.FactsOf(d)
	add := func(k guard.Kind, is bool) {
		if is {
			r.Kinds = append(r.Kinds, k)
		}
	}
	add(guard.Back, was.Status == account.Gone)
	add(guard.Ended, was.Status == account.Active && now.Status == account.Discontinued)
	add(guard.Name, was.Name != now.Name)
	add(guard.Tenant, was.TenantID != now.TenantID)
	add(guard.Domain, was.Domain != "" && was.Domain != now.Domain)
	if was.TenantID != now.TenantID {
		r.Words += fmt.Sprintf(" Tenant id %s → %s.", nameOr(was.TenantID, "none"), nameOr(now.TenantID, "none"))
	}
	if len(r.Kinds) == 0 {
		r.Kinds = []guard.Kind{guard.Details}
	}
	return r
}

// guardNames stops a run that would rename, move or end too many customers at once.
func (w *worker) guardNames(ctx context.Context, stored map[string]account.Account) (*outcome, error) {
	kinds := guard.GuardedOfAccounts()
	if w.run.AllowGone {
		kinds = slices.DeleteFunc(kinds, func(k guard.Kind) bool { return k == guard.Gone })
	}
	groups, sum, err := figuresOf(ctx, w.s.DB.Read(ctx), w.run.ID, kinds)
	if err != nil {
		return nil, err
	}
	there := 0
	for _, a := range stored {
		if a.Facts.Status != account.Gone {
			there++
		}
	}
	limits, err := w.limits(ctx)
	if err != nil || !limits.Exceeded(sum, guard.Sum{Subscriptions: there, Customers: there}) {
		return nil, err
	}
	groups = slices.DeleteFunc(groups, func(g guard.Group) bool { return !slices.Contains(kinds, g.Kind) })
	return &outcome{Stopped, fmt.Sprintf("%d of %d customers would change at once, more than the share of %s that may: "+
		"%s. Nothing was changed.", sum.Subscriptions, there, percent(limits.Share), guard.Sentence(groups)),
		"Look at the list below and ask the distributor. Then apply exactly what it shows, or discard it."}, nil
}

// keepListed keeps the records of a plan that waits for a person.
func (w *worker) keepListed(ctx context.Context, stored map[string]account.Account,
	listed map[string]distributor.Account) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		for id, d := range listed {
			have, isKnown := stored[id]
			if isKnown && !have.Differs(d) {
				continue
			}
			text, err := (&payload{Account: &d}).text()
			if err != nil {
				return err
			}
			err = tx.Exec(`INSERT INTO sync_plan_accounts (run_id, external_id, account_id, name, read_at, complete,
					external_ids, payload) VALUES (?, ?, ?, ?, ?, true, '{}', ?)
				ON CONFLICT (run_id, external_id) DO UPDATE SET payload = excluded.payload`, w.run.ID, id,
				subject(have.ID), d.Name, w.s.Clock.Now(), text).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// allApplied marks the rows of a run over the customers that passed the guards.
func (w *worker) allApplied(ctx context.Context) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE sync_plan_rows SET state = 'applied' WHERE run_id = ? AND state = 'planned'`,
			w.run.ID).Error
	})
}

// applyShownAccounts carries out a plan of customers that a person saw; one that was changed here meanwhile is left.
func (w *worker) applyShownAccounts(ctx context.Context) outcome {
	planRun := *w.run.AppliesRunID
	if _, err := w.openPlan(ctx); err != nil {
		return failure(err)
	}
	stored, err := account.ByExternalID(ctx, w.s.DB.Read(ctx), w.provider.ID)
	if err != nil {
		return failure(err)
	}
	listed, absent, err := w.shownAccounts(ctx, planRun, stored)
	if err != nil {
		return failure(err)
	}
	if err := w.applyAccounts(ctx, stored, listed); err != nil {
		return failure(err)
	}
	if err := w.accountsGone(ctx, stored, absent); err != nil {
		return failure(err)
	}
	err = w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE sync_plan_rows SET state = 'applied' WHERE run_id = ? AND state = 'planned'`,
			planRun).Error
	})
	if err != nil {
		return failure(err)
	}
	out := w.accountsEnd(ctx, distributor.AccountListing{})
	refused, err := refusedOf(ctx, w.s.DB.Read(ctx), planRun)
	switch {
	case err != nil:
		return failure(err)
	case refused > 0:
		return outcome{Partial, "The plan was applied but for what was changed here meanwhile.",
			"Sync the accounts again and look at the new plan."}
	}
	return outcome{Succeeded, joined("The plan that was shown was applied.", out.message), out.advice}
}

func (w *worker) shownAccounts(ctx context.Context, planRun uuid.UUID,
	stored map[string]account.Account) (map[string]distributor.Account, []string, error) {
	var rows []struct {
		ExternalID string
		Words      string
		Gone       bool
		Payload    string
	}
	err := w.s.DB.Read(ctx).Raw(`SELECT r.external_id, r.words, r.kinds && '{gone}' AS gone,
			coalesce(a.payload, '') AS payload
		FROM sync_plan_rows r LEFT JOIN sync_plan_accounts a ON a.run_id = r.run_id AND a.external_id = r.external_id
		WHERE r.run_id = ? AND r.state = 'planned' ORDER BY r.external_id COLLATE "C"`, planRun).Scan(&rows).Error
	if err != nil {
		return nil, nil, err
	}
	listed, refused := map[string]distributor.Account{}, []string{}
	var absent []string
	for _, r := range rows {
		have, isKnown := stored[r.ExternalID]
		if r.Gone {
			absent = append(absent, r.ExternalID)
			continue
		}
		p, err := payloadOf(r.Payload)
		if err != nil || p.Account == nil {
			return nil, nil, fmt.Errorf("read the plan of customer %s: %w", r.ExternalID, err)
		}
		if accountRow(isKnown, have, *p.Account).Words != r.Words {
			refused = append(refused, r.ExternalID)
			continue
		}
		listed[r.ExternalID] = *p.Account
	}
	absent = slices.DeleteFunc(absent, func(id string) bool { return stored[id].Facts.Status == account.Gone })
	return listed, absent, w.refuseAll(ctx, planRun, refused)
}

func (w *worker) refuseAll(ctx context.Context, planRun uuid.UUID, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE sync_plan_rows SET state = 'refused', why = ? WHERE run_id = ? AND external_id IN ?`,
			changedSince, planRun, ids).Error
	})
}
