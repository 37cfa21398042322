package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/mailpit"
	"seatledger/internal/testkit/webtest"
)

// postOffice is a site that sends mail.
type postOffice struct {
	*webtest.Site
	t     *testing.T
	admin *webtest.Client
	far   *mailpit.Server
}

func newPostOffice(t *testing.T) postOffice {
	t.Helper()
	s, far := webtest.Start(t, webtest.Options{}), mailpit.Start(t, mailpit.Options{})
	p := postOffice{s, t, s.SignIn(auth.Admin), far}
	host, port, _ := strings.Cut(far.Addr(), ":")
	p.admin.Get("/settings/mail").FormTo("/settings/mail").Set("host", host, "port", port, "security", "none",
		"from_address", "seats@reseller.example").Submit().Want(http.StatusSeeOther)
	return p
}

// deliver does what the clockwork does: mails go out.
func (p postOffice) deliver() {
	p.t.Helper()
	for _, do := range []func() error{func() error { return p.App.Access.Work(p.t.Context()) },
		func() error { return p.App.Mail.Work(p.t.Context()) }} {
		if err := do(); err != nil {
			p.t.Fatal(err)
		}
	}
}

var linkIn = regexp.MustCompile(`http://\S+/login/link\?token=\w+`)

// link is the one in the newest mail, as an address of the site.
func (p postOffice) link() string {
	p.t.Helper()
	all := p.far.Messages()
	if len(all) == 0 {
		p.t.Fatal("no mail arrived")
	}
	text := p.far.Whole(all[0].ID).Text
	link := linkIn.FindString(text)
	if link == "" {
		p.t.Fatalf("no link in %q", text)
	}
	return strings.TrimPrefix(link, p.URL)
}

func (p postOffice) forgot(c *webtest.Client, email string) *webtest.Page {
	p.t.Helper()
	return c.Get("/login").Follow("Forgotten password").FormTo("/login/forgotten").Set("email", email).Submit()
}

func (p postOffice) opens(email, password string) *webtest.Page {
	p.t.Helper()
	return p.Client().Get("/login").FormTo("/login").Set("email", email, "password", password).Submit()
}

const chosen = "a quite different sentence"

func TestAForgottenPasswordIsChosenAnewByMail(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	viewer := p.SignIn(auth.Viewer)
	email := "viewer@reseller.example"
	c := p.Client()
	known := p.forgot(c, email).Want(http.StatusSeeOther)
	unknown := p.forgot(c, "nobody@reseller.example").Want(http.StatusSeeOther)
	if known.Header.Get("Location") != unknown.Header.Get("Location") {
		t.Error("the answer tells who is known")
	}
	p.forgot(c, "no address").Want(http.StatusUnprocessableEntity)
	p.deliver()
	if n := len(p.far.Messages()); n != 1 {
		t.Fatalf("%d mails arrived, want the one of whom there is", n)
	}
	link := p.link()
	_, token, _ := strings.Cut(link, "token=")
	// Who reads the queue, the database or the pages of mail can open nothing.
	for _, table := range []string{"mails", "sign_in_links", "audit_events"} {
		if n := oneText(t, p.Site, `SELECT count(*) FROM `+table+` x WHERE x::text LIKE '%`+token+`%'`); n != "0" {
			t.Errorf("the token stands in %s", table)
		}
	}
	if page := p.admin.Get("/mails/" + oneText(t, p.Site, `SELECT id::text FROM mails`)); page.Has(token) {
		t.Error("the page of the mail shows the token")
	}
	reader := p.Client()
	reader.Get(link)
	page := reader.Get(link) // looking uses nothing up
	page.FormTo("/login/link").Set("new_password", "short").Submit().Want(http.StatusUnprocessableEntity)
	form := page.FormTo("/login/link").Set("new_password", chosen)
	form.Submit().Want(http.StatusSeeOther).Next().Shows("Your password was set")
	form.Submit().Want(http.StatusConflict).Shows("opens nothing")
	reader.Look(link).Want(http.StatusConflict)
	p.opens(email, webtest.Password).Want(http.StatusUnprocessableEntity)
	p.opens(email, chosen).Want(http.StatusSeeOther)
	if at := viewer.Get("/").URL.Path; at != "/login" {
		t.Errorf("the session from before goes on, at %s", at)
	}
}

