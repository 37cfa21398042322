package crm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

func desk(s crm.Service) imports.Service { return imports.Service{DB: s.DB, Clock: s.Clock} }

func upload(t *testing.T, s crm.Service, content string) uuid.UUID {
	t.Helper()
	id, err := desk(s).Upload(t.Context(), ada, s.Import(), imports.File{Name: "crm.csv", Content: []byte(content)})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func preview(t *testing.T, s crm.Service, id uuid.UUID) imports.Preview {
	t.Helper()
	p, err := desk(s).Preview(t.Context(), s.Import(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func apply(t *testing.T, s crm.Service, o imports.Order) *imports.Result {
	t.Helper()
	r, err := desk(s).Apply(t.Context(), ada, s.Import(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func counts(s imports.Summary) [4]int { return [4]int{s.New, s.Changed, s.Unchanged, s.Refused} }

func TestAnImportSaysWhatItWillDoAndDoesIt(t *testing.T) {
	t.Parallel()
	s := room(t)
	create(t, s, crm.Input{Facts: crm.Facts{ExternalID: "C-1", Name: "Contoso", City: "Leeds", Phone: "1"}})
	create(t, s, crm.Input{Facts: crm.Facts{ExternalID: "C-2", Name: "Fabrikam"}})
	id := upload(t, s, "external_id,name,city,tenant_id\n"+
		"C-1,Contoso "+
		"Ltd,Leeds,{2B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11}\nC-2,Fabrikam,,\nC-3,Northwind,Bath,\nC-4,,,\nC-5,A,,x\nC-6,B,,\nC-6,C,,\n")
	p := preview(t, s, id)
	if d := cmp.Diff([4]int{1, 1, 1, 4}, counts(p.Plan.Summary())); d != "" {
		t.Errorf("preview: %s%+v", d, p.Plan.Rows)
	}
	if d := cmp.Diff([]imports.Change{{Field: "name", Before: "Contoso", After: "Contoso Ltd"},
		{Field: "tenant_id", After: "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11"}}, p.Plan.Rows[0].Changes); d != "" {
		t.Error(d)
	}
	if r := p.Plan.Rows[5]; r.Outcome != imports.Refused || !strings.Contains(r.Reason, "Line 8") {
		t.Errorf("a duplicate: %+v", r)
	}
	if n := number(t, s.DB, "SELECT count(*) FROM crm_accounts"); n != 2 {
		t.Errorf("the preview wrote: %d accounts", n)
	}
	r := apply(t, s, imports.Order{ID: id, Seen: p.Plan.Summary().Token()})
	if d := cmp.Diff([4]int{1, 1, 1, 4}, counts(r.Summary)); d != "" || r.Expected != nil {
		t.Errorf("result: %s, expected %v", d, r.Expected)
	}
	if n := number(t, s.DB, "SELECT count(*) FROM crm_accounts WHERE external_id = 'C-1' AND name = 'Contoso Ltd' "+
		"AND phone = '1' AND version = 2"); n != 1 {
		t.Error("C-1 is not as the file says, or lost a column that the file does not have")
	}
	if n := number(t, s.DB, "SELECT version FROM crm_accounts WHERE external_id = 'C-2'"); n != 1 {
		t.Error("an unchanged line wrote")
	}
}

func TestApplyingTwiceIsHarmless(t *testing.T) {
	t.Parallel()
	s := room(t)
	id := upload(t, s, "external_id,name\nC-1,Contoso\n,Without id\n")
	first := apply(t, s, imports.Order{ID: id})
	second := apply(t, s, imports.Order{ID: id})
	if d := cmp.Diff(counts(first.Summary), counts(second.Summary)); d != "" {
		t.Error(d)
	}
	third := apply(t, s, imports.Order{ID: upload(t, s, "external_id,name\nC-1,Contoso\n,without ID\n")})
	if d := cmp.Diff([4]int{0, 1, 1, 0}, counts(third.Summary)); d != "" {
		t.Errorf("a line without an external id made a second account: %s", d)
	}
	if n := number(t, s.DB, "SELECT count(*) FROM crm_accounts"); n != 2 {
		t.Errorf("%d accounts", n)
	}
	if n := number(t, s.DB, "SELECT count(*) FROM audit_events WHERE action = 'crm_accounts.imported'"); n != 2 {
		t.Errorf("%d rows in the trail, want one per applied file", n)
	}
}

func TestWhatChangedSinceThePreviewIsComputedAnewAndTold(t *testing.T) {
	t.Parallel()
	s := room(t)
	id := upload(t, s, "external_id,name\nC-1,Contoso\n")
	seen := preview(t, s, id).Plan.Summary()
	create(t, s, crm.Input{Facts: crm.Facts{ExternalID: "C-1", Name: "Contoso"}})
	r := apply(t, s, imports.Order{ID: id, Seen: seen.Token()})
	if r.Expected == nil || r.Expected.New != 1 || r.Unchanged != 1 {
		t.Errorf("got %+v", r)
	}
	if again := preview(t, s, id).Result; again == nil || again.Expected == nil || again.By != "Ada Example" {
		t.Errorf("the result that was kept: %+v", again)
	}
}

func TestOurOwnFileComesBackUnchanged(t *testing.T) {
	t.Parallel()
	s := room(t)
	a := create(t, s, crm.Input{Facts: crm.Facts{Name: "=Formula & Sons", Phone: "+44 1", Website: "müller.example"}})
	b := create(t, s, crm.Input{Facts: crm.Facts{Name: "=Formula & Sons", ExternalID: "-7"}})
	file := fmt.Sprintf("id,external_id,name,website,phone\n%s,,'=Formula & Sons,müller.example,'+44 "+
		"1\n%s,'-7,'=Formula & Sons,,\n", a.ID, b.ID)
	if d := cmp.Diff([4]int{0, 0, 2, 0}, counts(preview(t, s, upload(t, s, file)).Plan.Summary())); d != "" {
		t.Error(d)
	}
	// A line found by its id neither loses nor needs its external id.
	file = fmt.Sprintf("id,external_id,name\n%s,N-1,A\n%s,,B\n", a.ID, b.ID)
	apply(t, s, imports.Order{ID: upload(t, s, file)})
	if n := number(t, s.DB, "SELECT count(*) FROM crm_accounts WHERE (name, external_id) IN (('A', 'N-1'), ('B', '-7'))"); n != 2 {
		t.Errorf("%d accounts are as the file says", n)
	}
}

func TestAnIDAndAnExternalIDOfTwoAccountsAreRefused(t *testing.T) {
	t.Parallel()
	s := room(t)
	a := create(t, s, crm.Input{Facts: crm.Facts{Name: "A", ExternalID: "1"}})
	create(t, s, crm.Input{Facts: crm.Facts{Name: "B", ExternalID: "2"}})
	file := fmt.Sprintf("id,external_id,name\n%s,2,A\n", a.ID)
	p := preview(t, s, upload(t, s, file))
	if p.Plan.Rows[0].Outcome != imports.Refused {
		t.Errorf("got %+v", p.Plan.Rows[0])
	}
}

func TestAFileOfAnotherSubjectIsNotFound(t *testing.T) {
	t.Parallel()
	s := room(t)
	if _, err := desk(s).Preview(t.Context(), s.Import(), uuid.Must(uuid.NewV7())); errs.KindOf(err) != errs.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestTenThousandAccountsAreImportedInOneGo(t *testing.T) {
	t.Parallel()
	s := room(t)
	var file strings.Builder
	file.WriteString("external_id,name,website,email_domains,tenant_id,street,city,state,postal_code,country,phone\n")
	for i := range 10_000 {
		fmt.Fprintf(&file, "C-%d,Customer %d,www.customer-%d.example,customer-%d.example,%s,%d "+
			"Street,Town,State,1000,US,+1 555\n", i, i, i, i, uuid.NewSHA1(uuid.NameSpaceDNS, fmt.Append(nil, i)), i)
	}
	first := apply(t, s, imports.Order{ID: upload(t, s, file.String())})
	if first.New != 10_000 || first.Refused != 0 {
		t.Fatalf("first: %+v", counts(first.Summary))
	}
	again := apply(t, s, imports.Order{ID: upload(t, s, file.String())})
	if again.Unchanged != 10_000 {
		t.Errorf("second: %+v", counts(again.Summary))
	}
	if n := number(t, s.DB, "SELECT count(*) FROM crm_accounts WHERE version > 1"); n != 0 {
		t.Errorf("the second import wrote %d accounts that had not changed", n)
	}
}
