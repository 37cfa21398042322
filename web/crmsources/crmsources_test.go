package crmsources_test

import (
	"net/http"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/crm/dataverse/standin"
	"seatledger/internal/testkit/htmlcheck"
)

func TestASourceIsMadeVerifiedReadAndShown(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.customers(5)
	d.admin.Get("/crm-sources").Shows("No CRM sources yet")
	source := d.source()
	d.admin.Get(source).Shows("Unverified").FormTo(source+"/verify").Submit().Next().Shows("Connectivity verified",
		"Signed in to organisation", "Contacts can be read")
	d.read(source, d.admin).Shows("Succeeded", "5 added", "Everything")
	d.admin.Get(source).Shows("Customers from here")
	if rows := d.admin.Get("/crm-sources.csv").Records(); len(rows) != 1 || rows[0]["customers"] != "5" ||
		rows[0]["connectivity"] != "verified" {
		t.Errorf("%v", rows)
	}
	rows := d.admin.Get("/crm-accounts.csv").Records()
	if len(rows) != 5 || rows[0]["source"] != "dataverse" || rows[0]["email_domains"] != "customer01.example" {
		t.Errorf("%v", rows)
	}
	d.admin.Get("/crm-accounts/"+rows[0]["id"]).Shows("a CRM source", "CRM source Dynamics 365")
	d.admin.Get("/audit").Shows("crm source read", "asked by: Robin Administrator")
}

func TestAHandEditIsKeptAndTheSourcesValueCanBeTaken(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.customers(2)
	source := d.source()
	d.read(source, d.admin)
	record := "/crm-accounts/" + d.admin.Get("/crm-accounts.csv").Records()[0]["id"]
	billing := d.SignIn(auth.Billing)
	billing.Get(record+"/edit").FormTo(record).Set("phone", "+44 20 7").Submit().Next()
	d.org.PutAccount(accountID(1), map[string]any{"telephone1": "+44 113 2"})
	d.read(source, d.admin).Shows("In one, a field edited by hand was kept")
	p := billing.Get(record).Shows("Edited by hand", "Kept; Dynamics 365 says “+44 113 2”.", "+44 20 7")
	d.SignIn(auth.Viewer).Get(record).Shows("Kept; Dynamics 365 says")
	p.FormTo(record+"/use-source").Submit().Next().Shows("follows it from now on", "+44 113 2")
	if again := billing.Post(record+"/use-source",
		map[string][]string{"field": {"phone"}}); again.Status != http.StatusConflict {
		t.Errorf("nothing is offered any more: %d", again.Status)
	}
}

func TestTheSecretIsWriteOnlyKeptWhenBlankAndRemovedOnPurpose(t *testing.T) {
	t.Parallel()
	d := open(t)
	source := d.source()
	form := func() string { return string(d.admin.Get(source + "/edit").Body) }
	if strings.Contains(form(), standin.Secret) || !strings.Contains(form(), "Set on") {
		t.Error("the form shows the secret, or not that it is set")
	}
	edit := func(pairs ...string) { d.admin.Get(source + "/edit").FormTo(source).Set(pairs...).Submit().Next() }
	edit("name", "CRM")
	d.admin.Get(source).FormTo(source + "/verify").Submit().Next().Shows("none is there for this application")
	d.admin.Get(source+"/edit").FormTo(source).Tick("client_secret_clear",
		"on").Submit().Want(http.StatusUnprocessableEntity).Shows("Enter the client secret")
	edit("client_secret", "wrong-one~9")
	d.admin.Get(source).Shows("Stale").FormTo(source+"/verify").Submit().Next().Shows("AADSTS7000215",
		"not its Secret ID")
	for _, path := range []string{source, source + "/edit", "/crm-sources", "/audit", "/crm-sources.csv"} {
		if body := string(d.admin.Get(path).Body); strings.Contains(body, standin.Secret) ||
			strings.Contains(body, "wrong-one~9") {
			t.Errorf("%s shows a secret", path)
		}
	}
	for _, secret := range []string{standin.Secret, "wrong-one~9", "dv-token"} {
		if strings.Contains(d.Log.String(), secret) || strings.Contains(d.Dump(), secret) {
			t.Errorf("the log or the database holds %s", secret)
		}
	}
}

