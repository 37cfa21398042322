package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

func signIn(t *testing.T, s Service, email, password, address string) error {
	t.Helper()
	_, err := s.SignIn(t.Context(), Attempt{Email: email, Password: password, Address: address})
	return err
}

func isTooMany(err error) bool {
	var many *TooMany
	return errors.As(err, &many)
}

func TestEveryWrongPairGetsOneAnswer(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	off := mustUser(t, s, "off@reseller.example", Viewer)
	if err := s.Disable(t.Context(), audit.System, off.ID); err != nil {
		t.Fatal(err)
	}
	answers := []error{
		signIn(t, s, ada.Email, "wrong password", "192.0.2.1"),
		signIn(t, s, "nobody@reseller.example", goodPassword, "192.0.2.2"),
		signIn(t, s, off.Email, goodPassword, "192.0.2.3"),
		signIn(t, s, "", "", "192.0.2.4"),
	}
	for i, err := range answers {
		if errs.KindOf(err) != errs.Invalid || err.Error() != answers[0].Error() {
			t.Errorf("answer %d: %v", i, err)
		}
	}
	if err := signIn(t, s, " ADA@reseller.example", goodPassword, "192.0.2.5"); err != nil {
		t.Errorf("the right pair: %v", err)
	}
}

// The time of a sign-in is that of its hash: as many for nobody as for somebody, at the same cost.
func TestAnUnknownUserCostsTheSameWork(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	var work []Cost
	key := s.Hasher.key
	s.Hasher.key = func(password, salt []byte, passes, memory uint32, lanes uint8, bytes uint32) []byte {
		work = append(work, Cost{MemoryKiB: memory, Passes: passes, Lanes: lanes})
		return key(password, salt, passes, memory, lanes, bytes)
	}
	tooLong := strings.Repeat("a", 5*MaxPassword)
	for _, try := range []struct{ email, password string }{{ada.Email, "wrong password"}, {ada.Email, tooLong},
		{"nobody@reseller.example", "wrong password"}, {"nobody@reseller.example", tooLong}} {
		work = nil
		if err := signIn(t, s, try.email, try.password, "192.0.2.1"); err == nil {
			t.Errorf("%s came in", try.email)
		}
		if !slices.Equal(work, []Cost{cheap()}) {
			t.Errorf("a try of %s with %d characters took the hashes %v: the time tells who there is", try.email,
				len(try.password), work)
		}
	}
}

func TestAStrongerCostIsTakenUpAtSignIn(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	s.Hasher = NewHasher(Cost{MemoryKiB: 128, Passes: 1, Lanes: 1})
	for range 2 {
		if err := signIn(t, s, ada.Email, goodPassword, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, s, `SELECT count(*) FROM users WHERE password_hash LIKE '%m=128,%'`); n != 1 {
		t.Error("the hash was not renewed")
	}
}

func TestGuessingIsSlowedAndWaitingHelps(t *testing.T) {
	t.Parallel()
	s, clk, _ := newService(t)
	ada := mustAdmin(t, s)
	for i := range freeForPair {
		if err := signIn(t, s, ada.Email, "wrong password", "192.0.2.1"); isTooMany(err) {
			t.Fatalf("try %d was refused already", i+1)
		}
	}
	if err := signIn(t, s, ada.Email, goodPassword, "192.0.2.1"); !isTooMany(err) {
		t.Fatalf("after %d wrong tries even the right one must wait: %v", freeForPair, err)
	}
	clk.Advance(longestWait)
	if err := signIn(t, s, ada.Email, goodPassword, "192.0.2.1"); err != nil {
		t.Errorf("after waiting: %v", err)
	}
	if n := count(t, s, "SELECT count(*) FROM sign_in_failures"); n != 0 {
		t.Errorf("%d failures stand after a good sign-in", n)
	}
}

// An attacker elsewhere slows the account by so much, and refuses its owner nothing.
func TestAnAttackerElsewhereOnlySlowsTheOwner(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	var slowed time.Duration
	s.Pause = func(_ context.Context, d time.Duration) error {
		slowed = d
		return nil
	}
	for i := range 200 {
		_ = signIn(t, s, ada.Email, "wrong password", fmt.Sprintf("198.51.%d.7", i))
	}
	if slowed != longestSlow {
		t.Errorf("the last try waited %v", slowed)
	}
	slowed = 0
	if err := signIn(t, s, ada.Email, goodPassword, "203.0.113.5"); err != nil || slowed > 5*time.Second {
		t.Errorf("the owner from an address never seen: %v after %v", err, slowed)
	}
	mustSession(t, s, ada, "home", "192.0.2.1")
	slowed = 0
	if err := signIn(t, s, ada.Email, goodPassword, "192.0.2.1"); err != nil || slowed != 0 {
		t.Errorf("the owner, from where they are signed in: %v after %v", err, slowed)
	}
}

// Seen: 104 wrong tries out of one /64, then the owner with the right password was refused.
func TestManyTriesOfOnePlaceUseUpThatPlaceAlone(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(i int) string{
		"a /64":               func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i+1) },
		"a /24":               func(i int) string { return fmt.Sprintf("198.51.100.%d", i+1) },
		"a /24 written as v6": func(i int) string { return fmt.Sprintf("::ffff:198.51.100.%d", i+1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, clk, _ := newService(t)
			ada := mustAdmin(t, s)
			var slowed time.Duration
			s.Pause = func(_ context.Context, d time.Duration) error {
				slowed = d
				return nil
			}
			checked := 0
			for i := range 104 {
				clk.Advance(time.Second)
				if !isTooMany(signIn(t, s, ada.Email, "wrong password", address(i))) {
					checked++
				}
			}
			if checked > freeForPlace+8 {
				t.Errorf("%d of 104 guesses were checked", checked)
			}
			for _, fresh := range []string{"2001:db8:1:3::1", "203.0.113.9"} {
				slowed = 0
				if err := signIn(t, s, ada.Email, goodPassword, fresh); err != nil || slowed > longestSlow {
					t.Errorf("the owner from %s: %v after %v", fresh, err, slowed)
				}
			}
			if err := signIn(t, s, ada.Email, goodPassword, address(200)); !isTooMany(err) {
				t.Errorf("a fresh address of the place: %v", err)
			}
		})
	}
}

func TestOnePlaceCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	s, clk, _ := newService(t)
	mustAdmin(t, s)
	refused := 0
	for i := range 60 {
		if isTooMany(signIn(t, s, fmt.Sprintf("user%d@reseller.example", i), "wrong password",
			fmt.Sprintf("2001:db8::%x", i+1))) {
			refused++
		}
	}
	if refused != 60-freeForPlace {
		t.Errorf("%d of 60 accounts were refused", refused)
	}
	throttled := func() int {
		return count(t, s, `SELECT coalesce(sum((after->>'times')::int), 0) FROM audit_events
			WHERE action = 'sign_in.throttled' AND object_id = '2001:db8::/64' AND address LIKE '2001:db8::%'`)
	}
	if n := throttled(); n != 1 {
		t.Errorf("the trail counts %d at first, want the first alone", n)
	}
	clk.Advance(2 * time.Minute)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := count(t, s, `SELECT count(*) FROM audit_events WHERE action = 'sign_in.throttled'`)
	if n := throttled(); n != refused || rows != 2 {
		t.Errorf("the trail counts %d in %d rows, want %d in 2", n, rows, refused)
	}
}

// Two processes on one database share the limits.
func TestTwoProcessesShareTheLimits(t *testing.T) {
	t.Parallel()
	s, clk, db := newService(t)
	mustAdmin(t, s)
	second, err := postgres.Open(t.Context(), db.AppConfig(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Close)
	other := Service{DB: second, Clock: clk, Hasher: NewHasher(cheap())}
	checked := 0
	for i := range 2 * freeForPlace {
		by := []Service{s, other}[i%2]
		if !isTooMany(signIn(t, by, fmt.Sprintf("user%d@reseller.example", i), "x", "192.0.2.9")) {
			checked++
		}
	}
	if checked != freeForPlace {
		t.Errorf("%d were checked by both together, want %d", checked, freeForPlace)
	}
}

func TestManyTriesAtOnceGetNoMoreGuesses(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	var mu sync.Mutex
	var wg sync.WaitGroup
	guesses := 0
	for range 4 * freeForPair {
		wg.Go(func() {
			err := signIn(t, s, ada.Email, "wrong password", "192.0.2.1")
			mu.Lock()
			defer mu.Unlock()
			if !isTooMany(err) {
				guesses++
			}
		})
	}
	wg.Wait()
	if guesses != freeForPair {
		t.Errorf("%d guesses were checked, want %d", guesses, freeForPair)
	}
}

func TestSignInsAreInTheTrail(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	_ = signIn(t, s, ada.Email, goodPassword, "192.0.2.1")
	_ = signIn(t, s, ada.Email, "wrong password", "192.0.2.1")
	_ = signIn(t, s, "my-secret-password", "oops", "192.0.2.1")
	if n := count(t, s, `SELECT count(*) FROM audit_events WHERE action = 'sign_in.succeeded' AND actor_id = ?`,
		ada.ID); n != 1 {
		t.Errorf("%d good ones in the trail", n)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events WHERE action = 'sign_in.refused'
		AND address = '192.0.2.1'`); n != 2 {
		t.Errorf("%d bad ones in the trail", n)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events e WHERE e::text LIKE '%my-secret-password%'`); n != 0 {
		t.Error("a password typed into the wrong field is in the trail")
	}
}
