package site_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/webtest"
)

// What is typed into the provider's form, and must be seen nowhere afterwards.
const (
	apiPassword = "Pa55-sentinel/ä?&x"
	apiSecret   = "s3cret+sentinel=%41"
)

// walk is the guide's path from an empty database to signed-off subscriptions,
// walked through pages alone.
type walk struct {
	*webtest.Site
	t        *testing.T
	admin    *webtest.Client
	data     *sandbox.Data
	provider string   // path of its page
	extra    []string // pages that no link leads to
}

// walked is a site on which the whole path has been gone.
func walked(t *testing.T) *walk {
	t.Helper()
	return walkOf(t, nil)
}

// walkOf is walked on a site whose way to its database is changed; nil: it is not.
func walkOf(t *testing.T, pool func(*pgxpool.Config)) *walk {
	t.Helper()
	return begin(t, pool).path()
}

// path goes the whole path.
func (w *walk) path() *walk {
	w.t.Helper()
	w.firstAdmin()
	w.addProvider()
	w.verify()
	w.importCustomers()
	w.sync("/sync-accounts")
	w.mapAccounts()
	w.addPrices()
	w.addContracts()
	w.sync("/sync-subscriptions")
	w.signOff()
	return w
}

func begin(t *testing.T, pool func(*pgxpool.Config)) *walk {
	t.Helper()
	return beginOver(t, sandbox.DataOptions{Customers: 9, Subscriptions: 36, Seed: 20}, pool)
}

func beginOver(t *testing.T, size sandbox.DataOptions, pool func(*pgxpool.Config)) *walk {
	t.Helper()
	w := &walk{t: t, Site: webtest.Start(t, webtest.Options{Far: size, Pool: pool,
		Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}}), data: sandbox.NewData(size)}
	w.Far.SetCredentials([]sandbox.Credential{{
		ApplicationID: "app-1", ApplicationSecret: apiSecret, UserName: "integration@reseller.example",
		Password: apiPassword, Reseller: sandbox.DefaultReseller,
	}})
	w.admin = w.Client()
	return w
}

// firstAdmin is where every address leads while there is nobody.
func (w *walk) firstAdmin() {
	w.t.Helper()
	w.admin.Get("/providers").Submit("form", "name", "Ada Example", "email", "ada@reseller.example", "password",
		"an honest sentence")
}

func (w *walk) addProvider() {
	w.t.Helper()
	p := w.admin.Get("/providers/new").FormTo("/providers").Set(
		"name", "TD SYNNEX US", "user_name", "integration@reseller.example", "password", apiPassword, "url", w.FarURL,
		"application_id", "app-1", "application_secret", apiSecret, "reseller_number", sandbox.DefaultReseller,
		"token_url", w.FarURL+"/oauth2/v1/token", "grant", "password", "currency", "USD").Submit().Next()
	w.provider = p.Path()
}

func (w *walk) verify() {
	w.t.Helper()
	p := w.admin.Get(w.provider)
	p.Shows("Unverified")
	p.FormTo(w.provider + "/verify").Submit().Next().Shows("Connectivity verified")
}

// sync starts a run from the provider's command menu and waits for its end.
func (w *walk) sync(command string) syncing.Run {
	w.t.Helper()
	p := w.admin.Get(w.provider).FormTo(w.provider + command).Submit().Next()
	r := w.WaitRun(p)
	if r.State != syncing.Succeeded {
		w.t.Fatalf("%s: %s %s", command, r.State, r.Message)
	}
	w.admin.Get(p.Path()).Shows("Succeeded")
	return r
}

// importCustomers brings the CRM's file in: all but two of the distributor's
// companies, one of them known by its name alone.
func (w *walk) importCustomers() {
	w.t.Helper()
	file := "external_id,name,website,tenant_id\r\n"
	for i, c := range w.data.Companies() {
		switch {
		case i < 2:
		case i == 2:
			file += fmt.Sprintf("C-%d,%q,,\r\n", i, c.Name)
		default:
			file += fmt.Sprintf("C-%d,%q,%s,%s\r\n", i, c.Name, c.Domain, c.TenantID)
		}
	}
	w.upload("/crm-accounts/import", file)
}

// upload previews a file and applies it.
func (w *walk) upload(path, content string) {
	w.t.Helper()
	preview := w.admin.Get(path).FormTo(path).File("file", content).Submit().Next()
	preview.FormTo(preview.URL.Path + "/apply").Submit().Next()
}

// mapAccounts accepts every suggestion; a customer that the CRM does not know gets
// an account from its row, and one is no customer at all.
func (w *walk) mapAccounts() {
	w.t.Helper()
	for done := 0; ; done++ {
		page := w.admin.Get("/accounts?state=unmapped")
		row := page.Doc().Find("tbody tr").First()
		if row.Find("form").Length() == 0 {
			return
		}
		if done > 20 {
			w.t.Fatalf("mapping does not end: %s", page.Text())
		}
		w.decide(page, row, done)
	}
}

func (w *walk) decide(page *webtest.Page, row *goquery.Selection, n int) {
	w.t.Helper()
	action := func(end string) string {
		a, _ := row.Find(`form[action$="` + end + `"]`).Attr("action")
		return a
	}
	switch {
	case action("/map") != "":
		page.FormTo(action("/map")).Submit().Next()
	case n == 0:
		page.FormTo(action("/exclude")).Set("reason", "Our own tenant").Submit().Next()
	default:
		page.FormTo(action("/create-crm-account")).Submit().Next()
	}
}

