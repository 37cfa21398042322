package site_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

// planning is a site that has read its distributor once.
func planning(t *testing.T) *walk {
	t.Helper()
	size := sandbox.DataOptions{Customers: 12, Subscriptions: 60, Seed: 4}
	w := &walk{t: t, Site: webtest.Start(t, webtest.Options{Far: size}), data: sandbox.NewData(size)}
	w.admin = w.Client()
	w.firstAdmin()
	w.provider = w.admin.Get("/providers/new").FormTo("/providers").Set("name", "TD SYNNEX", "url", w.FarURL,
		"token_url",
		w.FarURL+"/oauth2/v1/token", "application_id", "sandbox-app", "application_secret", "sandbox-secret",
		"reseller_number", sandbox.DefaultReseller, "currency", "USD").Submit().Next().Path()
	w.verify()
	w.sync("/sync-accounts")
	w.sync("/sync-subscriptions")
	return w
}

func (w *walk) spoil(field, value string) {
	w.t.Helper()
	if _, err := w.Far.AddFault(sandbox.Fault{Path: "/api/v1/customers/*/subscriptions", Kind: "set_field",
		Field: field,
		Value: json.RawMessage(value)}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *walk) live() int { return len(w.admin.Get("/subscriptions.csv?state=held").Records()) }

func TestAStoppedRunShowsWhatItWouldDoAndIsAppliedByItsDigest(t *testing.T) {
	t.Parallel()
	w := planning(t)
	live := w.live()
	w.spoil("status", `"Cancelled"`)
	run := w.admin.Post(w.provider+"/sync-subscriptions", nil).Next()
	w.WaitRun(run)
	page := w.admin.Get(run.Path()).Shows("Stopped by the guard", "would end", "Nothing was changed",
		"What would change",
		"Apply what is shown")
	if now := w.live(); now != live {
		t.Fatalf("%d live subscriptions, there were %d", now, live)
	}
	w.admin.Post(run.Path()+"/apply", url.Values{"digest": {"0"}}).Want(409).Shows("not this plan")
	applied := page.FormTo(run.Path() + "/apply").Submit().Next()
	w.WaitRun(applied)
	w.admin.Get(applied.Path()).Shows("Succeeded", "The plan that was shown was applied")
	if now := w.live(); now != 0 {
		t.Errorf("%d live subscriptions left", now)
	}
	w.admin.Get(run.Path()).Shows("The plan was applied")
	w.admin.Post(run.Path()+"/discard", nil).Want(409)
	w.admin.Get("/audit").Shows("sync plan applied")
}

func TestADryRunShowsAndChangesNothingAndIsDiscarded(t *testing.T) {
	t.Parallel()
	w := planning(t)
	before := w.Versions("sync_runs", "sync_plans", "sync_plan_accounts", "sync_plan_rows", "river.river_job",
		"audit_events", "sessions", "sync_run_accounts", "suggestion_runs")
	w.spoil("quantity", `3`)
	page := w.admin.Get(w.provider)
	run := page.Form(`form:has(input[name="dry"])`).Submit().Next()
	w.WaitRun(run)
	shown := w.admin.Get(run.Path()).Shows("Waits for a person", "dry run", "What would change")
	after := w.Versions("sync_runs", "sync_plans", "sync_plan_accounts", "sync_plan_rows", "river.river_job",
		"audit_events", "sessions", "sync_run_accounts", "suggestion_runs")
	for table, was := range before {
		if after[table] != was {
			t.Errorf("the dry run wrote into %s", table)
		}
	}
	shown.FormTo(run.Path() + "/discard").Submit().Next().Shows("The plan was discarded")
	w.admin.Post(run.Path()+"/apply", url.Values{"digest": {"0"}}).Want(409)
}

func TestAnAccountIsMarkedAsNotReadable(t *testing.T) {
	t.Parallel()
	w := planning(t)
	account := w.admin.Get("/accounts.csv").Records()[0]
	if _, err := w.Far.AddFault(sandbox.Fault{Path: "/api/v1/customers/" + account["external_id"] + "/subscriptions",
		Kind: "status", Status: 404}); err != nil {
		t.Fatal(err)
	}
	w.WaitRun(w.admin.Post(w.provider+"/sync-subscriptions", nil).Next())
	at := "/accounts/" + account["id"]
	w.admin.Post(at+"/unreadable", url.Values{"why": {" "}}).Want(422).Shows("Say why it cannot be read.")
	w.admin.Get(at).Shows("It could not be read").FormTo(at+"/unreadable").Set("why", "Agreement not signed").Submit().
		Next().Shows("Marked as not readable", "Agreement not signed", "Since")
	w.admin.Post(at+"/unreadable", nil).Next().Shows("taken back")
}