func TestAResetIsNoWayAroundTheSecondFactor(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	viewer := p.SignIn(auth.Viewer)
	setUpApp(t, viewer)
	p.forgot(p.Client(), "viewer@reseller.example")
	p.deliver()
	c := p.Client()
	c.Get(p.link()).FormTo("/login/link").Set("new_password", chosen).Submit().Want(http.StatusSeeOther)
	if at := c.Get("/").URL.Path; at != "/login" {
		t.Errorf("the link signs in, at %s", at)
	}
	if to := p.opens("viewer@reseller.example",
		chosen).Want(http.StatusSeeOther).Header.Get("Location"); to != "/login/code" {
		t.Errorf("the new password leads to %s", to)
	}
}

// setUpApp sets an authenticator app up through the pages, and gives its secret and the recovery codes.
func setUpApp(t *testing.T, c *webtest.Client) (secret string, recovery []string) {
	t.Helper()
	page := c.Get("/settings/profile").FormTo("/settings/profile/app/begin").Submit().Want(http.StatusSeeOther).Next()
	found := regexp.MustCompile(`(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}`).FindString(page.Text())
	secret = strings.ReplaceAll(found, " ", "")
	page.FormTo("/settings/profile/app").Set("code", "000000").Submit().Want(http.StatusUnprocessableEntity)
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	codes := page.FormTo("/settings/profile/app").Set("code", code).Submit().Want(http.StatusSeeOther).Next()
	recovery = regexp.MustCompile(`(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}`).FindAllString(codes.Text(), -1)
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes: %s", len(recovery), codes.Text())
	}
	if again := c.Get("/settings/profile/recovery"); again.Has(recovery[0]) {
		t.Error("the recovery codes are shown twice")
	}
	return secret, recovery
}

