package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// device gives a tab an authenticator of its own, as a telephone or a laptop has one.
func device(t *testing.T, tab *browser.Tab) webauthn.AuthenticatorID {
	t.Helper()
	if _, err := chromedp.Call(tab.Context(), webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	made, err := chromedp.Call(tab.Context(), webauthn.AddVirtualAuthenticator,
		webauthn.AddVirtualAuthenticatorParams{
			Options: &webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2,
				Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
				IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}
	return made.AuthenticatorID
}

// knows says whether the device recognises its owner.
func knows(t *testing.T, tab *browser.Tab, d webauthn.AuthenticatorID, owner bool) {
	t.Helper()
	_, err := chromedp.Call(tab.Context(), webauthn.SetUserVerified,
		webauthn.SetUserVerifiedParams{AuthenticatorID: d,
			IsUserVerified: owner})
	if err != nil {
		t.Fatal(err)
	}
}

const passkeyButton = `form[data-passkey] button[type="submit"]`

// seat is somebody at a browser. Browsers use passkeys at a name alone, and this machine's is localhost.
type seat struct {
	*browser.Tab
	t   *testing.T
	at  string
	dev webauthn.AuthenticatorID
}

func newSeat(t *testing.T, s *webtest.Site, b *browser.Browser) seat {
	t.Helper()
	tab := b.Tab(t)
	return seat{tab, t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), device(t, tab)}
}

func (s seat) open(path string) { s.t.Helper(); s.Go(s.at + path) }

// password takes the first step of signing in.
func (s seat) password(role auth.Role) {
	s.t.Helper()
	s.open("/login")
	s.Fill("email", string(role)+"@reseller.example")
	s.Fill("password", webtest.Password)
	s.Submit(`form[action="/login"] button[type="submit"]`)
}

// leave signs out.
func (s seat) leave() {
	s.t.Helper()
	s.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('form[action="/logout"]').submit()`))
	s.WaitFor(`form[action="/login"]`)
}

func (s seat) register(name string) {
	s.t.Helper()
	s.open("/settings/profile")
	s.Fill("name", name)
	s.Click(passkeyButton)
}

func TestPasskeysInABrowser(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	s.SignIn(auth.Admin)
	s.SignIn(auth.Viewer) // make the people
	b := browser.Start(t)
	ada := newSeat(t, s, b)
	ada.password(auth.Admin)
	ada.register("Laptop")
	ada.WaitFor(".codes")
	ada.register("Laptop again")
	ada.Do(chromedp.WaitReady(chromedp.CSS(`[data-passkey-said]:not(:empty)`)))
	if says := browser.Eval[string](ada.Tab,
		`document.querySelector("[data-passkey-said]").textContent`); !strings.Contains(says, "registered already") {
		t.Errorf("the same device twice: %q", says)
	}

	t.Run("alone, without a password", func(t *testing.T) {
		ada.leave()
		ada.open("/login?next=/providers")
		ada.Click(passkeyButton)
		ada.WaitFor(".side__foot")
		if at := browser.Eval[string](ada.Tab, `location.pathname`); at != "/providers" {
			t.Errorf("it leads to %s", at)
		}
	})
	t.Run("as the second step", func(t *testing.T) {
		ada.leave()
		ada.password(auth.Admin)
		if at := browser.Eval[string](ada.Tab, `location.pathname`); at != "/login/code" {
			t.Fatalf("after the password: %s", at)
		}
		ada.Click(passkeyButton)
		ada.WaitFor(".side__foot")
	})
	t.Run("in place of the password, before what is dear", func(t *testing.T) {
		runSQL(t, s, `UPDATE sessions SET proved_at = proved_at - interval '1 hour'`)
		ada.open("/settings/profile")
		ada.Submit(`form[action="/settings/profile/recovery"] button`)
		ada.Click(passkeyButton)
		ada.WaitFor(".codes")
	})
	t.Run("of a device that does not know its owner", func(t *testing.T) {
		ada.leave()
		knows(t, ada.Tab, ada.dev, false)
		ada.Click(passkeyButton)
		ada.Do(chromedp.WaitReady(chromedp.CSS(`[data-passkey-said]:not(:empty)`)))
		knows(t, ada.Tab, ada.dev, true)
	})
	t.Run("of somebody else", func(t *testing.T) {
		mallory := newSeat(t, s, b)
		mallory.password(auth.Viewer)
		mallory.register("Mallory's")
		mallory.WaitFor(".codes")
		mallory.leave()
		mallory.password(auth.Admin) // whose password is known by now
		// The script of the page would be told which passkeys to use; this one takes any.
		status := browser.Eval[int](mallory.Tab, `(async () => {
			const form = document.querySelector("form[data-passkey]");
			const real = navigator.credentials.get.bind(navigator.credentials);
			navigator.credentials.get = (o) => { o.publicKey.allowCredentials = []; return real(o); };
			return new Promise((done) => {
				form.submit = async () => {
					const r = await fetch(form.action, { method: "POST", body: new URLSearchParams(new
					FormData(form)) });
					done(r.status);
				};
				form.requestSubmit();
			});
		})()`)
		if status != 422 {
			t.Errorf("a passkey of somebody else at the second step: %d", status)
		}
		mallory.open("/")
		if at := browser.Eval[string](mallory.Tab, `location.pathname`); at != "/login" {
			t.Errorf("they are in, at %s", at)
		}
	})
	t.Run("an answer twice", func(t *testing.T) {
		ada.open("/login")
		statuses := browser.Eval[[]int](ada.Tab, `(async () => {
			const form = document.querySelector("form[data-passkey]");
			return new Promise((done) => {
				form.submit = async () => {
					const body = () => new URLSearchParams(new FormData(form));
					const one = await fetch(form.action, { method: "POST", body: body(), redirect: "manual" });
					const two = await fetch(form.action, { method: "POST", body: body(), redirect: "manual" });
					done([one.type === "opaqueredirect" ? 303 : one.status, two.status]);
				};
				form.requestSubmit();
			});
		})()`)
		if len(statuses) != 2 || statuses[0] != 303 || statuses[1] != 422 {
			t.Errorf("one answer, sent twice: %v", statuses)
		}
	})
	t.Run("without scripts", func(t *testing.T) {
		plain := b.Tab(t)
		plain.NoScript()
		plain.Go(ada.at + "/login")
		plain.WaitFor("[data-passkey-said]")
	})
	if troubles := ada.Troubles(); len(troubles) > 0 {
		t.Errorf("the browser complains: %v", troubles)
	}
}

// TestPagesOfSignInInABrowser looks at each page wide and light, and narrow and dark. SEATLEDGER_SHOTS names a folder
// for the pictures.
func TestPagesOfSignInInABrowser(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	s.SignIn(auth.Admin)
	s.SignIn(auth.Viewer)
	b := browser.Start(t)
	ada, door := newSeat(t, s, b), newSeat(t, s, b)
	ada.password(auth.Admin)
	ada.open("/settings/profile")
	ada.Submit(`form[action="/settings/profile/app/begin"] button`)
	look := func(at seat, name string) {
		t.Helper()
		for width, dark := range map[int64]bool{1280: false, 320: true} {
			at.Size(width, 900)
			at.Dark(dark)
			browser.Eval[bool](at.Tab,
				`Promise.allSettled(document.getAnimations().map((a) => a.finished)).then(() => true)`)
			if over := at.Overflow(); over > 0 {
				t.Errorf("%s is %d pixels wider than %d: %s", name, over, width, at.Widest())
			}
			browser.Axe(t, at.Tab)
			if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
				at.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)))
			}
		}
		at.Size(1280, 900)
	}
	look(ada, "app")
	ada.register("Laptop")
	ada.WaitFor(".codes")
	look(ada, "codes")
	for name, path := range map[string]string{"profile": "/settings/profile", "rules": "/settings/sign-in",
		"user": "/settings/users/" + oneText(t, s, `SELECT id::text FROM users WHERE role = 'admin'`)} {
		ada.open(path)
		look(ada, name)
	}
	runSQL(t, s, `UPDATE sessions SET proved_at = proved_at - interval '1 hour'`)
	ada.open("/settings/profile")
	ada.Submit(`form[action="/settings/profile/recovery"] button`)
	look(ada, "proof")
	door.open("/login")
	look(door, "login")
	door.password(auth.Admin)
	look(door, "code")
	for _, at := range []seat{ada, door} {
		if troubles := at.Troubles(); len(troubles) > 0 {
			t.Errorf("the browser complains: %v", troubles)
		}
	}
}

func runSQL(t *testing.T, s *webtest.Site, sql string) {
	t.Helper()
	if err := s.DB.Read(t.Context()).Exec(sql).Error; err != nil {
		t.Fatal(err)
	}
}

func oneText(t *testing.T, s *webtest.Site, sql string) (out string) {
	t.Helper()
	if err := s.DB.Read(t.Context()).Raw(sql).Scan(&out).Error; err != nil {
		t.Fatal(err)
	}
	return out
}
