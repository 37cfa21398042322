package ledger_test

import (
	"flag"
	"testing"

	"seatledger/internal/ledger"
	"seatledger/internal/testkit/crowd"
	"seatledger/internal/testkit/listtest"
)

var rowsToWalk = flag.Int("list.rows", 10_000, "how many changes the walk over filters and sorts has")

func TestEveryFilterAndSortOfChangesStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := crowd.Subscriptions(t, *rowsToWalk/5)
	crowd.Ledger(t, db, *rowsToWalk)
	listtest.Kept(t, db.DB, ledger.All)
	listtest.Walk(t, db.Read(t.Context()), ledger.All, listtest.Budget{Blocks: 2500, Values: map[string][]string{
		"provider": listtest.One(t, db.DB, "SELECT min(provider_id::text) FROM subscriptions"),
		"event":    {"update", "renew", "carry"}, "billing_state": {"open", "invoiced"}, "counted": {"yes", "no"},
		"estimated": {"yes", "no"}, "from": {"2026-06-01"}, "to": {"2025-03-01"},
		"subscription": listtest.One(t, db.DB, "SELECT min(id::text) FROM subscriptions"),
		"run":          {"0190a000-0000-7000-8000-000000000001"},
	}})
}

func TestPagesHoldEveryChangeOnce(t *testing.T) {
	t.Parallel()
	db := crowd.Subscriptions(t, 100)
	crowd.Ledger(t, db, 400)
	listtest.Pages(t, db.DB, ledger.All, 400)
}
