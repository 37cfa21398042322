package site_test

import (
	"strings"
	"testing"

	"seatledger/internal/testkit/webtest"
)

// A page of a list asks three statements at most, of the four that it may: session, person, bell, views and ticks; its
// rows and how many there are; and one that the list has for itself. What there is to choose from is remembered until
// it changes. Keys and rows are two where a word, a record or a day is asked for.
func TestAPageOfAListAsksThreeStatements(t *testing.T) {
	t.Parallel()
	var asked webtest.Statements
	w := walkOf(t, asked.Watch)
	w.bill()
	for _, path := range []string{
		"/subscriptions", "/subscriptions?review=fail&sort=crm_account", "/subscriptions?q=microsoft",
		"/subscriptions?q=nothing+has+this", "/subscriptions?check=margin", "/subscriptions?proposal=yes",
		"/contracts", "/contracts?active=yes&sort=-start_date", "/invoice-lines", "/changes", "/changes?q=microsoft",
		"/changes?event=update&sort=effective_at", "/invoices", "/invoices?q=x", "/accounts",
		"/accounts?state=unmapped", "/accounts?q=example", "/audit", "/audit?q=robin", "/crm-accounts",
		"/crm-accounts?q=a", "/sync-runs",
		"/notices", "/price-lists", "/providers",
	} {
		w.admin.Get(path) // the first page of a day sees to the day's prices
		most := 3
		if strings.Contains(path, "q=") {
			most = 4
		}
		if all := asked.During(func() { w.admin.Get(path) }); len(all) > most {
			t.Errorf("%s asks %d statements:\n%s", path, len(all), strings.Join(all, "\n"))
		}
	}
}

// What a page of a list may allocate: so much for the frame, the bar of filters and the statements, and so much for
// each row with its cells. Nothing else runs while it is counted, which is why this test is not a parallel one.
func TestAPageOfAListAllocatesWithinItsBudget(t *testing.T) { //nolint:paralleltest // it counts the whole process
	const frame, row = 2500, 280
	w := walked(t)
	for _, list := range []string{"/subscriptions", "/changes", "/accounts", "/invoices", "/contracts", "/audit",
		"/crm-accounts", "/sync-runs"} {
		w.admin.Drain(list)
		rows := w.admin.Get(list).Doc().Find("main tbody tr").Length()
		n := int(testing.AllocsPerRun(5, func() { w.admin.Drain(list) }))
		t.Logf("%s: %d for %d rows", list, n, rows)
		if n > frame+row*rows {
			t.Errorf("%s allocates %d times for %d rows, more than %d", list, n, rows, frame+row*rows)
		}
	}
}