func TestARefusedFormSaysAllProblemsAtTheirFields(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.admin.Get("/crm-sources/new").FormTo("/crm-sources").Set("name", "", "url", "https://10.0.0.7/main.aspx",
		"tenant", "", "client_id", "x", "client_secret", "never-echoed", "tenant_column", "New Tenant", "page_size",
		"9000").Submit()
	p.Want(http.StatusUnprocessableEntity).Shows("Enter a name", "10.0.0.7", "Enter the tenant id",
		"Enter the client id", "no logical name", "from 1 to 5000")
	if strings.Contains(string(p.Body), "never-echoed") {
		t.Error("a secret came back")
	}
	for url, says := range map[string]string{
		"https://contoso.crm4.dynamics.com/main.aspx": "without a path", "ftp://x.example": "https://",
		"": "Enter the organisation", "http://contoso.crm4.dynamics.com": "https only",
	} {
		d.admin.Get("/crm-sources/new").FormTo("/crm-sources").Set("name", "X", "url", url, "tenant", "t", "client_id",
			standin.ClientID, "client_secret", "y").Submit().Want(http.StatusUnprocessableEntity).Shows(says)
	}
	d.source()
	d.admin.Get("/crm-sources/new").FormTo("/crm-sources").Set("name", "dynamics 365", "url", d.crm, "tenant", "t",
		"client_id", standin.ClientID, "client_secret", "y").Submit().
		Want(http.StatusUnprocessableEntity).Shows("Another CRM source has this name")
}

func TestAnOvertakenFormShowsBothVersions(t *testing.T) {
	t.Parallel()
	d := open(t)
	source := d.source()
	mine := d.admin.Get(source+"/edit").FormTo(source).Set("name", "Mine")
	d.admin.Get(source+"/edit").FormTo(source).Set("name", "Theirs").Submit().Next()
	mine.Submit().Want(http.StatusConflict).Shows("Mine", "Theirs")
}

func TestOnlyAdministratorsSeeToSourcesAndOperatorsRead(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.customers(1)
	source := d.source()
	operator, viewer := d.SignIn(auth.Operator), d.SignIn(auth.Viewer)
	d.read(source, operator).Shows("Succeeded")
	for _, path := range []string{source, source + "/deactivate", "/crm-sources"} {
		operator.Post(path, map[string][]string{"name": {"x"}}).Want(http.StatusForbidden)
	}
	viewer.Post(source+"/read", map[string][]string{}).Want(http.StatusForbidden)
	if n := viewer.Get(source).Doc().Find("main form").Length(); n != 0 {
		t.Errorf("a viewer is offered %d forms", n)
	}
	d.admin.Get(source).FormTo(source+"/deactivate").Submit().Next().Shows("Inactive", "is not read")
	d.admin.Post(source+"/read", map[string][]string{}).Want(http.StatusConflict)
}

func TestWhatTheGuardStoppedAsksAndGoesOnWithConsent(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.customers(10)
	source := d.source()
	d.read(source, d.admin)
	d.org.DeleteAccount(accountID(1))
	d.org.DeleteAccount(accountID(2))
	d.org.DeleteAccount(accountID(3))
	stopped := d.read(source, d.admin).Shows("Stopped by the guard", "3 of 10 known accounts")
	agree := stopped.Doc().Find(`form:has(input[name="allow_gone"])`)
	if agree.Length() != 1 {
		t.Fatal("nobody is asked")
	}
	again := stopped.Form(`form:has(input[name="allow_gone"])`).Submit().Next()
	d.work(again, d.admin).Shows("Succeeded", "3 are gone at the source")
	d.admin.Get(source).Shows("Gone at the source", "Customer 01 Ltd")
	record := d.admin.Get(source).Doc().Find(`a[href^="/crm-accounts/"]`).AttrOr("href", "")
	d.admin.Get(record).Shows("no longer has this account", "It is kept here")
	if n := len(d.admin.Get("/crm-accounts.csv").Records()); n != 10 {
		t.Errorf("%d accounts", n)
	}
}

func TestAReadingUnderWayIsShownAndCanBeCancelled(t *testing.T) {
	t.Parallel()
	d := open(t)
	source := d.source()
	first := d.admin.Get(source).FormTo(source + "/read").Submit().Next().Shows("Waiting for its turn")
	second := d.admin.Get(source).FormTo(source + "/read").Submit().Next().Shows("under way already")
	if first.Path() != second.Path() {
		t.Errorf("two readings: %s %s", first.Path(), second.Path())
	}
	first.FormTo(first.Path() + "/cancel").Submit().Next().Shows("Cancelled by")
	d.admin.Post(first.Path()+"/cancel", map[string][]string{}).Want(http.StatusConflict)
	p := d.work(first, d.admin)
	if p.Has("added,") || len(d.org.Journal()) > 0 {
		t.Error("a cancelled reading read")
	}
	events := d.admin.Look(first.Path() + "/events")
	if !strings.Contains(string(events.Body), `"final":true`) {
		t.Errorf("events: %s", events.Body)
	}
}

func TestPagesKeepTheRules(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.customers(3)
	source := d.source()
	run := d.read(source, d.admin)
	d.admin.Get(source).FormTo(source + "/verify").Submit()
	for _, path := range []string{"/crm-sources", "/crm-sources/new", source, source + "/edit", run.Path()} {
		for _, fault := range htmlcheck.Faults(d.admin.Get(path).Doc()) {
			t.Errorf("%s: %s", path, fault)
		}
	}
}
