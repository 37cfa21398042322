package contract_test

import (
	"flag"
	"testing"

	"seatledger/internal/contract"
	"seatledger/internal/testkit/crowd"
	"seatledger/internal/testkit/listtest"
)

var rowsToWalk = flag.Int("list.rows", 5_000, "how many contracts the walk over filters and sorts has")

func TestEveryFilterAndSortOfContractsStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := crowd.Of(t, *rowsToWalk, *rowsToWalk)
	listtest.Kept(t, db.DB, contract.All)
	listtest.Walk(t, db.Read(t.Context()), contract.All, listtest.Budget{Blocks: 2500, Values: map[string][]string{
		"active": {"yes", "no"}, "default": {"yes", "no"},
		"recipients":  {"none", "named"},
		"crm_account": listtest.One(t, db.DB, "SELECT min(id::text) FROM crm_accounts"),
		"price_list":  {"0190a000-0000-7000-8000-000000000001"},
	}})
}

func TestPagesHoldEveryContractOnce(t *testing.T) {
	t.Parallel()
	listtest.Pages(t, crowd.Of(t, 300, 300).DB, contract.All, 300)
}
