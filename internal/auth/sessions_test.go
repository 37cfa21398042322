package auth

import (
	"testing"
	"time"

	"seatledger/internal/audit"
)

func TestASessionEndsWhenIdleAndAtTheLatestAfterAWeek(t *testing.T) {
	t.Parallel()
	s, clk, _ := newService(t)
	ada := mustAdmin(t, s)
	store := Sessions{DB: s.DB, Clock: clk}
	mustSession(t, s, ada, "idle", "192.0.2.1")
	mustSession(t, s, ada, "used", "192.0.2.1")
	begun := clk.Now()
	alive := func(hash string) bool {
		t.Helper()
		_, found, err := store.FindCtx(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	for clk.Now().Sub(begun) < AbsoluteLimit-time.Hour {
		clk.Advance(IdleLimit - time.Hour)
		if clk.Now().Sub(begun) < AbsoluteLimit && !alive("used") {
			t.Fatalf("a session in use ended after %v", clk.Now().Sub(begun))
		}
	}
	if alive("idle") {
		t.Error("an idle session is alive")
	}
	clk.Set(begun.Add(AbsoluteLimit))
	if alive("used") {
		t.Errorf("a session outlived %v", AbsoluteLimit)
	}
}

func TestASessionEndedDuringARequestStaysEnded(t *testing.T) {
	t.Parallel()
	s, clk, _ := newService(t)
	ada := mustAdmin(t, s)
	store := Sessions{DB: s.DB, Clock: clk}
	mustSession(t, s, ada, "h", "192.0.2.1")
	ctx := WithVisit(t.Context(), &Visit{User: ada.ID})
	if _, found, err := store.FindCtx(ctx, "h"); !found || err != nil {
		t.Fatal(found, err)
	}
	if _, err := s.EndSessions(t.Context(), audit.System, ada.ID, ""); err != nil {
		t.Fatal(err)
	}
	if err := store.CommitCtx(ctx, "h", []byte("late"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, "SELECT count(*) FROM sessions"); n != 0 {
		t.Error("the request that was under way brought the session back")
	}
}

func TestAnOpenStreamDoesNotKeepASessionAlive(t *testing.T) {
	t.Parallel()
	s, clk, _ := newService(t)
	ada := mustAdmin(t, s)
	store := Sessions{DB: s.DB, Clock: clk}
	mustSession(t, s, ada, "h", "192.0.2.1")
	for range 13 {
		clk.Advance(time.Hour)
		_, _, _ = store.Holder(t.Context(), "h")
	}
	if _, ok, _ := store.Holder(t.Context(), "h"); ok {
		t.Error("asking who holds a session kept it alive")
	}
}

func TestAPersonEndsOnlyTheirOwnSessions(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	bob := mustUser(t, s, "bob@reseller.example", Viewer)
	mustSession(t, s, ada, "adas", "192.0.2.1")
	if err := s.EndSession(t.Context(), bob.Actor(), bob, "adas"); err == nil {
		t.Error("bob ended ada's session")
	}
	if err := s.EndSession(t.Context(), ada.Actor(), ada, "adas"); err != nil {
		t.Error(err)
	}
}

func TestTheSweepTakesOnlyWhatHasEnded(t *testing.T) {
	t.Parallel()
	s, clk, _ := newService(t)
	ada := mustAdmin(t, s)
	_ = signIn(t, s, ada.Email, "wrong password", "192.0.2.1")
	mustSession(t, s, ada, "old", "192.0.2.1")
	clk.Advance(IdleLimit + time.Minute)
	mustSession(t, s, ada, "new", "192.0.2.1")
	_ = signIn(t, s, ada.Email, "wrong password", "192.0.2.1")
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, f := count(t, s, "SELECT count(*) FROM sessions"),
		count(t, s, "SELECT count(*) FROM sign_in_failures"); n != 1 || f != 1 {
		t.Errorf("%d sessions and %d failures left, want 1 and 1", n, f)
	}
}

func TestAUserAgentOfAnyBytesIsStored(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	ctx := WithVisit(t.Context(), &Visit{User: ada.ID, UserAgent: "bad \x00 \xff bytes"})
	if err := (Sessions{DB: s.DB, Clock: s.Clock}).CommitCtx(ctx, "h", []byte("data"), time.Time{}); err != nil {
		t.Error(err)
	}
}
