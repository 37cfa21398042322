package contracts_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/audit"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/testkit/htmlcheck"
)

var seeder = audit.Actor{Name: "Seed Example"}

// filled makes a customer and a price list, opens the form as the customer's page links to it, and fills it in.
func (d *desk) filled(customer string) url.Values {
	d.Helper()
	a, err := crm.Service{DB: d.db, Clock: d.clk}.Create(d.Context(), seeder,
		crm.Input{Facts: crm.Facts{Name: customer}})
	if err != nil {
		d.Fatal(err)
	}
	l, err := price.Service{DB: d.db, Clock: d.clk}.CreateList(d.Context(), seeder,
		price.ListInput{Name: "List for " + customer, Currency: "USD"})
	if err != nil {
		d.Fatal(err)
	}
	v := values(d.get("/contracts/new?crm_account_id=" + a.ID.String()).Find("main form").First())
	if v.Get("crm_account_id") != a.ID.String() || v.Get("is_default") != "on" || v.Get("start_date") != "2026-11-22" ||
		v.Get("bill_from") != "2026-12-01" {
		d.Fatalf("the new form: %v", v)
	}
	v.Set("name", "Licences")
	v.Set("currency", "usd")
	v.Set("price_list_id", l.ID.String())
	v.Set("billing_day", "last")
	v.Set("bill_from", "") // may be said later, before the first invoice
	return v
}

func TestAContractIsMadeShownAndEdited(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.post("/contracts", d.filled("Contoso"), http.StatusSeeOther).Header().Get("Location")
	text := htmlcheck.Text(d.get(where).Find("main"))
	for _, part := range []string{"Contoso", "List for Contoso", "Last day of the month", "default",
		"No first billing day", "No subscriptions yet"} {
		if !strings.Contains(text, part) {
			t.Errorf("record lacks %q: %s", part, text)
		}
	}
	form := d.get(where + "/edit").Find("main form").First()
	v := values(form)
	v.Set("bill_from", "2026-12-01")
	v.Set("timing", "arrears")
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
	if text := htmlcheck.Text(d.get(where).Find("main")); !strings.Contains(text, "2026-12-01") ||
		!strings.Contains(text, "In arrears") {
		t.Errorf("edited: %s", text)
	}
	page := d.page(d.post(where, v, http.StatusConflict))
	if text := htmlcheck.Text(page.Find("main")); !strings.Contains(text, "Somebody else has saved") {
		t.Errorf("stale: %s", text)
	}
	if both := htmlcheck.Text(page.Find("table").First()); !strings.Contains(both, "In arrears") ||
		strings.Contains(both, v.Get("crm_account_id")) {
		t.Errorf("both versions are not in words: %s", both)
	}
}

func TestARefusedContractComesBackWithItsProblems(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.filled("Contoso")
	v.Set("currency", "EUR")
	v.Set("bill_from", "2020-01-01")
	v.Set("crm_account_id", "Nobody")
	page := d.page(d.post("/contracts", v, http.StatusUnprocessableEntity))
	if n := page.Find(".summary li").Length(); n != 3 {
		t.Errorf("%d problems: %s", n, htmlcheck.Text(page.Find(".summary")))
	}
	if got := values(page.Find("main form").First()); got.Get("crm_account_id") != "Nobody" ||
		got.Get("billing_day") != "last" {
		t.Errorf("values were not kept: %v", got)
	}
}

func TestDeactivatingIsShownFirst(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.post("/contracts", d.filled("Contoso"), http.StatusSeeOther).Header().Get("Location")
	confirm := d.get(where + "/deactivate").Find("main form").First()
	if confirm.AttrOr("action", "") != where+"/deactivate" {
		t.Fatalf("form to %s", confirm.AttrOr("action", ""))
	}
	d.post(where+"/deactivate", nil, http.StatusSeeOther)
	if text := htmlcheck.Text(d.get(where).Find("main")); !strings.Contains(text, "This contract is deactivated") {
		t.Error(text)
	}
	d.post(where+"/activate", nil, http.StatusSeeOther)
	if text := htmlcheck.Text(d.get(where).Find("main")); strings.Contains(text, "deactivated") {
		t.Error(text)
	}
}

func TestTheFileOfContractsKeepsItsColumns(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.post("/contracts", d.filled("Contoso"), http.StatusSeeOther)
	d.post("/contracts", d.filled("Fabrikam"), http.StatusSeeOther)
	lines := strings.Split(strings.TrimSpace(d.file("/contracts.csv?sort=-crm_account&active=yes")), "\r\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0],
		"id,crm_account_id,crm_account,name,currency,billing_frequency,timing,bill_from,active") {
		t.Fatalf("%q", lines)
	}
	got := strings.Split(lines[1], ",")
	if d := cmp.Diff([]string{"Fabrikam", "Licences", "USD", "monthly", "advance", "", "true", "last"},
		got[2:10]); d != "" {
		t.Error(d)
	}
	if rows := d.get("/contracts?q=fabri&default=yes").Find("main tbody tr").Length(); rows != 1 {
		t.Errorf("%d rows", rows)
	}
	if text := htmlcheck.Text(d.get("/contracts?active=no").Find("main")); !strings.Contains(text,
		"No contract matches") {
		t.Error(text)
	}
}
