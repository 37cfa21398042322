package syncing_test

import (
	"testing"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
)

// versions are all row versions of the tables that a sync may touch: an update leaves another one, and a dead one.
const versions = `SELECT coalesce(sum(hashtextextended(x, 0) % 1000000007), 0)::bigint FROM (
	SELECT 'a' || ctid::text || xmin x FROM provider_accounts UNION ALL SELECT 's' || ctid::text || xmin FROM
		subscriptions
	UNION ALL SELECT 'p' || ctid::text || xmin FROM products UNION ALL SELECT 'c' || ctid::text || xmin
	FROM license_changes UNION ALL SELECT 't' || ctid::text || xmin FROM license_change_status
	UNION ALL SELECT 'r' || ctid::text || xmin FROM subscription_reviews
	UNION ALL SELECT 'e' || ctid::text || xmin FROM audit_events
	UNION ALL SELECT 'm' || ctid::text || xmin FROM mapping_suggestions
	UNION ALL SELECT 'w' || ctid::text || xmin FROM mapping_waiting) v`

func TestTheSecondRunOfTheSameDataChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.DataOptions{Customers: 40, Subscriptions: 150, Seed: 7})
	a := w.accounts()
	if a.State != syncing.Succeeded || a.Added == 0 || a.Failed != 0 {
		t.Fatalf("accounts: %+v", a)
	}
	s := w.subscriptions()
	if s.State != syncing.Succeeded || s.Added == 0 {
		t.Fatalf("subscriptions: %+v", s)
	}
	before := w.count(versions)
	a2, s2 := w.accounts(), w.subscriptions()
	if a2.Added+a2.Changed+a2.Gone != 0 || a2.Unchanged != a.Added {
		t.Errorf("accounts again: %+v", a2)
	}
	if s2.Added+s2.Changed+s2.Gone != 0 || s2.Unchanged != s.Added {
		t.Errorf("subscriptions again: %+v", s2)
	}
	if after := w.count(versions); after != before {
		t.Errorf("a run that changes nothing wrote rows")
	}
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE ledger_quantity <> billable_quantity`); n != 0 {
		t.Errorf("%d subscriptions whose ledger does not add up", n)
	}
}
