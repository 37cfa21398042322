package mapping_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"seatledger/internal/testkit/browser"
)

// keyboard counts what is pressed. Between two presses it waits for the page, as a person would.
type keyboard struct {
	tab     *browser.Tab
	t       *testing.T
	presses int
}

// press sends one key to whatever has the focus; loads says that a page must come of it.
func (k *keyboard) press(key string, loads bool) {
	k.t.Helper()
	k.presses++
	if loads {
		k.tab.Lead(key)
		return
	}
	browser.Eval[bool](k.tab, `window.left = true`)
	k.tab.Press(key)
}

// focused waits until such an element has the focus.
func (k *keyboard) focused(tag string) {
	k.t.Helper()
	k.tab.Do(chromedp.Poll[chromedp.Void](`document.activeElement.tagName === "` + tag + `"`))
}

func (k *keyboard) title() string {
	k.t.Helper()
	return browser.Eval[string](k.tab, `document.querySelector("h1").textContent.trim()`)
}

// TestAHundredMappingsByKeyboardAlone maps 100 accounts, most of them clear, some
// where the second candidate is right, without a mouse and in at most 220 key presses.
func TestAHundredMappingsByKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	want := map[string]string{}
	for i, c := range towns(100) {
		id := w.account(p, fmt.Sprint(10000+i), c)
		customer := w.customer(c)
		want[id.String()] = customer.String()
	}
	w.suggest(p)
	k := &keyboard{tab: w.seat(browser.Start(t)), t: t}
	k.tab.Go(w.URL + "/mapping")
	for i := range 100 {
		if i%10 == 8 { // looks at the next one first, and comes back
			k.press("j", true)
			k.press("k", true)
		}
		k.press("a", true)
	}
	if mapped := w.value(`SELECT count(*)::text FROM provider_accounts WHERE state = 'mapped'`); mapped != "100" {
		t.Errorf("%s are mapped", mapped)
	}
	for account, customer := range want {
		if got := w.value(`SELECT coalesce(crm_account_id::text, '') FROM provider_accounts WHERE id = ?`,
			account); got != customer {
			t.Errorf("account %s has %q", account, got)
		}
	}
	if k.presses > 220 {
		t.Errorf("%d key presses", k.presses)
	}
	if left := k.title(); left != "Mapping queue" {
		t.Errorf("at the end: %s", left)
	}
}

func TestEveryKeyDoesWhatTheHelpSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	all := towns(8)
	for i, c := range all {
		w.account(p, fmt.Sprint(i), c)
		w.customer(c)
	}
	lake := w.account(p, "lake", company{name: "Lakeside Clinic", city: "Portland"})
	w.customer(company{name: "Lakeside Clinic", city: "Salem"})
	second := w.customer(company{name: "Lakeside Clinic", city: "Bend"})
	w.suggest(p)
	k := &keyboard{tab: w.seat(browser.Start(t)), t: t}
	k.tab.Go(w.URL + "/mapping")
	first := k.title()
	k.press("j", true)
	next := k.title()
	k.press("k", true)
	if k.title() != first || next == first {
		t.Fatalf("j and k: %s, %s, %s", first, next, k.title())
	}
	k.press("n", true)
	if k.title() != next || w.value(`SELECT count(*)::text FROM mapping_refusals`) == "0" {
		t.Errorf("n leads to %s", k.title())
	}
	k.press("u", true)
	if k.title() != first || w.value(`SELECT count(*)::text FROM mapping_refusals WHERE revoked_at IS NULL`) != "0" {
		t.Errorf("u leads to %s", k.title())
	}
	k.press("c", true)
	if got := w.value(`SELECT count(*)::text FROM crm_accounts WHERE source = 'account'`); got != "1" {
		t.Errorf("c made %s", got)
	}
	k.press("u", true)
	k.press("x", false) // the reason is asked for, and letters are text now
	k.focused("INPUT")
	for _, letter := range "a j" {
		k.press(string(letter), false)
	}
	k.press("Enter", true)
	if got := w.value(`SELECT exclude_reason FROM provider_accounts WHERE state = 'excluded'`); got != "a j" {
		t.Errorf("excluded for %q", got)
	}
	k.press("s", false)
	k.focused("BUTTON")
	k.press("Enter", true) // the first choice has the focus
	if got := w.value(`SELECT (until - (at AT TIME ZONE 'UTC')::date)::text FROM mapping_snoozes
		WHERE ended_at IS NULL`); got != "1" {
		t.Errorf("put aside for %s days", got)
	}
	k.tab.Go(w.URL + "/mapping?at=" + lake.String())
	k.press("2", true)
	chosen := browser.Eval[string](k.tab,
		`document.querySelector("form[action$='/accept'] [name=crm_account_id]").value`)
	k.press("Enter", true)
	if got := w.value(`SELECT crm_account_id::text FROM provider_accounts WHERE id = ?`, lake); got != chosen ||
		w.state(lake) != "mapped Lakeside Clinic" {
		t.Errorf("the second is %s (or %s), mapped is %s", chosen, second, got)
	}
	k.press("?", false)
	k.tab.WaitFor("dialog .keys")
	if own := browser.Eval[string](k.tab, `document.querySelector("dialog .keys caption").textContent`); own !=
		"In the mapping queue" {
		t.Errorf("? shows first: %s", own)
	}
}

func TestTheKeysCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	for i, c := range towns(3) {
		w.account(p, fmt.Sprint(i), c)
		w.customer(c)
	}
	w.suggest(p)
	k := &keyboard{tab: w.seat(browser.Start(t)), t: t}
	k.tab.Go(w.URL + "/keys")
	k.tab.Click("[data-keys-switch] input")
	k.tab.Go(w.URL + "/mapping") // it is remembered
	k.press("a", false)
	if got := w.value(`SELECT count(*)::text FROM provider_accounts WHERE state = 'mapped'`); got != "0" ||
		browser.Eval[bool](k.tab, `!window.left`) {
		t.Errorf("%s mapped by a key that is off", got)
	}
	k.tab.Go(w.URL + "/keys")
	k.tab.Click("[data-keys-switch] input")
	k.tab.Go(w.URL + "/mapping")
	k.press("a", true)
	if got := w.value(`SELECT count(*)::text FROM provider_accounts WHERE state = 'mapped'`); got != "1" {
		t.Errorf("%s mapped by a key that is on", got)
	}
}
