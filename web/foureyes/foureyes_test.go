package foureyes_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shop is the site with one customer, and two people of whom one asks and the other grants.
type shop struct {
	*webtest.Site
	t              *testing.T
	admin, billing *webtest.Client
	provider       string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, Site: webtest.Start(t, webtest.Options{At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)})}
	s.admin, s.billing = s.SignIn(auth.Admin), s.SignIn(auth.Billing)
	s.provider = s.made("/providers", "connector", "manual", "name", "By hand")
	customer := strings.TrimPrefix(s.made("/crm-accounts", "external_id", "C-1", "name", "Contoso Ltd"),
		"/crm-accounts/")
	s.made(s.provider+"/accounts", "external_id", "A-1", "name", "Contoso")
	s.made("/accounts/"+s.admin.Get("/accounts.csv").Records()[0]["id"]+"/map", "crm_account_id", customer)
	s.made("/contracts", "crm_account_id", customer, "name", "Licences", "currency", "USD", "start_date", "2026-01-01",
		"bill_from", "2026-11-01", "refunds", "yes", "is_default", "on")
	return s
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func (s *shop) made(path string, pairs ...string) string {
	s.t.Helper()
	return s.admin.Post(path, values(pairs...)).Want(http.StatusSeeOther).Location()
}

// subscribed is a subscription of ten seats at ten dollars a month.
func (s *shop) subscribed(name string) string {
	s.t.Helper()
	s.made(s.provider+"/subscriptions", "account_external_id", "A-1", "external_id", name, "part_number", "PN-"+name,
		"product", "Product "+name, "quantity", "10", "unit_cost", "8", "cost_period", "month", "currency", "USD",
		"term", "annual", "billing_frequency", "monthly", "start_date", "2026-11-01")
	for _, r := range s.admin.Get("/subscriptions.csv").Records() {
		if r["external_id"] == name {
			s.made("/subscriptions/"+r["id"]+"/price", "unit_price", "10", "price_period", "month", "note", "agreed")
			return r["id"]
		}
	}
	s.t.Fatal("no subscription " + name)
	return ""
}

// on switches four eyes on, up to 50.00 dollars for one person.
func (s *shop) on(more ...string) {
	s.t.Helper()
	form := s.admin.Get("/settings/four-eyes").FormTo("/settings/four-eyes").Set("on", "on", "price_limits", "50 USD",
		"credit_limits", "50 USD", "retire_limits", "50 USD")
	form.Set(more...).Submit().Want(http.StatusSeeOther)
}

func (s *shop) price(id string) string {
	s.t.Helper()
	for _, r := range s.admin.Get("/subscriptions.csv").Records() {
		if r["id"] == id {
			return r["unit_price"]
		}
	}
	return ""
}

func (s *shop) number(sql string, args ...any) int {
	s.t.Helper()
	var n int
	if err := s.DB.Read(s.t.Context()).Raw(sql, args...).Scan(&n).Error; err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *shop) asked(p *webtest.Page) string {
	s.t.Helper()
	to := p.Want(http.StatusSeeOther).Location()
	if !strings.HasPrefix(to, "/four-eyes/") {
		s.t.Fatalf("it leads to %s: %s", to, p.Next().Text())
	}
	return to
}

func (s *shop) grant(c *webtest.Client, request string) *webtest.Page {
	return c.Get(request).FormTo(request + "/grant").Submit()
}

var dear = []string{"unit_price", "20", "price_period", "month", "effective_on", "2026-11-22", "note", "dearer"}

