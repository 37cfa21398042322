package providers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"seatledger/internal/testkit/htmlcheck"
)

func labels(doc *goquery.Document) []string {
	var out []string
	doc.Find("form.form[method=post] .field").Each(func(_ int, f *goquery.Selection) {
		label := f.Find(".field__label, .box__text").First()
		out = append(out, strings.TrimSuffix(htmlcheck.Text(label), "*"))
	})
	return out
}

func TestTheFormHasTheFieldsOfTheGuideInItsOrder(t *testing.T) {
	t.Parallel()
	d := open(t)
	guide := []string{"Name", "Comprehensive API", "Internal Name", "User Name", "Password", "URL", "Application ID",
		"Application Secret",
		"Reseller Number", "Reseller Authorize Relationship URL", "Delegated Admin Authorize URL"}
	for path, want := range map[string][]string{
		"/providers/new": append(slices.Clone(guide), "Token URL", "Grant", "Page size", "Concurrency",
			"Default currency", "End date"),
		"/providers/new?comprehensive_api=off": {"Name", "Comprehensive API", "Internal Name", "User Name",
			"Password", "URL",
			"Reseller Number", "Reseller Authorize Relationship URL", "Period of the unit costs", "Concurrency",
			"Default currency"},
		"/providers/new?connector=manual": {"Name"},
	} {
		if diff := cmp.Diff(want, labels(d.get(path))); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestTheFormIsPrefilled(t *testing.T) {
	t.Parallel()
	d := open(t)
	full := formValues(d.get("/providers/new"), "/providers")
	want := url.Values{
		"connector": {"stellr"}, "name": {""}, "comprehensive_api": {"on"},
		"internal_name": {"Work365.Provider.SynnexCspProvider"}, "user_name": {""}, "password": {""},
		"url": {"https://api.us.tdsynnex.com/"}, "application_id": {""}, "application_secret": {""},
		"reseller_number": {""}, "reseller_authorize_url": {""},
		"delegated_admin_url": {""}, "token_url": {""},
		"grant": {"client_credentials"}, "page_size": {"100"}, "concurrency": {"4"}, "currency": {""},
		"end_date_means": {""},
	}
	if diff := cmp.Diff(want, full); diff != "" {
		t.Error(diff)
	}
	legacy := formValues(d.get("/providers/new?comprehensive_api=off"), "/providers")
	if legacy.Get("url") != "https://ws.synnex.com/" || legacy.Has("comprehensive_api") {
		t.Errorf("legacy: %v", legacy)
	}
}

func TestABrowserCanSendTheFormAsItStands(t *testing.T) {
	t.Parallel()
	d := open(t)
	for path, typed := range map[string][]string{
		"/providers/new": {"name", "Full", "application_id", "app-1", "application_secret",
			"app-secret-1", "reseller_number", "1"},
		"/providers/new?comprehensive_api=off": {"name", "Old", "user_name", "u@reseller.example", "password",
			"pass-phrase-1", "reseller_number", "1"},
		"/providers/new?connector=manual": {"name", "By hand"},
	} {
		page := d.create(with(formValues(d.get(path), "/providers"), typed...))
		if got := htmlcheck.Heading(d.get(page)); !strings.HasPrefix(got, typed[1]) {
			t.Errorf("%s made %q", path, got)
		}
	}
}

func TestARefusedFormKeepsWhatWasTypedButNeverASecret(t *testing.T) {
	t.Parallel()
	d := open(t)
	doc := d.page(d.post("/providers", with(good(), "url", "http://api.us.tdsynnex.com/", "page_size", "900"),
		http.StatusUnprocessableEntity))
	got := formValues(doc, "/providers")
	if got.Get("name") != "Northwind US" || got.Get("url") != "http://api.us.tdsynnex.com/" ||
		got.Get("password") != "" || got.Get("application_secret") != "" {
		t.Errorf("kept: %v", got)
	}
	var linked []string
	doc.Find(".summary a").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		linked = append(linked, href)
		if htmlcheck.Text(a) != strings.TrimPrefix(htmlcheck.Text(doc.Find(href+"-error")), "Error: ") {
			t.Errorf("%s: the summary and the field differ", href)
		}
	})
	if diff := cmp.Diff([]string{"#f-url", "#f-page_size"}, linked); diff != "" {
		t.Error(diff)
	}
	if _, opened := doc.Find("details.fold").Attr("open"); !opened {
		t.Error("the fold hides a field with an error")
	}
}

func TestRefusalsOfTheFormAreSaidAtTheField(t *testing.T) {
	t.Parallel()
	d := open(t)
	reseller := "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId=11111111-2222-4333-8444-555555555555"
	admin := "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/11111111-2222-4333-8444-555555555555"
	for _, c := range []struct{ field, value, says string }{
		{"url", "http://api.us.tdsynnex.com/", "https://"},
		{"url", "https://192.168.1.5/", "192.168.1.5"},
		{"url", "https://[::1]/", "::1"},
		{"url", "not an address", "space"},
		{"reseller_authorize_url", admin, "swapped"},
		{"delegated_admin_url", reseller, "swapped"},
		{"reseller_authorize_url", "http://admin.microsoft.com/", "https://"},
		{"delegated_admin_url", admin + admin, "two links"},
		{"name", "", "Enter a name"},
		{"connector", "ion", "no such connector"},
	} {
		doc := d.page(d.post("/providers", with(good(), c.field, c.value), http.StatusUnprocessableEntity))
		if said := htmlcheck.Text(doc.Find(".summary")); !strings.Contains(said, c.says) {
			t.Errorf("%s=%s: %q", c.field, c.value, said)
		}
	}
}

func TestTheAccessRequestMailIsFilledIn(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.exec(`INSERT INTO settings (name, value, version, updated_at, updated_by)
		VALUES ('general', '{"access_request_to": "api@distributor.example, help@distributor.example"}', 1, now(),
			'Ada Example')`)
	empty := d.get("/providers/new").Find(".copy__value").Text()
	if !strings.Contains(empty, "[user name of the integration account]") {
		t.Errorf("an empty form's mail: %s", empty)
	}
	doc := d.get("/providers/new?mail_user_name=integration%40reseller.example&mail_reseller_number=100200")
	mail := doc.Find(".copy__value").Text()
	if !strings.Contains(mail, "enabled for integration@reseller.example.") ||
		!strings.Contains(mail, "Account Number is 100200.") {
		t.Errorf("the mail says: %s", mail)
	}
	href, _ := doc.Find(`.copy a[href^="mailto:"]`).Attr("href")
	u, err := url.Parse(href)
	if err != nil || u.Opaque != "api@distributor.example,help@distributor.example" ||
		!strings.Contains(u.Query().Get("body"), "100200") || strings.Contains(href, "+") {
		t.Errorf("mailto: %s %v", href, err)
	}
	if v := formValues(doc, "/providers"); v.Get("user_name") != "integration@reseller.example" ||
		v.Get("reseller_number") != "100200" {
		t.Errorf("the form does not take them over: %v", v)
	}
}
