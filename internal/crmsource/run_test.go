package crmsource_test

import (
	"strings"
	"testing"

	"seatledger/internal/crm"
	"seatledger/internal/crm/dataverse/standin"
	"seatledger/internal/crmsource"
)

func TestAFirstReadingBringsEveryAccountWithItsContactsDomains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(5)
	w.org.PutContact(contactID(1), id(1), "Ann@Mail.Customer01.example")
	w.org.PutContact(contactID(2), id(1), "bob@customer01.example")
	w.org.PutContact(contactID(3), id(1), "cy@customer01.example")
	w.org.PutContact(contactID(4), "", "lost@elsewhere.example")
	r := w.read()
	w.ends(r, crmsource.Succeeded, "5 added")
	w.counts(r, crmsource.Counts{Added: 5})
	a := w.customer(1)
	want := crm.Facts{ExternalID: id(1), Name: "Customer 01 Ltd", Website: "https://www.customer01.example/home",
		Domain: "customer01.example", EmailDomains: "customer01.example mail.customer01.example",
		TenantID: "2b1f0e5c-7a41-4d0e-9a53-000000000001", Street: "1 Quay", City: "Leeds", PostalCode: "01067",
		Phone: "+44 113 1"}
	if a.Facts != want || a.Source != crm.SourceCRM {
		t.Errorf("%+v", a)
	}
	if got := w.text(`SELECT mail_domain FROM crm_source_contacts
		ORDER BY 1`); got != "customer01.example|customer01.example|mail.customer01.example" {
		t.Errorf("of people only the domain may be kept: %s", got)
	}
	for _, q := range w.org.Journal() {
		if q.Method != "GET" && !strings.HasSuffix(q.Path, "/oauth2/v2.0/token") {
			t.Errorf("something else than a question left: %s %s", q.Method, q.Path)
		}
	}
}

func TestTheNextReadingTakesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(6)
	w.read()
	quiet := w.text(`SELECT string_agg(xmin::text, ',' ORDER BY id) FROM crm_accounts`)
	r := w.read()
	w.ends(r, crmsource.Succeeded)
	if r.ReadHow != "changes" || r.Accounts != 0 {
		t.Errorf("read %s, %d accounts", r.ReadHow, r.Accounts)
	}
	if now := w.text(`SELECT string_agg(xmin::text, ',' ORDER BY id) FROM crm_accounts`); now != quiet {
		t.Error("a reading without changes wrote accounts")
	}
	w.org.PutAccount(id(2), map[string]any{"address1_city": "Bath"})
	w.org.PutAccount(id(9), map[string]any{"name": "New Ltd"})
	w.org.DeleteAccount(id(3))
	w.org.PutContact(contactID(1), id(5), "eve@customer05.example")
	r = w.read()
	w.counts(r, crmsource.Counts{Added: 1, Changed: 2, Gone: 1})
	if w.customer(2).City != "Bath" || w.customer(5).EmailDomains != "customer05.example" {
		t.Errorf("%+v %+v", w.customer(2), w.customer(5))
	}
	if w.customer(3).Name == "" ||
		w.text(`SELECT status FROM crm_source_records WHERE external_id = ?`, id(3)) != "gone" {
		t.Error("a deleted account must stay here and be marked")
	}
	w.org.PutAccount(id(3), map[string]any{"name": "Customer 03 Ltd"})
	w.read()
	if w.text(`SELECT status FROM crm_source_records WHERE external_id = ?`, id(3)) != "active" {
		t.Error("what came back is still marked as gone")
	}
}

func TestAnExpiredDeltaLinkHasEverythingReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(8)
	w.read()
	w.org.Lose("accounts", id(8))
	w.org.ExpireDeltas()
	r := w.read()
	w.ends(r, crmsource.Succeeded, "One is gone at the source")
	if r.ReadHow != "whole" || r.Gone != 1 || r.Unchanged != 7 {
		t.Errorf("%s %+v", r.ReadHow, r.Counts)
	}
	if r = w.read(); r.ReadHow != "changes" {
		t.Errorf("then read %s", r.ReadHow)
	}
}

func TestWithoutChangeTrackingEverythingIsReadEachTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(5)
	w.org.TrackChanges(false)
	w.read()
	if r := w.read(); r.ReadHow != "whole" || r.Unchanged != 5 {
		t.Errorf("%s %+v", r.ReadHow, r.Counts)
	}
}

func TestMassLossStopsTheRunBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(10)
	w.read()
	w.org.Lose("accounts", id(1), id(2), id(3))
	w.org.PutAccount(id(9), map[string]any{"address1_city": "Bath"})
	r := w.read(whole)
	w.ends(r, crmsource.Stopped, "3 of 10 known accounts would be gone",
		"Customer 01 Ltd, Customer 02 Ltd, Customer 03 Ltd")
	if w.customer(9).City != "Leeds" {
		t.Error("a stopped run wrote")
	}
	r = w.read(whole, allowGone)
	w.ends(r, crmsource.Succeeded)
	if r.Gone != 3 || r.Changed != 1 {
		t.Errorf("%+v", r.Counts)
	}
}

func TestAnEmptyAnswerIsNeverDeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(1)
	w.org.PutContact(contactID(1), id(1), "ann@customer01.example")
	w.read()
	w.org.Break(standin.Fault{Path: "/accounts", Body: `{"value":[]}`})
	w.ends(w.read(whole, allowGone), crmsource.Stopped, "no accounts at all")
	w.org.Lose("contacts", contactID(1))
	w.ends(w.read(whole), crmsource.Partial, "too many to believe")
	if got := w.customer(1).EmailDomains; got != "customer01.example" {
		t.Errorf("mail domains %q", got)
	}
}

func TestWhatWasEditedByHandStaysAndTheSourcesValueIsOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(2)
	w.read()
	w.edit(1, func(f *crm.Facts) { f.Phone, f.Street = "+44 113 999", "" })
	w.org.PutAccount(id(1), map[string]any{"telephone1": "+44 113 2", "address1_line1": "2 Quay",
		"address1_city": "York"})
	r := w.read()
	w.counts(r, crmsource.Counts{Changed: 1, Kept: 1})
	a := w.customer(1)
	if a.Phone != "+44 113 999" || a.Street != "" || a.City != "York" {
		t.Errorf("%+v", a.Facts)
	}
	p, err := crm.ProvenanceOf(w.DB.Read(t.Context()), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o := p.Offers["phone"]; o.Value != "+44 113 2" || o.Name != "Dynamics 365" ||
		p.Origins["phone"].By != crm.Edited || p.Origins["city"].By != crm.Dataverse {
		t.Errorf("%+v", p)
	}
	if err := w.CRM.UseOffer(t.Context(), ada, a.ID, "phone"); err != nil {
		t.Fatal(err)
	}
	w.org.PutAccount(id(1), map[string]any{"telephone1": "+44 113 3"})
	w.read()
	if got := w.customer(1).Phone; got != "+44 113 3" {
		t.Errorf("after the source's value was taken the field follows it: %s", got)
	}
}

func TestAnAccountThatIsHereUnderItsNumberIsAdoptedOnceAndKeepsItsId(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(3)
	w.org.PutAccount(id(3), map[string]any{"accountnumber": "A-02"})
	one, err := w.CRM.Create(t.Context(), ada,
		crm.Input{Facts: crm.Facts{Name: "Customer 01", ExternalID: "A-01", City: "Hull"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.CRM.Create(t.Context(), ada,
		crm.Input{Facts: crm.Facts{Name: "Customer 02 Ltd", ExternalID: "A-02"}}); err != nil {
		t.Fatal(err)
	}
	r := w.read()
	w.counts(r, crmsource.Counts{Added: 2, Changed: 1, Kept: 1})
	a := w.customer(1)
	if a.ID != one.ID || a.ExternalID != "A-01" || a.City != "Hull" || a.Street != "1 Quay" {
		t.Errorf("%+v", a)
	}
	w.ends(r, crmsource.Succeeded, "One new account has the name of an account")
}

func TestWhatCannotBeReadIsToldAndHarmsNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(2)
	w.org.PutAccount(id(1), map[string]any{"websiteurl": "none yet"})
	w.org.PutAccount(id(7), map[string]any{"name": nil})
	w.org.PutAccount(id(8), map[string]any{"name": "Sleeping Ltd", "statecode": 1})
	r := w.read()
	w.ends(r, crmsource.Partial, "could not be brought in", "One is inactive")
	w.counts(r, crmsource.Counts{Added: 2, Refused: 1, Skipped: 1})
	if got := w.text(`SELECT note FROM crm_source_records WHERE external_id = ?`, id(1)); !strings.Contains(got,
		"Website was left as it is") {
		t.Errorf("note %q", got)
	}
}
