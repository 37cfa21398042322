package auth

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Whoever knows a password and comes after the time to set a factor up cannot set up one of their own; each way that
// somebody lets the owner do it is open, for its time, and no other.
func TestAfterTheGraceAPasswordAloneSetsUpNoFactor(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada, bea := mustAdmin(t, s), mustUser(t, s, "bea@reseller.example", Billing)
	if err := s.SaveRule(t.Context(), audit.System, RuleEdit{Roles: []Role{Admin, Billing}}); err != nil {
		t.Fatal(err)
	}
	may := func(u User, hash string) bool {
		t.Helper()
		ok, err := s.MayEnrol(t.Context(), u, hash)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !may(bea, "") {
		t.Error("a new person may not begin")
	}
	clk.Advance(EnrolAfterMade)
	mustSession(t, s, bea, "owner", "192.0.2.1")
	mustSession(t, s, bea, "thief", "203.0.113.9")
	if may(bea, "owner") || may(bea, "thief") || may(ada, "") {
		t.Fatal("the time is over, and a password is enough")
	}
	for what, let := range map[string]struct {
		do    func() error
		lasts time.Duration
		u     User
	}{
		"factors cleared": {func() error { return s.ClearFactors(t.Context(), ada.Actor(), bea.ID) },
			EnrolAfterHelp, bea},
		"password set by an administrator": {func() error {
			return s.ResetPassword(t.Context(), ada.Actor(), bea.ID, goodPassword)
		}, EnrolAfterHelp, bea},
		"glass broken": {func() error { _, err := s.BreakGlass(t.Context(), audit.System); return err }, glassOpens,
			ada},
	} {
		if err := let.do(); err != nil {
			t.Fatal(err)
		}
		if !may(let.u, "") {
			t.Errorf("%s: shut", what)
		}
		if what == "glass broken" && may(bea, "") {
			t.Error("the glass is administrators' alone")
		}
		clk.Advance(let.lasts)
		if may(let.u, "") {
			t.Errorf("%s: open after %s", what, let.lasts)
		}
	}
	// Their own change of password opens nothing: a thief can make it too.
	if err := s.ChangePassword(t.Context(), bea, NewPassword{Current: goodPassword, New: goodPassword +
		" more"}); err !=
		nil {
		t.Fatal(err)
	}
	if may(bea, "") {
		t.Error("a change of the password opens it")
	}
}

func TestALinkByMailLetsOneBrowserSetUpAFactor(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada, bea := mustAdmin(t, s), mustUser(t, s, "bea@reseller.example", Billing)
	if err := s.SaveRule(t.Context(), audit.System, RuleEdit{Roles: []Role{Billing}}); err != nil {
		t.Fatal(err)
	}
	clk.Advance(EnrolAfterMade)
	mustSession(t, s, ada, "ada", "192.0.2.7")
	mustSession(t, s, bea, "owner", "192.0.2.1")
	mustSession(t, s, bea, "thief", "203.0.113.9")
	token := ""
	another := func() error {
		return s.DB.InTx(t.Context(), func(tx *gorm.DB) (err error) {
			if err = s.FactorLinkDue(t.Context(), tx, bea); err == nil {
				token, err = s.MakeLink(t.Context(), tx, Factor, bea.ID, uuid.NullUUID{})
			}
			return err
		})
	}
	if err := another(); err != nil {
		t.Fatal(err)
	}
	if err := another(); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a second one at once: %v", err)
	}
	// It is no link that sets a password, and nobody else's.
	if _, err := s.UseLink(t.Context(), token, goodPassword+" new", "192.0.2.1"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("it sets a password: %v", err)
	}
	if err := s.UseFactorLink(t.Context(), token, ada, "ada"); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("somebody else: %v", err)
	}
	if err := s.UseFactorLink(t.Context(), token, bea, "ada"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("in a session of somebody else: %v", err)
	}
	if err := s.UseFactorLink(t.Context(), token, bea, "owner"); err != nil {
		t.Fatal(err)
	}
	if err := s.UseFactorLink(t.Context(), token, bea, "thief"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := s.BeginTOTP(t.Context(), bea); err != nil {
		t.Fatal(err)
	}
	begun, err := s.BegunTOTP(t.Context(), bea)
	if err != nil {
		t.Fatal(err)
	}
	code := app{t, clk, begun.Secret}.code()
	if _, err := s.ConfirmTOTP(t.Context(), bea, code, "thief"); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("the other session: %v", err)
	}
	if _, err := s.ConfirmTOTP(t.Context(), bea, code, "owner"); err != nil {
		t.Errorf("the one that opened it: %v", err)
	}
}

// What changes how somebody comes in is told to the address that the account had before.
func TestNewsOfAnAccountGoToItsAddressFromBefore(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada, bea := mustAdmin(t, s), mustUser(t, s, "bea@reseller.example", Billing)
	_, codes := withApp(t, s, clk, bea)
	step := s.halfway(t, bea, "203.0.113.9")
	if _, err := s.Complete(t.Context(), Second{Step: step, Code: codes[0], Address: "203.0.113.9"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RenewRecovery(t.Context(), bea); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveTOTP(t.Context(), bea, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.ResetPassword(t.Context(), ada.Actor(), bea.ID, goodPassword+" new"); err != nil {
		t.Fatal(err)
	}
	if err := s.ClearFactors(t.Context(), ada.Actor(), bea.ID); err != nil {
		t.Fatal(err)
	}
	now, err := Get(t.Context(), s.DB.Read(t.Context()), bea.ID)
	if err == nil {
		err = s.Edit(t.Context(), ada.Actor(), bea.ID, Edit{Name: now.Name, Email: "evil@elsewhere.example",
			Role: Admin, Version: now.Version})
	}
	if err != nil {
		t.Fatal(err)
	}
	clk.Advance(newsKeeps - time.Minute)
	if err := s.DropNews(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	err = s.TellNews(t.Context(), func(_ context.Context, _ *gorm.DB, n News) error {
		if n.Email != "bea@reseller.example" || n.ByName == "" || n.At.IsZero() {
			t.Errorf("%+v", n)
		}
		got = append(got, n.Text+" "+n.Address)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"A second factor was added: Authenticator app. ",
		"A recovery code was used in place of your second factor. 203.0.113.9",
		"New recovery codes were made; the old ones open nothing any more. ",
		"A second factor was removed: Authenticator app. ",
		"Your password was changed. ",
		"All your second factors and recovery codes were cleared. ",
		"Your address to sign in with was changed from bea@reseller.example to evil@elsewhere.example. " +
			"Your role was changed from billing to admin. ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := count(t, s, `SELECT count(*) FROM account_news`); n != 0 {
		t.Errorf("%d are left, and would be told twice", n)
	}
	// Where nothing goes out they are let go after a day.
	if err := s.ClearFactors(t.Context(), ada.Actor(), bea.ID); err != nil {
		t.Fatal(err)
	}
	clk.Advance(newsKeeps + time.Minute)
	if err := s.DropNews(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, `SELECT count(*) FROM account_news`); n != 0 {
		t.Errorf("%d wait for ever", n)
	}
}
