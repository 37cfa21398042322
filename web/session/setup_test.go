package session

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestUntilThereIsAnAdminEveryPageLeadsToSetup(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	v := h.visitor(t)
	for _, path := range []string{"/", "/map", LoginPath} {
		if a := v.get(path); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != SetupPath {
			t.Errorf("%s: %d to %s", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	if a := v.post("/map", nil); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a POST: %d", a.StatusCode)
	}
	if a := v.get(SetupPath); a.StatusCode != http.StatusOK || a.page.Find("input[name=code]").Length() != 0 {
		t.Errorf("setup page: %d", a.StatusCode)
	}
}

func TestTheFirstAdminIsMadeSignedInAndTheDoorCloses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Options{}, "")
	v := h.visitor(t)
	form := url.Values{"name": {"Ada Example"}, "email": {"ada@reseller.example"}, "password": {"short"}}
	a := v.post(SetupPath, form)
	if a.StatusCode != http.StatusUnprocessableEntity || a.page.Find("#f-password-error").Length() != 1 ||
		a.page.Find(".summary a[href='#f-password']").Length() != 1 {
		t.Fatalf("a weak password: %d %s", a.StatusCode, a.body)
	}
	if strings.Contains(a.body, "short") ||
		a.page.Find("input[name=email]").AttrOr("value", "") != "ada@reseller.example" {
		t.Error("the form must come back with what was typed, but the password")
	}
	form.Set("password", goodPassword)
	if a := v.post(SetupPath, form); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/next" {
		t.Fatalf("a good one: %d", a.StatusCode)
	}
	first := v.get("/")
	if first.StatusCode != http.StatusOK || !strings.Contains(first.page.Find(".notice--flash").Text(), "Welcome") {
		t.Errorf("not signed in: %d %s", first.StatusCode, first.page.Find("h1").Text())
	}
	if again := v.get("/"); again.page.Find(".notice--flash").Length() != 0 {
		t.Error("the notice is shown twice")
	}
	if a := h.visitor(t).post(SetupPath, form); a.StatusCode != http.StatusConflict {
		t.Errorf("a second admin: %d", a.StatusCode)
	}
	if a := h.visitor(t).get(SetupPath); a.Header.Get("Location") != LoginPath {
		t.Errorf("setup afterwards leads to %q", a.Header.Get("Location"))
	}
}

func TestWhereOthersCanComeSetupAsksForTheCode(t *testing.T) {
	t.Parallel()
	code := NewSetupCode()
	h := newHouse(t, Options{}, code)
	v := h.visitor(t)
	form := url.Values{"name": {"Ada Example"}, "email": {"ada@reseller.example"}, "password": {goodPassword}}
	for _, wrong := range []string{"", "AAAAAAAAAAAA", code + "A"} {
		form.Set("code", wrong)
		if a := v.post(SetupPath, form); a.StatusCode != http.StatusUnprocessableEntity ||
			strings.Contains(a.body, code) {
			t.Errorf("code %q: %d", wrong, a.StatusCode)
		}
	}
	form.Set("code", " "+strings.ToLower(code)+" ")
	if a := v.post(SetupPath, form); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the right code: %d", a.StatusCode)
	}
}