func TestAPriceOverTheAmountIsAskedGrantedByAnotherAndDoneOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	path := "/subscriptions/" + id + "/price"
	s.on()
	s.made(path, "unit_price", "14", "price_period", "month", "effective_on", "2026-11-22", "note", "40 a month more")
	if got := s.price(id); got != "14" {
		t.Fatalf("under the amount: %s", got)
	}
	s.made(path, "unit_price", "10", "price_period", "month", "effective_on", "2026-11-22", "note", "back")
	request := s.asked(s.admin.Post(path, values(dear...)))
	if again := s.asked(s.admin.Post(path, values(dear...))); again != request {
		t.Error("asked twice, it is two requests")
	}
	s.admin.Get(request).Shows("Waits for a second person", "10 USD (month) becomes 20 USD (month)", "100.00 USD",
		"dearer")
	second := s.SignIn(auth.Admin) // the same person in another session
	digest := values("digest", s.billing.Get(request).Doc().Find(`input[name=digest]`).AttrOr("value", ""))
	for name, refused := range map[string]*webtest.Page{
		"the asker":                  s.admin.Post(request+"/grant", digest),
		"the asker's second session": second.Post(request+"/grant", digest),
		"an operator":                s.SignIn(auth.Operator).Post(request+"/grant", digest),
		"somebody made after it":     s.late().Post(request+"/grant", digest),
		"another than the asker does": s.billing.Post(path, values(append(dear, "four_eyes",
			request[len("/four-eyes/"):])...)),
	} {
		if refused.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, refused.Status)
		}
	}
	s.billing.Post(request+"/grant", values("digest", "another")).Want(http.StatusConflict)
	s.admin.Post(path, values(append(dear, "four_eyes", request[len("/four-eyes/"):])...)).Want(http.StatusConflict).
		Shows("Nobody has granted this yet")
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.billing.Post(request+"/grant", digest).Want(http.StatusConflict).Shows("has answered already")
	if got := s.price(id); got != "10" {
		t.Fatalf("the grant alone has changed it to %s", got)
	}
	do := s.admin.Get(request).FormTo(path)
	do.Submit().Want(http.StatusSeeOther)
	if got := s.price(id); got != "20" {
		t.Errorf("carried out: %s", got)
	}
	do.Submit().Want(http.StatusConflict).Shows("carried out already")
	s.admin.Get(request).Shows("It was carried out")
	if n := s.number(`SELECT count(*) FROM audit_events WHERE object_type = 'four_eyes_request'
		AND action IN ('four_eyes.asked', 'four_eyes.granted', 'four_eyes.carried_out')`); n != 3 {
		t.Errorf("%d rows in the trail", n)
	}
	if n := s.number(`SELECT count(*) FROM notices WHERE kind LIKE 'four_eyes%'`); n != 2 {
		t.Errorf("%d notices", n)
	}
	s.SignIn(auth.Viewer).Get("/four-eyes").Shows("Change prices", "done")
}

// late is somebody whose account is younger than what was asked.
func (s *shop) late() *webtest.Client {
	s.t.Helper()
	_, err := s.App.Auth.Create(s.t.Context(), audit.System, auth.NewUser{Name: "Late", Email: "late@reseller.example",
		Role: auth.Billing, Password: webtest.Password})
	if err != nil {
		s.t.Fatal(err)
	}
	c := s.Client()
	c.Get("/login").Form("form").Set("email", "late@reseller.example", "password", webtest.Password).Submit().
		Want(http.StatusSeeOther)
	return c
}

// What was granted is done only as it was asked: other values, or other data, are asked anew.
func TestAGrantIsForWhatWasAskedAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	path := "/subscriptions/" + id + "/price"
	s.on()
	for name, turned := range map[string]func(request string) *webtest.Page{
		"other values": func(request string) *webtest.Page {
			return s.admin.Get(request).FormTo(path).Set("unit_price", "90").Submit()
		},
		"another note": func(request string) *webtest.Page {
			return s.admin.Get(request).FormTo(path).Set("effective_on", "2026-11-23").Submit()
		},
		"other data": func(request string) *webtest.Page {
			s.made(path, "unit_price", "11", "price_period", "month", "effective_on", "2026-11-22", "note", "little")
			defer s.made(path, "unit_price", "10", "price_period", "month", "effective_on", "2026-11-22", "note",
				"back")
			return s.admin.Get(request).FormTo(path).Submit()
		},
	} {
		request := s.asked(s.admin.Post(path, values(dear...)))
		s.grant(s.billing, request).Want(http.StatusSeeOther)
		page := turned(request)
		if to := s.asked(page); to == request {
			t.Errorf("%s: it is the same request", name)
		}
		page.Next().Shows("has lapsed")
		s.admin.Get(request).Shows("Lapsed")
		s.admin.Post(path, values(append(dear, "four_eyes", request[len("/four-eyes/"):])...)).Want(http.StatusConflict)
		if got := s.price(id); got != "10" {
			t.Fatalf("%s: the price is %s", name, got)
		}
	}
}

