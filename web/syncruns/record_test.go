package syncruns_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
)

func TestAnEndedRunTellsWhatItDidAndWhyAccountsFailed(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Partial, map[string]any{"total": 12, "done": 12, "added": 7, "failed": 3,
		"message": "3 of 12 accounts could not be read.", "advice": "Retry the failed ones."})
	for _, x := range []string{"c1", "c2"} {
		d.outcome(id, x, "failed", "The distributor did not answer.")
	}
	d.outcome(id, "c3", "failed", "The list could not be read.")
	d.outcome(id, "c4", "changed", "7 new, 0 changed.")
	doc := d.get(page(id))
	if doc.Find("sl-progress").Length() != 0 {
		t.Error("an ended run still listens")
	}
	main := htmlcheck.Text(doc.Find("main"))
	for _, part := range []string{"Partial", "3 of 12 accounts could not be read. Retry the failed ones.", "1 min 30 s",
		"by Ada Example", "Request req-9"} {
		if !strings.Contains(main, part) {
			t.Errorf("the page lacks %q: %s", part, main)
		}
	}
	var causes []string
	table := doc.Find("table").First()
	table.Find("tbody tr").Each(func(_ int,
		tr *goquery.Selection) {
		causes = append(causes, htmlcheck.Text(tr.Find("td").Last()))
	})
	if diff := cmp.Diff([]string{"2", "1"}, causes); diff != "" {
		t.Errorf("causes, counted: %s", diff)
	}
	if changed := d.get(page(id) + "?outcome=changed").Find("table").Last(); !strings.Contains(changed.Text(),
		"Contoso c4") || strings.Contains(changed.Text(), "Contoso c1") {
		t.Errorf("changed accounts: %s", htmlcheck.Text(changed))
	}
	if res := d.request(http.MethodGet, page(id)+"?outcome=odd",
		nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an unknown outcome: %d", res.StatusCode)
	}
}

func TestManyOutcomesArePaged(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Succeeded, nil)
	d.exec(`INSERT INTO sync_run_accounts (run_id, external_id, outcome, at) SELECT ?, 'c' || n, 'changed', now()
		FROM generate_series(1, 120) n`, id)
	d.outcome(id, "f1", "failed", "No answer.")
	all, _ := d.get(page(id) + "?outcome=changed").Find(`a[href*="/accounts?"]`).Attr("href")
	if all != page(id)+"/accounts?outcome=changed" {
		t.Fatalf("all of them are under %q", all)
	}
	seen, next := map[string]bool{}, all
	for range 5 {
		doc := d.get(next)
		rows := doc.Find("table").Last().Find("tbody tr")
		for i := range rows.Length() {
			seen[htmlcheck.Text(rows.Eq(i).Find("th"))] = true
		}
		var more bool
		if next, more = doc.Find(`a[rel="next"]`).Attr("href"); !more {
			break
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d accounts in all pages", len(seen))
	}
	if found := d.get(page(id) + "/accounts?q=contoso+f1").Find("tbody tr"); found.Length() != 1 {
		t.Errorf("%d accounts found", found.Length())
	}
	file := d.request(http.MethodGet, page(id)+"/accounts.csv?outcome=failed", nil)
	body, err := io.ReadAll(file.Body)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(string(body)), "\r\n"); len(lines) != 2 ||
		!strings.HasPrefix(lines[1], "f1,,Contoso f1,failed,No answer.,") {
		t.Errorf("the file: %s", body)
	}
}

func TestAWorkingRunShowsWhatTheStreamShows(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Running, map[string]any{"total": 340, "done": 118, "added": 12, "unchanged": 100})
	doc := d.get(page(id))
	live := doc.Find("sl-progress")
	if src, _ := live.Attr("data-src"); src != page(id)+"/events" {
		t.Errorf("listens at %q", src)
	}
	if text := htmlcheck.Text(live.Find("[data-progress-text]")); text != "118 of 340 accounts" {
		t.Errorf("progress %q", text)
	}
	for name, want := range map[string]string{"added": "12", "unchanged": "100", "failed": "0", "state": "Running"} {
		if got := doc.Find(`[data-live="` + name + `"]`).Text(); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if doc.Find(`form[action="`+page(id)+`/cancel"] button`).Length() != 1 ||
		doc.Find(`form[action="`+page(id)+`/retry"]`).Length() != 0 {
		t.Error("a working run can be cancelled, not retried")
	}
}

