package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
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

func TestAnAttackerElsewhereDoesNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	mustSession(t, s, ada, "home", "192.0.2.1")
	for i := range freeForUser + 5 {
		_ = signIn(t, s, ada.Email, "wrong password", fmt.Sprintf("198.51.100.%d", i))
	}
	if err := signIn(t, s, ada.Email, goodPassword, "198.51.100.250"); !isTooMany(err) {
		t.Errorf("a fresh address of the attack got %v", err)
	}
	if err := signIn(t, s, ada.Email, goodPassword, "192.0.2.1"); err != nil {
		t.Errorf("the owner, from where they are signed in: %v", err)
	}
}

func TestOneAddressCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	mustAdmin(t, s)
	var refused bool
	for i := range freeForPlace + 1 {
		refused = isTooMany(signIn(t, s, fmt.Sprintf("user%d@reseller.example", i), "wrong password", "192.0.2.9"))
	}
	if !refused {
		t.Errorf("%d accounts could be tried from one address", freeForPlace+1)
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
		AND after->>'address' = '192.0.2.1'`); n != 2 {
		t.Errorf("%d bad ones in the trail", n)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events e WHERE e::text LIKE '%my-secret-password%'`); n != 0 {
		t.Error("a password typed into the wrong field is in the trail")
	}
}
