package dialects_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const lists = "/api/v1/customers/*/subscriptions"

// desk is the whole site over the sandbox, whose customers and subscriptions are synced.
type desk struct {
	*webtest.Site
	t        *testing.T
	admin    *webtest.Client
	provider string
}

func open(t *testing.T, customers, subscriptions int) *desk {
	t.Helper()
	d := &desk{t: t, Site: webtest.Start(t, webtest.Options{
		Far: sandbox.DataOptions{Customers: customers, Subscriptions: subscriptions, Seed: 4}})}
	d.admin = d.SignIn(auth.Admin)
	p := d.admin.Get("/providers/new").FormTo("/providers").Set("name", "Stellr", "user_name",
		"integration@reseller.example", "password", "sandbox-password", "url", d.FarURL, "application_id",
		"sandbox-app",
		"application_secret", "sandbox-secret", "reseller_number", "100200",
		"token_url", d.FarURL+"/oauth2/v1/token", "currency", "USD").Submit().Next()
	d.provider = p.Path()
	d.sync("accounts")
	d.sync("subscriptions")
	return d
}

func (d *desk) sync(what string) syncing.Run {
	d.t.Helper()
	page := d.admin.Post(d.provider+"/sync-"+what, url.Values{"anyway": {"on"}}).Next()
	run := d.WaitRun(page)
	if run.State != syncing.Stopped {
		return run
	}
	// The guard asks where a field or many values changed at once; the test means it.
	again := d.admin.Get(page.Path())
	return d.WaitRun(again.FormTo(page.Path() + "/apply").Submit().Next())
}

// fault spoils the sandbox's answers.
func (d *desk) fault(f sandbox.Fault) {
	d.t.Helper()
	if _, err := d.Far.AddFault(f); err != nil {
		d.t.Fatal(err)
	}
}

func value(v any) json.RawMessage {
	b, _ := json.Marshal(v)
	return b
}

// propose types a dialect and gives the page of its dry run.
func (d *desk) propose(pairs ...string) *webtest.Page {
	d.t.Helper()
	form := d.admin.Get(d.provider + "/dialect").FormTo(d.provider + "/dialect")
	return form.Set(pairs...).Submit().Next()
}

func (d *desk) take(p *webtest.Page) *webtest.Page {
	d.t.Helper()
	return p.FormTo(p.Path() + "/use").Submit().Next()
}

func (d *desk) subs() map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, r := range d.admin.Get("/subscriptions.csv").Records() {
		out[r["external_id"]] = r
	}
	return out
}

func (d *desk) count(column string, values ...string) int {
	n := 0
	for _, r := range d.subs() {
		for _, v := range values {
			if r[column] == v {
				n++
			}
		}
	}
	return n
}
