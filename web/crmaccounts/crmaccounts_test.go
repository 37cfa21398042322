package crmaccounts_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/htmlcheck"
)

func contoso() url.Values {
	return url.Values{
		"external_id": {"C-1"}, "name": {"Contoso Ltd"}, "website": {"www.contoso.example"},
		"email_domains": {"contoso.example, mail.contoso.example"},
		"tenant_id":     {"{2B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11}"}, "city": {"Leeds"}, "phone": {"+44 113"},
	}
}

func TestAnAccountIsMadeShownAndEdited(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.post("/crm-accounts", contoso(), http.StatusSeeOther).Header().Get("Location")
	record := d.get(where)
	if text := htmlcheck.Text(record.Find("main")); !strings.Contains(text, "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11") ||
		!strings.Contains(text, "from www.contoso.example") {
		t.Errorf("record: %s", text)
	}
	form := d.get(where + "/edit").Find("main form").First()
	v := values(form)
	v.Set("name", "Contoso Limited")
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
	if got := htmlcheck.Heading(d.get(where)); got != "Contoso Limited" {
		t.Errorf("heading %q", got)
	}
}

func TestARefusedFormComesBackWithItsValuesAndAllProblems(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := contoso()
	v.Set("name", "")
	v.Set("website", "none yet")
	v.Set("parent_id", "Nobody Ltd")
	page := d.page(d.post("/crm-accounts", v, http.StatusUnprocessableEntity))
	if n := page.Find(".summary li").Length(); n != 3 {
		t.Errorf("%d problems in the summary: %s", n, htmlcheck.Text(page.Find(".summary")))
	}
	got := values(page.Find("main form").First())
	if got.Get("website") != "none yet" || got.Get("city") != "Leeds" || got.Get("parent_id") != "Nobody Ltd" {
		t.Errorf("values were not kept: %v", got)
	}
}

func TestAStaleFormShowsBothVersions(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.post("/crm-accounts", contoso(), http.StatusSeeOther).Header().Get("Location")
	v := contoso()
	v.Set("version", "1")
	v.Set("name", "First")
	d.post(where, v, http.StatusSeeOther)
	v.Set("name", "Second")
	page := d.page(d.post(where, v, http.StatusConflict))
	if text := htmlcheck.Text(page.Find("main table")); !strings.Contains(text, "First") ||
		!strings.Contains(text, "Second") {
		t.Errorf("the two versions: %s", text)
	}
	again := values(page.Find("main form").First())
	if again.Get("name") != "Second" || again.Get("version") != "2" {
		t.Errorf("the form does not let the person save again: %v", again)
	}
	d.post(where, again, http.StatusSeeOther)
}

func TestTheListAndItsFileHoldTheSameRows(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, name := range []string{"Beta", "=Alpha", "Gamma"} {
		d.post("/crm-accounts", url.Values{"name": {name}, "external_id": {"X-" + name}}, http.StatusSeeOther)
	}
	var listed []string
	d.get("/crm-accounts?q=a&sort=-name").Find("main tbody th a").Each(func(_ int,
		s *goquery.Selection) {
		listed = append(listed, s.Text())
	})
	if diff := cmp.Diff([]string{"Gamma", "Beta", "=Alpha"}, listed); diff != "" {
		t.Error(diff)
	}
	file := strings.Split(strings.TrimSpace(d.file("/crm-accounts.csv?sort=-name")), "\r\n")
	if len(file) != 4 || !strings.HasPrefix(file[0],
		"id,external_id,name,website,email_domains,tenant_id,street,city,state,postal_code,country,phone") {
		t.Errorf("file: %q", file)
	}
	if !strings.Contains(file[3], ",X-=Alpha,'=Alpha,") {
		t.Errorf("a formula is not made safe: %q", file[3])
	}
	d.do(httptest.NewRequest(http.MethodGet, "/crm-accounts?mapped=perhaps", nil), http.StatusUnprocessableEntity)
	d.do(httptest.NewRequest(http.MethodGet, "/crm-accounts?sort=phone", nil), http.StatusUnprocessableEntity)
}

func TestEmptyListsSayWhy(t *testing.T) {
	t.Parallel()
	d := open(t)
	if text := htmlcheck.Text(d.get("/crm-accounts").Find("main")); !strings.Contains(text, "No CRM accounts yet") {
		t.Error(text)
	}
	if text := htmlcheck.Text(d.get("/crm-accounts?q=x").Find("main")); !strings.Contains(text,
		"No CRM account matches") {
		t.Error(text)
	}
}

func TestWhoMayNotChangeIsOfferedNoChange(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.post("/crm-accounts", contoso(), http.StatusSeeOther).Header().Get("Location")
	d.role = auth.Viewer
	for _, path := range []string{"/crm-accounts", where} {
		if links := d.get(path).Find(`main a[href$="/new"], main a[href$="/edit"], main a[href$="/import"]`); links.Length() > 0 {
			t.Errorf("%s offers a viewer %s", path, htmlcheck.Text(links))
		}
	}
}

func TestAnImportIsPreviewedAppliedOnceAndRoundTrips(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.get("/crm-accounts/import")
	d.page(d.upload("/crm-accounts/import", "", http.StatusUnprocessableEntity))
	d.page(d.upload("/crm-accounts/import", "title\nx\n", http.StatusUnprocessableEntity))
	where := d.upload("/crm-accounts/import",
		"External ID;Name;Website;Owner\nC-1;'=Contoso;contoso.example;me\nC-2;;;\n",
		http.StatusSeeOther).Header().Get("Location")
	preview := d.get(where)
	forms := preview.Find("main form")
	if forms.Length() != 1 || forms.AttrOr("action", "") != where+"/apply" {
		t.Fatalf("%d forms, the first to %s", forms.Length(), forms.AttrOr("action", ""))
	}
	for _, part := range []string{"Columns not used: Owner.", "Enter a name.", "contoso.example",
		"Apply 1 new and 0 changed"} {
		if text := htmlcheck.Text(preview.Find("main")); !strings.Contains(text, part) {
			t.Errorf("preview lacks %q: %s", part, text)
		}
	}
	if rows := d.get(where + "?show=refused").Find("main tbody tr").Length(); rows != 1 {
		t.Errorf("%d refused lines", rows)
	}
	for range 2 {
		if to := d.post(where+"/apply", values(forms), http.StatusSeeOther).Header().Get("Location"); to != where {
			t.Errorf("applied: %s", to)
		}
	}
	result := d.get(where)
	if text := htmlcheck.Text(result.Find("main")); !strings.Contains(text,
		"1 added, 0 changed, 0 as they were, 1 refused") || result.Find("main form").Length() != 0 {
		t.Errorf("result: %s", text)
	}
	back := d.upload("/crm-accounts/import", d.file("/crm-accounts.csv"), http.StatusSeeOther).Header().Get("Location")
	if text := htmlcheck.Text(d.get(back).Find("main")); !strings.Contains(text, "nothing to change") {
		t.Errorf("our own file does not come back unchanged: %s", text)
	}
}

func TestUnknownRecordsAreNotFound(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, path := range []string{"/crm-accounts/x", "/crm-accounts/0190a000-0000-7000-8000-00000000000f",
		"/crm-accounts/import/0190a000-0000-7000-8000-00000000000f"} {
		d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusNotFound)
	}
}
