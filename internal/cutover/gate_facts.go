package cutover

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/impact"
	"seatledger/internal/provider"
)

// facts are all that the gates read.
type facts struct {
	run       Run
	next      provider.Provider
	accounts  *time.Time // last whole and good listing of accounts
	synced    *time.Time // start of the last whole and good sync of subscriptions
	mapped    *time.Time // last decision about an account of the new provider
	unmapped  int
	listed    int // accounts of the new provider
	unbilled  int // confirmed customers with something not billed
	progress  Progress
	blocking  int
	firstSays string
	departed  departed // the first, where there is one
}

func (s Service) factsOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (facts, error) {
	var f facts
	var err error
	if f.run, err = Get(ctx, db, id); err != nil {
		return f, err
	}
	if f.next, err = provider.Get(ctx, db, f.run.NewProviderID); err != nil {
		return f, err
	}
	whole := `FROM sync_runs WHERE provider_id = @next AND state = 'succeeded' AND account_id IS NULL
		AND contract_id IS NULL AND only_accounts = '[]' AND kind = `
	err = db.WithContext(ctx).Raw(`SELECT (SELECT max(finished_at) `+whole+`'accounts'), (SELECT max(started_at) `+
		whole+`'subscriptions'),
		(SELECT max(d.at) FROM mapping_decisions d JOIN provider_accounts a ON a.id = d.account_id
		WHERE a.provider_id = @next),
		(SELECT words.Counted(*) FROM provider_accounts WHERE provider_id = @next AND state = 'unmapped'
		AND provider_status <> 'gone'),
		(SELECT words.Counted(*) FROM provider_accounts WHERE provider_id = @next)`,
		map[string]any{"next": f.run.NewProviderID}).Row().Scan(&f.accounts, &f.synced, &f.mapped, &f.unmapped,
		&f.listed)
	if err != nil {
		return f, fmt.Errorf("gates of cut-over %s: %w", id, err)
	}
	if f.progress, err = ProgressOf(ctx, db, id); err != nil {
		return f, err
	}
	if f.unbilled, err = unbilledCustomers(ctx, db, id); err != nil {
		return f, err
	}
	if f.progress.Strayed > 0 {
		if f.departed, err = firstDeparted(ctx, db, id); err != nil {
			return f, err
		}
	}
	if f.underWay() > 0 { // the proof cannot hold yet, and takes its time
		return f, nil
	}
	left, err := proof.Blockers(ctx, db, id, proof.Filter{}, s.ProofDay(f.run))
	f.blocking = len(left)
	if len(left) > 0 {
		f.firstSays = fmt.Sprintf(" First: %s, %s, from %s: %s", left[0].CRMAccount, left[0].PartNumber, left[0].From,
			left[0].Says)
	}
	return f, err
}

// underWay counts the customers that have not come to the end.
func (f facts) underWay() int {
	p := f.progress
	return max(p.All-p.Done, 0)
}

// unbilledCustomers counts confirmed customers that have something of an old one unbilled.
func unbilledCustomers(ctx context.Context, db *gorm.DB, id uuid.UUID) (int, error) {
	var rows []struct {
		ID       uuid.UUID
		Customer uuid.UUID
		Day      clock.Date
	}
	err := db.WithContext(ctx).Raw(`SELECT p.old_subscription_id AS id, c.id AS customer, p.day FROM cutover_pairs p
		JOIN cutover_customers c ON c.id = p.customer_id
		WHERE c.cutover_id = ? AND c.state = 'confirmed' AND p.undone_at IS NULL
		AND p.kind <> 'new'`, id).Scan(&rows).Error
	if err != nil {
		return 0, fmt.Errorf("what is not billed: %w", err)
	}
	until := map[uuid.UUID]clock.Date{}
	for _, r := range rows {
		until[r.ID] = r.Day
	}
	reach, err := impact.ReachOf(ctx, db, until)
	left := map[uuid.UUID]bool{}
	for _, r := range rows {
		if !reach[r.ID].Reached() {
			left[r.Customer] = true
		}
	}
	return len(left), err
}
