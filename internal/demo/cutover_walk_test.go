package demo

import (
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/clock"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// walker is a person who moves the demo's customers by its pages alone.
type walker struct {
	shown
	*webtest.Client
	run string // its address
}

func (s shown) walker() walker {
	s.Helper()
	front := httptest.NewUnstartedServer(nil)
	base := "http://" + front.Listener.Addr().String()
	front.Config.Handler = site.Handler(s.app, site.Options{BaseURL: base, Version: "test"})
	front.Start()
	s.Cleanup(front.Close)
	w := walker{shown: s, Client: webtest.Browse(s, base)}
	w.Client.Get("/login").Form("form").Set("email", adminEmail, "password", s.demo.keep.Password).Submit().Want(303)
	return w
}

func (w walker) switchDay() clock.Date { return w.demo.tale().ThisMonth().AddMonths(1) }

// begin starts the run, maps what waits and reads the new subscriptions.
func (w *walker) begin() {
	w.Helper()
	p := w.Client.Get("/cutovers/new").FormTo("/cutovers").Set("name", "To the new API", "switch_day",
		w.switchDay().String(),
		"old_provider_id", w.have()[oldProvider].ID.String(), "new_provider_id",
		w.have()[newProvider].ID.String()).Submit().Next()
	w.run = p.URL.Path
	carry := w.Client.Get(w.run + "/carry")
	form := carry.Form(`form[action="` + w.run + `/carry"]:has(input[name="account_id"]), #carry-over`)
	form.Values.Del("account_id")
	carry.Doc().Find(`input[name="account_id"]:not([disabled])`).Each(func(_ int,
		s *goquery.Selection) {
		form.Tick("account_id", s.AttrOr("value", ""))
	})
	form.Submit().Next()
	left := w.records("/accounts.csv?state=unmapped&provider=" + w.have()[newProvider].ID.String())
	for _, r := range left {
		w.Client.Get("/accounts/"+r["id"]+"/exclude").FormTo("/accounts/"+r["id"]+"/exclude").Set("reason",
			"our own test tenant").Submit().Next()
	}
	w.sync(newProvider)
	must(w, w.app.Reviews.Drain(w.Context(), w.app.DB))
}

func (w walker) records(path string) []map[string]string {
	w.Helper()
	return w.Client.Get(path).Records()
}

// customers are their names by id: two may be called the same.
func (w walker) customers() map[string]string {
	w.Helper()
	out := map[string]string{}
	for path := w.run; path != ""; {
		p := w.Client.Get(path)
		p.Doc().Find(`main a[href*="/customers/"]`).Each(func(_ int, s *goquery.Selection) {
			href := s.AttrOr("href", "")
			out[href[strings.LastIndex(href, "/")+1:]] = htmlcheck.Text(s)
		})
		path = p.Doc().Find(`a[rel="next"]`).AttrOr("href", "")
	}
	return out
}

func (w walker) page(customer string) *webtest.Page {
	return w.Client.Get(w.run + "/customers/" + customer)
}

// all takes a step for every customer of the list.
func (w walker) all(step string, pairs ...string) {
	w.Helper()
	v := url.Values{"all": {"1"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	if p := w.Client.Post(w.run+"/"+step, v); p.Status != 303 {
		w.Logf("%s: %d %.3000s", step, p.Status, p.Text())
	} else if next := p.Next(); strings.HasSuffix(next.URL.Path, "/report") {
		w.Logf("%s: %.3000s", step, next.Text())
	}
}

// pairUp accepts what is exact, then decides the rest as a person would.
func (w walker) pairUp() {
	w.Helper()
	w.all("pairs", "exact", "1")
	for id := range w.customers() {
		p := w.page(id)
		if boxes := p.Doc().Find(`input[name="pair"]`); boxes.Length() > 0 {
			form := p.Form("#proposals-keep")
			boxes.Each(func(_ int, s *goquery.Selection) { form.Tick("pair", s.AttrOr("value", "")) })
			form.Submit().Next()
		}
		for {
			form := w.page(id).Doc().Find(`form[action$="/pairs"]:has(select[name="choice"])`)
			if form.Length() == 0 {
				break
			}
			w.page(id).Form(`form[action$="/pairs"]:has(select[name="choice"])`).Set("choice", "ended").Submit().Next()
		}
		for w.page(id).Doc().Find(`form:has(input[name="kind"][value="new"]):not(:has(input[name="from_start"]))`).
			Length() > 0 {
			w.page(id).Form(`form:has(input[name="kind"][value="new"]):not(:has(input[name="from_start"]))`).
				Submit().Next()
		}
	}
}

// bill bills of every customer what is missing before the next step, as its page leads.
func (w walker) bill() {
	w.Helper()
	for id := range w.customers() {
		for range 8 {
			links := w.page(id).Doc().Find(`a[href*="/invoices/new?"]`)
			if links.Length() == 0 {
				break
			}
			w.invoice(links.First().AttrOr("href", ""))
		}
	}
}

func (w walker) invoice(path string) {
	w.Helper()
	p := w.Client.Get(path)
	form := p.Form(`form[action$="/invoices"]`)
	if p.Doc().Find(`input[name="earlier"]`).Length() > 0 {
		form.Values.Set("earlier", "1")
	}
	draft := form.Submit().Next()
	draft.FormTo(draft.URL.Path + "/bill").Submit().Next()
}

// sign puts what is in no contract into the customer's one, and signs off everything new.
func (w walker) sign() {
	w.Helper()
	of := map[string]string{}
	for _, k := range w.records("/contracts.csv") {
		of[k["crm_account"]] = k["id"]
	}
	v := url.Values{}
	for _, r := range w.records("/subscriptions.csv?provider=" + w.have()[newProvider].ID.String()) {
		if r["state"] == "inactive" || r["crm_account"] == "" {
			continue
		}
		if r["contract"] == "" {
			w.Client.Post("/subscriptions/"+r["id"]+"/contract",
				url.Values{"contract_id": {of[r["crm_account"]]}}).Want(303)
		}
		v.Add("id", r["id"])
	}
	w.Client.Post("/subscriptions/sign-off", v).Want(303)
}

func (w walker) acknowledge() {
	w.Helper()
	p := w.Client.Get(w.run + "/proof")
	v := url.Values{"note": {"seen"}}
	p.Doc().Find(`input[name="change"]:not([disabled])`).Each(func(_ int,
		s *goquery.Selection) {
		v.Add("change", s.AttrOr("value", ""))
	})
	if len(v["change"]) > 0 {
		w.Client.Post(w.run+"/acknowledge", v).Next()
	}
}

// proof counts the days by verdict.
func (w walker) proof() map[string]int {
	w.Helper()
	out := map[string]int{}
	for _, r := range w.records(w.run + "/proof.csv") {
		out[r["verdict"]]++
	}
	return out
}

func (w walker) move() {
	w.Helper()
	w.all("confirm")
	w.acknowledge()
	w.bill()
	w.all("reassign")
	w.sign()
	w.all("retire", "confirm", "retire "+strconv.Itoa(len(w.customers())))
	w.acknowledge()
}

// At every third customer somebody takes a wrong turn first: each old one ends beside
// its new one, which is billed from its start. The proof finds every such day; once the
// steps are taken back and the two are paired, the run comes to its end.
func TestTheYearIsWalkedToItsFinishByFormsAlone(t *testing.T) {
	t.Parallel()
	show(t, t.TempDir(), func(s shown) {
		w := s.walker()
		w.begin()
		wrong := map[string]bool{}
		for i, id := range slices.Sorted(maps.Keys(w.customers())) {
			wrong[id] = i%3 == 0
		}
		w.plant(wrong)
		w.pairUp()
		w.move()
		want, got := w.reckoned(wrong), map[string]int{}
		for _, r := range w.records(w.run + "/proof.csv") {
			if r["verdict"] == "double" {
				got[r["crm_account_id"]]++
			}
		}
		if len(want) < 3 || !maps.Equal(want, got) {
			t.Errorf("double days by customer: %v, want %v", got, want)
		}
		w.takeBack(wrong)
		w.pairUp()
		w.move()
		old := w.have()[oldProvider].ID.String()
		w.Client.Get("/providers/" + old + "/deactivate").FormTo("/providers/" + old + "/deactivate").Submit().Next()
		w.Client.Get(w.run+"/finish").FormTo(w.run+"/finish").Set("name",
			"To the new API").Submit().Next().Shows("The cut-over is finished")
		if got := w.proof(); len(got) != 2 || got["ok"] == 0 || got["acknowledged"] == 0 {
			t.Errorf("the final proof says %v", got)
		}
	})
}

// takeBack takes the steps and decisions of customers back.
func (w walker) takeBack(wrong map[string]bool) {
	w.Helper()
	for id := range wrong {
		for wrong[id] && w.Client.Post(w.run+"/undo", url.Values{"crm_account_id": {id}}).Status == 303 {
			continue
		}
		for wrong[id] {
			back := w.page(id).Doc().Find(`form[action*="/pairs/"][action$="/undo"]`)
			if back.Length() == 0 {
				break
			}
			w.Client.Post(back.First().AttrOr("action", ""), url.Values{}).Want(303)
		}
	}
}

// plant says of the customers' twins that the old one ends and the new one is another, from its start.
func (w walker) plant(wrong map[string]bool) {
	w.Helper()
	for id, name := range w.customers() {
		if !wrong[id] {
			continue
		}
		p := w.page(id)
		p.Doc().Find(`form[action$="/pairs"] input[name="old_subscription_id"]`).Each(func(_ int,
			s *goquery.Selection) {
			w.decide(id, name, "kind", "ended", "old_subscription_id", s.AttrOr("value", ""))
		})
		p.Doc().Find(`form[action$="/pairs"]:has(input[name="from_start"]) input[name="new_subscription_id"]`).
			Each(func(_ int, s *goquery.Selection) {
				w.decide(id, name, "kind", "new", "new_subscription_id", s.AttrOr("value", ""), "from_start", "1")
			})
	}
}

func (w walker) decide(customer, name string, pairs ...string) {
	w.Helper()
	v := url.Values{"crm_account_id": {customer}, "confirm": {name}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	w.Client.Post(w.run+"/pairs", v).Want(303)
}

// reckoned is, from the ledgers as their files have them, on how many days both providers
// count a product of a customer. What had ended when it was first seen has no day here.
func (w walker) reckoned(wrong map[string]bool) map[string]int {
	w.Helper()
	type key struct{ customer, product string }
	days := map[key]map[string]map[clock.Date]int{}
	for name, side := range map[string]string{oldProvider: "old", newProvider: "new"} {
		for _, r := range w.records("/subscriptions.csv?provider=" + w.have()[name].ID.String()) {
			if !wrong[r["crm_account_id"]] || side == "new" && r["state"] == "inactive" {
				continue
			}
			k := key{r["crm_account_id"], r["product"]}
			if days[k] == nil {
				days[k] = map[string]map[clock.Date]int{"old": {}, "new": {}}
			}
			w.count(r["id"], days[k][side])
		}
	}
	out := map[string]int{}
	for k, sides := range days {
		for day, n := range sides["old"] {
			if n > 0 && sides["new"][day] > 0 {
				out[k.customer]++
			}
		}
	}
	return out
}

// count adds the seats of a subscription by day, from the year's first one up to the day before the switch.
func (w walker) count(id string, seats map[clock.Date]int) {
	w.Helper()
	for _, r := range w.records("/changes.csv?subscription=" + id) {
		on, err := clock.ParseDate(r["effective_at"])
		must(w, err)
		delta, err := strconv.Atoi(r["delta"])
		must(w, err)
		for day := w.demo.tale().First; r["counted"] == "true" && day.Before(w.switchDay()); day = day.AddDays(1) {
			if !day.Before(on) {
				seats[day] += delta
			}
		}
	}
}