func TestAGrantLapsesInADayAndWithItsGranter(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	path := "/subscriptions/" + id + "/price"
	s.on()
	request := s.asked(s.admin.Post(path, values(dear...)))
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	if _, err := s.DB.Pool().Exec(t.Context(), `UPDATE users SET active = false WHERE role = 'billing'`); err != nil {
		t.Fatal(err)
	}
	s.admin.Post(path, values(append(dear, "four_eyes", request[len("/four-eyes/"):])...)).Want(http.StatusSeeOther)
	if got := s.price(id); got != "10" {
		t.Errorf("a grant of somebody who is gone counts: %s", got)
	}
	if _, err := s.DB.Pool().Exec(t.Context(), `UPDATE users SET active = true`); err != nil {
		t.Fatal(err)
	}
	s.Clock.Put(s.Clock.Now().Add(25 * time.Hour))
	s.admin, s.billing = s.SignIn(auth.Admin), s.SignIn(auth.Billing)
	s.admin.Post(path, values(append(dear, "four_eyes", request[len("/four-eyes/"):])...)).Want(http.StatusConflict)
	if err := s.App.FourEyes.Lapse(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.admin.Get(request).Shows("Lapsed")
	if n := s.number(`SELECT count(*) FROM audit_events WHERE action = 'four_eyes.lapsed'`); n == 0 {
		t.Error("the trail does not say that it lapsed")
	}
}

// Two people who grant at once, and a form that is sent many times at once, come to one deed.
func TestManyAtOnceComeToOneDeed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	path := "/subscriptions/" + id + "/price"
	s.on()
	other := s.late()
	request := s.asked(s.admin.Post(path, values(dear...)))
	digest := values("digest", s.billing.Get(request).Doc().Find(`input[name=digest]`).AttrOr("value", ""))
	together := func(n int, post func(i int) int) map[int]int {
		var all sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for i := range n {
			all.Go(func() {
				status := post(i)
				mu.Lock()
				got[status]++
				mu.Unlock()
			})
		}
		all.Wait()
		return got
	}
	got := together(6, func(i int) int {
		return []*webtest.Client{s.billing, other}[i%2].For(t).Post(request+"/grant", digest).Status
	})
	if got[http.StatusSeeOther] != 1 || got[http.StatusConflict] != 5 {
		t.Errorf("granted %v", got)
	}
	form := values(append(dear, "four_eyes", request[len("/four-eyes/"):])...)
	together(6, func(int) int { return s.admin.For(t).Post(path, form).Status })
	if n := s.number(`SELECT count(*) FROM license_changes WHERE event = 'price' AND unit_price = 20`); n != 1 {
		t.Errorf("%d prices were written", n)
	}
	if n := s.number(`SELECT count(*) FROM audit_events WHERE action = 'four_eyes.carried_out'`); n != 1 {
		t.Errorf("carried out %d times", n)
	}
}

func TestRetiringManyAsksASecondPerson(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ids := []string{s.subscribed("S-1"), s.subscribed("S-2")}
	s.on()
	preview := s.admin.Post("/subscriptions/deactivate", values("id", ids[0], "id", ids[1])).Next()
	path := preview.Path()
	request := s.asked(preview.Form(`form[action$="/apply"]`).Set("confirm", "deactivate 2", "note",
		"they left").Submit())
	s.billing.Get(request).Shows("Retire subscriptions: 2 of subscriptions", "200.00 USD", "they left")
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	digest := preview.Doc().Find(`input[name=digest]`).AttrOr("value", "")
	s.asked(s.admin.Post(path+"/apply", values("digest", digest, "confirm", "deactivate 2", "note", "they left",
		"effective_at", "2026-11-01", "four_eyes", request[len("/four-eyes/"):])))
	if n := s.number(`SELECT count(*) FROM subscriptions WHERE state = 'inactive'`); n != 0 {
		t.Fatalf("another day than was granted: %d are retired", n)
	}
	request = s.asked(preview.Form(`form[action$="/apply"]`).Set("confirm", "deactivate 2", "note",
		"they left").Submit())
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo(path + "/apply").Submit().Want(http.StatusSeeOther)
	if n := s.number(`SELECT count(*) FROM subscriptions WHERE state = 'inactive'`); n != 2 {
		t.Errorf("%d are retired", n)
	}
	third := s.subscribed("S-3")
	s.made("/subscriptions/" + third + "/deactivate") // one alone is no bulk
	request = s.changedPreview()
	s.admin.Get(request).Shows("Lapsed", "changed since")
}

