package accounts

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
)

func TestATakenCRMAccountIsAConflictThatNamesTheHolderWithALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North", "stellr")
	holder, other := w.account(p, "10", "Aspen", "", ""), w.account(p, "20", "Birch", "", "")
	c := w.customer("Aspen LLC", "", "")
	w.decide(holder, c)
	a := w.person("Pete Example", auth.Operator).post(recordPath(other)+"/map", "crm_account_id", c.String())
	if a.StatusCode != http.StatusConflict || !strings.Contains(a.text(),
		"Aspen LLC is already mapped to Aspen (10)") ||
		a.page.Find("main a[href='"+recordPath(holder)+"']").Length() == 0 {
		t.Errorf("%d %s", a.StatusCode, a.text())
	}
}

func TestAnotherProviderMayHaveTheSameCRMAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.account(w.provider("North", "stellr"), "10", "Aspen", "", ""),
		w.account(w.provider("South", "stellr-legacy"), "10", "Aspen", "", "")
	c := w.customer("Aspen LLC", "", "")
	p := w.person("Pete Example", auth.Operator)
	for _, id := range []uuid.UUID{one, two} {
		if a := p.post(recordPath(id)+"/map", "crm_account_id", c.String()); a.StatusCode != http.StatusSeeOther ||
			a.Header.Get("Location") != recordPath(id) {
			t.Errorf("%d to %s", a.StatusCode, a.Header.Get("Location"))
		}
	}
}

func TestAStaleFormIsAConflictThatShowsBothVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North", "stellr"), "10", "Aspen", "", "")
	w.customer("Wanted LLC", "", "")
	p := w.person("Pete Example", auth.Operator)
	form := p.get(recordPath(a) + "/exclude")
	w.decide(a, w.customer("Aspen LLC", "", ""))
	got := p.press(form, "Exclude account") // no reason: the form comes back first
	if got.StatusCode != http.StatusUnprocessableEntity || got.page.Find("#f-reason-error").Length() != 1 ||
		got.page.Find(".summary a[href='#f-reason']").Length() != 1 {
		t.Fatalf("without a reason: %d %s", got.StatusCode, got.text())
	}
	got = p.post(recordPath(a)+"/exclude", "reason", "a test", "version", "1")
	if got.StatusCode != http.StatusConflict || !strings.Contains(got.text(), "mapped, by Olga Adler") ||
		!strings.Contains(got.text(), "excluded") || !strings.Contains(got.text(), "a test") {
		t.Errorf("stale: %d %s", got.StatusCode, got.text())
	}
	if s := w.state(a); s != "mapped Aspen LLC" {
		t.Errorf("state %s", s)
	}
}

func TestWhatAMappingConcernsIsShownBeforeItIsTakenApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North", "stellr")
	a := w.account(p, "10", "Aspen", "", "")
	first, second := w.customer("Aspen LLC", "", ""), w.customer("Other LLC", "", "")
	w.decide(a, first)
	w.subscription(p, a, "S-1")
	pete := w.person("Pete Example", auth.Operator)

	record := pete.get(recordPath(a))
	ask := pete.get(record.page.Find("main a").FilterFunction(hrefEnds("/unmap")).AttrOr("href", ""))
	if ask.StatusCode != http.StatusOK || !strings.Contains(ask.text(),
		"Subscriptions that lose customer and contract1") || !strings.Contains(ask.text(), "Active seats concerned12") {
		t.Fatalf("unmap asks: %d %s", ask.StatusCode, ask.text())
	}
	if got := pete.press(ask, "Unmap account"); got.StatusCode != http.StatusSeeOther || w.state(a) != "unmapped" {
		t.Errorf("unmap: %d %s", got.StatusCode, w.state(a))
	}
	w.decide(a, first)
	remap := pete.press(pete.get(recordPath(a)+"/map?crm_account_id="+second.String()), "Map to the other customer")
	if remap.StatusCode != http.StatusSeeOther || w.state(a) != "mapped Other LLC" {
		t.Errorf("remap: %d %s %s", remap.StatusCode, w.state(a), remap.text())
	}
	if got := pete.post(recordPath(a)+"/exclude", "reason", "our own"); got.StatusCode != http.StatusSeeOther ||
		w.state(a) != "excluded our own" {
		t.Errorf("exclude: %d %s", got.StatusCode, w.state(a))
	}
	undo := pete.press(pete.get(recordPath(a)+"/undo"), "Undo decision")
	if undo.StatusCode != http.StatusSeeOther || w.state(a) != "mapped Other LLC" {
		t.Errorf("undo: %d %s", undo.StatusCode, w.state(a))
	}
}

