package dialects_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
)

// A distributor that suddenly calls its quantity something else is read again as soon as a person says so.
func TestARenamedFieldIsCorrectedWithoutARelease(t *testing.T) {
	t.Parallel()
	d := open(t, 4, 12)
	d.fault(sandbox.Fault{Kind: "rename_field", Field: "unitPrice", To: "netPrice", Path: lists})
	before := d.count("unit_cost", "")
	page := d.propose("name.subscription.unitPrice", "netPrice")
	// beside what today's answers would be read as
	page.Shows("12 subscriptions would change, 0 seats", "cost: none →", "cost 12")
	d.take(page).Shows("Version 1 is in force")
	if run := d.sync("subscriptions"); run.State != syncing.Succeeded {
		t.Errorf("%s: %s", run.State, run.Message)
	}
	if now := d.count("unit_cost", ""); now != before {
		t.Errorf("%d costs unknown, %d before", now, before)
	}
	d.admin.Get(d.provider + "/wire").Shows("subscription.unitPrice = netPrice")
}

// The row: one status word for all. A word that a person teaches is tried first, in subscriptions and seats.
func TestAWordIsTaughtAndItsDryRunCountsSubscriptionsAndSeats(t *testing.T) {
	t.Parallel()
	d := open(t, 3, 9)
	d.fault(sandbox.Fault{Kind: "set_field", Field: "status", Value: value("Parked"), Path: lists})
	d.sync("subscriptions")
	if n := d.count("state", "inactive"); d.count("provider_status", "unknown") == 0 {
		t.Fatalf("no status is unknown; %d inactive", n)
	}
	d.admin.Get(d.provider+"/wire").Shows("status = Parked", "Words not understood")

	ours := []string{"dialects", "dialect_trials", "audit_events", "audit_head", "sessions", "choice_marks"}
	stored := d.Versions(ours...)
	page := d.propose("statuses", "parked = cancelled")
	page.Shows("subscriptions would change", "seats", "status: unknown → cancelled", "Nothing was written")
	now := d.Versions(ours...)
	for table, was := range stored {
		if now[table] != was {
			t.Errorf("the dry run wrote to %s", table)
		}
	}
	if d.count("provider_status", "cancelled") != 0 {
		t.Error("a proposed dialect is in force")
	}
	d.admin.Get("/audit").Shows("dialect")

	again := d.propose("statuses", "Parked = suspended")
	again.Shows("status: unknown → suspended")
	d.take(again)
	d.sync("subscriptions")
	if d.count("provider_status", "unknown") != 0 || d.count("provider_status", "suspended") == 0 {
		t.Error("the taught word is not read")
	}
	if d.admin.Get(d.provider + "/wire").Has("status = Parked") {
		t.Error("the report still calls it unknown")
	}
}

func TestOldVersionsAreShownAsDifferencesAndTakenAgain(t *testing.T) {
	t.Parallel()
	d := open(t, 1, 2)
	first := d.propose("statuses", "Parked = suspended", "note", "As their support says")
	d.take(first)
	second := d.propose("statuses", "", "per_minute", "300")
	second.Shows("Parked = suspended", "300", "In force: version 1")
	d.take(second)
	d.admin.Get(d.provider+"/dialect").Shows("Was in force", "As their support says", "Version 2")
	old := d.admin.Get(d.provider + "/dialect/1").Shows("Another version was taken since this was tried")
	d.admin.Post(d.provider+"/dialect/1/use", url.Values{"digest": {"0011223344556677"}}).Want(http.StatusConflict)
	tried := old.FormTo(d.provider + "/dialect/1/try").Submit().Next()
	d.take(tried).Shows("Version 1 is in force")
	d.admin.Post(d.provider+"/verify", nil)
	d.admin.Get(d.provider).Shows("in version 1 of this provider's dialect")
}

