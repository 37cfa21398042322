package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// keep keeps what a list shows through the menu of the list, and gives the page it leads to.
func keep(c *webtest.Client, list, name string, tick ...string) *webtest.Page {
	form := c.Get(list).Follow("Save this view").FormTo("/views").Set("name", name)
	for _, box := range tick {
		form.Tick(box, "on")
	}
	return form.Submit().Next()
}

func TestAKeptViewIsAnAddressWithAName(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	bill, other := s.SignIn(auth.Billing), s.SignIn(auth.Operator)
	page := keep(bill, "/subscriptions?q=contoso&state=held&sort=-quantity&columns=product,term", "Held  at Contoso",
		"pinned")
	if !strings.HasPrefix(page.Path(), "/subscriptions?columns=product%2Cterm&q=contoso&sort=-quantity&state=held&view=") {
		t.Errorf("the view leads to %s", page.Path())
	}
	side := page.Doc().Find(".nav__link--under")
	if strings.TrimSpace(side.Text()) != "Held at Contoso" || side.AttrOr("aria-current", "") != "page" {
		t.Errorf("at the side stands %q", side.Text())
	}
	if n := other.Get("/subscriptions").Doc().Find(".nav__link--under").Length(); n != 0 {
		t.Errorf("another has %d views at the side", n)
	}
	if other.Get("/views").Has("Held at Contoso") {
		t.Error("a view of one's own is seen by another")
	}
	changed := bill.Get(strings.Replace(page.Path(), "state=held", "state=active", 1))
	if !strings.Contains(changed.Doc().Find(".filters__view").Text(), "(changed)") {
		t.Errorf("a changed view is called %q", changed.Doc().Find(".filters__view").Text())
	}
	again := changed.Follow("Save this view").Submit(`form[action$="/point"]`)
	if !strings.Contains(again.Path(), "state=active") {
		t.Errorf("the view leads to %s after it was kept anew", again.Path())
	}
	trail := s.SignIn(auth.Admin).Get("/audit.csv?q=view").Records()
	if len(trail) != 2 || trail[0]["action"] != "view.changed" || !strings.Contains(trail[0]["after"], "state=active") {
		t.Errorf("the trail has %v", trail)
	}
}

func TestWhatIsSharedIsReadByAllAndChangedByItsOwner(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	bill, view, admin := s.SignIn(auth.Billing), s.SignIn(auth.Viewer), s.SignIn(auth.Admin)
	id := keep(bill, "/subscriptions?state=held", "Held ones", "shared").URL.Query().Get("view")
	at := "/views/" + id
	if seen := view.Get("/subscriptions"); !seen.Has("Held ones") {
		t.Error("a shared view is not offered to others")
	}
	view.Look(at).Want(http.StatusForbidden)
	for _, command := range []string{at, at + "/point", at + "/delete"} {
		view.Post(command, url.Values{"name": {"Mine"}, "query": {""}}).Want(http.StatusForbidden)
	}
	view.Post(at+"/pin", url.Values{"pinned": {"on"}}).Want(http.StatusSeeOther)
	if n := view.Get("/").Doc().Find(".nav__link--under").Length(); n != 1 {
		t.Errorf("a pinned view stands %d times at the side", n)
	}
	if n := view.Get("/views/new?list=/subscriptions&query=").Doc().Find("input[name=shared]").Length(); n != 0 {
		t.Error("a viewer is offered to share")
	}
	refused := view.Post("/views", url.Values{"list": {"/subscriptions"}, "name": {"x"}, "shared": {"on"}})
	refused.Want(http.StatusUnprocessableEntity).Shows("A viewer keeps views for themselves")
	taken := admin.Post("/views", url.Values{"list": {"/subscriptions"}, "name": {"HELD ONES"}, "shared": {"on"}})
	taken.Want(http.StatusUnprocessableEntity).Shows("A view of this name is shared for this list by")
	if v, _ := taken.Doc().Find("input[name=name]").Attr("value"); v != "HELD ONES" {
		t.Errorf("the refused form has the name %q", v)
	}

	form := admin.Get(at).FormTo(at).Tick("usual_viewer", "on")
	form.Submit().Want(http.StatusSeeOther)
	form.Submit().Want(http.StatusConflict) // the second comes from a form that is stale
	nav := view.Get("/").Doc().Find(`.nav__link:not(.nav__link--under)[href^="/subscriptions?"]`)
	if href := nav.AttrOr("href", ""); href != "/subscriptions?state=held&view="+id {
		t.Errorf("the side leads viewers to %q", href)
	}
	if n := bill.Get("/").Doc().Find(`.nav__link[href="/subscriptions"]`).Length(); n != 1 {
		t.Error("the side leads others elsewhere, too")
	}
	if got := view.Get("/subscriptions").Doc().Find(".chip").Length(); got != 0 {
		t.Error("the list's own address is narrowed")
	}
	bill.Post(at, url.Values{"name": {"Held ones"}, "version": {"2"}}).Want(http.StatusUnprocessableEntity).
		Shows("usual one of a role")
	bill.Post(at, url.Values{"name": {"Held ones"}, "version": {"2"}, "shared": {"on"}, "usual_admin": {"on"}}).
		Want(http.StatusUnprocessableEntity).Shows("Only an administrator")
	bill.Post(at+"/delete", nil).Want(http.StatusSeeOther)
	if n := view.Get("/").Doc().Find(".nav__link--under").Length(); n != 0 {
		t.Error("a deleted view stands at the side")
	}
	view.Look(at).Want(http.StatusNotFound)
}

func TestAViewThatAsksForWhatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Billing)
	kept := func(name, query string) string {
		return c.Post("/views", url.Values{"list": {"/subscriptions"}, "name": {name}, "query": {query}}).
			Want(http.StatusSeeOther).Location()
	}
	c.Look(kept("Gone filter", "colour=red&state=held")).Want(http.StatusOK).
		Shows("was kept with colour, which this list no longer has")
	c.Look(kept("Gone value", "state=asleep")).Want(http.StatusUnprocessableEntity).
		Shows("The view “Gone value” asks for something that this list no longer has")
	c.Look(kept("Gone column", "columns=product,colour")).Want(http.StatusUnprocessableEntity).Shows("Gone column")
	c.Look("/subscriptions?state=held&view=0190c3a1-7e2b-7d00-8000-000000000001").Want(http.StatusOK)
	for form, says := range map[string]string{
		"list=/subscriptions&name=":                                         "Enter a name.",
		"list=/subscriptions&name=" + strings.Repeat("n", 61):               "longer than 60 characters",
		"list=/subscriptions&name=gone+FILTER":                              "You have a view of this name",
		"list=/subscriptions&name=n&query=q%3D" + strings.Repeat("a", 4001): "too long",
		"list=//evil.example&name=n":                                        "This is no list",
		"list=/subscriptions/../x&name=n":                                   "This is no list",
	} {
		v, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		page := c.Post("/views", v).Want(http.StatusUnprocessableEntity)
		if !strings.Contains(page.Text(), says) {
			t.Errorf("%.60s: %s", form, page.Text())
		}
	}
}