// addPrices makes a price list and imports a price for every product but one.
func (w *walk) addPrices() {
	w.t.Helper()
	list := w.admin.Get("/price-lists/new").FormTo("/price-lists").Set("name", "Standard", "currency",
		"USD").Submit().Next()
	file := "part_number,product_name,unit,term,billing_frequency,unit_price,effective_from,effective_to\r\n"
	for i, p := range w.data.Products() {
		unit := map[string]string{"month": "month", "annual": "year", "one_time": "once"}[p.Frequency]
		term := map[string]string{"P1M": "monthly", "P1Y": "annual", "P3Y": "triennial"}[p.Term]
		if p.Kind == "one_time" {
			term = "one_time"
		}
		if unit == "" || term == "" || i == 0 {
			continue
		}
		file += fmt.Sprintf("%s,%q,%s,%s,%s,%s,2020-01-01,\r\n", p.PartNumber, p.Name, unit, term, p.Frequency,
			p.UnitPrice.Add(p.UnitPrice).StringFixed(2))
	}
	w.upload(list.URL.Path+"/import", file)
}

// addContracts gives every mapped customer but one a default contract.
func (w *walk) addContracts() {
	w.t.Helper()
	list := w.admin.Get("/price-lists.csv").Records()[0]["id"]
	customers := w.admin.Get("/accounts.csv?state=mapped").Records()
	for _, a := range customers[1:] {
		w.admin.Get("/contracts/new").FormTo("/contracts").Set(
			"crm_account_id", a["crm_account_id"], "name", "Cloud monthly", "currency", "USD", "price_list_id", list,
			"start_date", "2020-01-01", "is_default", "on").Submit().Next()
	}
}

// signOff signs what the machine has found right.
func (w *walk) signOff() {
	w.t.Helper()
	page := w.admin.Get("/subscriptions?review=ok")
	form := page.FormTo("/subscriptions/sign-off").Set("note", "Checked against the order")
	boxes := page.Doc().Find(`input[name="id"]`)
	if boxes.Length() == 0 {
		w.t.Fatalf("nothing is ready to be signed: %s", w.admin.Get("/subscriptions").Text())
	}
	boxes.Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("value")
		form.Tick("id", id)
	})
	form.Submit().Next().Shows("signed off")
}

func TestTheGuidesPathFromAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	w := walked(t)
	signed := w.admin.Get("/subscriptions.csv?review=signed").Records()
	if len(signed) == 0 {
		t.Error("nothing is signed")
	}
	w.equalsTheDistributor()
	for _, s := range w.admin.Get("/subscriptions.csv").Records() {
		if s["state"] == "held" && s["contract_id"] != "" {
			t.Errorf("%s is held and in a contract", s["external_id"])
		}
	}
}

// equalsTheDistributor compares the file of subscriptions with the distributor's own data.
func (w *walk) equalsTheDistributor() {
	w.t.Helper()
	here := map[string]map[string]string{}
	for _, s := range w.admin.Get("/subscriptions.csv").Records() {
		here[s["external_id"]] = s
	}
	for _, far := range w.Far.Subscriptions() {
		s, ok := here[far.ID]
		if !ok {
			w.t.Errorf("%s is not here", far.ID)
			continue
		}
		delete(here, far.ID)
		if s["quantity"] != fmt.Sprint(far.Quantity) || s["unit_cost"] != far.UnitPrice.String() ||
			s["start_date"] != far.Start.String() {
			w.t.Errorf("%s: %s seats at %s from %s; the distributor has %d at %s from %s", far.ID,
				s["quantity"], s["unit_cost"], s["start_date"], far.Quantity, far.UnitPrice, far.Start)
		}
	}
	for id := range here {
		w.t.Errorf("%s is here and not at the distributor", id)
	}
}

func TestASecondSyncOfTheSameDataTouchesNoRow(t *testing.T) {
	t.Parallel()
	w := walked(t)
	before := w.Versions(ofARun...)
	w.sync("/sync-accounts")
	w.sync("/sync-subscriptions")
	w.same(before, w.Versions(ofARun...))
}

// ofARun are the tables that a run may write although nothing changed: its own
// record, lease and job, and the sessions of who asked. The audit trail has who asked.
var ofARun = []string{"sync_runs", "sync_plans", "wire_reports", "sessions", "river.river_job",
	"suggestion_runs"}

func (w *walk) same(before, after map[string]string) {
	w.t.Helper()
	for table, v := range before {
		if after[table] != v {
			w.t.Errorf("%s: %s, was %s", table, after[table], v)
		}
	}
}

func TestAWrongPasswordOrRoleOpensNothing(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	s.SignIn("admin")
	c := s.Client()
	refused := c.Get("/login").Form("form").Set("email", "admin@reseller.example", "password",
		"not the sentence").Submit().Want(http.StatusUnprocessableEntity)
	if strings.Contains(string(refused.Body), "not the sentence") {
		t.Error("the refused form shows the password")
	}
	if p := c.Get("/providers"); p.URL.Path != "/login" {
		t.Errorf("a stranger sees %s", p.Path())
	}
}
