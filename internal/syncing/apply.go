package syncing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
	"seatledger/internal/syncing/guard"
)

// readSubscriptions reads one account's subscriptions and writes down what would change of them, under the lease.
func (w *worker) readSubscriptions(ctx context.Context, t target) (result, error) {
	ctx, done := distributor.KeepRoom(ctx) // the plan of a large list is as large
	defer done()
	at := w.s.Clock.Now()
	got, err := w.conn.Subscriptions(ctx, t.ExternalID)
	if err != nil {
		return result{}, err
	}
	l := w.listingOf(t, got, at)
	wanted, err := subscription.NeedLog(ctx, w.s.DB.Read(ctx), l)
	if err != nil {
		return result{}, err
	}
	l.Log, l.LogRead = w.changeLog(ctx, t, wanted)
	c, err := subscription.Compare(ctx, w.s.DB.Read(ctx), l, false)
	if err != nil {
		return result{}, err
	}
	if got.Complete, err = w.believed(ctx, t, got); err != nil {
		return result{}, err
	}
	a := readAccount{ExternalID: t.ExternalID, AccountID: t.ID, Name: t.Name, ReadAt: at, Complete: got.Complete,
		IDs: idsOf(got), Tally: guard.Count(got), Counts: Counts{Unchanged: c.Unchanged, Held: c.Held}}
	if a.Strange, err = w.strangers(ctx, t, got.Subscriptions); err != nil {
		return result{}, err
	}
	bad := append(got.Bad, c.Bad...)
	if len(bad) > 0 || !got.Complete {
		a.Counts.Failed = 1
	}
	if a.Payload, err = w.toApply(ctx, t, l, c, bad, got.Complete); err != nil {
		return result{}, err
	}
	surge, err := w.surging(ctx)
	if err != nil {
		return result{}, err
	}
	return result{counts: a.Counts}, w.lease.InTx(ctx, func(tx *gorm.DB) error {
		if err := w.keepRead(tx, a, rowsOf(c, surge), c.Twice); err != nil {
			return err
		}
		return w.noteDoubt(tx, t, got, len(bad), a.Counts)
	})
}

// believed tells whether a list counts as whole. An empty one that was not proved is believed of an account that has
// nothing to lose.
func (w *worker) believed(ctx context.Context, t target, got distributor.SubscriptionListing) (bool, error) {
	if got.Complete || len(got.Subscriptions)+len(got.Bad) > 0 {
		return got.Complete, nil
	}
	var has bool
	err := w.s.DB.Read(ctx).Raw(`SELECT EXISTS (SELECT FROM subscriptions WHERE account_id = ?
		AND provider_status <> 'missing')`, t.ID).Scan(&has).Error
	return !has, err
}

// toApply is what has to be kept of an account until it is applied; nil when nothing differs.
func (w *worker) toApply(ctx context.Context, t target, l subscription.Listing, c subscription.Comparison,
	bad []distributor.BadRecord, complete bool) (*payload, error) {
	open, err := w.openUnreadable(ctx, w.s.DB.Read(ctx), "subscription", uuid.NullUUID{UUID: t.ID, Valid: true})
	if err != nil || len(c.Records)+len(bad)+len(open) == 0 {
		return nil, err
	}
	p := &payload{Records: c.Records, LogRead: l.LogRead, Bad: bad, Complete: complete}
	if len(c.Records) > 0 {
		p.Log = l.Log
	}
	return p, nil
}

func rowsOf(c subscription.Comparison, s guard.Surging) []guard.Row {
	rows := make([]guard.Row, len(c.Differences))
	for i, d := range c.Differences {
		rows[i] = guard.Of(d, s)
	}
	return rows
}

func (w *worker) listingOf(t target, got distributor.SubscriptionListing, at time.Time) subscription.Listing {
	l := subscription.Listing{
		Provider: w.rules(),
		Account: subscription.Account{ID: t.ID, ExternalID: t.ExternalID, State: account.State(t.State),
			CRMAccountID: t.CRMAccountID},
		Records: got.Subscriptions,
		Origin:  w.origin(),
		ReadAt:  at,
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

// noteDoubt notes an account that could not be read whole; what could be read of it counts all the same.
func (w *worker) noteDoubt(tx *gorm.DB, t target, got distributor.SubscriptionListing, bad int, c Counts) error {
	row := accountResult{ExternalID: t.ExternalID, AccountID: t.ID, Name: t.Name, Outcome: OutcomeFailed,
		ErrorKind: distributor.BadAnswer, Counts: c}
	switch {
	case bad > 0:
		row.Cause = fmt.Sprintf("%d records could not be read; they are kept for a person and count neither as 0 nor "+
			"as gone. The others count.", bad)
		row.Advice = "Look at the records on the account's page and ask the distributor."
	case !got.Complete:
		row.Cause = "The list was not proved whole: " + got.Why + ". What was listed counts, and nothing of this " +
			"account is taken for gone."
		row.Advice = "Retry this account; if it lasts, ask the distributor."
		row.RequestID = got.RequestID
	default:
		return nil
	}
	return w.note(tx, row)
}
