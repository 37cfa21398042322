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

// accounts reads all customers, writes down what would change, and applies it where the guards let it pass, one
// account a transaction. What is missing from the list is asked for once more.
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
	first, twice := map[string]account.Facts{}, map[string]bool{}
	for _, a := range l.Accounts {
		if was, known := first[a.ExternalID]; known && was != account.FactsOf(a) {
			twice[a.ExternalID] = true
		}
		first[a.ExternalID] = account.FactsOf(a)
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
	for i := from; i < len(ids); i++ {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		r, err := w.applyAccount(ctx, stored, listed[ids[i]])
		if err != nil {
			return err
		}
		if err := w.progress.finish(ctx, i, r); err != nil {
			return err
		}
	}
	return w.progress.save(ctx)
}

func (w *worker) applyAccount(ctx context.Context, stored map[string]account.Account,
	d distributor.Account) (result, error) {
	have, known := stored[d.ExternalID]
	if known && !have.Differs(d) {
		return w.already(ctx, d.ExternalID, result{counts: Counts{Unchanged: 1}})
	}
	r := result{counts: Counts{Changed: 1}}
	if !known {
		r = result{counts: Counts{Added: 1}}
	}
	err := w.lease.InTx(ctx, func(tx *gorm.DB) error {
		id, err := have.ID, error(nil)
		if known {
			err = account.Update(ctx, tx, id, d, w.s.Clock.Now())
		} else {
			id, err = account.New(ctx, tx, w.provider.ID, d, w.s.Clock.Now())
		}
		if err == nil && known && have.Facts.Status != account.FactsOf(d).Status {
			err = w.judgeAccount(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		return w.note(tx, accountResult{ExternalID: d.ExternalID, AccountID: id, Name: d.Name, Outcome: "changed",
			Cause: accountCause(known, have, d), Counts: r.counts})
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
	return outcome{state: Succeeded}
}
