package syncing_test

import (
	"testing"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
)

// versions sums up every row version of the tables that a sync may touch.
const versions = `SELECT coalesce(sum(x), 0) FROM (
	SELECT sum(xmin::text::bigint) x FROM provider_accounts UNION ALL SELECT sum(xmin::text::bigint) FROM subscriptions
	UNION ALL SELECT sum(xmin::text::bigint) FROM products UNION ALL SELECT sum(xmin::text::bigint) FROM license_changes
	UNION ALL SELECT sum(xmin::text::bigint) FROM license_change_status UNION ALL SELECT sum(xmin::text::bigint)
	FROM subscription_reviews
	UNION ALL SELECT sum(xmin::text::bigint) FROM audit_events UNION ALL SELECT sum(xmin::text::bigint)
	FROM mapping_suggestions) v`

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
