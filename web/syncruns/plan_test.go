package syncruns_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
)

// planned is a run whose plan of so many rows waits for a person.
func (d *desk) planned(state syncing.State, rows int) uuid.UUID {
	d.Helper()
	id := d.run(state, map[string]any{"total": 340, "done": 340, "message": "230 of 1200 subscriptions of 40 customers " +
		"would change at once, more than the share of 10 % that may: 120 would end (4,100 seats, 61,320.50 USD a " +
		"month), 110 would lose seats (980 seats, 12,400.00 USD a month). Nothing was changed.",
		"advice": "Look at the list below and ask the distributor. Then apply exactly what it shows, or discard it."})
	d.exec(`INSERT INTO sync_plans (run_id, read_through, digest) VALUES (?, ?, 'abc')`, id, d.clock.Now())
	for i := range rows {
		kind, word, state, why := "{ended,seats_lost}", "status Active → Cancelled; seats 40 → 0", "planned", ""
		switch {
		case i%7 == 1:
			kind, word, state, why = "{names_other}", "names customer 1200044", "conflict",
				"It stands in the list of 1200001 and names customer 1200044. Nothing of it was changed."
		case i%7 == 2:
			kind, word, state, why = "{gone}", "not seen since 2026-11-20", "waits",
				"A customer's list could not be read a second time."
		case i%7 == 3:
			kind, word = "{new}", "New: 12 seats"
		}
		d.exec(`INSERT INTO sync_plan_rows (run_id, account_external_id, external_id, account_name, name, kinds, words,
			seats_before, seats_after, month_before, month_after, currency_before, currency_after, state, why)
			VALUES (?, '1200001', ?, 'Northwind Traders International Holding', 'Microsoft 365 Business Premium (NCE)',
			?, ?, 40, 0, 748, 0, 'USD', 'USD', ?, ?)`, id, fmt.Sprintf("411%03d_1", i), kind, word, state, why)
	}
	return id
}

func TestAPlanOfMoreRowsThanAPageShowsIsAFileWithAll(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.planned(syncing.Stopped, 230)
	main := d.get(page(id)).Find("main")
	if text := htmlcheck.Text(main); !strings.Contains(text, "200 of 230, the weightiest first. The file has all.") ||
		!strings.Contains(text, "Names another customer") && !strings.Contains(text, "names customer 1200044") {
		t.Errorf("the page says %.600s", text)
	}
	link, _ := main.Find("a[href$='/changes.csv']").Attr("href")
	rows, err := csv.NewReader(d.request(http.MethodGet, link, nil).Body).ReadAll()
	if err != nil || len(rows) != 231 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	states := map[string]int{}
	for _, r := range rows[1:] {
		states[r[15]]++
	}
	if states["conflict"] != 33 || states["waits"] != 33 || states["planned"] != 164 {
		t.Errorf("the file has %v", states)
	}
	if res := d.request(http.MethodGet, page(uuid.New())+"/changes.csv", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a run that is none: %d", res.StatusCode)
	}
}