// changedPreview asks for two, and changes one of them before they are retired.
func (s *shop) changedPreview() string {
	s.t.Helper()
	ids := []string{s.subscribed("S-4"), s.subscribed("S-5")}
	preview := s.admin.Post("/subscriptions/deactivate", values("id", ids[0], "id", ids[1])).Next()
	request := s.asked(preview.Form(`form[action$="/apply"]`).Set("confirm", "deactivate 2").Submit())
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.made("/subscriptions/" + ids[0] + "/deactivate")
	s.admin.Get(request).FormTo(preview.Path() + "/apply").Submit().Want(http.StatusConflict)
	if n := s.number(`SELECT count(*) FROM subscriptions WHERE external_id = 'S-5' AND state = 'inactive'`); n != 0 {
		s.t.Error("what was not changed was retired")
	}
	return request
}

func TestCreditsAndVoidsOverTheAmountAskASecondPerson(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.made("/subscriptions/sign-off", "id", s.subscribed("S-1"), "note", "looked at")
	contract := s.admin.Get("/contracts.csv").Records()[0]["id"]
	invoice := s.made("/contracts/"+contract+"/invoices", "period_end", "2026-12-01", "kind", "full_cycle")
	s.made(invoice + "/bill")
	s.on()
	s.made(invoice+"/credit", "again", "no", "amount", "30", "reason", "small")
	request := s.asked(s.admin.Post(invoice+"/credit", values("again", "no", "amount", "60", "reason", "outage")))
	if n := s.number(`SELECT count(*) FROM invoices WHERE kind = 'credit'`); n != 1 {
		t.Fatalf("%d credits", n)
	}
	s.billing.Get(request).Shows("60.00 USD", "goodwill", "outage")
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.asked(s.admin.Get(request).FormTo(invoice+"/credit").Set("amount", "61").Submit())
	request = s.asked(s.admin.Post(invoice+"/credit", values("again", "no", "amount", "60", "reason", "outage")))
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo(invoice + "/credit").Submit().Want(http.StatusSeeOther)
	if n := s.number(`SELECT count(*) FROM invoices WHERE kind = 'credit' AND total = -60`); n != 1 {
		t.Errorf("%d credits of 60", n)
	}
}

// Who may set the rules does not thereby get around them.
func TestFourEyesAreLoosenedByTwoPeopleOnly(t *testing.T) {
	t.Parallel()
	site := webtest.Start(t, webtest.Options{})
	alone := site.SignIn(auth.Admin)
	alone.Get("/settings/four-eyes").FormTo("/settings/four-eyes").Set("on", "on").Submit().
		Want(http.StatusUnprocessableEntity).Shows("At least two active people")
	s := &shop{t: t, Site: site, admin: alone, billing: site.SignIn(auth.Billing)}
	s.on()
	for name, set := range map[string][]string{"off": {"on", ""}, "higher": {"price_limits", "900000 USD"},
		"another currency": {"credit_limits", "50 USD, 9 EUR"}, "one less": {"runs", ""}} {
		form := s.admin.Get("/settings/four-eyes").FormTo("/settings/four-eyes")
		page := form.Set(set...).Submit()
		if page.Status != http.StatusSeeOther || !strings.HasPrefix(page.Location(), "/four-eyes/") {
			t.Errorf("%s: %d %s", name, page.Status, page.Location())
		}
	}
	s.on("price_limits", "10 USD") // stricter
	request := s.asked(s.admin.Get("/settings/four-eyes").FormTo("/settings/four-eyes").Set("on", "").Submit())
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo("/settings/four-eyes").Submit().Want(http.StatusSeeOther)
	s.admin.Get("/four-eyes").Shows("Four eyes are switched off")
	s.admin.Post("/settings/four-eyes", values("version", fmt.Sprint(3), "price_limits", "many USD")).
		Want(http.StatusUnprocessableEntity).Shows("is no amount with its currency")
}

// Refused and withdrawn requests are never carried out.
func TestARefusedRequestIsOver(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	path := "/subscriptions/" + id + "/price"
	s.on()
	request := s.asked(s.admin.Post(path, values(dear...)))
	refuse := s.billing.Get(request).FormTo(request + "/refuse")
	refuse.Submit().Want(http.StatusUnprocessableEntity).Shows("Say why")
	refuse.Set("note", "too much").Submit().Want(http.StatusSeeOther)
	s.admin.Get(request).Shows("refused this", "too much")
	s.admin.Post(path, values(append(dear, "four_eyes", request[len("/four-eyes/"):])...)).Want(http.StatusConflict)
	request = s.asked(s.admin.Post(path, values(dear...)))
	s.billing.Post(request+"/withdraw", nil).Want(http.StatusForbidden)
	s.admin.Post(request+"/withdraw", nil).Want(http.StatusSeeOther)
	s.billing.Post(request+"/grant", values("digest", "x")).Want(http.StatusConflict)
	if got := s.price(id); got != "10" {
		t.Errorf("the price is %s", got)
	}
}

