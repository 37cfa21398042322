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
	"seatledger/internal/provider"
)

// accounts reads all customers, writes down what would change, and applies it where the guards let it pass, new ones
// many a transaction, others one. What is missing from the list is asked for once more.
func (w *worker) accounts(ctx context.Context) outcome {
	if w.run.AppliesRunID != nil {
		return w.applyShownAccounts(ctx)
	}
	if _, err := w.openPlan(ctx); err != nil {
		return failure(err)
	}
	listing, err := w.conn.Accounts(ctx)
	if err != nil {
		return failure(err)
	}
	stored, err := account.ByExternalID(ctx, w.s.DB.Read(ctx), w.provider.ID)
	if err != nil {
		return failure(err)
	}
	listing = withoutTwice(listing)
	listed := byID(listing)
	listing.Accounts = nil // a large list is not held twice
	absent := absentAccounts(stored, listed, listing)
	if len(absent) > 0 && len(listed) > 0 {
		if absent, err = w.stillAbsent(ctx, listed, absent); err != nil {
			return failure(err)
		}
	}
	if out, err := w.judgeAccounts(ctx, stored, listed, absent); err != nil {
		return failure(err)
	} else if out != nil {
		return *out
	}
	if err := w.applyAccounts(ctx, stored, listed); err != nil {
		return failure(err)
	}
	if err := w.accountsGone(ctx, stored, absent); err != nil {
		return failure(err)
	}
	if err := w.keepUnread(ctx, "account", uuid.Nil, listing.Bad, listing.Complete); err != nil {
		return failure(err)
	}
	if err := w.allApplied(ctx); err != nil {
		return failure(err)
	}
	return w.accountsEnd(ctx, listing)
}

// withoutTwice sets customers aside that the list has twice with unlike facts: nobody knows which is right, so they
// stay as they are, in whatever order they come.
func withoutTwice(l distributor.AccountListing) distributor.AccountListing {
	last, twice := make(map[string]int, len(l.Accounts)), map[string]bool{}
	for i, a := range l.Accounts {
		was, known := last[a.ExternalID]
		if known && account.FactsOf(l.Accounts[was]) != account.FactsOf(a) {
			twice[a.ExternalID] = true
		}
		last[a.ExternalID] = i
	}
	if len(twice) == 0 {
		return l
	}
	l.Bad = slices.Clone(l.Bad)
	l.Accounts = slices.DeleteFunc(slices.Clone(l.Accounts), func(a distributor.Account) bool {
		if twice[a.ExternalID] {
			l.Bad = append(l.Bad, distributor.BadRecord{ExternalID: a.ExternalID, Raw: a.Raw,
				Reason: "the list has this customer twice, with unlike facts"})
		}
		return twice[a.ExternalID]
	})
	return l
}

func byID(l distributor.AccountListing) map[string]distributor.Account {
	listed := make(map[string]distributor.Account, len(l.Accounts))
	for _, a := range l.Accounts {
		listed[a.ExternalID] = a
	}
	return listed
}

// stillAbsent reads the list once more: who came or left while its pages were read may have shifted others. What the
// second list has is listed; what it cannot prove missing is not.
func (w *worker) stillAbsent(ctx context.Context, listed map[string]distributor.Account,
	absent []string) ([]string, error) {
	again, err := w.conn.Accounts(ctx)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if err != nil || !again.Complete {
		return nil, nil //nolint:nilerr // a list that fails the second time proves nothing missing
	}
	for id, a := range byID(again) {
		if _, have := listed[id]; !have {
			listed[id] = a
		}
	}
	return slices.DeleteFunc(slices.Clone(absent), func(id string) bool {
		_, have := listed[id]
		return have
	}), nil
}

// absentAccounts are those that a complete listing lacked; an incomplete one proves nothing.
func absentAccounts(stored map[string]account.Account, listed map[string]distributor.Account,
	l distributor.AccountListing) []string {
	if !l.Complete {
		return nil
	}
	unread := map[string]bool{} // listed all the same
	for _, b := range l.Bad {
		unread[b.ExternalID] = true
	}
	var absent []string
	for id, a := range stored {
		if _, ok := listed[id]; !ok && !unread[id] && a.Facts.Status != account.Gone {
			absent = append(absent, id)
		}
	}
	slices.Sort(absent)
	return absent
}

func (w *worker) applyAccounts(ctx context.Context, stored map[string]account.Account,
	listed map[string]distributor.Account) error {
	ids := slices.Sorted(maps.Keys(listed))
	from, err := w.progress.plan(ctx, ids)
	if err != nil {
		return err
	}
	for i := from; i < len(ids); {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		fresh := newOnes(ids[i:], stored, listed)
		rs, err := w.addAccounts(ctx, fresh)
		if len(fresh) == 0 && err == nil {
			rs = make([]result, 1)
			rs[0], err = w.applyAccount(ctx, stored[ids[i]], listed[ids[i]])
		}
		if err != nil {
			return err
		}
		for _, r := range rs {
			if err := w.progress.finish(ctx, i, r); err != nil {
				return err
			}
			i++
		}
	}
	return w.progress.save(ctx)
}

const newAtOnce = 50 // accounts in one transaction

