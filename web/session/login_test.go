package session

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
)

func TestSignInLeadsBackAndNeverElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	for next, want := range map[string]string{
		"/map?x=1&y=2": "/map?x=1&y=2", "": "/", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", "/logout": "/", "javascript:alert(1)": "/",
	} {
		v := h.visitor(t)
		page := v.get(LoginPath + "?" + url.Values{"next": {next}}.Encode())
		hidden := page.page.Find("input[name=next]").AttrOr("value", "")
		a := v.post(LoginPath, url.Values{"email": {"ada@reseller.example"}, "password": {goodPassword},
			"next": {hidden}})
		if got := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("next %q: %d to %q, want %q", next, a.StatusCode, got, want)
		}
	}
}

func TestAWrongPairComesBackTheSameForKnownAndUnknown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	try := func(email string) answer {
		return h.visitor(t).post(LoginPath, url.Values{"email": {email}, "password": {"wrong-sentinel"}})
	}
	known, unknown := try("ada@reseller.example"), try("eve@reseller.example")
	if known.StatusCode != http.StatusUnprocessableEntity || unknown.StatusCode != known.StatusCode {
		t.Errorf("%d and %d", known.StatusCode, unknown.StatusCode)
	}
	if strings.ReplaceAll(known.body, "ada@", "eve@") != unknown.body || strings.Contains(known.body, "sentinel") {
		t.Error("the two pages differ, or show the password")
	}
	if len(known.Cookies()) != 0 {
		t.Error("a stranger was given a cookie")
	}
}

func TestTooManyTriesSayHowLongToWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	v := h.visitor(t)
	var a answer
	for range 8 {
		a = v.post(LoginPath, url.Values{"email": {"ada@reseller.example"}, "password": {"wrong one"}})
	}
	if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" ||
		!strings.Contains(a.page.Find(".summary").Text(), "Wait") {
		t.Errorf("%d, Retry-After %q", a.StatusCode, a.Header.Get("Retry-After"))
	}
}

func TestTheCookieIsAsTheContractSays(t *testing.T) {
	t.Parallel()
	for https, want := range map[bool]string{true: "__Host-seatledger", false: "seatledger"} {
		h := newHouse(t, Options{HTTPS: https}, "")
		h.admin(t)
		cookies := h.visitor(t).signIn("ada@reseller.example").Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		k := cookies[0]
		if k.Name != want || k.Secure != https || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Path != "/" ||
			k.Domain != "" {
			t.Errorf("https %v: %s", https, k)
		}
		if len(k.Value) < 22 { // 128 bits in base64
			t.Errorf("token of %d characters", len(k.Value))
		}
		if h.count(t, `SELECT count(*) FROM sessions s WHERE s::text LIKE ?`, "%"+k.Value+"%") != 0 {
			t.Error("the token itself is in the database")
		}
	}
}

func TestTheTokenChangesAtSignInAndTheOldOneIsDead(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	v := h.visitor(t)
	v.signIn("ada@reseller.example")
	old := v.token()
	v.signIn("ada@reseller.example")
	if v.token() == old {
		t.Error("the token stayed")
	}
	if a := h.withToken(t, old).get("/"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the old token opens: %d", a.StatusCode)
	}
	if a := h.withToken(t, "planted-by-somebody").get("/"); a.StatusCode != http.StatusSeeOther ||
		len(a.Cookies()) > 0 {
		t.Errorf("a made-up token: %d", a.StatusCode)
	}
}

func (h house) withToken(t *testing.T, token string) visitor {
	t.Helper()
	v := h.visitor(t)
	u, _ := url.Parse(h.URL)
	v.Jar.SetCookies(u, []*http.Cookie{{Name: "seatledger", Value: token, Path: "/"}})
	return v
}

func TestSignOutEndsTheSessionOnTheServer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	v := h.visitor(t)
	v.signIn("ada@reseller.example")
	token := v.token()
	a := v.post(LogoutPath, nil)
	if a.StatusCode != http.StatusSeeOther || !strings.Contains(a.Header.Get("Clear-Site-Data"), `"cache"`) ||
		v.token() != "" {
		t.Errorf("%d, Clear-Site-Data %q, cookie %q", a.StatusCode, a.Header.Get("Clear-Site-Data"), v.token())
	}
	if a := h.withToken(t, token).get("/"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the token still opens: %d", a.StatusCode)
	}
	if n := h.count(t, "SELECT count(*) FROM sessions"); n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

func TestASessionEndsByTheClock(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	v := h.visitor(t)
	v.signIn("ada@reseller.example")
	h.clock.Advance(auth.IdleLimit - 1)
	if a := v.get("/"); a.StatusCode != http.StatusOK {
		t.Fatalf("just in time: %d", a.StatusCode)
	}
	h.clock.Advance(auth.IdleLimit)
	if a := v.get("/map?x=1"); a.StatusCode != http.StatusSeeOther ||
		a.Header.Get("Location") != "/login?next=%2Fmap%3Fx%3D1" {
		t.Errorf("idle: %d to %s", a.StatusCode, a.Header.Get("Location"))
	}
}

func TestWhatAnAdminTakesAwayIsGoneAtTheNextRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	bob := h.user(t, "bob@reseller.example", auth.Operator)
	v := h.visitor(t)
	v.signIn(bob.Email)
	hash := hashOf(v.token())
	if a := v.get("/map"); a.StatusCode != http.StatusOK {
		t.Fatalf("as operator: %d", a.StatusCode)
	}
	edit := auth.Edit{Name: bob.Name, Email: bob.Email, Role: auth.Viewer, Version: bob.Version}
	if err := h.auth.Edit(t.Context(), audit.System, bob.ID, edit); err != nil {
		t.Fatal(err)
	}
	if a := v.post("/map", nil); a.StatusCode != http.StatusForbidden {
		t.Errorf("demoted: %d", a.StatusCode)
	}
	if h.manager.StillValid(t.Context(), hash, auth.Operator) || !h.manager.StillValid(t.Context(), hash) {
		t.Error("a stream of operators must end, one for everybody go on")
	}
	if err := h.auth.Disable(t.Context(), audit.System, bob.ID); err != nil {
		t.Fatal(err)
	}
	if a := v.get("/"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("disabled: %d", a.StatusCode)
	}
	if h.manager.StillValid(t.Context(), hash) {
		t.Error("the stream of a disabled user goes on")
	}
}

func TestWithoutASessionOrARole(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	h.user(t, "viewer@reseller.example", auth.Viewer)
	stranger := h.visitor(t)
	if a := stranger.get("/map?q=1"); a.StatusCode != http.StatusSeeOther ||
		a.Header.Get("Location") != "/login?next=%2Fmap%3Fq%3D1" {
		t.Errorf("GET: %d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := stranger.post("/map", nil); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("POST: %d", a.StatusCode)
	}
	v := h.visitor(t)
	v.signIn("viewer@reseller.example")
	a := v.post("/map", nil)
	if a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "Operator") ||
		a.page.Find("nav").Length() == 0 {
		t.Errorf("without the role: %d", a.StatusCode)
	}
	if n := h.count(t, `SELECT count(*) FROM audit_events WHERE action = 'access.denied' AND object_id = 'POST /map'
		AND actor = 'Bob Example'`); n != 1 {
		t.Errorf("%d rows about it in the trail", n)
	}
	if a := v.get("/nowhere"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown page: %d", a.StatusCode)
	}
}

func TestAStreamCanBeFlushedThroughTheSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	v := h.visitor(t)
	v.signIn("ada@reseller.example")
	if a := v.get("/events"); a.StatusCode != http.StatusOK || a.body != "first\n" {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
}
