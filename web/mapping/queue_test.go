package mapping_test

import (
	"strings"
	"testing"
)

func TestADecisionGoesOnWithTheNextAccountAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	all := towns(3)
	for i, c := range all {
		w.account(p, string(rune('1'+i)), c)
		w.customer(c)
	}
	w.suggest(p)
	c := w.operator()
	page := c.Get("/mapping").Shows("1 of 3", "Accept")
	first := page.Doc().Find("h1").Text()
	form := page.Form(`form[action$="/accept"]`)
	next := form.Submit().Next()
	if !next.Has("Mapped "+strings.TrimSpace(first)) || !next.Has("Undo") || !next.Has("1 of 2") {
		t.Errorf("after %s: %s", first, next.Text())
	}
	back := next.Form(`form[action="/mapping/undo"]`).Submit().Next()
	back.Shows("Undone", "1 of 3")
	if got := back.Doc().Find("h1").Text(); got != first {
		t.Errorf("undo leads to %q, not %q", got, first)
	}
}

func TestANearTieIsNotAcceptedBeforeAPersonChose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a := w.account(p, "1", company{name: "Lakeside Clinic"})
	for _, city := range []string{"Salem", "Bend"} {
		w.customer(company{name: "Lakeside Clinic", city: city})
	}
	w.suggest(p)
	c := w.operator()
	page := c.Get("/mapping").Shows("near tie", "Several fit nearly as well", "Why Lakeside Clinic is not certain")
	if page.Doc().Find(`form[action$="/accept"]`).Length() != 0 {
		t.Error("one of two equals can be accepted unseen")
	}
	c.Get("/mapping?at=" + a.String() + "&pick=2").Form(`form[action$="/accept"]`).Submit().Next()
	if w.state(a) != "mapped Lakeside Clinic" {
		t.Error(w.state(a))
	}
}

func TestAnUndoSaysThatACreatedCRMAccountStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a := w.account(p, "1", company{name: "Lakeside Clinic"})
	w.suggest(p)
	c := w.operator()
	made := c.Get("/mapping").Form(`form[action$="/create"]`).Submit().Next().
		Shows("Mapped Lakeside Clinic to Lakeside Clinic")
	made.Form(`form[action="/mapping/undo"]`).Submit().Next().Shows("which was made for it, stays")
	if w.state(a) != "unmapped" {
		t.Error(w.state(a))
	}
}

// TestTwoCRMAccountsOfOneCompanyAreShownAsSuch: nobody merges them (RULES 6), but a person sees why there are two.
func TestTwoCRMAccountsOfOneCompanyAreShownAsSuch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	w.account(p, "1", company{name: "Lakeside Clinic", domain: "lakeside.example"})
	w.customer(company{name: "Lakeside Clinic LLC", domain: "lakeside.example"})
	w.customer(company{name: "LAKESIDE CLINIC", domain: "lakeside.example"})
	w.suggest(p)
	w.operator().Get("/mapping").Shows("One company, more than once", "Nothing is merged by itself")
	if n := w.value(`SELECT count(*)::text FROM crm_accounts`); n != "2" {
		t.Errorf("%s CRM accounts are left", n)
	}
}
