package session

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
)

// app sets an authenticator app up for somebody, and gives what shows its codes. Each asked code is a fresh one.
func (h house) app(t *testing.T, u auth.User) (code func() string, recovery []string) {
	t.Helper()
	if err := h.auth.BeginTOTP(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	begun, err := h.auth.BegunTOTP(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	code = func() string {
		h.clock.Advance(30 * time.Second)
		c, err := totp.GenerateCode(begun.Secret, h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	recovery, err = h.auth.ConfirmTOTP(t.Context(), u, code(), "")
	if err != nil {
		t.Fatal(err)
	}
	return code, recovery
}

func (v visitor) cookie(suffix string) string {
	u, _ := url.Parse(v.h.URL)
	for _, k := range v.Jar.Cookies(u) {
		if strings.HasSuffix(k.Name, suffix) {
			return k.Value
		}
	}
	return ""
}

// The half-way state is no session: it opens the page of the second step and nothing else, and ends with it.
func TestTheSecondStepCannotBeSkipped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	code, _ := h.app(t, h.admin(t))
	v := h.visitor(t)
	planted := v.token()
	a := v.post(LoginPath+"?next=/map", url.Values{"email": {"ada@reseller.example"}, "password": {goodPassword}})
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login/code?next=%2Fmap" {
		t.Fatalf("%d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	if v.token() != planted || h.count(t, `SELECT count(*) FROM sessions WHERE user_id IS NOT NULL`) != 0 {
		t.Error("the first step began a session")
	}
	for _, path := range []string{"/", "/map", "/prove", "/events"} {
		if a := v.get(path); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"),
			"/login") ||
			strings.HasPrefix(a.Header.Get("Location"), CodePath) {
			t.Errorf("%s half way: %d to %s", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	if a := v.post("/map", url.Values{}); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a form half way: %d", a.StatusCode)
	}
	// The step's token is no session token, nor the other way round.
	forged := h.withToken(t, v.cookie("-step"))
	if a := forged.get("/"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the step's token as a session: %d", a.StatusCode)
	}
	page := v.get("/login/code?next=/map")
	if page.StatusCode != http.StatusOK ||
		page.page.Find(`input[name="code"][autocomplete="one-time-code"]`).Length() != 1 {
		t.Fatalf("the page of the step: %d", page.StatusCode)
	}
	if a := v.post(CodePath, url.Values{"code": {"12 34 56"},
		"next": {"/map"}}); a.StatusCode != http.StatusUnprocessableEntity ||
		a.page.Find(`a[href="#f-code"]`).Length() != 1 {
		t.Errorf("a wrong code: %d", a.StatusCode)
	}
	a = v.post(CodePath, url.Values{"code": {code()}, "next": {"//evil.example"}})
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/" || v.token() == planted ||
		v.cookie("-step") != "" {
		t.Errorf("%d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := v.get("/"); a.StatusCode != http.StatusOK {
		t.Errorf("inside: %d", a.StatusCode)
	}
}

func TestWithoutAFirstStepThereIsNoSecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	code, _ := h.app(t, h.admin(t))
	v := h.visitor(t)
	if a := v.get(CodePath); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != LoginPath {
		t.Errorf("%d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := v.post(CodePath, url.Values{"code": {code()}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a right code of nobody: %d", a.StatusCode)
	}
	if a := v.get("/"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("then inside: %d", a.StatusCode)
	}
}

func TestWhatIsDearAsksWhoIsThereAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	v := h.visitor(t)
	v.signIn("ada@reseller.example")
	typed := url.Values{"name": {"North & Söhne"}, "note": {"two\r\nlines"},
		"secret_password": {" s3cret of a provider "}}
	want := "North & Söhne|two\nlines| s3cret of a provider "
	if a := v.post("/dear?x=1", typed); a.StatusCode != http.StatusOK || a.body != want {
		t.Fatalf("right after signing in: %d %q", a.StatusCode, a.body)
	}
	h.clock.Advance(auth.ProofLasts)
	a := v.post("/dear?x=1", typed)
	form := a.page.Find(`form[action="/dear?x=1"]`)
	if a.StatusCode != http.StatusUnauthorized || form.Length() != 1 || strings.Contains(a.body, "s3cret") {
		t.Fatalf("an hour later: %d", a.StatusCode)
	}
	if n := h.count(t, `SELECT count(*) FROM held_forms WHERE encode(sealed, 'escape') LIKE '%s3cret%'`); n != 0 {
		t.Error("what was typed stands in the clear")
	}
	held, _ := form.Find(`input[name="proof_form"]`).Attr("value")
	wrong := v.post("/dear?x=1", url.Values{"proof_form": {held}, "proof_password": {"no"}})
	if wrong.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password: %d", wrong.StatusCode)
	}
	before := v.token()
	a = v.post("/dear?x=1", url.Values{"proof_form": {held}, "proof_password": {goodPassword}})
	if a.StatusCode != http.StatusOK || a.body != want || v.token() == before {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
	if a := v.post("/dear?x=1", url.Values{"proof_form": {held},
		"proof_password": {goodPassword}}); a.StatusCode != http.StatusConflict {
		t.Errorf("the same form again: %d", a.StatusCode)
	}
	if a := v.post("/dear", typed); a.StatusCode != http.StatusOK {
		t.Errorf("proved a moment ago: %d", a.StatusCode)
	}
	if a := h.withToken(t, before).get("/"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the token from before: %d", a.StatusCode)
	}
}

// A held form goes to the address and the session that it was held for, and nowhere else.
func TestAHeldFormStaysWithItsSessionAndAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	bob := h.user(t, "bob@reseller.example", auth.Operator)
	ada, other := h.visitor(t), h.visitor(t)
	ada.signIn("ada@reseller.example")
	other.signIn(bob.Email)
	h.clock.Advance(auth.ProofLasts)
	a := ada.post("/dear", url.Values{"name": {"Ada's"}})
	held, _ := a.page.Find(`input[name="proof_form"]`).Attr("value")
	proof := url.Values{"proof_form": {held}, "proof_password": {goodPassword}}
	if a := other.post("/dear", proof); a.StatusCode != http.StatusConflict || strings.Contains(a.body, "Ada's") {
		t.Errorf("in another session: %d", a.StatusCode)
	}
	if a := ada.post("/dear?y=2", proof); a.StatusCode != http.StatusConflict {
		t.Errorf("at another address: %d", a.StatusCode)
	}
	if a := ada.post("/dear", url.Values{"proof_form": {"x"},
		"proof_password": {goodPassword}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("under no name: %d", a.StatusCode)
	}
	h.clock.Advance(auth.ProofLasts)
	if a := ada.post("/dear", proof); a.StatusCode != http.StatusConflict {
		t.Errorf("after an hour: %d", a.StatusCode)
	}
}

func TestAPageThatIsDearLeadsBackToItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	code, recovery := h.app(t, h.admin(t))
	v := h.visitor(t)
	v.post(LoginPath, url.Values{"email": {"ada@reseller.example"}, "password": {goodPassword}})
	v.post(CodePath, url.Values{"code": {code()}})
	h.clock.Advance(auth.ProofLasts)
	a := v.get("/dear?q=a%20b")
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/prove?next=%2Fdear%3Fq%3Da%2520b" {
		t.Fatalf("%d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	page := v.get(a.Header.Get("Location"))
	next, _ := page.page.Find(`input[name="next"]`).Attr("value")
	if page.page.Find(`input[name="code"]`).Length() != 1 || next != "/dear?q=a%20b" {
		t.Fatalf("it leads to %q", next)
	}
	if a := v.post(ProvePath, url.Values{"proof_password": {goodPassword},
		"next": {next}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the password alone: %d", a.StatusCode)
	}
	a = v.post(ProvePath, url.Values{"proof_password": {goodPassword}, "code": {recovery[0]}, "next": {next}})
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != next {
		t.Errorf("%d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := v.get(next); a.StatusCode != http.StatusOK {
		t.Errorf("then: %d", a.StatusCode)
	}
}

// A password that was made and handed over opens nothing but the way to another one.
func TestAMadePasswordIsChangedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	h.admin(t)
	var out strings.Builder
	err := auth.RunUser(t.Context(), []string{"password", "--email", "ada@reseller.example", "--generate"},
		auth.Tool{Service: h.auth, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	_, made, _ := strings.Cut(strings.TrimSpace(out.String()), "Password: ")
	v := h.visitor(t)
	v.post(LoginPath, url.Values{"email": {"ada@reseller.example"}, "password": {made}})
	if a := v.get("/first"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/settings/profile" {
		t.Errorf("%d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := v.post("/first", url.Values{}); a.StatusCode != http.StatusForbidden {
		t.Errorf("a form: %d", a.StatusCode)
	}
	u, err := auth.ByEmail(t.Context(), h.db.Read(t.Context()), "ada@reseller.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.auth.ChangePassword(t.Context(), u, auth.NewPassword{Current: made, New: goodPassword,
		Keep: hashOf(v.token())}); err != nil {
		t.Fatal(err)
	}
	if a := v.get("/first"); a.StatusCode != http.StatusOK {
		t.Errorf("with a password of one's own: %d", a.StatusCode)
	}
}

// What an administrator takes away in one process is gone at the next request to another.
func TestWhatIsTakenAwayInOneProcessIsGoneInTheOther(t *testing.T) {
	t.Parallel()
	here := newHouse(t, Options{}, "")
	here.admin(t)
	bob := here.user(t, "bob@reseller.example", auth.Operator)
	there := here.another(t)
	v := there.visitor(t)
	v.signIn(bob.Email)
	if a := v.get("/map"); a.StatusCode != http.StatusOK {
		t.Fatalf("signed in: %d", a.StatusCode)
	}
	if err := here.auth.Disable(t.Context(), audit.System, bob.ID); err != nil {
		t.Fatal(err)
	}
	if a := v.get("/map"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("disabled elsewhere: %d", a.StatusCode)
	}
	if err := here.auth.Enable(t.Context(), audit.System, bob.ID); err != nil {
		t.Fatal(err)
	}
	v.signIn(bob.Email)
	open, err := (auth.Sessions{DB: here.db.DB, Clock: here.clock}).Of(t.Context(), bob.ID)
	if err != nil || len(open) != 1 {
		t.Fatal(len(open), err)
	}
	if err := here.auth.EndSession(t.Context(), audit.System, bob, open[0].Hash); err != nil {
		t.Fatal(err)
	}
	if a := v.post("/map", url.Values{}); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("signed out elsewhere: %d", a.StatusCode)
	}
}