func TestWhatADialectMayNotSay(t *testing.T) {
	t.Parallel()
	d := open(t, 0, 0)
	for _, c := range [][2]string{
		{"path_customers", "https://elsewhere.example/api"}, {"path_customers", "//elsewhere.example/api"},
		{"path_customers", "/api/../admin"}, {"path_customers", "/a?next=1"}, {"path_customers", "/a#b"},
		{"path_customers", "POST /api"}, {"path_customers", "/a b"}, {"path_customers", "/a%2f..%2fb"},
		{"path_customers", "/a\\b"}, {"path_customers", "api"}, {"path_customers", "/a@b"},
		{"path_customers", "/c/{customer}"}, {"path_subscriptions", "/c/subscriptions"},
		{"path_changes", "/c/{customer}/{customer}"}, {"path_subscriptions", "/c/{id}/{customer}"},
		{"path_customers", "/" + strings.Repeat("a", 300)},
		{"token_form", "client_secret = x"}, {"token_form", "grant_type = password"}, {"token_form", "password = x"},
		{"token_form", "refresh_token = x"}, {"token_form", "scope"}, {"token_form", "a b = c"},
		{"statuses", "Parked"}, {"statuses", "Parked = gone"}, {"statuses", "Parked = missing"},
		{"statuses", "Parked = active\nParked = expired"}, {"statuses", "? = active"}, {"rhythms", "x = weekly"},
		{"kinds", "x = unknown"}, {"per_minute", "0"}, {"per_minute", "-5"}, {"per_minute", "1e9"},
		{"per_minute", "fast"},
		{"end_date_means", "noon"}, {"date_order", "year_first"}, {"name.subscription.quantity", "a b c d e f"},
		{"name.subscription.quantity", "a$b"}, {"name.subscription.quantity", "<script>"},
		{"name.nothing.known", "a"},
	} {
		form := url.Values{"version": {"0"}, c[0]: {c[1]}}
		p := d.admin.Post(d.provider+"/dialect", form)
		if p.Status != http.StatusUnprocessableEntity || !p.Has("There is a problem") {
			t.Errorf("%s %q answers %d", c[0], c[1], p.Status)
		}
	}
	if n := len(d.admin.Get(d.provider + "/dialect").Links()); n == 0 ||
		d.admin.Get(d.provider+"/dialect").Has("Version 1") {
		t.Error("a refused dialect was kept")
	}
	d.admin.Post(d.provider+"/dialect", url.Values{"version": {"7"}, "note": {"x"}}).Want(http.StatusConflict)
	d.admin.Look(d.provider + "/dialect/9").Want(http.StatusNotFound)
	d.admin.Look(d.provider + "/dialect/x").Want(http.StatusNotFound)
	operator := d.SignIn(auth.Operator)
	operator.Look(d.provider + "/dialect").Want(http.StatusForbidden)
	operator.Post(d.provider+"/dialect", url.Values{"version": {"0"}}).Want(http.StatusForbidden)
	operator.Get(d.provider + "/wire").Shows("Wire report")
}

func TestAVersionThatTheProviderCannotBeReadWithIsNotTaken(t *testing.T) {
	t.Parallel()
	d := open(t, 2, 4)
	page := d.propose("path_customers", "/api/v1/cloud/nowhere")
	page.Shows("could not be read with it")
	if strings.Contains(page.Text(), "Take version") {
		t.Error("it can be taken")
	}
	d.admin.Post(page.Path()+"/use", url.Values{"digest": {"x"}}).Want(http.StatusConflict)
	if run := d.sync("subscriptions"); run.State != syncing.Succeeded {
		t.Errorf("%s %s", run.State, run.Message)
	}
}

// Doubles lose no cost once a person says so; the note of the rounding stays.
func TestDoublesAreRoundedWithANoteOnceToldSo(t *testing.T) {
	t.Parallel()
	d := open(t, 2, 6)
	d.fault(sandbox.Fault{Kind: "set_field", Field: "unitPrice", Value: []byte("10.379999999999999"), Path: lists})
	d.sync("subscriptions")
	if d.count("unit_cost", "10.38", "10.379999999999999", "10.379999") != 0 {
		t.Fatal("a cost was rounded unasked")
	}
	d.admin.Get(d.provider+"/wire").Shows("Decimals of the cost", "15")
	d.take(d.propose("doubles", "on"))
	d.sync("subscriptions")
	if n := d.count("unit_cost", "10.38"); n != len(d.subs()) {
		t.Errorf("%d of %d costs are 10.38", n, len(d.subs()))
	}
}

