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
