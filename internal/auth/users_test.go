package auth

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

func TestOfManyWhoWantToBeFirstOneBecomesAdmin(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	results := make([]error, 8)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			_, results[i] = s.FirstAdmin(t.Context(),
				NewUser{Name: "Ada", Email: strings.Repeat("a", i+1) + "@reseller.example", Password: goodPassword})
		})
	}
	wg.Wait()
	good := 0
	for _, err := range results {
		switch {
		case err == nil:
			good++
		case errs.KindOf(err) != errs.Conflict:
			t.Errorf("a late one got %v, want a conflict", err)
		}
	}
	if users := count(t, s, "SELECT count(*) FROM users WHERE role = 'admin'"); good != 1 || users != 1 {
		t.Errorf("%d succeeded, %d users; want 1 and 1", good, users)
	}
}

func TestARefusedUserGetsAMessagePerField(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	mustAdmin(t, s)
	_, err := s.Create(t.Context(), audit.System, NewUser{Email: "nobody", Role: "king", Password: "short"})
	for _, field := range []string{"name", "email", "role", "password"} {
		if errs.FieldsOf(err)[field] == "" {
			t.Errorf("no message at %s: %v", field, err)
		}
	}
	_, err = s.Create(t.Context(), audit.System,
		NewUser{Name: "Twin", Email: " ADA@reseller.EXAMPLE ", Role: Viewer, Password: goodPassword})
	if errs.FieldsOf(err)["email"] == "" {
		t.Errorf("a taken address gave %v", err)
	}
}

func TestTheLastActiveAdminStays(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	if err := s.Disable(t.Context(), audit.System, ada.ID); errs.KindOf(err) != errs.Conflict {
		t.Errorf("disabling the last admin: %v", err)
	}
	err := s.Edit(t.Context(), audit.System, ada.ID,
		Edit{Name: ada.Name, Email: ada.Email, Role: Viewer, Version: ada.Version})
	if errs.KindOf(err) != errs.Conflict {
		t.Errorf("demoting the last admin: %v", err)
	}
	mustUser(t, s, "second@reseller.example", Admin)
	if err := s.Disable(t.Context(), audit.System, ada.ID); err != nil {
		t.Errorf("with a second admin: %v", err)
	}
}

func TestTwoAdminsWhoDisableEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada, bob := mustAdmin(t, s), mustUser(t, s, "bob@reseller.example", Admin)
	second := make(chan error, 1)
	err := s.DB.InTx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Exec(`UPDATE users SET active = false WHERE id = ?`, bob.ID).Error; err != nil {
			return err
		}
		// While bob's end is not committed yet, ada's begins.
		go func() { second <- s.Disable(t.Context(), audit.System, ada.ID) }()
		waitUntilBlocked(t, s, second)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-second; errs.KindOf(err) != errs.Conflict {
		t.Errorf("the second of the two got %v, want a conflict", err)
	}
	if n := count(t, s, "SELECT count(*) FROM users WHERE role = 'admin' AND active"); n != 1 {
		t.Errorf("%d active admins left, want 1", n)
	}
}

// waitUntilBlocked returns when a statement waits for a lock, or when done has an answer.
func waitUntilBlocked(t *testing.T, s Service, done chan error) {
	t.Helper()
	for len(done) == 0 {
		if count(t, s, `SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
			WHERE datname = current_database() AND NOT granted`) > 0 {
			return
		}
	}
}

func TestAStaleEditChangesNothing(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	e := Edit{Name: "Ada Other", Email: ada.Email, Role: Admin, Version: ada.Version}
	if err := s.Edit(t.Context(), audit.System, ada.ID, e); err != nil {
		t.Fatal(err)
	}
	e.Name = "Ada Third"
	if err := s.Edit(t.Context(), audit.System, ada.ID, e); !errors.Is(err, ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	now, _ := Get(t.Context(), s.DB.Read(t.Context()), ada.ID)
	if now.Name != "Ada Other" {
		t.Errorf("name is %q", now.Name)
	}
}

func TestDisablingEndsAllSessions(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	mustAdmin(t, s)
	bob := mustUser(t, s, "bob@reseller.example", Operator)
	mustSession(t, s, bob, "h1", "192.0.2.1")
	mustSession(t, s, bob, "h2", "192.0.2.2")
	if err := s.Disable(t.Context(), audit.System, bob.ID); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, "SELECT count(*) FROM sessions"); n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

func TestChangingThePasswordAsksForThePresentOneAndEndsOtherSessions(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	mustSession(t, s, ada, "here", "192.0.2.1")
	mustSession(t, s, ada, "elsewhere", "192.0.2.2")
	p := NewPassword{Current: "not the one", New: "another fine sentence", Keep: "here", Address: "192.0.2.1"}
	if err := s.ChangePassword(t.Context(), ada, p); errs.FieldsOf(err)["current_password"] == "" {
		t.Fatalf("a wrong present password gave %v", err)
	}
	p.Current = goodPassword
	if err := s.ChangePassword(t.Context(), ada, p); err != nil {
		t.Fatal(err)
	}
	left, err := Sessions{DB: s.DB, Clock: s.Clock}.Of(t.Context(), ada.ID)
	if err != nil || len(left) != 1 || left[0].Hash != "here" {
		t.Errorf("sessions left: %v, %v", left, err)
	}
	if _, err := s.SignIn(t.Context(),
		Attempt{Email: ada.Email, Password: "another fine sentence", Address: "192.0.2.1"}); err != nil {
		t.Errorf("sign in with the new one: %v", err)
	}
}

func TestEveryChangeOfAUserIsInTheTrailWithoutPasswords(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	ada := mustAdmin(t, s)
	bob := mustUser(t, s, "bob@reseller.example", Operator)
	steps := []error{
		s.Edit(t.Context(), ada.Actor(), bob.ID,
			Edit{Name: "Bob", Email: bob.Email, Role: Billing, Version: bob.Version}),
		s.ResetPassword(t.Context(), ada.Actor(), bob.ID, "sentinel-password-7731"),
		s.Disable(t.Context(), ada.Actor(), bob.ID),
		s.Enable(t.Context(), ada.Actor(), bob.ID),
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	var actions []string
	s.DB.Read(t.Context()).Raw(`SELECT action FROM audit_events ORDER BY seq`).Scan(&actions)
	want := []string{"user.created", "user.created", "user.changed", "user.password_changed", "user.disabled",
		"user.enabled"}
	if diff := cmp.Diff(want, actions); diff != "" {
		t.Error(diff)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events e WHERE e::text LIKE '%sentinel%'
		OR e::text LIKE '%argon2%'`); n != 0 {
		t.Errorf("%d rows of the trail hold a password", n)
	}
}
