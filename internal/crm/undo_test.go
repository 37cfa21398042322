package crm_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

func importFile(t *testing.T, s crm.Service, content string) uuid.UUID {
	t.Helper()
	id := upload(t, s, content)
	apply(t, s, imports.Order{ID: id})
	return id
}

func undo(t *testing.T, s crm.Service, id uuid.UUID) imports.Undo {
	t.Helper()
	_, planned, err := desk(s).PlanUndo(t.Context(), s.Import(), id)
	if err != nil {
		t.Fatal(err)
	}
	done, err := desk(s).Undo(t.Context(), ada, s.Import(), id)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([3]int{planned.Removed, planned.Restored, planned.Kept()},
		[3]int{done.Removed, done.Restored, done.Kept()}); d != "" {
		t.Errorf("the question said something else: %s", d)
	}
	return done
}

// standing is every account as it stands, with where its values come from.
func standing(t *testing.T, s crm.Service) string {
	t.Helper()
	var out []string
	err := s.DB.Read(t.Context()).
		Raw(`SELECT concat_ws('|', id, external_id, name, website, domain, array_to_string(email_domains, ' '),
			tenant_id, street, city, state, postal_code, country, phone, origins::text, offers::text)
		FROM crm_accounts ORDER BY id`).Scan(&out).Error
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

func account(t *testing.T, s crm.Service, external string) crm.Account {
	t.Helper()
	id, err := crm.Find(s.DB.Read(t.Context()), external)
	if err != nil {
		t.Fatal(err)
	}
	a, err := crm.Get(t.Context(), s.DB.Read(t.Context()), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func edit(t *testing.T, s crm.Service, external string, change func(*crm.Facts)) {
	t.Helper()
	a := account(t, s, external)
	in := crm.Input{Facts: a.Facts}
	change(&in.Facts)
	if err := s.Update(t.Context(), ada, crm.Edit{ID: a.ID, Version: a.Version, Input: in}); err != nil {
		t.Fatal(err)
	}
}

func TestAnImportIsTakenBackExactly(t *testing.T) {
	t.Parallel()
	s := room(t)
	create(t, s, crm.Input{Facts: crm.Facts{ExternalID: "C-1", Name: "Contoso", Website: "contoso.example",
		City: "Leeds"}})
	importFile(t, s, "external_id,name,phone\nC-2,Fabrikam,+1\n")
	edit(t, s, "C-2", func(f *crm.Facts) { f.Phone = "+2" })
	before := standing(t, s)
	id := importFile(t, s, "external_id,name,website,city,phone,email_domains\nC-1,Contoso "+
		"Ltd,www.contoso.test.example,,+3,a.example b.example\nC-2,Fabrikam Inc,,,+4,\nC-3,New,,,,\n")
	if account(t, s, "C-2").Phone != "+2" {
		t.Error("a hand edit was overwritten")
	}
	u := undo(t, s, id)
	if u.Removed != 1 || u.Restored != 2 || u.Kept() != 0 {
		t.Errorf("%+v", u)
	}
	if d := cmp.Diff(before, standing(t, s)); d != "" {
		t.Error(d)
	}
	if _, err := desk(s).Undo(t.Context(), ada, s.Import(), id); errs.KindOf(err) != errs.Conflict ||
		!strings.Contains(errs.Public(err), "Ada Example") {
		t.Errorf("a second undo: %v", err)
	}
	if n := number(t, s.DB, "SELECT count(*) FROM audit_events WHERE action = 'crm_accounts.import_undone'"); n != 1 {
		t.Errorf("%d rows in the trail", n)
	}
	if p := preview(t, s, id); p.Result == nil || p.Result.Undone == nil || p.Result.Undone.By != "Ada Example" {
		t.Errorf("%+v", p.Result)
	}
	apply(t, s, imports.Order{ID: id})
	if n := number(t, s.DB, "SELECT count(*) FROM crm_accounts"); n != 2 {
		t.Error("applying a file again that was taken back did something")
	}
}

func TestWhatWasChangedSinceOrIsInUseIsKeptAndNamed(t *testing.T) {
	t.Parallel()
	s := room(t)
	create(t, s, crm.Input{Facts: crm.Facts{ExternalID: "C-1", Name: "Contoso", City: "Leeds"}})
	id := importFile(t, s, "external_id,name,city\nC-1,Contoso "+
		"Ltd,York\nC-2,Edited,\nC-3,Contracted,\nC-4,Parent,\nC-5,Free,\n")
	edit(t, s, "C-1", func(f *crm.Facts) { f.City = "Hull" })
	edit(t, s, "C-2", func(f *crm.Facts) { f.Phone = "+1" })
	if err := s.DB.Read(t.Context()).
		Exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
			start_date, refunds, is_default, active, created_at, updated_at)
		VALUES (?, ?, 'X', 'USD', 'monthly', 'advance', 1, '2026-01-01', 'no', true, true, now(),
			now())`, uuid.New(), account(t, s, "C-3").ID).Error; err != nil {
		t.Fatal(err)
	}
	create(t, s, crm.Input{Facts: crm.Facts{Name: "Child"}, Parent: "C-4"})
	u := undo(t, s, id)
	why := map[string]string{}
	for _, r := range u.Rows {
		why[r.Label] = r.Reason + r.Note
	}
	for label, says := range map[string]string{"Contoso Ltd": "city was changed after the import",
		"Edited": "changed after the import", "Contracted": "billing contract", "Parent": "stands below"} {
		if !strings.Contains(why[label], says) {
			t.Errorf("%s: %q", label, why[label])
		}
	}
	if u.Removed != 1 || u.Restored != 1 || u.Kept() != 4 {
		t.Errorf("%+v", u)
	}
	if a := account(t, s, "C-1"); a.Name != "Contoso" || a.City != "Hull" {
		t.Errorf("%+v", a)
	}
}

func TestUndoOfALaterImportLeavesAnEarlierOneAsItWas(t *testing.T) {
	t.Parallel()
	s := room(t)
	first := importFile(t, s, "external_id,name,city\nC-1,One,Leeds\n")
	second := importFile(t, s, "external_id,name,city\nC-1,Two,York\n")
	if u := undo(t, s, first); u.Removed != 0 || u.Kept() != 1 {
		t.Errorf("the account was changed since: %+v", u)
	}
	undo(t, s, second)
	if a := account(t, s, "C-1"); a.Name != "One" || a.City != "Leeds" {
		t.Errorf("%+v", a)
	}
}

func TestAnImportThatWasNotAppliedCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	s := room(t)
	id := upload(t, s, "external_id,name\nC-1,One\n")
	if _, err := desk(s).Undo(t.Context(), ada, s.Import(), id); errs.KindOf(err) != errs.Conflict {
		t.Errorf("%v", err)
	}
}

func TestAHandEditIsKeptByAnImportAndWhatWasOnlyTypedGivesWay(t *testing.T) {
	t.Parallel()
	s := room(t)
	create(t, s, crm.Input{Facts: crm.Facts{ExternalID: "C-1", Name: "Contoso", City: "Leeds", Phone: "+1"}})
	edit(t, s, "C-1", func(f *crm.Facts) { f.City = "York" })
	id := upload(t, s, "external_id,name,city,phone\nC-1,Contoso Ltd,Bath,+2\n")
	p := preview(t, s, id).Plan
	if r := p.Rows[0]; r.Outcome != imports.Changed || len(r.Changes) != 2 ||
		!strings.Contains(r.Note, "city stays York, edited by hand; the file says Bath") {
		t.Errorf("%+v", r)
	}
	apply(t, s, imports.Order{ID: id})
	a := account(t, s, "C-1")
	if a.City != "York" || a.Phone != "+2" || a.Name != "Contoso Ltd" {
		t.Errorf("%+v", a)
	}
	from, err := crm.ProvenanceOf(s.DB.Read(t.Context()), a.ID)
	if err != nil || from.Offers["city"].Value != "Bath" || from.Offers["city"].Name != "crm.csv" ||
		from.Origins["phone"].By != crm.File || from.Origins["city"].By != crm.Edited {
		t.Errorf("%v %+v", err, from)
	}
	// Who types what the file says follows the file again.
	edit(t, s, "C-1", func(f *crm.Facts) { f.City = "Bath" })
	importFile(t, s, "external_id,name,city\nC-1,Contoso Ltd,Wells\n")
	if got := account(t, s, "C-1").City; got != "Wells" {
		t.Errorf("city %s", got)
	}
	// A file without the column says nothing of it.
	edit(t, s, "C-1", func(f *crm.Facts) { f.City = "Hull" })
	importFile(t, s, "external_id,name,city\nC-1,Contoso Ltd,Oxford\n")
	importFile(t, s, "external_id,name\nC-1,Contoso\n")
	if from, _ = crm.ProvenanceOf(s.DB.Read(t.Context()), a.ID); from.Offers["city"].Value != "Oxford" {
		t.Errorf("the offer was lost: %+v", from.Offers)
	}
}

func TestExportsOfOtherProgramsAreUnderstood(t *testing.T) {
	t.Parallel()
	s := room(t)
	for content, want := range map[string]crm.Facts{
		"Account Name,Account Number,Website,Main Phone,Address 1: Street 1,Address 1: City,Address 1: " +
			"ZIP/Postal Code,Address 1: Country/Region\nContoso Ltd,A1,www.contoso.example,+44 1,1 " +
			"Quay,Leeds,01067,UK\n": {ExternalID: "A1", Name: "Contoso Ltd",
			Website: "www.contoso.example", Phone: "+44 1", Street: "1 Quay", City: "Leeds", PostalCode: "01067",
			Country: "UK"},
		"Kundennummer;Firma;Straße;PLZ;Ort;Land;Telefon;E-Mail\nK1;Müller GmbH;Weg " +
			"1;01067;Köln;DE;0221;info@müller.example\n": {ExternalID: "K1", Name: "Müller GmbH", Street: "Weg 1",
			PostalCode: "01067", City: "Köln", Country: "DE", Phone: "0221", EmailDomains: "xn--mller-kva.example"},
		"Id\tAccount Name\tBilling City\n0015g00000ABC\tAcme\tBath\n": {ExternalID: "0015g00000ABC",
			Name: "Acme", City: "Bath"},
		"Record ID,Company name,Company Domain Name,City\n77,Hub Ltd,hub.example,York\n": {ExternalID: "77",
			Name: "Hub Ltd", Website: "hub.example", City: "York"},
	} {
		p := preview(t, s, upload(t, s, content)).Plan
		if len(p.Rows) != 1 || p.Rows[0].Outcome != imports.New {
			t.Errorf("%q: %+v", content, p.Rows)
			continue
		}
		got := map[string]string{}
		for _, c := range p.Rows[0].Changes {
			got[c.Field] = c.After
		}
		for _, c := range want.Columns() {
			if got[c.Name] != c.Value {
				t.Errorf("%.30q: %s is %q, want %q", content, c.Name, got[c.Name], c.Value)
			}
		}
	}
}

func TestAChoiceOfColumnsIsRememberedForTheSameNames(t *testing.T) {
	t.Parallel()
	s := room(t)
	d := desk(s)
	content := "Nummer,Bezeichnung,Sitz\n1,Acme,Bath\n"
	id, err := d.Upload(t.Context(), ada, s.Import(), imports.File{Name: "a.csv", Content: []byte(content)})
	if errs.KindOf(err) != errs.Invalid || id == uuid.Nil {
		t.Fatalf("the file is kept for its columns to be chosen: %v %s", err, id)
	}
	if p := preview(t, s, id); p.Unclear == "" || len(p.Plan.Rows) != 0 {
		t.Errorf("%+v", p)
	}
	if _, err := d.Apply(t.Context(), ada, s.Import(), imports.Order{ID: id}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("applied without a name: %v", err)
	}
	changed, err := d.Choose(t.Context(), ada, s.Import(),
		imports.Choice{ID: id, Fields: []string{"external_id", "name", "city"}})
	if err != nil || !changed {
		t.Fatalf("%v %v", changed, err)
	}
	if r := apply(t, s, imports.Order{ID: id}); r.New != 1 {
		t.Errorf("%+v", r)
	}
	again := preview(t, s, upload(t, s, "Sitz,Nummer,bezeichnung\nYork,1,Acme\n"))
	if again.Layout.SavedBy != "Ada Example" || again.Layout.Columns[0].How != imports.Remembered ||
		again.Plan.Rows[0].Outcome != imports.Changed {
		t.Errorf("%+v %+v", again.Layout, again.Plan.Rows)
	}
}
