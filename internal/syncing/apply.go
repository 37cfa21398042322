package syncing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// applySubscriptions reads one account's subscriptions and writes what differs in
// one transaction under the lease. Without a difference it writes nothing.
func (w *worker) applySubscriptions(ctx context.Context, t target) (result, error) {
	got, err := w.conn.Subscriptions(ctx, t.ExternalID)
	if err != nil {
		return result{}, err
	}
	l := w.listingOf(t, got)
	wanted, err := subscription.NeedLog(ctx, w.s.DB.Read(ctx), l)
	if err != nil {
		return result{}, err
	}
	l.Log, l.LogRead = w.changeLog(ctx, t, wanted)
	res, err := w.store(ctx, t, l)
	if err != nil {
		return result{}, err
	}
	if err := w.keepUnreadable(ctx, "subscription", t.ID, append(got.Bad, res.Bad...), got.Complete); err != nil {
		return result{}, err
	}
	r := result{counts: Counts{Added: res.Added, Changed: res.Changed, Unchanged: res.Unchanged, Held: res.Held},
		seen: idsOf(got)}
	switch {
	case len(got.Bad)+len(res.Bad) > 0:
		return w.unreadableAccount(ctx, t, r, len(got.Bad)+len(res.Bad))
	case !got.Complete:
		return w.incompleteAccount(ctx, t, r, got.RequestID)
	case len(res.Touched) == 0:
		return w.already(ctx, t.ExternalID, r)
	}
	return r, nil
}

func (w *worker) listingOf(t target, got distributor.SubscriptionListing) subscription.Listing {
	l := subscription.Listing{
		Provider: w.rules(),
		Account: subscription.Account{ID: t.ID, ExternalID: t.ExternalID, State: account.State(t.State),
			CRMAccountID: t.CRMAccountID},
		Records: got.Subscriptions,
		Origin:  w.origin(),
		Zone:    w.s.Zone,
	}
	if w.run.ContractID != nil {
		l.Contract = uuid.NullUUID{UUID: *w.run.ContractID, Valid: true}
		if len(w.run.OnlyExternalIDs) > 0 {
			l.Land = w.run.OnlyExternalIDs
		}
	}
	return l
}

func (w *worker) rules() subscription.Provider {
	return subscription.Provider{ID: w.provider.ID, Connector: w.provider.Connector, Currency: w.provider.Currency,
		CostPeriod: w.provider.CostPeriod,
		EndDate:    subscription.EndDate(w.provider.EndDate())}
}

func (w *worker) origin() ledger.Origin {
	return ledger.Origin{Source: ledger.FromSync, By: audit.System, RunID: uuid.NullUUID{UUID: w.run.ID, Valid: true},
		At: w.s.Clock.Now()}
}

// changeLog reads the logs that can date a change. A failure is counted and told, and never fails the sync.
func (w *worker) changeLog(ctx context.Context, t target, wanted []subscription.LogWanted) (log []distributor.Change,
	read []string) {
	if !w.conn.Capabilities().ChangeLog {
		return nil, nil
	}
	for _, q := range wanted {
		entries, err := w.conn.Changes(ctx,
			distributor.ChangeQuery{AccountExternalID: t.ExternalID, ContractNo: q.ContractNo, From: q.From})
		if err != nil {
			w.logFailed.Add(1)
			w.s.Log.WarnContext(ctx, "change log not read", "account", t.ExternalID, "contract", q.ContractNo,
				"error", err)
			continue
		}
		log, read = append(log, entries...), append(read, q.ContractNo)
	}
	return log, read
}

func (w *worker) store(ctx context.Context, t target, l subscription.Listing) (subscription.Result, error) {
	var res subscription.Result
	err := w.lease.inTx(ctx, func(tx *gorm.DB) error {
		var err error
		if res, err = subscription.SyncAccount(ctx, tx, l); err != nil || len(res.Touched) == 0 {
			return err
		}
		if err := w.s.Reviews.Refresh(ctx, tx, res.Touched); err != nil {
			return err
		}
		return w.note(tx, accountResult{ExternalID: t.ExternalID, AccountID: t.ID, Name: t.Name, Outcome: "changed",
			Cause:  changes(res),
			Counts: Counts{Added: res.Added, Changed: res.Changed, Unchanged: res.Unchanged, Held: res.Held}})
	})
	return res, err
}

func changes(r subscription.Result) string {
	s := fmt.Sprintf("%d new, %d changed.", r.Added, r.Changed)
	if r.Held > 0 {
		s += fmt.Sprintf(" %d held.", r.Held)
	}
	if n := len(r.Conflicts); n > 0 {
		s += fmt.Sprintf(" %d differ from a person's decision that stands.", n)
	}
	return s
}

func idsOf(got distributor.SubscriptionListing) []string {
	ids := make([]string, 0, len(got.Subscriptions)+len(got.Bad))
	for _, s := range got.Subscriptions {
		ids = append(ids, s.ExternalID)
	}
	for _, b := range got.Bad {
		if b.ExternalID != "" {
			ids = append(ids, b.ExternalID) // unreadable is not gone
		}
	}
	return ids
}

// unreadableAccount counts an account as failed whose readable records were applied all the same.
func (w *worker) unreadableAccount(ctx context.Context, t target, r result, n int) (result, error) {
	r.counts.Failed = 1
	return r, w.lease.inTx(ctx, func(tx *gorm.DB) error {
		return w.note(tx, accountResult{ExternalID: t.ExternalID, AccountID: t.ID, Name: t.Name, Outcome: "failed",
			Cause: fmt.Sprintf("%d records could not be read; they are kept for a person and count neither as 0 nor "+
				"as gone. The others were applied.", n),
			Advice:    "Look at the records on the account's page and ask the distributor.",
			ErrorKind: distributor.BadAnswer, Counts: r.counts})
	})
}

func (w *worker) incompleteAccount(ctx context.Context, t target, r result, requestID string) (result, error) {
	r.counts.Failed = 1
	return r, w.lease.inTx(ctx, func(tx *gorm.DB) error {
		return w.note(tx, accountResult{ExternalID: t.ExternalID, AccountID: t.ID, Name: t.Name, Outcome: "failed",
			Cause:  "The distributor's total and its list disagree. What was listed was applied.",
			Advice: "Retry this account; if it lasts, ask the distributor.", ErrorKind: distributor.BadAnswer,
			RequestID: requestID, Counts: r.counts})
	})
}
