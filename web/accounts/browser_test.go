package accounts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/mapping"
	"seatledger/internal/testkit/browser"
	"seatledger/web/session"
)

// scene is a provider with an account in every standing; it gives the pages worth looking at.
func (w *world) scene() map[string]string {
	p := w.provider("North", "stellr")
	open := w.account(p, "10001", "Harborview Dental", "harborview.example", "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11")
	w.exec(`UPDATE provider_accounts
		SET city = 'Portland', country = 'US', phone = '+1 503 555 0100', street = '12 Quay Street' WHERE id = ?`, open)
	harbor := w.customer("Harborview Dental LLC", "harborview.example", "")
	w.exec(`UPDATE crm_accounts SET city = 'Portland', country = 'US', phone = '+1 503 555 0199' WHERE id = ?`, harbor)
	w.customer("Harbor View Dentistry", "harbor-dentistry.example", "")
	mapped := w.account(p, "10002", "Redwood Legal Partners with a very long name that has to wrap somewhere",
		"redwood.example", "")
	redwood := w.customer("Redwood Legal", "redwood.example", "")
	w.account(p, "10003", "Redwood Legal", "redwood-legal.example", "")
	gone := w.account(p, "10004", "Lakeside Clinic (old)", "lakeside.example", "7b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11")
	lakeside := w.customer("Lakeside Clinic", "lakeside.example", "7b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11")
	heir := w.account(p, "10005", "Lakeside Clinic", "lakeside.example", "7B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11")
	excluded := w.account(p, "10006", "Own tenant", "reseller.example", "")
	w.account(p, "10007", "zzqx-unknown", "", "")
	w.decide(mapped, redwood)
	w.decide(gone, lakeside)
	w.exec(`UPDATE provider_accounts SET provider_status = 'gone', gone_at = ? WHERE id = ?`, w.clock.Now(), gone)
	if err := w.mapping.Exclude(w.t.Context(), olga,
		mapping.Choice{AccountID: excluded, Reason: "our own tenant"}); err != nil {
		w.t.Fatal(err)
	}
	for i := range 3 {
		w.subscription(p, mapped, fmt.Sprintf("S-%d", i))
	}
	w.suggest(p)
	return map[string]string{
		"list": "/accounts", "todo": "/accounts?state=unmapped", "open": recordPath(open) + "?crm_q=har",
		"mapped": recordPath(mapped),
		"gone":   recordPath(gone), "heir": recordPath(heir), "excluded": recordPath(excluded),
		"unmap":     recordPath(mapped) + "/unmap",
		"remap":     recordPath(mapped) + "/map?crm_account_id=" + harbor.String(),
		"exclude":   recordPath(open) + "/exclude",
		"take-over": recordPath(heir) + "/take-over?from=" + gone.String(), "undo": recordPath(mapped) + "/undo",
		"nothing": "/accounts?q=nobody",
	}
}

// TestThePagesInABrowser looks at every page wide and light, and narrow and dark:
// nothing scrolls sideways, axe finds nothing.
// SEATLEDGER_SHOTS names a folder for the pictures.
func TestThePagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pages := w.scene()
	w.person("Olga Example", auth.Operator)
	tab := browser.Start(t).Tab(t)
	tab.Go(w.URL + session.LoginPath)
	tab.Fill("email", "olga@reseller.example")
	tab.Fill("password", password)
	tab.Submit(`button[type="submit"]`)
	tab.WaitFor(".side__foot") // the sign-in page has none
	for name, path := range pages {
		for width, dark := range map[int64]bool{1280: false, 320: true} {
			tab.Size(width, 900)
			tab.Dark(dark)
			tab.Go(w.URL + path)
			if over := tab.Overflow(); over > 0 {
				t.Errorf("%s is %d pixels wider than %d", name, over, width)
			}
			browser.Axe(t, tab)
			if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
				tab.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)))
			}
		}
	}
	if troubles := tab.Troubles(); len(troubles) > 0 {
		t.Errorf("the browser complains: %v", troubles)
	}
}

func (w *world) decide(account, customer uuid.UUID) {
	w.t.Helper()
	if err := w.mapping.Map(w.t.Context(), olga, mapping.Choice{AccountID: account, CRMAccountID: customer,
		Reason: "98 % confidence, same domain"}); err != nil {
		w.t.Fatal(err)
	}
}
