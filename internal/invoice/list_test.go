package invoice_test

import (
	"flag"
	"testing"
	"time"

	"seatledger/internal/invoice"
	"seatledger/internal/testkit/crowd"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

var rowsToWalk = flag.Int("list.rows", 10_000, "how many lines the walk over filters and sorts has")

func TestMain(m *testing.M) { pgtest.Main(m) }

// bills is a database with so many lines, four on an invoice.
func bills(t *testing.T, lines int) *pgtest.DB {
	t.Helper()
	db := crowd.Subscriptions(t, max(lines/5, 100))
	crowd.Invoices(t, db, lines/4, 4)
	return db
}

func TestEveryFilterAndSortOfInvoicesStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := bills(t, *rowsToWalk)
	all := invoice.All(time.UTC)
	contract := listtest.One(t, db.DB, "SELECT min(contract_id::text) FROM invoices")
	customer := listtest.One(t, db.DB, "SELECT min(crm_account_id::text) FROM invoices")
	state := []string{"draft", "paid", "void"}
	month := []string{"2026-06-15", "2031-01-01"}
	listtest.Kept(t, db.DB, all)
	listtest.Walk(t, db.Read(t.Context()), all, listtest.Budget{Blocks: 2500, Values: map[string][]string{
		"state": state, "kind": {"full_cycle", "change_log"}, "contract": contract, "crm_account": customer,
		"month": month, "due_before": {"2026-06-15"}, "currency": {"USD", "KWD"},
	}})
	listtest.Kept(t, db.DB, invoice.AllLines)
	// A line does not say whether its invoice is a draft: where few are, their invoices are looked up on the way.
	lines := map[string][]string{
		"state": state, "kind": {"catch_up", "once", "cycle"}, "contract": contract, "crm_account": customer,
		"month": month, "currency": {"USD", "KWD"},
		"invoice":      listtest.One(t, db.DB, "SELECT min(id::text) FROM invoices"),
		"subscription": listtest.One(t, db.DB, "SELECT min(subscription_id::text) FROM invoice_lines"),
	}
	listtest.Walk(t, db.Read(t.Context()), invoice.AllLines, listtest.Budget{Blocks: 12_000, Values: lines})
}

func TestPagesHoldEveryInvoiceAndLineOnce(t *testing.T) {
	t.Parallel()
	db := bills(t, 400)
	listtest.Pages(t, db.DB, invoice.All(time.UTC), 100)
	var lines int
	if err := db.Read(t.Context()).Raw("SELECT count(*) FROM invoice_lines").Row().Scan(&lines); err != nil {
		t.Fatal(err)
	}
	listtest.Pages(t, db.DB, invoice.AllLines, lines)
}

// Of a term with a number that is no year the index is asked for the number alone; what is found is what the whole term
// finds.
func TestANumberInATermIsLookedUpByItself(t *testing.T) {
	t.Parallel()
	db := bills(t, 400)
	for pattern, part := range map[string]string{
		"%inv-2026-0471%": "%0471%", "%record 4711%": "%4711%", "%s-1004711 x 12345%": "%1004711%",
		"%contoso 2026%": "%contoso 2026%", `%a\_4711%`: `%a\_4711%`, "%metals 23%": "%metals 23%", "%%": "%%",
	} {
		if got := listtest.One(t, db.DB, "SELECT rare_part('"+pattern+"')"); got[0] != part {
			t.Errorf("%s is looked up by %s, not %s", pattern, got[0], part)
		}
	}
	number := listtest.One(t, db.DB, "SELECT max(search_text) FROM invoices")[0]
	for _, pattern := range []string{"%" + number + "%", "%0000%", "%1000 customer%", "%customer 1%", "%9999%"} {
		off := listtest.One(t, db.DB, `SELECT count(*)::text FROM invoices i WHERE (search_text LIKE '`+pattern+
			`') <> (id IN (SELECT invoices_like('`+pattern+`')))`)
		if off[0] != "0" {
			t.Errorf("%s finds %s invoices wrongly", pattern, off[0])
		}
	}
}
