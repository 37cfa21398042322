package site_test

import (
	"slices"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/browser"
	"seatledger/web/session"
)

// focused is the text of what has the focus, or what it is called.
func focused(tab *browser.Tab) string {
	return browser.Eval[string](tab, `(() => {
		const here = document.activeElement;
		return (here.textContent.trim() || here.getAttribute("aria-label") || here.name || here.tagName).trim();
	})()`)
}

const firstLinks = `[...document.querySelectorAll(".table--list tbody tr")].map((r) => r.querySelector("th a").textContent.trim())`

// TestAListByKeysAlone walks a list, ticks, opens, edits and leaves without a mouse and without the Tab key.
func TestAListByKeysAlone(t *testing.T) {
	t.Parallel()
	w := walked(t)
	tab := w.tab(t, browser.Start(t))
	tab.Go(w.URL + "/subscriptions")
	rows := browser.Eval[[]string](tab, firstLinks)
	for i, step := range []struct {
		key  string
		want string
	}{{"j", rows[0]}, {"j", rows[1]}, {"j", rows[2]}, {"k", rows[1]}} {
		tab.Press(step.key)
		if got := focused(tab); got != step.want {
			t.Errorf("press %d, %s: %q has the focus, want %q", i, step.key, got, step.want)
		}
	}
	tab.Press("x")
	if n := browser.Eval[int](tab, `document.querySelectorAll("tbody tr input:checked").length`); n != 1 {
		t.Errorf("x ticks %d rows", n)
	}
	for key, field := range map[string]string{"e": "Workbook", "s": ""} {
		tab.Press(key)
		if got := browser.Eval[string](tab, `document.querySelector("details[open] .menu__panel").textContent`); !strings.
			Contains(got, field) {
			t.Errorf("%s opens %q", key, got)
		}
		tab.Press("\x1b")
	}
	browser.Eval[bool](tab, `document.activeElement.blur() ?? true`)
	tab.Press("j")
	tab.Lead("Enter")
	if got := browser.Eval[string](tab, `location.pathname`); !strings.HasPrefix(got, "/subscriptions/") {
		t.Errorf("Enter leads to %s", got)
	}
	first := browser.Eval[string](tab, `location.pathname`)
	tab.Lead("j")
	if second := browser.Eval[string](tab, `location.pathname`); second == first {
		t.Error("j stays on the first record")
	}
	tab.Lead("k")
	if got := browser.Eval[string](tab, `location.pathname`); got != first {
		t.Errorf("k leads to %s, not back to %s", got, first)
	}
	tab.Press("g")
	tab.Lead("t")
	if got := browser.Eval[string](tab, `location.pathname`); got != "/contracts" {
		t.Errorf("g t leads to %s", got)
	}
	tab.Press("j")
	tab.Lead("Enter")
	tab.Lead("e")
	if got := browser.Eval[string](tab, `location.pathname`); !strings.HasSuffix(got, "/edit") {
		t.Errorf("e leads to %s", got)
	}
	tab.Press("j") // a letter in a field is text
	if got := browser.Eval[string](tab, `location.pathname`); !strings.HasSuffix(got, "/edit") {
		t.Errorf("a letter in a field leads to %s", got)
	}
}

// TestTheSheetOfKeysShowsOnAnyPage and tells nothing that the browser takes for itself.
func TestTheSheetOfKeysShowsOnAnyPage(t *testing.T) {
	t.Parallel()
	w := walked(t)
	tab := w.tab(t, browser.Start(t))
	tab.Go(w.URL + "/invoices")
	tab.Press("?")
	tab.WaitFor("dialog .keys")
	browser.Axe(t, tab)
	w.shot(tab, "/keys", "sheet")
	tab.Press("\x1b")
	if n := browser.Eval[int](tab, `document.querySelectorAll("dialog").length`); n != 0 {
		t.Error("Escape leaves the sheet open")
	}
	tab.Go(w.URL + "/keys")
	tab.Size(320, 900)
	w.shot(tab, "/keys", "phone")
	if n := tab.Overflow(); n > 0 {
		t.Errorf("%d pixels too wide on a phone", n)
	}
}

// TestEveryPageOfTheMenuHasALetterOfItsOwn for each role.
func TestEveryPageOfTheMenuHasALetterOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, role := range auth.Roles() {
		var letters []string
		for _, s := range session.Navigation(role) {
			for _, it := range s.Items {
				if len(it.Key) != 1 || slices.Contains(letters, it.Key) {
					t.Errorf("%s: %s has the letter %q", role, it.Label, it.Key)
				}
				letters = append(letters, it.Key)
			}
		}
	}
}
