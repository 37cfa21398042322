package account_test

import (
	"flag"
	"testing"

	"seatledger/internal/account"
	"seatledger/internal/testkit/crowd"
	"seatledger/internal/testkit/listtest"
)

var rowsToWalk = flag.Int("list.rows", 5_000, "how many accounts the walk over filters and sorts has")

func TestEveryFilterAndSortOfAccountsStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := crowd.Of(t, *rowsToWalk, *rowsToWalk)
	listtest.Kept(t, db.DB, account.All)
	listtest.Walk(t, db.Read(t.Context()), account.All, listtest.Budget{Blocks: 2500, Values: map[string][]string{
		"provider":    listtest.One(t, db.DB, "SELECT min(provider_id::text) FROM provider_accounts"),
		"crm_account": listtest.One(t, db.DB, "SELECT min(id::text) FROM crm_accounts"),
		"state":       {"unmapped", "mapped", "excluded"}, "status": {"active", "gone"},
	}})
}

func TestPagesHoldEveryAccountOnce(t *testing.T) {
	t.Parallel()
	listtest.Pages(t, crowd.Of(t, 300, 300).DB, account.All, 300)
}