func TestCancelEndsAQueuedRunAndAsksARunningOne(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Queued, nil)
	if to := d.post(page(id)+"/cancel", nil, http.StatusSeeOther); to != page(id) {
		t.Errorf("goes to %s", to)
	}
	if r := d.load(id); r.State != syncing.Cancelled {
		t.Errorf("queued: %s", r.State)
	}
	d.post(page(id)+"/cancel", nil, http.StatusConflict)
	working := d.run(syncing.Running, nil)
	d.post(page(working)+"/cancel", nil, http.StatusSeeOther)
	if r := d.load(working); r.State != syncing.Running || r.CancelRequestedBy != "Ada Example" {
		t.Errorf("running: %s, asked by %q", r.State, r.CancelRequestedBy)
	}
	if text := htmlcheck.Text(d.get(page(working)).Find("[data-progress-text]")); !strings.Contains(text,
		"Cancelling") {
		t.Errorf("the page says %q", text)
	}
}

func TestRetryReadsTheFailedAccountsOnly(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Partial, nil)
	d.outcome(id, "c1", "failed", "No answer.")
	d.outcome(id, "c2", "changed", "1 new.")
	if text := htmlcheck.Text(d.get(page(id)).Find(`form[action="` + page(id) +
		`/retry"]`)); text != "Retry failed accounts" {
		t.Errorf("the button reads %q", text)
	}
	again, ok := strings.CutPrefix(d.post(page(id)+"/retry", nil, http.StatusSeeOther), "/sync-runs/")
	if !ok {
		t.Fatal(again)
	}
	r := d.load(uuid.MustParse(again))
	if diff := cmp.Diff([]string{"c1"}, r.OnlyAccounts); diff != "" || *r.RetryOf != id ||
		r.Trigger != syncing.ByRetry {
		t.Errorf("%s %+v", diff, r)
	}
	if doc := d.get(page(r.ID)); doc.Find(`a[href="`+page(id)+`"]`).Length() != 1 {
		t.Error("the retry does not lead to the earlier run")
	}
	if to := d.post(page(id)+"/retry", nil, http.StatusSeeOther); to != page(r.ID) {
		t.Errorf("a second retry goes to %s", to)
	}
}

func TestAStoppedRunAsksBeforeAnythingIsGone(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Stopped, map[string]any{"message": "80 of 100 known subscriptions are missing."})
	form := d.get(page(id)).Find("form.confirm")
	if v, _ := form.Find(`input[name="allow_gone"]`).Attr("value"); v != "on" ||
		!strings.Contains(form.Text(), "mark them as gone") {
		t.Fatalf("the question: %s", htmlcheck.Text(form))
	}
	plain := strings.TrimPrefix(d.post(page(id)+"/retry", nil, http.StatusSeeOther), "/sync-runs/")
	if d.load(uuid.MustParse(plain)).AllowGone {
		t.Error("run again without agreeing marks as gone")
	}
	d.post("/sync-runs/"+plain+"/cancel", nil, http.StatusSeeOther)
	agreed := strings.TrimPrefix(d.post(page(id)+"/retry", url.Values{"allow_gone": {"on"}}, http.StatusSeeOther),
		"/sync-runs/")
	if !d.load(uuid.MustParse(agreed)).AllowGone {
		t.Error("the agreement was lost")
	}
}

func TestNobodyAgreesToWhatTheGuardDidNotStop(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.post(page(d.run(syncing.Failed, nil))+"/retry", url.Values{"allow_gone": {"on"}}, http.StatusConflict)
	d.post(page(d.run(syncing.Succeeded, nil))+"/retry", nil, http.StatusConflict)
}

func TestUnknownRunsAreNotFound(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, id := range []string{uuid.NewString(), "7"} {
		for _, tail := range []string{"", "/events"} {
			if res := d.request(http.MethodGet, "/sync-runs/"+id+tail, nil); res.StatusCode != http.StatusNotFound {
				t.Errorf("%s%s: %d", id, tail, res.StatusCode)
			}
		}
		d.post("/sync-runs/"+id+"/cancel", nil, http.StatusNotFound)
		d.post("/sync-runs/"+id+"/retry", nil, http.StatusNotFound)
	}
}

func TestARunTellsHowLongItTook(t *testing.T) {
	t.Parallel()
	d := open(t)
	for seconds, want := range map[int]string{0: "under 1 s", 41: "41 s", 125: "2 min 5 s", 7384: "2 h 3 min"} {
		id := d.run(syncing.Succeeded,
			map[string]any{"finished_at": d.clock.Now().Add(time.Duration(seconds) * time.Second)})
		if text := htmlcheck.Text(d.get(page(id)).Find("main")); !strings.Contains(text, "Took "+want) &&
			!strings.Contains(text, "Took"+want) {
			t.Errorf("%d s: %s", seconds, text)
		}
	}
}
