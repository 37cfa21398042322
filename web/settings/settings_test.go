package settings

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/auth"
	"seatledger/internal/settings"
)

func TestTheOverviewShowsWhatRunsAndWhatIsOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	text := h.signIn(t, "ada@reseller.example").get("/settings").page.Find("main").Text()
	for _, want := range []string{"1.2.3", "127.0.0.1/32:9090", "4711", "20 %", "UTC"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestTheGeneralFormSavesAndRefusesAtTheField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.signIn(t, "ada@reseller.example")
	form := url.Values{"gone_share": {"many"}, "access_request_to": {"nobody"}, "version": {"0"}, "refunds": {"on"}}
	a := v.post(generalPath, form)
	if a.status != http.StatusUnprocessableEntity ||
		a.page.Find("#f-gone_share-error, #f-access_request_to-error").Length() != 2 {
		t.Fatalf("%d %s", a.status, a.page.Find(".summary").Text())
	}
	if a.page.Find("#f-gone_share").AttrOr("value", "") != "many" ||
		!strings.HasPrefix(a.page.Find("title").Text(), "Error: ") {
		t.Error("what was typed must come back, and the title say that there is an error")
	}
	form = url.Values{"gone_share": {"12.5"}, "access_request_to": {"api@distributor.example"}, "version": {"0"},
		"auto_map": {"on"}}
	if a := v.post(generalPath, form); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.page.Find("main").Text())
	}
	s, err := settings.Load(t.Context(), h.db.Read(t.Context()))
	if err != nil || s.GoneShare != 0.125 || !s.AutoMap || s.Refunds ||
		s.AccessRequestTo != "api@distributor.example" {
		t.Errorf("%+v, %v", s, err)
	}
	form.Set("gone_share", "50")
	a = v.post(generalPath, form)
	if a.status != http.StatusConflict || a.page.Find("del").Text() != "12.5 %" ||
		a.page.Find("ins").Text() != "50 %" {
		t.Errorf("stale: %d %s", a.status, a.page.Find(".table--diff").Text())
	}
	if a.page.Find("input[name=version]").AttrOr("value", "") != "1" {
		t.Error("the form of a stale edit must be saveable over the present version")
	}
}

func TestUsersAreMadeEditedDisabledAndEnabled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.signIn(t, "ada@reseller.example")
	a := v.post(usersPath, url.Values{"name": {"Bob"}, "email": {"ADA@reseller.example"}, "role": {"billing"},
		"password": {goodPassword}})
	if a.status != http.StatusUnprocessableEntity || a.page.Find("#f-email-error").Length() != 1 ||
		strings.Contains(a.body, goodPassword) {
		t.Fatalf("a taken address: %d", a.status)
	}
	if a := v.post(usersPath, url.Values{"name": {"Bob"}, "email": {"bob@reseller.example"}, "role": {"billing"},
		"password": {goodPassword}}); a.status != http.StatusSeeOther {
		t.Fatalf("create: %d", a.status)
	}
	bob, err := auth.ByEmail(t.Context(), h.db.Read(t.Context()), "bob@reseller.example")
	if err != nil {
		t.Fatal(err)
	}
	at := userPath(bob.ID)
	edit := url.Values{"name": {"Robert"}, "email": {bob.Email}, "role": {"operator"}, "version": {"1"}}
	if a := v.post(at, edit); a.status != http.StatusSeeOther {
		t.Errorf("edit: %d", a.status)
	}
	edit.Set("name", "Rob")
	if a := v.post(at, edit); a.status != http.StatusConflict || a.page.Find("ins").First().Text() != "Rob" {
		t.Errorf("stale edit: %d", a.status)
	}
	for _, step := range []struct{ command, state string }{{"disable", "disabled"}, {"enable", "active"}} {
		if a := v.post(at+"/"+step.command, nil); a.status != http.StatusSeeOther {
			t.Errorf("%s: %d", step.command, a.status)
		}
		if got := v.get(at).page.Find("h1 .badge").Text(); got != step.state {
			t.Errorf("after %s: %q", step.command, got)
		}
	}
}

func TestAUserFormTakesNoColumnButItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob := h.user(t, "bob@reseller.example", auth.Viewer)
	v := h.signIn(t, "ada@reseller.example")
	v.post(userPath(bob.ID), url.Values{
		"name": {"Bob"}, "email": {bob.Email}, "role": {"viewer"}, "version": {"1"}, "active": {"false"},
		"password_hash": {"x"}, "id": {h.ada.ID.String()},
		"created_at": {"2000-01-01"}, "last_sign_in": {"2000-01-01"},
	})
	now, err := auth.Get(t.Context(), h.db.Read(t.Context()), bob.ID)
	if err != nil || !now.Active || now.Name != "Bob" || !now.CreatedAt.Equal(bob.CreatedAt) ||
		now.LastSignIn != nil {
		t.Errorf("%+v, %v", now, err)
	}
	h.signIn(t, bob.Email)
}

func TestTheLastAdminCannotLockEverybodyOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.signIn(t, "ada@reseller.example")
	if a := v.post(userPath(h.ada.ID)+"/disable", nil); a.status != http.StatusConflict ||
		!strings.Contains(a.body, "last active administrator") {
		t.Errorf("%d %s", a.status, a.page.Find("main").Text())
	}
}

func TestOnlyAdminsManage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob := h.user(t, "bob@reseller.example", auth.Billing)
	v := h.signIn(t, bob.Email)
	for _, path := range []string{generalPath, usersPath, userPath(h.ada.ID)} {
		if a := v.get(path); a.status != http.StatusForbidden {
			t.Errorf("GET %s: %d", path, a.status)
		}
	}
	if a := v.post(userPath(bob.ID), url.Values{"name": {"Bob"}, "email": {bob.Email}, "role": {"admin"},
		"version": {"1"}}); a.status != http.StatusForbidden {
		t.Errorf("making oneself admin: %d", a.status)
	}
	v.get("/settings").page.Find(".tabs a").Each(func(_ int, s *goquery.Selection) {
		if strings.Contains(s.AttrOr("href", ""), "users") {
			t.Error("the way to the users is offered to who may not go there")
		}
	})
}

func TestOnesOwnPasswordAndSessions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.signIn(t, "ada@reseller.example"), h.signIn(t, "ada@reseller.example")
	form := url.Values{"current_password": {"wrong-sentinel"}, "new_password": {"new-sentinel words"}}
	a := here.post(passwordPath, form)
	if a.status != http.StatusUnprocessableEntity || a.page.Find("#f-current_password-error").Length() != 1 ||
		strings.Contains(a.body, "sentinel") {
		t.Errorf("a wrong present password: %d", a.status)
	}
	form.Set("current_password", goodPassword)
	if a := here.post(passwordPath, form); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if a := there.get("/settings/profile"); a.status != http.StatusSeeOther {
		t.Errorf("the other session goes on: %d", a.status)
	}
	if a := here.get("/settings/profile"); a.status != http.StatusOK ||
		a.page.Find("#sessions tbody tr").Length() != 1 {
		t.Errorf("this session: %d with %d rows", a.status, a.page.Find("#sessions tbody tr").Length())
	}
}

func TestASessionCanBeEndedFromTheList(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there, third := h.signIn(t, "ada@reseller.example"), h.signIn(t, "ada@reseller.example"),
		h.signIn(t, "ada@reseller.example")
	hash := here.get(profilePath).page.Find("#sessions input[name=session]").First().AttrOr("value", "")
	if a := here.post(endPath, url.Values{"session": {hash}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	alive := 0
	for _, v := range []visitor{there, third} {
		if v.get(profilePath).status == http.StatusOK {
			alive++
		}
	}
	if alive != 1 {
		t.Errorf("%d of the other two are alive, want 1", alive)
	}
	if a := here.post(endOthers, nil); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if there.get(profilePath).status == http.StatusOK || third.get(profilePath).status == http.StatusOK ||
		here.get(profilePath).status != http.StatusOK {
		t.Error("all but this session must have ended")
	}
}

func TestAnAdminEndsSomebodysSessionsAndSetsTheirPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob := h.user(t, "bob@reseller.example", auth.Viewer)
	admin, bobs := h.signIn(t, "ada@reseller.example"), h.signIn(t, bob.Email)
	if a := admin.post(userPath(bob.ID)+"/end-sessions", nil); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if a := bobs.get("/settings"); a.status != http.StatusSeeOther {
		t.Errorf("bob is still in: %d", a.status)
	}
	at := userPath(bob.ID) + "/password"
	if a := admin.post(at, url.Values{"new_password": {"short"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a weak one: %d", a.status)
	}
	if a := admin.post(at, url.Values{"new_password": {"another fine sentence"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if a := admin.get("/settings/users/00000000-0000-0000-0000-000000000000"); a.status != http.StatusNotFound {
		t.Errorf("an unknown user: %d", a.status)
	}
}

func TestBrowsersAreKnownByName(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 " +
			"Edg/140.0": "Edge on Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                "Firefox on Linux",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1": "Safari on iPhone",
		"curl/8.9.1": "curl", "": "Unknown browser",
	} {
		if got := browserName(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}
