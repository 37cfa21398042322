package ui_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"seatledger/internal/testkit/browser"
	"seatledger/static"
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// stage serves the gallery and a live page, and notes what is posted to it.
type stage struct {
	*httptest.Server
	posted chan string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{posted: make(chan string, 10)}
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.Handle("GET /gallery", page(gallery()))
	mux.Handle("GET /live", page(with(layout.Page{Title: "Run", Htmx: true},
		ui.LiveProgress{Src: "/events", Progress: ui.Progress{Label: "Reading", Text: "1 of 3", Done: 1, Total: 3}},
		ui.Live{Name: "added", Value: "0"})))
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /{path}", func(w http.ResponseWriter, r *http.Request) {
		s.posted <- r.URL.Path + "?" + r.FormValue("theme")
		http.Redirect(w, r, "/gallery", http.StatusSeeOther)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.CloseClientConnections)
	return s
}

// events tells once how far it is, and stays open.
func (s *stage) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, `data: {"done":2,"total":3,"text":"2 of 3","values":{"added":"12"}}`+"\n\n")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func (s *stage) next(t *testing.T) string {
	t.Helper()
	select {
	case p := <-s.posted:
		return p
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was posted")
		return ""
	}
}

func wait(tab *browser.Tab, condition string) {
	tab.Do(chromedp.Poll[chromedp.Void](condition))
}

func TestScriptsAddTheirComfort(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	for name, check := range map[string]func(*testing.T, *stage, *browser.Tab){
		"ticks":    ticksInTables,
		"theme":    themeAtOnce,
		"confirm":  destructiveAsks,
		"menu":     menuCloses,
		"summary":  summaryLeadsToTheField,
		"progress": progressListens,
		"unsaved":  unsavedIsMarked,
		"none":     everythingIsThereWithoutScripts,
	} {
		t.Run(name, func(t *testing.T) {
			s, tab := newStage(t), b.Tab(t)
			tab.Go(s.URL + "/gallery")
			check(t, s, tab)
			for _, trouble := range tab.Troubles() {
				t.Errorf("the browser complains: %s", trouble)
			}
		})
	}
}

func ticksInTables(t *testing.T, _ *stage, tab *browser.Tab) {
	const ticked = `[...document.querySelectorAll("tbody [name=id]:checked")].map(b => b.value).join()`
	tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("tbody [name=id]")[2].dispatchEvent(new MouseEvent("click", {shiftKey: false, bubbles: true, cancelable: true}))`))
	tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("tbody [name=id]")[3].dispatchEvent(new MouseEvent("click", {shiftKey: true, bubbles: true, cancelable: true}))`))
	if got := browser.Eval[string](tab, ticked); got != "1,3,4" {
		t.Errorf("ticked %s, want the range with Shift", got)
	}
	tab.Click("thead input[type=checkbox]")
	if got := browser.Eval[string](tab,
		ticked+` + " " + document.querySelector("[data-bulk-count]").textContent`); got != "1,2,3,4 4 selected" {
		t.Errorf("ticked %s", got)
	}
}

func themeAtOnce(t *testing.T, s *stage, tab *browser.Tab) {
	tab.Click(`.theme__choice[value="dark"]`)
	wait(tab, `document.documentElement.dataset.theme === "dark"`)
	if got := s.next(t); got != "/theme?dark" {
		t.Errorf("posted %s", got)
	}
	if got := browser.Eval[string](tab, `getComputedStyle(document.body).backgroundColor`); got != "rgb(13, 19, 25)" {
		t.Errorf("background %s, want the dark one", got)
	}
}

func destructiveAsks(t *testing.T, s *stage, tab *browser.Tab) {
	tab.Click(".menu > summary")
	tab.Click(".menu__item--danger")
	tab.WaitFor("dialog[open]")
	tab.Click("dialog .btn:first-child")
	wait(tab, `!document.querySelector("dialog")`)
	if len(s.posted) != 0 {
		t.Error("Cancel posted")
	}
	tab.Click(".menu__item--danger")
	tab.WaitFor("dialog[open]")
	tab.Click("dialog .btn--danger")
	if got := s.next(t); got != "/deactivate?" {
		t.Errorf("posted %s", got)
	}
}

func menuCloses(t *testing.T, _ *stage, tab *browser.Tab) {
	tab.Click(".menu > summary")
	tab.Do(chromedp.KeyEvent(kb.ArrowDown))
	if got := browser.Eval[string](tab, `document.activeElement.textContent.trim().slice(0, 6)`); got != "Verify" {
		t.Errorf("arrow down leads to %q", got)
	}
	tab.Do(chromedp.KeyEvent(kb.Escape))
	wait(tab, `!document.querySelector(".menu").open && document.activeElement.tagName === "SUMMARY"`)
}

func summaryLeadsToTheField(t *testing.T, _ *stage, tab *browser.Tab) {
	wait(tab, `document.activeElement.className === "summary"`)
	tab.Click(`.summary a[href="#f-unit_price"]`)
	wait(tab, `document.activeElement.id === "f-unit_price"`)
}

func progressListens(t *testing.T, s *stage, tab *browser.Tab) {
	tab.Go(s.URL + "/live")
	wait(tab, `document.querySelector("[data-live=added]").textContent === "12"`)
	if got := browser.Eval[string](tab,
		`document.querySelector("progress").value + " " + document.querySelector("[data-progress-text]").textContent`); got != "2 2 of 3" {
		t.Errorf("progress %s", got)
	}
	if !browser.Eval[bool](tab, `typeof htmx === "object"`) {
		t.Error("htmx is not there")
	}
}

func unsavedIsMarked(t *testing.T, _ *stage, tab *browser.Tab) {
	tab.Do(chromedp.SendKeys(chromedp.CSS("#f-remark"), "x"))
	wait(tab, `document.querySelector("form.form").dataset.dirty === "yes"`)
}

func everythingIsThereWithoutScripts(t *testing.T, s *stage, tab *browser.Tab) {
	tab.NoScript()
	tab.Size(320, 800)
	tab.Go(s.URL + "/gallery")
	if n := tab.Overflow(); n > 0 {
		t.Errorf("the page is %d px wider than the window", n)
	}
	tab.Click(".side__bar")
	tab.WaitFor(`.nav__link[href="/accounts"]`)
	tab.Click(".side__bar")
	tab.Click(".menu > summary")
	tab.Click(".menu__item--danger")
	if got := s.next(t); got != "/deactivate?" {
		t.Errorf("posted %s", got)
	}
	if browser.Eval[bool](tab, `[...document.querySelectorAll("[data-copy-button]")].some(b => b.offsetParent)`) {
		t.Error("a copy button is shown that nothing stands behind")
	}
}