func TestOnThePageAnotherCRMAccountIsFoundComparedAndChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North", "stellr")
	a := w.account(p, "10", "Aspen", "aspen.example", "")
	w.customer("Redwood LLC", "redwood.example", "")
	taken := w.customer("Redwood Taken", "", "")
	w.decide(w.account(p, "20", "Redwood", "", ""), taken)
	pete := w.person("Pete Example", auth.Operator)
	found := pete.get(recordPath(a) + "?crm_q=redwood")
	if !strings.Contains(found.text(), "Redwood LLC") || !strings.Contains(found.text(), "has it, by Olga Adler") {
		t.Fatalf("found: %s", found.text())
	}
	links := found.page.Find("#choose a").FilterFunction(hrefContains("/map?crm_account_id="))
	if links.Length() != 1 {
		t.Fatalf("%d may be chosen", links.Length())
	}
	ask := pete.get(links.AttrOr("href", ""))
	if !strings.Contains(ask.text(), "aspen.example redwood.example ≠ differs") {
		t.Errorf("compared: %s", ask.text())
	}
	if got := pete.press(ask, "Map account"); got.StatusCode != http.StatusSeeOther ||
		w.state(a) != "mapped Redwood LLC" {
		t.Errorf("chosen: %d %s", got.StatusCode, w.state(a))
	}
}

func TestASuccessorTakesOverFromTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pages := w.scene()
	pete := w.person("Pete Example", auth.Operator)
	list := pete.get("/accounts?state=unmapped")
	ask := pete.get(list.page.Find("a").FilterFunction(hrefContains("/take-over?from=")).First().AttrOr("href", ""))
	done := pete.press(ask, "Take over")
	if done.StatusCode != http.StatusSeeOther {
		t.Fatalf("take over: %d %s", done.StatusCode, done.text())
	}
	if text := pete.get(pages["heir"]).text(); !strings.Contains(text, "Mapped to Lakeside Clinic") ||
		!strings.Contains(text, "taken over from Lakeside Clinic (old)") {
		t.Errorf("heir: %s", text)
	}
	if text := pete.get(pages["gone"]).text(); !strings.Contains(text, "Not mapped yet") {
		t.Errorf("gone: %s", text)
	}
}

func TestAFormThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North", "stellr"), "10", "Aspen", "", "")
	p, viewer := w.person("Pete Example", auth.Operator), w.person("Vera Example", auth.Viewer)
	c := w.customer("Aspen LLC", "", "").String()
	for what, x := range map[string]struct {
		a    answer
		want int
	}{
		"no CRM account": {p.post(recordPath(a) + "/map"), http.StatusUnprocessableEntity},
		"no id": {p.post(recordPath(a)+"/map", "crm_account_id", "x"),
			http.StatusUnprocessableEntity},
		"an unknown CRM account": {p.post(recordPath(a)+"/map", "crm_account_id", uuid.NewString()),
			http.StatusNotFound},
		"an unknown account":       {p.post(recordPath(uuid.New())+"/unmap", "x", "y"), http.StatusNotFound},
		"an account that is no id": {p.get("/accounts/12"), http.StatusNotFound},
		"a damaged version": {p.post(recordPath(a)+"/map", "crm_account_id", c, "version", "x"),
			http.StatusUnprocessableEntity},
		"unmap what is not": {p.post(recordPath(a) + "/unmap"), http.StatusConflict},
		"a viewer":          {viewer.post(recordPath(a)+"/map", "crm_account_id", c), http.StatusForbidden},
		"nobody": {person{t: t, url: w.URL, client: p.client}.post(recordPath(a)+"/map", "crm_account_id",
			c), http.StatusUnauthorized},
		"next elsewhere": {p.post(recordPath(a)+"/create-crm-account", "next", "//evil.example/"), http.StatusSeeOther},
	} {
		if x.a.StatusCode != x.want {
			t.Errorf("%s: %d, want %d: %s", what, x.a.StatusCode, x.want, x.a.text())
		}
		if to := x.a.Header.Get("Location"); x.want == http.StatusSeeOther && to != recordPath(a) {
			t.Errorf("%s leads to %s", what, to)
		}
	}
}

func TestSyncThisAccountLeadsToItsRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North", "stellr")
	a := w.account(p, "10", "Aspen", "", "")
	pete := w.person("Pete Example", auth.Operator)
	refused := pete.post(recordPath(a) + "/sync")
	if refused.StatusCode != http.StatusConflict || !strings.Contains(refused.text(), "not been verified") {
		t.Fatalf("not verified: %d %s", refused.StatusCode, refused.text())
	}
	first := pete.press(refused, "Sync anyway")
	run := w.value(`SELECT id::text FROM sync_runs WHERE account_id = ? AND kind = 'subscriptions'`, a)
	if first.StatusCode != http.StatusSeeOther || first.Header.Get("Location") != "/sync-runs/"+run {
		t.Errorf("%d to %s", first.StatusCode, first.Header.Get("Location"))
	}
	if again := pete.post(recordPath(a)+"/sync", "kind", "subscriptions", "anyway",
		"1"); again.Header.Get("Location") != "/sync-runs/"+run {
		t.Errorf("a second request leads to %s", again.Header.Get("Location"))
	}
	byHand := w.account(w.provider("By hand", "manual"), "10", "Aspen", "", "")
	if got := pete.post(recordPath(byHand) + "/sync"); got.StatusCode != http.StatusConflict {
		t.Errorf("a manual provider: %d", got.StatusCode)
	}
	if got := pete.post(recordPath(a)+"/sync", "kind", "listing"); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another kind: %d", got.StatusCode)
	}
}
