package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/testkit/browser"
)

// rowsInSight counts the rows of a list that can be seen whole without scrolling.
const rowsInSight = `(() => {
	const frame = document.querySelector(".table-frame--list");
	const end = Math.min(frame?.getBoundingClientRect().bottom ?? 0, innerHeight);
	return [...document.querySelectorAll(".table--list tbody tr")].filter((r) => r.getBoundingClientRect().bottom <= end + 1).length;
})()`

// fullLists repeats the rows of the page's list until they are too many to be seen, and counts how many can be, in
// comfortable and in compact.
const fullLists = `(() => {
	const body = document.querySelector(".table--list tbody");
	if (!body) return [];
	const rows = [...body.rows];
	for (let i = 0; body.rows.length < 40; i++) body.append(rows[i % rows.length].cloneNode(true));
	return ["comfortable", "compact"].map((density) => {
		document.documentElement.dataset.density = density;
		return ` + rowsInSight + `;
	});
})()`

// leastLists are the pages of lists that a site some weeks old has to show.
const leastLists = 20

// dense tells whether the page in the tab is a list, and fails when a full one would show fewer rows than the promised.
func dense(t *testing.T, tab *browser.Tab, url string) bool {
	t.Helper()
	tab.Size(1400, 900)
	n := browser.Eval[[]int](tab, fullLists)
	if len(n) == 0 {
		return false
	}
	if n[0] < 16 || n[1] < 24 {
		t.Errorf("%s shows %d rows in comfortable and %d in compact, want 16 and 24", url, n[0], n[1])
	}
	return true
}

// TestListsShowManyRows measures lists at 1400 x 900 in both densities, and as cards on a phone.
func TestListsShowManyRows(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	w := walked(t)
	tab := w.tab(t, b)
	for _, density := range []struct {
		name string
		rows int
	}{{"comfortable", 16}, {"compact", 24}} {
		tab.Size(1400, 900)
		tab.Go(w.URL + "/subscriptions")
		tab.Click(".filters__tools .menu:first-child > summary")
		tab.Submit(`button[name=density][value=` + density.name + `]`)
		tab.WaitFor(".table--list")
		for _, page := range []string{"/subscriptions", "/changes", "/audit", "/invoice-lines", "/accounts"} {
			tab.Go(w.URL + page)
			w.shot(tab, page, density.name)
			n, all := browser.Eval[int](tab, rowsInSight),
				browser.Eval[int](tab, `document.querySelectorAll(".table--list tbody tr").length`)
			if n < min(density.rows, all) {
				t.Errorf("%s shows %d of %d rows in %s, want %d", page, n, all, density.name, density.rows)
			}
			if page == "/subscriptions" && all < density.rows {
				t.Errorf("only %d rows to look at", all)
			}
		}
	}
	tab.Dark(true)
	tab.Go(w.URL + "/subscriptions")
	w.shot(tab, "/subscriptions", "dark")
	tab.Size(320, 900)
	tab.Go(w.URL + "/subscriptions")
	w.shot(tab, "/subscriptions", "phone")
	tab.Go(w.URL + "/subscriptions?q=google&state=active")
	w.shot(tab, "/google", "phone")
	facts := browser.Eval[[]string](tab, `[...document.querySelector(".table--list tbody tr").children]
		.filter((c) => c.getClientRects().length).map((c) => c.dataset.label ?? c.tagName)`)
	if fmt.Sprint(facts) != "[TD TH Review Customer]" {
		t.Errorf("a card shows %v", facts)
	}
	if n := tab.Overflow(); n > 0 {
		t.Errorf("%d pixels too wide on a phone", n)
	}
}

func (w *walk) shot(tab *browser.Tab, page, what string) {
	if dir := os.Getenv(screenshots); dir != "" {
		tab.Screenshot(filepath.Join(dir, "list"+filepath.Base(page)+"-"+what+".png"))
	}
}
