package providers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
)

func (d *desk) run(location string) syncing.Run {
	d.Helper()
	id, ok := strings.CutPrefix(location, "/sync-runs/")
	if !ok {
		d.Fatalf("goes to %s", location)
	}
	r, err := syncing.Get(d.Context(), d.db.Read(d.Context()), uuid.MustParse(id))
	if err != nil {
		d.Fatal(err)
	}
	return r
}

func TestASyncIsQueuedAndItsPageShown(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.verified()
	r := d.run(d.post(p+"/sync-subscriptions", nil, http.StatusSeeOther).Header().Get("Location"))
	if r.Kind != syncing.Subscriptions || r.State != syncing.Queued || r.RequestedBy != "Ada Example" ||
		len(d.queued) != 1 {
		t.Errorf("%+v, queued %v", r, d.queued)
	}
}

func TestASecondRequestFindsTheFirst(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.verified()
	first := d.post(p+"/sync-accounts", nil, http.StatusSeeOther).Header().Get("Location")
	d.notices = nil
	if second := d.post(p+"/sync-subscriptions", nil, http.StatusSeeOther).Header().Get("Location"); second != first {
		t.Errorf("%s, then %s", first, second)
	}
	if len(d.notices) != 1 || !strings.Contains(d.notices[0].Text, "under way already") {
		t.Errorf("told: %v", d.notices)
	}
}

func TestAnUnverifiedProviderSyncsOnlyAnyway(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	doc := d.page(d.post(p+"/sync-accounts", nil, http.StatusConflict))
	if text := htmlcheck.Text(doc.Find("main")); !strings.Contains(text, "has not been verified yet") ||
		doc.Find(`form[action="`+p+`/verify"]`).Length() != 1 {
		t.Errorf("the page: %s", text)
	}
	insist := formValues(doc, p+"/sync-accounts")
	if insist.Get("anyway") != "on" {
		t.Fatalf("the button sends %v", insist)
	}
	if r := d.run(d.post(p+"/sync-accounts", insist, http.StatusSeeOther).Header().Get("Location")); !r.Anyway {
		t.Error("the run does not know that a person insisted")
	}
}

func TestAnInactiveProviderSyncsNothingNotEvenAnyway(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.verified()
	d.post(p+"/sync-accounts", nil, http.StatusSeeOther)
	d.exec(`UPDATE sync_runs SET state = 'running'`) // and it has not seen yet that it should end
	d.post(p+"/deactivate", nil, http.StatusSeeOther)
	for _, tail := range []string{"/sync-accounts", "/sync-subscriptions"} {
		doc := d.page(d.post(p+tail, url.Values{"anyway": {"on"}}, http.StatusConflict))
		if text := htmlcheck.Text(doc.Find("main")); !strings.Contains(text, "Activate it first") {
			t.Errorf("the page: %s", text)
		}
	}
}

func TestDeactivatingAsksTheRunUnderWayToEnd(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.verified()
	queued := d.post(p+"/sync-accounts", nil, http.StatusSeeOther).Header().Get("Location")
	d.post(p+"/deactivate", nil, http.StatusSeeOther)
	if r := d.run(queued); r.State != syncing.Cancelled || r.CancelRequestedBy != "Ada Example" {
		t.Errorf("a queued run is %s", r.State)
	}
	d.post(p+"/activate", nil, http.StatusSeeOther)
	working := d.post(p+"/sync-accounts", nil, http.StatusSeeOther).Header().Get("Location")
	d.exec(`UPDATE sync_runs SET state = 'running' WHERE state = 'queued'`)
	d.post(p+"/deactivate", nil, http.StatusSeeOther)
	if r := d.run(working); r.CancelRequestedAt == nil {
		t.Error("a running run was not asked to end")
	}
}

func TestActivatingATwinIsAConflict(t *testing.T) {
	t.Parallel()
	d := open(t)
	old := d.create(good())
	d.post(old+"/deactivate", nil, http.StatusSeeOther)
	d.create(with(good(), "name", "Successor"))
	doc := d.page(d.post(old+"/activate", nil, http.StatusConflict))
	if text := htmlcheck.Text(doc.Find("main")); !strings.Contains(text, "same host with the same reseller number") {
		t.Errorf("the page: %s", text)
	}
}
