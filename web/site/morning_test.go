package site_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/auth"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// evening is a site at ten in the evening whose provider has been read, before its first night.
func evening(t *testing.T) *walk {
	t.Helper()
	size := sandbox.DataOptions{Customers: 6, Subscriptions: 30, Seed: 20}
	w := &walk{t: t, data: sandbox.NewData(size), Site: webtest.Start(t, webtest.Options{Far: size,
		At:  time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC),
		Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32", "SYNC_AT": "02:00", "TIME_ZONE": "UTC"}})}
	w.Far.SetCredentials([]sandbox.Credential{{ApplicationID: "app-1", ApplicationSecret: apiSecret,
		UserName: "integration@reseller.example", Password: apiPassword, Reseller: sandbox.DefaultReseller}})
	w.admin = w.Client()
	w.firstAdmin()
	w.addProvider()
	w.verify()
	w.sync("/sync-accounts")
	w.sync("/sync-subscriptions")
	w.must(w.App.Sync.Night(t.Context())) // plans the first night
	return w
}

// night lets the hour come, or so much later, and works what the night queues.
func (w *walk) night(late time.Duration) []syncing.Run {
	w.t.Helper()
	w.pass(4*time.Hour + 10*time.Second + late)
	w.must(w.App.Sync.Night(w.t.Context()))
	var done []syncing.Run
	for {
		queued := w.admin.Get("/sync-runs.csv?state=queued&trigger=nightly").Records()
		if len(queued) == 0 {
			return done
		}
		done = append(done, w.WaitRunID(uuid.MustParse(queued[0]["id"])))
	}
}

func (w *walk) lastNight() string {
	w.t.Helper()
	return squeezed(w.admin.Get("/").Doc().Find(".callout").Text())
}

// pass lets time go by, and signs in again: sessions end meanwhile.
func (w *walk) pass(d time.Duration) {
	w.t.Helper()
	w.Clock.Put(w.Clock.Now().Add(d))
	w.admin = w.Client()
	w.admin.Get("/login").Form("form").Set("email", "ada@reseller.example", "password", "an honest sentence").Submit().
		Want(http.StatusSeeOther)
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func amount(t *testing.T, s string) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

// licence gives active licences of the distributor with a monthly cost, to be changed.
func (w *walk) licences() []map[string]string {
	w.t.Helper()
	var out []map[string]string
	for _, s := range w.admin.Get("/subscriptions.csv").Records() {
		if s["kind"] == "licence" && s["cost_period"] == "month" && s["state"] != "inactive" && s["quantity"] != "0" {
			out = append(out, s)
		}
	}
	if len(out) < 2 {
		w.t.Fatal("the distributor has too few licences by the month")
	}
	return out
}

func TestTheMorningSaysWhatTheNightDidInSeatsAndMoney(t *testing.T) {
	t.Parallel()
	w := evening(t)
	goes, grows := w.licences()[0], w.licences()[1]
	w.must(w.Far.SetSubscriptionGone(goes["external_id"], true))
	w.must(w.Far.SetSeats(grows["external_id"], number(t, grows["quantity"])+3))
	runs := w.night(0)
	if len(runs) != 2 || runs[1].State != syncing.Succeeded {
		t.Fatalf("%+v", runs)
	}
	w.pass(5 * time.Hour)

	lost, cost := number(t, goes["quantity"]), amount(t, grows["unit_cost"]).Mul(amount(t, "3")).
		Sub(amount(t, goes["unit_cost"]).Mul(amount(t, goes["quantity"])))
	row := w.admin.Get("/sync-runs.csv?kind=subscriptions&trigger=nightly").Records()[0]
	if row["seats_lost"] != goes["quantity"] || row["seats_gained"] != "3" || row["ended"] != "1" ||
		row["money_currency"] != "USD" || !amount(t, row["money_month"]).Equal(cost) {
		t.Errorf("the file: lost %s, gained %s, ended %s, %s %s; want %d, 3, 1, %s USD", row["seats_lost"],
			row["seats_gained"], row["ended"], row["money_month"], row["money_currency"], lost, cost)
	}
	line := w.lastNight()
	for _, want := range []string{"Last night", "1 ended", "+3 and -" + goes["quantity"] + " seats", " USD a month"} {
		if !strings.Contains(line, want) {
			t.Errorf("the dashboard lacks %q: %s", want, line)
		}
	}
	page := w.admin.Get("/sync-runs/" + runs[1].ID.String())
	page.Shows("Compared with the run before")
	page.Shows("Calls to the distributor")
	if n := number(t, row["calls"]); n == 0 {
		t.Error("the run made no call")
	}
	if len(w.admin.Get("/notices.csv").Records()) != 0 {
		t.Error("a good night rang the bell")
	}
}

func TestANightThatIsTriedAgainRingsOnceAndLeadsToItsRun(t *testing.T) {
	t.Parallel()
	w := evening(t)
	for _, path := range []string{"/**"} {
		_, err := w.Far.AddFault(sandbox.Fault{Kind: "status", Status: http.StatusNotFound, Path: path, Method: "GET"})
		w.must(err)
	}
	w.night(0)
	notices := w.admin.Get("/notices.csv").Records()
	if len(notices) == 0 || notices[0]["kind"] != "night_failed" || notices[0]["object_type"] != "sync_run" ||
		!strings.Contains(notices[0]["text"], "tried again") {
		t.Fatalf("notices: %v", notices)
	}
	w.admin.Get("/notices").Follow(notices[0]["object_name"]).Shows("Failed")
	before := len(notices)
	w.Clock.Put(w.Clock.Now().Add(6 * time.Minute))
	w.must(w.App.Sync.Night(t.Context()))
	for _, q := range w.admin.Get("/sync-runs.csv?state=queued").Records() {
		w.WaitRunID(uuid.MustParse(q["id"]))
	}
	if after := w.admin.Get("/notices.csv?kind=night_failed").Records(); len(after) > before {
		t.Errorf("the second try rang again: %v", after)
	}
}

func TestANightThatFailedIsToldOnTheBellTheDashboardAndInTheLog(t *testing.T) {
	t.Parallel()
	w := evening(t)
	w.Far.SetCredentials(nil)
	w.Far.RevokeTokens()
	w.night(0)
	line := w.lastNight()
	if !strings.Contains(line, "Failed: ") || strings.Contains(line, "Missed") {
		t.Errorf("the dashboard: %s", line)
	}
	notices := w.admin.Get("/notices.csv?kind=needs_credentials").Records()
	if len(notices) != 1 || notices[0]["unread"] != "true" || notices[0]["object_type"] != "provider" {
		t.Fatalf("notices: %v", notices)
	}
	if !regexp.MustCompile(`level=ERROR msg="run ended".*trigger=nightly.*state=failed`).MatchString(w.Log.String()) {
		t.Error("no line at error level says that the night failed")
	}
	if !strings.Contains(w.Log.String(),
		`msg="run begins" of="sync run" trigger=nightly attempt=1 provider="TD SYNNEX US" kind=accounts`) {
		t.Error("no line says that the run began")
	}
	w.readByOneAlone(notices[0]["id"])
}

// readByOneAlone marks a notice as read; others still have it before them.
func (w *walk) readByOneAlone(id string) {
	w.t.Helper()
	other := w.SignIn(auth.Viewer) // from after the night: it is not unread to them
	if n := squeezed(other.Get("/").Doc().Find(".bell").Text()); n != "Notices" {
		w.t.Errorf("somebody new has a bell of %q", n)
	}
	page := w.admin.Get("/notices")
	if n := squeezed(page.Doc().Find(".bell").Text()); !strings.HasSuffix(n, "unread") {
		w.t.Errorf("the bell says %q", n)
	}
	if href := page.Doc().Find(`tbody td a[href^="/providers/"]`).Length(); href == 0 {
		w.t.Error("no way from the notice to its provider")
	}
	page.FormTo("/notices/" + id + "/read").Submit().Next()
	if left := w.admin.Get("/notices.csv?unread=yes").
		Records(); len(left) != len(w.admin.Get("/notices.csv").Records())-1 {
		w.t.Errorf("%d are left unread", len(left))
	}
	if len(w.admin.Get("/notices.csv?unread=yes").Records()) > 0 {
		w.admin.Get("/notices").FormTo("/notices/read").Submit().Next()
	}
	if n := squeezed(w.admin.Get("/").Doc().Find(".bell").Text()); n != "Notices" {
		w.t.Errorf("after all is read the bell says %q", n)
	}
}

func TestANightThatWasMissedIsSaidAndMadeUp(t *testing.T) {
	t.Parallel()
	w := evening(t)
	w.pass(9 * time.Hour) // nobody was there at two
	if line := w.lastNight(); !strings.Contains(line, "Missed for TD SYNNEX US") {
		t.Errorf("the dashboard: %s", line)
	}
	w.night(0)
	line := w.lastNight()
	if strings.Contains(line, "Missed for") || !strings.Contains(line, "It missed its hour and began at") {
		t.Errorf("made up, the dashboard says: %s", line)
	}
	if n := w.admin.Get("/notices.csv?kind=night_missed").Records(); len(n) != 1 || n[0]["object_type"] != "provider" {
		t.Errorf("notices: %v", n)
	}
}

func TestOldRunsAreTakenAwayButNotWhatSomethingPointsTo(t *testing.T) {
	t.Parallel()
	w := evening(t)
	w.sync("/sync-subscriptions") // changes nothing, so nothing points to it once there is a later one
	w.sync("/sync-subscriptions")
	w.admin.Get("/settings/general").FormTo("/settings/general").Set("keep_runs_days", "30").Submit().Next()
	before := len(w.admin.Get("/sync-runs.csv").Records())
	w.pass(31 * 24 * time.Hour)
	pruned, err := w.App.Sync.Prune(t.Context())
	w.must(err)
	left := w.admin.Get("/sync-runs.csv").Records()
	if pruned != 1 || len(left) != before-1 {
		t.Errorf("%d of %d runs were taken away, %d are left", pruned, before, len(left))
	}
	for _, c := range w.admin.Get("/changes.csv").Records() {
		w.admin.Get("/subscriptions/" + c["subscription_id"])
	}
	for _, r := range left {
		w.admin.Get("/sync-runs/" + r["id"])
	}
	p := w.admin.Get("/settings/general").FormTo("/settings/general").Set("keep_runs_days", "0").Submit()
	p.Shows("Enter a number of days from 30 to 3660")
}

// scrape reads the figures as the metrics address gives them.
func (w *walk) scrape() string {
	w.t.Helper()
	rec := httptest.NewRecorder()
	site.NewMetrics(w.App.Collectors()...).Handler().ServeHTTP(rec,
		httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return rec.Body.String()
}

func TestFiguresToWatch(t *testing.T) {
	t.Parallel()
	w := evening(t)
	all := w.scrape()
	for _, want := range []string{
		`seatledger_last_success_timestamp{kind="accounts",provider="TD SYNNEX US"} 1.7`,
		`seatledger_last_success_timestamp{kind="subscriptions",provider="TD SYNNEX US"} 1.7`,
		`seatledger_runs_total{state="succeeded"} 2`, `seatledger_distributor_calls_total{status="200"}`,
		`seatledger_seats_changed_total `, `seatledger_guard_stops_total 0`, `seatledger_queue_length `,
		`seatledger_pool_in_use `, `seatledger_database_up 1`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
}