// newOnes are the first of the ids as long as they were never seen before.
func newOnes(ids []string, stored map[string]account.Account,
	listed map[string]distributor.Account) (fresh []distributor.Account) {
	for _, id := range ids[:min(newAtOnce, len(ids))] {
		if _, known := stored[id]; known {
			break
		}
		fresh = append(fresh, listed[id])
	}
	return fresh
}

// addAccounts stores accounts that were never seen before.
func (w *worker) addAccounts(ctx context.Context, fresh []distributor.Account) ([]result, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	rs, notes := make([]result, len(fresh)), make([]accountResult, len(fresh))
	for i, d := range fresh {
		rs[i] = result{counts: Counts{Added: 1}}
		notes[i] = accountResult{ExternalID: d.ExternalID, Name: d.Name, Outcome: "changed",
			Cause: accountCause(false, account.Account{}, d), Counts: rs[i].counts}
	}
	return rs, w.lease.InTx(ctx, func(tx *gorm.DB) error {
		ids, err := account.NewMany(ctx, tx, w.provider.ID, fresh, w.s.Clock.Now())
		if err != nil {
			return err
		}
		for i := range notes {
			notes[i].AccountID = ids[i]
		}
		return w.noteAll(tx, notes)
	})
}

// applyAccount brings an account that is known up to date.
func (w *worker) applyAccount(ctx context.Context, have account.Account, d distributor.Account) (result, error) {
	if !have.Differs(d) {
		return w.already(ctx, d.ExternalID, result{counts: Counts{Unchanged: 1}})
	}
	r := result{counts: Counts{Changed: 1}}
	err := w.lease.InTx(ctx, func(tx *gorm.DB) error {
		err := account.Update(ctx, tx, have.ID, d, w.s.Clock.Now())
		if err == nil && have.Facts.Status != account.FactsOf(d).Status {
			err = w.judgeAccount(ctx, tx, have.ID)
		}
		if err != nil {
			return err
		}
		return w.note(tx, accountResult{ExternalID: d.ExternalID, AccountID: have.ID, Name: d.Name, Outcome: "changed",
			Cause: accountCause(true, have, d), Counts: r.counts})
	})
	return r, err
}

func accountCause(known bool, have account.Account, d distributor.Account) string {
	now := account.FactsOf(d)
	switch {
	case !known:
		return "New at the distributor."
	case have.Facts.Status == account.Gone:
		return "Back at the distributor."
	case have.Facts.Status != now.Status:
		return fmt.Sprintf("Status changed from %s to %s.", have.Facts.Status, now.Status)
	case have.Facts.Name != now.Name:
		return fmt.Sprintf("Name changed from %q to %q.", have.Facts.Name, now.Name)
	}
	return "Details changed."
}

func (w *worker) accountsGone(ctx context.Context, stored map[string]account.Account, absent []string) error {
	for _, id := range absent {
		a := stored[id]
		err := w.lease.InTx(ctx, func(tx *gorm.DB) error {
			if err := account.MarkGone(ctx, tx, a.ID, w.s.Clock.Now()); err != nil {
				return err
			}
			if err := w.judgeAccount(ctx, tx, a.ID); err != nil {
				return err
			}
			return w.note(tx, accountResult{ExternalID: id, AccountID: a.ID, Name: a.Name, Outcome: "changed",
				Cause:  "Gone: a complete listing lacked it. Its mapping and its subscriptions stay as they are.",
				Counts: Counts{Gone: 1}})
		})
		if err != nil {
			return err
		}
		w.progress.counts.Gone++
	}
	return nil
}

// judgeAccount judges the subscriptions of an account again: that it is gone, or back, is a finding of theirs.
func (w *worker) judgeAccount(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	var ids []uuid.UUID
	if err := tx.WithContext(ctx).Raw(`SELECT id FROM subscriptions WHERE account_id = ?`,
		id).Scan(&ids).Error; err != nil {
		return err
	}
	return w.s.Reviews.Refresh(ctx, tx, ids)
}

// accountsEnd says how the run ended. Mapping sees by itself that accounts have changed.
func (w *worker) accountsEnd(ctx context.Context, l distributor.AccountListing) outcome {
	c := &w.progress.counts
	if l.Complete && len(l.Bad) == 0 || w.run.AppliesRunID != nil {
		if err := provider.IdentityCompared(ctx, w.s.DB.Read(ctx), w.provider); err != nil {
			return failure(err)
		}
	}
	out := outcome{state: Succeeded}
	if c.Added+c.Changed+c.Gone > 0 && w.s.MapIdentical != nil {
		mapped, err := w.s.MapIdentical(ctx, w.provider.ID)
		if err != nil {
			return outcome{Partial, "The accounts were read and stored, but those that are certain could not be mapped.",
				"Sync the accounts once more."}
		}
		if mapped > 0 {
			out.message = fmt.Sprintf("%d mapped by Seatledger: same tenant id, or same domain with one candidate.",
				mapped)
		}
	}
	c.Failed += len(l.Bad)
	switch {
	case len(l.Bad) > 0:
		return outcome{Partial, fmt.Sprintf("%d records could not be read or stand there twice with unlike facts. They "+
			"are kept for a person, and count neither as changed nor as gone.", len(l.Bad)),
			"Look at the records that could not be read."}
	case !l.Complete && w.run.AppliesRunID == nil:
		return outcome{Partial, "The distributor's total and its list disagree, so no account was marked as gone.",
			"Sync again; if it lasts, ask the distributor."}
	}
	return out
}
