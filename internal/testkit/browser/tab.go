package browser

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Context is the chromedp context of the tab, for steps that have no method here.
func (tab *Tab) Context() context.Context { return tab.ctx }

// Do runs chromedp actions, with a time limit.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// Go opens an address and waits until it has loaded.
func (tab *Tab) Go(url string) {
	tab.t.Helper()
	tab.Do(chromedp.Navigate(url))
}

// Fill types into the field with that name, in place of what it held.
func (tab *Tab) Fill(name, value string) {
	tab.t.Helper()
	tab.Do(chromedp.SetValue(chromedp.CSS(`[name="`+name+`"]`), value))
}

// Click clicks the first element that the CSS selector finds.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Submit clicks what leads to another page, and waits until that has loaded.
func (tab *Tab) Submit(selector string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// Press sends a key to whatever has the focus and stays on the page.
func (tab *Tab) Press(key string) {
	tab.t.Helper()
	if key == "Enter" {
		key = "\r"
	}
	tab.Do(chromedp.KeyEvent(key))
}

// Lead sends a key that leads to another page, and waits until that has loaded. While it loads there is none to ask.
func (tab *Tab) Lead(key string) {
	tab.t.Helper()
	Eval[bool](tab, `window.left = true`)
	tab.Press(key)
	const there = `!window.left && document.readyState === "complete"`
	for began := time.Now(); time.Since(began) < patience; {
		if ok, err := chromedp.Run(tab.ctx, chromedp.Evaluate[bool](there)); err == nil && ok {
			return
		}
	}
	tab.t.Fatalf("browser: the key %q leads nowhere", key)
}

// WaitFor waits until the CSS selector finds something visible.
func (tab *Tab) WaitFor(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Size sets the viewport in CSS pixels.
func (tab *Tab) Size(width, height int64) {
	tab.t.Helper()
	tab.Do(chromedp.EmulateViewport(width, height))
}

// Dark makes the system's colour scheme dark or light.
func (tab *Tab) Dark(on bool) {
	tab.t.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	tab.feature("prefers-color-scheme", scheme)
}

// ForcedColors turns the system's high contrast mode on.
func (tab *Tab) ForcedColors() {
	tab.t.Helper()
	tab.feature("forced-colors", "active")
}

func (tab *Tab) feature(name, value string) {
	tab.t.Helper()
	_, err := chromedp.Call(tab.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: name, Value: value}},
	})
	tab.must(err)
}

// NoScript turns JavaScript of pages off, from the next page on.
func (tab *Tab) NoScript() {
	tab.t.Helper()
	_, err := chromedp.Call(tab.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true})
	tab.must(err)
}

// Screenshot writes a picture of the whole page, as PNG.
func (tab *Tab) Screenshot(path string) {
	tab.t.Helper()
	m, err := chromedp.Call(tab.ctx, page.GetLayoutMetrics, cdp.Empty{})
	tab.must(err)
	beyond := true
	shot, err := chromedp.Call(tab.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		CaptureBeyondViewport: &beyond,
		Clip:                  &page.Viewport{Width: m.CSSContentSize.Width, Height: m.CSSContentSize.Height, Scale: 1},
	})
	tab.must(err)
	tab.must(os.MkdirAll(filepath.Dir(path), 0o755))
	tab.must(os.WriteFile(path, shot.Data, 0o644))
}

// Overflow is how many CSS pixels the page is wider than the viewport; a page that
// reflows has none.
func (tab *Tab) Overflow() int {
	tab.t.Helper()
	return Eval[int](tab, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
}

// Widest shows the element whose content reaches furthest beyond the window's right edge, the innermost of them;
// empty: none does.
func (tab *Tab) Widest() string {
	tab.t.Helper()
	return Eval[string](tab, `(() => {
		const around = (e) => getComputedStyle(e).position === 'absolute' ? e.offsetParent : e.parentElement;
		const scrolls = (e) => getComputedStyle(e).overflowX !== 'visible';
		let worst = '', right = document.documentElement.clientWidth + 0.5;
		for (const e of document.body.querySelectorAll('*')) {
			const box = e.getBoundingClientRect(), r = Math.max(box.right, scrolls(e) ? 0 : box.left + e.scrollWidth);
			let inside = around(e);
			while (inside && inside !== document.body && !scrolls(inside)) inside = around(inside);
			if ((!inside || inside === document.body) && r >= right) { worst = e.outerHTML.slice(0, 300); right = r; }
		}
		return worst;
	})()`)
}

// Eval runs JavaScript in the page and waits for its value.
func Eval[T any](tab *Tab, script string) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	tab.must(err)
	return v
}

func (tab *Tab) must(err error) {
	tab.t.Helper()
	if err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}