// The row: six of six closings of the sandbox were a day late. An end that is start
// plus term is the day after the last one, and the tally says so.
func TestWhatEndsAtTheSandboxEndsOnTheDayItsRecordSays(t *testing.T) {
	t.Parallel()
	d := open(t, 6, 60)
	d.admin.Get(d.provider).Shows("rows say: day after")
	d.admin.Get(d.provider+"/wire").Shows("rows say: day after", "not told by start and term")
	closing := map[string]string{}
	for _, s := range d.subs() {
		if s["state"] != "inactive" && s["end_date"] > "2026-01-01" && len(closing) < 6 {
			closing[s["external_id"]] = s["end_date"]
			if err := d.Far.ChangeSubscription(s["external_id"],
				sandbox.SubscriptionChange{Status: ptr("Expired")}); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.sync("subscriptions")
	subs := d.subs()
	for id, end := range closing {
		found := ""
		for _, c := range d.admin.Get("/changes.csv?subscription=" + subs[id]["id"]).Records() {
			if c["event"] == "deactivate" {
				found = c["effective_at"] + " estimated " + c["estimated"]
			}
		}
		if found != end+" estimated false" {
			t.Errorf("%s ends %s, deactivated %s", id, end, found)
		}
	}
}

func ptr(s string) *string { return &s }

// A part never closes the whole, whatever its word, and the review says that it was not understood.
func TestAPartialWordKeepsASubscriptionOpenAndFailsTheReview(t *testing.T) {
	t.Parallel()
	d := open(t, 3, 9)
	before := d.count("state", "inactive")
	for _, word := range []string{"Partially Cancelled", "PartialCancel", "Teilweise storniert",
		"Parcialmente cancelado"} {
		d.Far.ClearFaults()
		d.fault(sandbox.Fault{Kind: "set_field", Field: "status", Value: value(word), Path: lists})
		d.sync("subscriptions")
		if now := d.count("state", "inactive"); now > before {
			t.Errorf("%s closed %d", word, now-before)
		}
		for _, s := range d.subs() {
			if s["state"] != "inactive" &&
				(s["provider_status"] != "unknown" || !strings.Contains(s["checks"], "status")) {
				t.Errorf("%s: %s, checks %q", word, s["provider_status"], s["checks"])
			}
		}
	}
}

// A report is handed on: names of customers and of people are in no word and no key of it.
func TestAWireReportNamesNobody(t *testing.T) {
	t.Parallel()
	d := open(t, 3, 9)
	name := d.admin.Get("/accounts.csv").Records()[0]["name"]
	label, _, _ := strings.Cut(name, ".")
	for _, word := range []string{"Held by " + label, label, "call jane.doe@customer.example", "Robin said so"} {
		d.Far.ClearFaults()
		d.fault(sandbox.Fault{Kind: "set_field", Field: "status", Value: value(word), Path: lists})
		d.sync("subscriptions")
		main := d.admin.Get(d.provider + "/wire").Doc().Find("main").Text()
		if strings.Contains(main, word) || !strings.Contains(main, "more not shown") {
			t.Errorf("%q is in the report", word)
		}
	}
	d.Far.ClearFaults()
	d.fault(sandbox.Fault{Kind: "rename_field", Field: "city", To: label, Path: "/api/v1/cloud/customers"})
	d.sync("accounts")
	main := d.admin.Get(d.provider + "/wire").Doc().Find("main").Text()
	for _, planted := range []string{label, "jane", "Robin"} {
		if strings.Contains(main, planted) {
			t.Errorf("%q is in the report", planted)
		}
	}
}