func TestALinkForAPasswordEndsWithTimeAccessAndALaterOne(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.SignIn(auth.Viewer)
	ask := func() string {
		t.Helper()
		p.forgot(p.Client(), "viewer@reseller.example").Want(http.StatusSeeOther)
		p.deliver()
		return p.link()
	}
	first := ask()
	second := ask()
	p.Client().Look(first).Want(http.StatusConflict)
	p.Client().Get(second)
	runSQL(t, p.Site, `UPDATE users SET active = false WHERE email = 'viewer@reseller.example'`)
	p.Client().Look(second).Want(http.StatusConflict)
	runSQL(t, p.Site, `UPDATE users SET active = true WHERE email = 'viewer@reseller.example'`)
	runAsOwner(t, p.Site, `UPDATE sign_in_links SET expires_at = expires_at - interval '30 minutes'`)
	p.Client().Look(second).Want(http.StatusConflict)
	// Two more, and a person gets none for an hour; the answer does not say so.
	ask()
	before := len(p.far.Messages())
	p.forgot(p.Client(), "viewer@reseller.example").Want(http.StatusSeeOther)
	p.deliver()
	if n := len(p.far.Messages()); n != before {
		t.Errorf("%d mails, want %d", n, before)
	}
	refused := 0
	for range 10 {
		if p.forgot(p.Client(), "somebody@reseller.example").Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 4 {
		t.Errorf("%d of 14 requests of one place were refused in an hour, want 4", refused)
	}
}

func TestOfTwoWithOneLinkOneChooses(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.SignIn(auth.Viewer)
	p.forgot(p.Client(), "viewer@reseller.example")
	p.deliver()
	_, token, _ := strings.Cut(p.link(), "token=")
	var mu sync.Mutex
	var wg sync.WaitGroup
	set := 0
	for range 4 {
		c := p.Client()
		wg.Go(func() {
			if c.Post("/login/link", url.Values{"token": {token},
				"new_password": {chosen}}).Status == http.StatusSeeOther {
				mu.Lock()
				set++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if set != 1 {
		t.Errorf("%d chose with one link", set)
	}
}

func TestSomebodyIsInvitedAndChoosesTheirPassword(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	invite := func(email string) *webtest.Page {
		t.Helper()
		return p.admin.Get("/settings/users").Follow("Invite somebody").FormTo("/settings/users/invite").
			Set("name", "Eve Example", "email", email, "role", "billing").Submit()
	}
	page := invite("eve@reseller.example").Want(http.StatusSeeOther).Next().Shows("invited", "seven days")
	invite("Eve@reseller.example").Want(http.StatusUnprocessableEntity) // there is one of that address
	invite("no address").Want(http.StatusUnprocessableEntity)
	p.deliver()
	p.opens("eve@reseller.example", "").Want(http.StatusUnprocessableEntity)
	first := p.link()
	page.FormTo(page.URL.Path + "/invite").Submit().Want(http.StatusSeeOther)
	p.deliver()
	second := p.link()
	p.Client().Look(first).Want(http.StatusConflict)
	c := p.Client()
	c.Get(second).Shows("Welcome, Eve Example").FormTo("/login/link").Set("new_password", chosen).Submit().
		Want(http.StatusSeeOther)
	p.opens("eve@reseller.example", chosen).Want(http.StatusSeeOther)
	p.admin.Post(page.URL.Path+"/invite", nil).Want(http.StatusConflict).Shows("has no password yet")
	if n := oneText(t, p.Site, `SELECT count(*) FROM audit_events WHERE action IN ('user.invited',
		'user.invited_again')`); n != "2" {
		t.Errorf("%s rows in the trail", n)
	}
}

func TestWhereNoMailGoesOutAnInvitationIsShownOnce(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	s.Client().Get("/login/forgotten").Shows("No mail goes out from here")
	s.Client().Post("/login/forgotten", url.Values{"email": {"admin@reseller.example"}}).Want(http.StatusConflict)
	page := admin.Get("/settings/users/invite").FormTo("/settings/users/invite").
		Set("name", "Eve Example", "email", "eve@reseller.example", "role",
			"viewer").Submit().Want(http.StatusSeeOther).Next()
	link := linkIn.FindString(page.Text())
	if link == "" {
		t.Fatalf("no link: %s", page.Text())
	}
	if admin.Get(page.URL.Path).Has("token=") {
		t.Error("it is shown twice")
	}
	s.Client().Get(strings.TrimPrefix(link, s.URL)).FormTo("/login/link").Set("new_password", chosen).Submit().
		Want(http.StatusSeeOther)
}

// A stale session asks again on a real page, keeps the form, and what an administrator takes away is gone in all
// processes at once.
func TestDearPagesAskAgainAndKeepTheForm(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	runSQL(t, s, `UPDATE sessions SET proved_at = proved_at - interval '1 hour'`)
	asked := admin.Get("/settings/users/new").FormTo("/settings/users").Set("name", "Eve Example",
		"email", "eve@reseller.example", "role", "billing", "password", chosen).Submit().Want(http.StatusUnauthorized)
	if asked.Has(chosen) {
		t.Error("the page shows what was typed as a password")
	}
	if n := oneText(t, s, `SELECT count(*) FROM users`); n != "1" {
		t.Error("the user was made already")
	}
	asked.FormTo("/settings/users").Set("proof_password", "wrong").Submit().Want(http.StatusUnprocessableEntity).
		FormTo("/settings/users").Set("proof_password", webtest.Password).Submit().Want(http.StatusSeeOther).Next().
		Shows("Eve Example can sign in now")
	if n := oneText(t, s, `SELECT count(*) FROM audit_events WHERE action IN ('user.proved',
		'user.not_proved')`); n != "2" {
		t.Errorf("%s rows in the trail", n)
	}
}

func runAsOwner(t *testing.T, s *webtest.Site, sql string) {
	t.Helper()
	if _, err := s.DB.Owner().Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// late is a site whose viewers need a second factor, and one of them whose time to set it up is over.
func late(t *testing.T) (postOffice, *webtest.Client) {
	t.Helper()
	p := newPostOffice(t)
	p.SignIn(auth.Viewer)
	p.admin.Get("/settings/sign-in").FormTo("/settings/sign-in").Set("role_viewer", "on", "grace_days", "0").Submit().
		Want(http.StatusSeeOther)
	runAsOwner(t, p.Site, `DELETE FROM enrolments`)
	return p, p.SignIn(auth.Viewer)
}

func TestALateFactorTakesALinkByMail(t *testing.T) {
	t.Parallel()
	p, viewer := late(t)
	thief := p.SignIn(auth.Viewer)
	profile := viewer.Get("/settings/profile").Shows("the time to set one up is over")
	if profile.Has("Set up an app") {
		t.Error("setting one up is offered")
	}
	viewer.Post("/settings/profile/app/begin", nil).Want(http.StatusForbidden).Shows("with a password alone is over")
	profile.FormTo("/settings/profile/factor-link").Submit().Want(http.StatusSeeOther)
	viewer.Post("/settings/profile/factor-link", nil).Want(http.StatusConflict).Shows("less than five minutes ago")
	p.deliver()
	if to := p.far.Messages()[0].To; len(to) != 1 || to[0].Address != "viewer@reseller.example" {
		t.Errorf("the link went to %v", to)
	}
	link := p.link()
	if at := p.Client().Look(link).URL.Path; at != "/login" {
		t.Errorf("without a session it leads to %s", at)
	}
	p.admin.Look(link).Want(http.StatusForbidden).Shows("somebody else")
	viewer.Get(link).FormTo("/login/link").Submit().Want(http.StatusSeeOther)
	p.admin.Look(link).Want(http.StatusConflict)
	thief.Post("/settings/profile/app/begin", nil).Want(http.StatusForbidden)
	setUpApp(t, viewer)
	viewer.Get("/accounts").Shows("Provider accounts")
}

func TestWithoutMailAnAdministratorLetsALateFactorIn(t *testing.T) {
	t.Parallel()
	p, viewer := late(t)
	runAsOwner(t, p.Site, `DELETE FROM settings WHERE name = 'mail'`)
	viewer.Post("/settings/profile/factor-link", nil).Want(http.StatusConflict).Shows("Ask an administrator")
	id := oneText(t, p.Site, `SELECT id::text FROM users WHERE role = 'viewer'`)
	p.admin.Post("/settings/users/"+id+"/clear-factors", nil).Want(http.StatusSeeOther)
	setUpApp(t, p.SignIn(auth.Viewer))
}

// Whose account was changed hears of it by mail, whoever did it.
func TestTheOwnerIsMailedWhatWasChangedOfTheirAccount(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	viewer := p.SignIn(auth.Viewer)
	viewer.Get("/settings/profile").FormTo("/settings/profile/password").Set("current_password", webtest.Password,
		"new_password", chosen).Submit().Want(http.StatusSeeOther)
	p.deliver()
	p.deliver() // once
	all := p.far.Messages()
	if len(all) != 1 || len(all[0].To) != 1 || all[0].To[0].Address != "viewer@reseller.example" {
		t.Fatalf("%+v", all)
	}
	text := p.far.Whole(all[0].ID).Text
	for _, words := range []string{"Your password was changed.", "UTC", "from the address 127.0.0.1", "By: ",
		"tell an administrator now", "/login/forgotten"} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not in %s", words, text)
		}
	}
	if strings.Contains(text, chosen) {
		t.Error("the password is in it")
	}
}