// A first bill is unusual: the run's draft is billed by nobody alone, neither in the run nor by itself.
func TestWhatABillingRunFoundUnusualAsksASecondPerson(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.made("/subscriptions/sign-off", "id", s.subscribed("S-1"), "note", "looked at")
	s.on()
	s.asked(s.admin.Post("/billing-runs", values("all", "1", "due", "2026-12-01", "step", "bill", "late", "on")))
	run := s.made("/billing-runs", "all", "1", "due", "2026-12-01", "step", "draft")
	s.turns()
	invoice := "/invoices/" + s.admin.Get("/invoices.csv").Records()[0]["id"]
	s.asked(s.admin.Post(invoice+"/bill", nil))
	request := s.asked(s.admin.Post(run+"/bill", nil))
	s.billing.Get(request).Shows("Bill what is unusual", "Unusual drafts", "200.00 USD")
	if n := s.number(`SELECT count(*) FROM invoices WHERE state = 'billed'`); n != 0 {
		t.Fatalf("%d are billed", n)
	}
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	s.admin.Get(request).FormTo(run + "/bill").Submit().Want(http.StatusSeeOther)
	s.turns()
	if n := s.number(`SELECT count(*) FROM invoices WHERE state = 'billed'`); n != 1 {
		t.Errorf("%d are billed", n)
	}
}

