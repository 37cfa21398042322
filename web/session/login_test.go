package session

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

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

// Seen: 60 accounts tried from one /64 without a refusal; 104 wrong tries, then the owner with the right password was
// refused from an address of their own.
func TestStrangersUseUpTheirOwnPlaceAndNobodyElses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	v := h.visitor(t)
	refused := 0
	for i := range 60 {
		v.from = fmt.Sprintf("2001:db8:a::%x", i+1)
		a := v.post(LoginPath, url.Values{"email": {fmt.Sprintf("user%d@reseller.example", i)}, "password": {"x"}})
		if a.StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 30 {
		t.Errorf("%d of 60 accounts were refused", refused)
	}
	for i := range 104 {
		v.from = fmt.Sprintf("2001:db8:b::%x", i+1)
		v.post(LoginPath, url.Values{"email": {"ada@reseller.example"}, "password": {"wrong one"}})
	}
	owner := h.visitor(t)
	owner.from = "2001:db8:c::1"
	h.slowed.Store(0)
	owner.signIn("ada@reseller.example")
	if d := time.Duration(h.slowed.Load()); d > 5*time.Second {
		t.Errorf("the owner waited %v", d)
	}
}

// Each row says from where and in which session; the name of the session opens nothing.
func TestTheTrailSaysFromWhereAndInWhichSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	h.user(t, "viewer@reseller.example", auth.Viewer)
	v := h.visitor(t)
	v.from = "203.0.113.4"
	v.signIn("viewer@reseller.example")
	var session string
	if err := h.db.Read(t.Context()).Raw(`SELECT id FROM sessions`).Scan(&session).Error; err != nil {
		t.Fatal(err)
	}
	if a := h.withToken(t, session).get("/"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the name of the session opens it: %d", a.StatusCode)
	}
	v.post("/map", nil)
	v.post(LogoutPath, nil)
	for _, action := range []string{"sign_in.succeeded", "access.denied", "sign_out"} {
		if n := h.count(t, `SELECT count(*) FROM audit_events WHERE action = ? AND address = '203.0.113.4'
			AND session_id = ? AND actor = 'Bob Example'`, action, session); n != 1 {
			t.Errorf("%s: %d rows", action, n)
		}
	}
	for range 3 {
		v.post("/map", nil)
	}
	if n := h.count(t, `SELECT count(*) FROM audit_events WHERE action = 'access.refused'
		AND object_id = '203.0.113.0/24' AND session_id IS NULL`); n != 1 {
		t.Errorf("%d rows of one minute about writes without a session", n)
	}
}
