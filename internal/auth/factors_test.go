package auth

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
)

// withSealer is a service that can keep what authenticator apps make their codes of, and does not really wait.
func withSealer(t *testing.T) (Service, *clock.Fake) {
	t.Helper()
	s, clk, db := newService(t)
	key := filepath.Join(t.TempDir(), "master.key")
	if _, err := secret.CreateFile(key); err != nil {
		t.Fatal(err)
	}
	sealer, err := secret.Load(t.Context(), db.DB, secret.Options{Path: key, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	s.Sealer, s.BaseURL = sealer, "https://seats.reseller.example"
	s.Pause = func(context.Context, time.Duration) error { return nil }
	return s, clk
}

// app is a telephone with an authenticator app.
type app struct {
	t      *testing.T
	clk    *clock.Fake
	secret string
}

func (a app) code() string {
	a.t.Helper()
	code, err := totp.GenerateCode(a.secret, a.clk.Now())
	if err != nil {
		a.t.Fatal(err)
	}
	return code
}

// withApp sets an app up for somebody. The code that did it is used up; the clock stands at the next one.
func withApp(t *testing.T, s Service, clk *clock.Fake, u User) (app, []string) {
	t.Helper()
	if err := s.BeginTOTP(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	begun, err := s.BegunTOTP(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	a := app{t, clk, begun.Secret}
	codes, err := s.ConfirmTOTP(t.Context(), u, a.code(), "")
	if err != nil {
		t.Fatal(err)
	}
	clk.Advance(codePeriod)
	return a, codes
}

func (s Service) halfway(t *testing.T, u User, address string) string {
	t.Helper()
	e, err := s.SignIn(t.Context(), Attempt{Email: u.Email, Password: goodPassword, Address: address})
	if err != nil || e.Step == "" {
		t.Fatalf("the first step: %+v, %v", e, err)
	}
	return e.Step
}

func TestACodeOfAnAppIsAskedAfterThePasswordAndCountsOnce(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	first := app{t, clk, ""}
	if err := s.BeginTOTP(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	begun, err := s.BegunTOTP(t.Context(), ada)
	if err != nil || len(begun.Picture) == 0 || !strings.Contains(begun.Address, "issuer=Seatledger") {
		t.Fatalf("%+v, %v", begun, err)
	}
	// Until it is confirmed a password is enough.
	if e, err := s.SignIn(t.Context(), Attempt{Email: ada.Email, Password: goodPassword}); err != nil ||
		e.Step != "" {
		t.Fatalf("%+v, %v", e, err)
	}
	first.secret = begun.Secret
	setUp := first.code()
	codes, err := s.ConfirmTOTP(t.Context(), ada, setUp, "")
	if err != nil || len(codes) != recoveryCodes {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	// The code that set it up is used.
	step := s.halfway(t, ada, "192.0.2.1")
	if _, err := s.Complete(t.Context(), Second{Step: step, Code: setUp}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("the code of the set-up: %v", err)
	}
	clk.Advance(codePeriod)
	code := first.code()
	e, err := s.Complete(t.Context(), Second{Step: step, Code: code[:3] + " " + code[3:]})
	if err != nil || e.Step != "" || !e.Strong || e.User.ID != ada.ID {
		t.Fatalf("%+v, %v", e, err)
	}
	if _, err := s.Complete(t.Context(), Second{Step: step, Code: code}); !errors.Is(err, ErrStepOver) {
		t.Errorf("a step twice: %v", err)
	}
	step = s.halfway(t, ada, "192.0.2.1")
	if _, err := s.Complete(t.Context(), Second{Step: step, Code: code}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a code twice: %v", err)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events WHERE action = 'second_factor.refused'`); n != 2 {
		t.Errorf("%d refusals in the trail", n)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events WHERE action = 'sign_in.succeeded'
		AND after->>'factor' = 'app'`); n != 1 {
		t.Errorf("%d complete ones in the trail", n)
	}
	if n := count(t, s, `SELECT count(*) FROM totp_factors WHERE encode(sealed, 'escape') LIKE ?`,
		"%"+begun.Secret+"%"); n != 0 {
		t.Error("the secret stands in the clear")
	}
}

func TestATelephoneMayBeOneStepOff(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	phone, _ := withApp(t, s, clk, ada)
	for _, c := range []struct {
		off  time.Duration
		good bool
	}{{-2 * codePeriod, false}, {2 * codePeriod, false}, {codePeriod, true}} {
		// Long after the last code, so that only the skew decides.
		clk.Advance(window + time.Minute)
		code, err := totp.GenerateCode(phone.secret, clk.Now().Add(c.off))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Complete(t.Context(), Second{Step: s.halfway(t, ada, "192.0.2.1"), Code: code,
			Address: "192.0.2.1"})
		if (err == nil) != c.good {
			t.Errorf("%s off: %v", c.off, err)
		}
	}
	// What is older than a code that was taken counts no more, skew or not.
	clk.Advance(-codePeriod)
	_, err := s.Complete(t.Context(), Second{Step: s.halfway(t, ada, "198.51.100.1"), Code: phone.code()})
	if errs.KindOf(err) != errs.Invalid {
		t.Errorf("an older code: %v", err)
	}
}

func TestOfManyWithOneCodeOneGetsIn(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	phone, codes := withApp(t, s, clk, ada)
	for kind, code := range map[string]func() string{"recovery code": func() string { return codes[3] },
		"code of the app": phone.code} {
		shown := code()
		var steps []string
		for range 4 {
			steps = append(steps, s.halfway(t, ada, ""))
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		in := 0
		for _, step := range steps {
			wg.Go(func() {
				if _, err := s.Complete(t.Context(), Second{Step: step, Code: shown}); err == nil {
					mu.Lock()
					in++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("%d got in with one %s", in, kind)
		}
		clk.Advance(window + time.Minute)
	}
}

func TestRecoveryCodesAreHashedSingleUseAndRenewable(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada, bob := mustAdmin(t, s), mustUser(t, s, "bob@reseller.example", Viewer)
	_, codes := withApp(t, s, clk, ada)
	withApp(t, s, clk, bob)
	typed := strings.ToLower(strings.ReplaceAll(codes[0], "-", " "))
	if _, err := s.Complete(t.Context(), Second{Step: s.halfway(t, bob, "192.0.2.7"), Code: typed}); err == nil {
		t.Error("a code of somebody else opens")
	}
	if _, err := s.Complete(t.Context(), Second{Step: s.halfway(t, ada, "192.0.2.1"), Code: typed}); err != nil {
		t.Errorf("a code as people type it: %v", err)
	}
	if _, err := s.Complete(t.Context(), Second{Step: s.halfway(t, ada, "192.0.2.1"), Code: typed}); err == nil {
		t.Error("a code opens twice")
	}
	f, err := s.FactorsOf(t.Context(), ada.ID)
	if err != nil || f.Recovery != recoveryCodes-1 || f.App == nil {
		t.Errorf("%+v, %v", f, err)
	}
	if n := count(t, s, `SELECT count(*) FROM recovery_codes WHERE position(convert_to(?, 'UTF8') IN hash) > 0`,
		codes[1]); n != 0 {
		t.Error("a code stands in the clear")
	}
	fresh, err := s.RenewRecovery(t.Context(), ada)
	if err != nil || len(fresh) != recoveryCodes {
		t.Fatal(err)
	}
	if _, err := s.Complete(t.Context(), Second{Step: s.halfway(t, ada, "192.0.2.1"), Code: codes[1]}); err == nil {
		t.Error("an old code opens after the renewal")
	}
	if len(strings.ReplaceAll(fresh[0], "-", "")) != 24 {
		t.Errorf("a code has %q", fresh[0])
	}
}

// Who knows the password gets no more guesses at codes by typing it again and again.
func TestCodesAreTriedUnderTheLimitsOfPasswords(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	phone, _ := withApp(t, s, clk, ada)
	checked := 0
	for range 40 {
		e, err := s.SignIn(t.Context(), Attempt{Email: ada.Email, Password: goodPassword, Address: "192.0.2.66"})
		if isTooMany(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Complete(t.Context(), Second{Step: e.Step, Code: "000000", Address: "192.0.2.66"})
		if errs.KindOf(err) == errs.Invalid {
			checked++
		}
	}
	if checked > freeForPair {
		t.Errorf("%d codes were checked", checked)
	}
	// One step has five tries, from wherever.
	step := s.halfway(t, ada, "198.51.100.1")
	for i := range stepTries {
		_, err := s.Complete(t.Context(), Second{Step: step, Code: "000000", Address: "203.0.113.1"})
		if i < 4 && errs.KindOf(err) != errs.Invalid {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if _, err := s.Complete(t.Context(), Second{Step: step, Code: phone.code(),
		Address: "198.51.100.9"}); !errors.Is(err,
		ErrStepOver) {
		t.Errorf("the sixth try: %v", err)
	}
	// The owner is not locked out for it.
	if _, err := s.Complete(t.Context(), Second{Step: s.halfway(t, ada, "198.51.100.200"), Code: phone.code(),
		Address: "198.51.100.200"}); err != nil {
		t.Errorf("the owner: %v", err)
	}
}

func TestTheSecondStepEndsWithTimePasswordAndAccess(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	mustAdmin(t, s)
	bob := mustUser(t, s, "bob@reseller.example", Viewer)
	phone, codes := withApp(t, s, clk, bob)
	slow := s.halfway(t, bob, "192.0.2.1")
	clk.Advance(stepLasts)
	if _, err := s.Complete(t.Context(), Second{Step: slow, Code: phone.code()}); !errors.Is(err, ErrStepOver) {
		t.Errorf("too late: %v", err)
	}
	stolen := s.halfway(t, bob, "192.0.2.1")
	if err := s.ResetPassword(t.Context(), audit.System, bob.ID, "another plain sentence"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Complete(t.Context(), Second{Step: stolen, Code: phone.code()}); !errors.Is(err, ErrStepOver) {
		t.Errorf("after the password was changed: %v", err)
	}
	e, err := s.SignIn(t.Context(), Attempt{Email: bob.Email, Password: "another plain sentence"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Disable(t.Context(), audit.System, bob.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Complete(t.Context(), Second{Step: e.Step, Code: codes[0]}); !errors.Is(err, ErrStepOver) {
		t.Errorf("after they were disabled: %v", err)
	}
	if _, err := s.Enter(t.Context(), Proof{User: bob, By: ByProvider,
		Strong: true}); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("whoever vouches for them: %v", err)
	}
}

// Whoever vouches for somebody, their second factor is asked unless the proof held one.
func TestEveryWayInAsksForTheSecondFactor(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	withApp(t, s, clk, ada)
	e, err := s.Enter(t.Context(), Proof{User: ada, By: ByProvider})
	if err != nil || e.Step == "" {
		t.Errorf("%+v, %v", e, err)
	}
	e, err = s.Enter(t.Context(), Proof{User: ada, By: ByProvider, Strong: true})
	if err != nil || e.Step != "" {
		t.Errorf("strong: %+v, %v", e, err)
	}
}

func TestARoleThatNeedsAFactorGetsTimeAndThenLeadsThere(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	clk.Advance(30 * 24 * time.Hour)
	store := Sessions{DB: s.DB, Clock: clk}
	must := func() bool {
		t.Helper()
		v := &Visit{}
		if _, found, err := store.FindCtx(WithVisit(t.Context(), v), "ada"); err != nil || !found {
			t.Fatal(found, err)
		}
		return v.MustSetUp()
	}
	again := func() {
		t.Helper()
		if _, err := s.EndSessions(t.Context(), audit.System, ada.ID, ""); err != nil {
			t.Fatal(err)
		}
		mustSession(t, s, ada, "ada", "192.0.2.1")
	}
	again()
	if must() {
		t.Error("nobody asked for it")
	}
	if err := s.SaveRule(t.Context(), audit.System, RuleEdit{Roles: []Role{Admin}, GraceDays: 7}); err != nil {
		t.Fatal(err)
	}
	if must() {
		t.Error("without the time that was promised")
	}
	clk.Advance(4 * 24 * time.Hour)
	// Saving again gives no more time.
	if err := s.SaveRule(t.Context(), audit.System, RuleEdit{Roles: []Role{Admin, Billing}, GraceDays: 7,
		Version: 1}); err != nil {
		t.Fatal(err)
	}
	clk.Advance(3*24*time.Hour - time.Second)
	again()
	if must() {
		t.Error("a second too early")
	}
	clk.Advance(time.Second)
	if !must() {
		t.Error("the time is up")
	}
	rule, err := s.LoadRule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if due, required := rule.Due(ada); !required || !due.Equal(clk.Now()) {
		t.Errorf("due %s, %v", due, required)
	}
	// By now a password alone sets none up.
	if err := s.BeginTOTP(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	begun, err := s.BegunTOTP(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ConfirmTOTP(t.Context(), ada, app{t, clk, begun.Secret}.code(), "ada"); errs.KindOf(err) !=
		errs.Forbidden {
		t.Errorf("with the password alone: %v", err)
	}
	if err := s.ClearFactors(t.Context(), audit.System, ada.ID); err != nil {
		t.Fatal(err)
	}
	withApp(t, s, clk, ada)
	again()
	if must() {
		t.Error("with a factor")
	}
	if err := s.SaveRule(t.Context(), audit.System, RuleEdit{GraceDays: 91,
		Version: 2}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("91 days: %v", err)
	}
}

func TestFactorsAreTakenOffByTheVerb(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	_, codes := withApp(t, s, clk, ada)
	mustSession(t, s, ada, "ada", "192.0.2.1")
	var out strings.Builder
	if err := RunUser(t.Context(), []string{"clear-factors", "--email", ada.Email}, Tool{Service: s,
		Out: &out}); err != nil {
		t.Fatal(err)
	}
	f, err := s.FactorsOf(t.Context(), ada.ID)
	if err != nil || f.Any() || f.Recovery != 0 {
		t.Errorf("%+v, %v, %s", f, err, codes[0])
	}
	if n := count(t, s, `SELECT count(*) FROM sessions`); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events WHERE action = 'second_factor.cleared'
		AND actor = 'Command line' AND before->>'totp_factors' = '1'`); n != 1 {
		t.Errorf("%d rows in the trail", n)
	}
}

func TestProvingOnceMoreAsksForAllThatSignInAsks(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	shown, err := s.Prove(t.Context(), ada, Reproof{Password: goodPassword})
	if err != nil || shown.Strong || !s.Recent(shown) {
		t.Fatalf("%+v, %v", shown, err)
	}
	clk.Advance(ProofLasts)
	if s.Recent(shown) || s.Recent(Shown{}) {
		t.Error("it lasts")
	}
	phone, _ := withApp(t, s, clk, ada)
	if _, err := s.Prove(t.Context(), ada, Reproof{Password: goodPassword}); errs.FieldsOf(err)["code"] == "" {
		t.Errorf("without a code: %v", err)
	}
	if _, err := s.Prove(t.Context(), ada, Reproof{Password: "x",
		Code: phone.code()}); errs.FieldsOf(err)["proof_password"] == "" {
		t.Errorf("with a wrong password: %v", err)
	}
	if shown, err := s.Prove(t.Context(), ada, Reproof{Password: goodPassword, Code: phone.code()}); err != nil ||
		!shown.Strong {
		t.Errorf("with both: %+v, %v", shown, err)
	}
	for range 2 * freeForPair {
		_, err = s.Prove(t.Context(), ada, Reproof{Password: "x"})
	}
	if !isTooMany(err) {
		t.Errorf("a stolen session guesses on: %v", err)
	}
}

func TestPasskeysNeedHTTPSAndAName(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://seats.reseller.example":      "https://seats.reseller.example",
		"https://Seats.Reseller.example:8443": "https://seats.reseller.example:8443",
		"http://127.0.0.1:8080":               "http://localhost:8080",
		"http://localhost:8080":               "http://localhost:8080",
		"http://[::1]:9":                      "http://localhost:9",
		"http://seats.reseller.example":       "", "https://192.0.2.1": "", "": "",
	} {
		at, ok := Service{BaseURL: base}.PasskeysAt()
		if ok != (want != "") || ok && at.String() != want {
			t.Errorf("%s: %v, %v", base, at, ok)
		}
	}
}

// A stranger can ask for so many passkeys from one place, and answers of others are worth nothing.
func TestPasskeyQuestionsAreBoundAndCounted(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	mustAdmin(t, s)
	for range challengesPlace {
		if _, err := s.AskAnybody(t.Context(), "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AskAnybody(t.Context(), "192.0.2.200"); !isTooMany(err) {
		t.Errorf("from the same place: %v", err)
	}
	if _, err := s.AskAnybody(t.Context(), "198.51.100.1"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	for _, answer := range []string{"", "{}", "null", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
		if _, err := s.EnterByPasskey(t.Context(), answer, "203.0.113.5"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", answer, err)
		}
		clk.Advance(window)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, `SELECT count(*) FROM passkey_challenges`); n != 0 {
		t.Errorf("%d questions are kept for ever", n)
	}
}