// turns works what billing runs have still to do.
func (s *shop) turns() {
	s.t.Helper()
	var waiting []uuid.UUID
	err := s.DB.Read(s.t.Context()).Raw(`SELECT id FROM billing_run_turns WHERE finished_at IS
		NULL`).Scan(&waiting).Error
	for _, id := range waiting {
		err = errors.Join(err, s.App.Runs.Execute(s.t.Context(), id))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// person is somebody whom an administrator makes on the pages, signed in.
func (s *shop) person(by *webtest.Client, name, role string) *webtest.Client {
	s.t.Helper()
	email := name + "@reseller.example"
	by.Post("/settings/users", values("name", name, "email", email, "role", role, "password", webtest.Password)).
		Want(http.StatusSeeOther)
	return s.enter(email)
}

func (s *shop) enter(email string) *webtest.Client {
	s.t.Helper()
	c := s.Client()
	c.Get("/login").Form("form").Set("email", email, "password", webtest.Password).Submit().Want(http.StatusSeeOther)
	return c
}

func (s *shop) wait(d time.Duration) { s.Clock.Put(s.Clock.Now().Add(d)) }

const month = 31 * 24 * time.Hour

// dearer asks for a price that needs a second person, another each time.
func (s *shop) dearer(c *webtest.Client, id, price string) string {
	s.t.Helper()
	return s.asked(c.Post("/subscriptions/"+id+"/price", values("unit_price", price, "price_period", "month",
		"effective_on", "2026-11-22", "note", "dearer")))
}

// Two accounts that are in one hand are no two people, whichever of them asks.
func TestAnAccountInTheAskersHandIsNoSecondPerson(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	s.on()
	s.wait(time.Minute)
	s.person(s.admin, "ida", "billing")
	s.person(s.admin, "ina", "billing")
	s.wait(2 * month) // long before it is asked
	s.admin, s.billing = s.SignIn(auth.Admin), s.SignIn(auth.Billing)
	ida, ina := s.enter("ida@reseller.example"), s.enter("ina@reseller.example")
	refused := func(who string, c *webtest.Client, request string) {
		t.Helper()
		page := c.Get(request).Shows("You do not count as a second person", "user vouch")
		if page.Has("Grant it") {
			t.Errorf("%s: the form is offered", who)
		}
		digest := s.text(`SELECT digest FROM four_eyes_requests WHERE id = ?`, request[len("/four-eyes/"):])
		c.Post(request+"/grant", values("digest", digest)).Want(http.StatusForbidden)
	}
	request := s.dearer(s.admin, id, "20")
	if page := s.admin.Get(request).Shows("Who counts as a second person"); page.Has("ida") || page.Has("ina") {
		t.Errorf("whom they made count for the asker: %s", page.Text())
	}
	refused("whom the asker made", ida, request)
	s.grant(s.billing, request).Want(http.StatusSeeOther)
	// Who was made long ago stands on their own feet for others; two of one hand as well.
	s.grant(s.admin, s.dearer(ida, id, "21")).Want(http.StatusSeeOther)
	s.grant(ina, s.dearer(ida, id, "22")).Want(http.StatusSeeOther)
	// Since yesterday they are in one hand again.
	s.wait(time.Hour)
	for _, name := range []string{"ida", "ina"} {
		user := s.text(`SELECT id::text FROM users WHERE email = ?`, name+"@reseller.example")
		s.admin.Post("/settings/users/"+user+"/password", values("new_password", webtest.Password)).
			Want(http.StatusSeeOther)
	}
	s.wait(24 * time.Hour)
	s.admin, s.billing = s.SignIn(auth.Admin), s.SignIn(auth.Billing)
	ida, ina = s.enter("ida@reseller.example"), s.enter("ina@reseller.example")
	refused("who set the asker's password", s.admin, s.dearer(ida, id, "23"))
	refused("whose password the same hand set", ina, s.dearer(ida, id, "24"))
	s.grant(s.billing, s.dearer(ida, id, "25")).Want(http.StatusSeeOther)
	// Who runs the program knows that they are two.
	u, err := auth.ByEmail(t.Context(), s.DB.Read(t.Context()), "ida@reseller.example")
	if err == nil {
		err = s.App.Auth.Vouch(t.Context(), audit.Actor{Name: "Command line"}, u.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.grant(ida, s.dearer(s.admin, id, "26")).Want(http.StatusSeeOther)
}

// A chain of accounts is one hand; what else opens an account counts for a month.
func TestHandsReachThroughAccountsAndLastAMonth(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	s.on()
	s.wait(time.Minute)
	second := s.person(s.admin, "bo", "admin")
	s.person(second, "cy", "billing")
	s.wait(2 * month)
	s.admin, s.billing = s.SignIn(auth.Admin), s.SignIn(auth.Billing)
	cy := s.enter("cy@reseller.example")
	cy.Get(s.dearer(s.admin, id, "20")).Shows("You do not count as a second person")
	user := s.text(`SELECT id::text FROM users WHERE role = 'billing' AND email NOT LIKE 'cy@%'`)
	for what, touch := range map[string]func(){
		"factors": func() { s.admin.Post("/settings/users/"+user+"/clear-factors", nil).Want(http.StatusSeeOther) },
		"enabled": func() {
			s.admin.Post("/settings/users/"+user+"/disable", nil).Want(http.StatusSeeOther)
			s.admin.Post("/settings/users/"+user+"/enable", nil).Want(http.StatusSeeOther)
		},
		"role and address": func() {
			f := s.admin.Get("/settings/users/" + user).FormTo("/settings/users/" + user)
			f.Set("role", "viewer").Submit().Want(http.StatusSeeOther)
			f = s.admin.Get("/settings/users/" + user).FormTo("/settings/users/" + user)
			f.Set("role", "billing").Submit().Want(http.StatusSeeOther)
		},
	} {
		touch()
		s.wait(29 * 24 * time.Hour)
		s.admin, s.billing = s.SignIn(auth.Admin), s.SignIn(auth.Billing)
		request := s.dearer(s.admin, id, "30")
		if !s.billing.Get(request).Has("You do not count as a second person") {
			t.Errorf("%s: 29 days after it they count", what)
		}
		s.admin.Post(request+"/withdraw", nil).Want(http.StatusSeeOther)
		s.wait(2 * 24 * time.Hour)
		s.admin, s.billing = s.SignIn(auth.Admin), s.SignIn(auth.Billing)
		request = s.dearer(s.admin, id, "30")
		if s.billing.Get(request).Has("You do not count as a second person") {
			t.Errorf("%s: 31 days after it they do not count", what)
		}
		s.admin.Post(request+"/withdraw", nil).Want(http.StatusSeeOther)
	}
}

func TestAccountsThatStoodWhenFourEyesWereSwitchedOnAreTwoPeople(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.subscribed("S-1")
	ida := s.person(s.admin, "ida", "billing")
	s.wait(time.Minute)
	s.on() // who switches it on knows whom they made
	s.wait(time.Minute)
	s.grant(ida, s.dearer(s.admin, id, "20")).Want(http.StatusSeeOther)
	s.grant(s.admin, s.dearer(ida, id, "21")).Want(http.StatusSeeOther)
}

func (s *shop) text(sql string, args ...any) string {
	s.t.Helper()
	var out string
	if err := s.DB.Read(s.t.Context()).Raw(sql, args...).Scan(&out).Error; err != nil {
		s.t.Fatal(err)
	}
	return out
}
