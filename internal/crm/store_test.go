package crm_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/listing"
	"seatledger/internal/testkit/listtest"
)

func TestCreateKeepsEveryFieldAndWritesTheTrail(t *testing.T) {
	t.Parallel()
	s := room(t)
	in := crm.Input{Facts: crm.Facts{
		ExternalID: "C-1", Name: " Contoso\tLtd ", Website: "https://www.Contoso.example/",
		EmailDomains: "contoso.example;mail.contoso.example",
		TenantID:     "{2B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11}", Street: "1 High Street\nFloor 2", City: "Leeds",
		State:      "Yorkshire",
		PostalCode: "LS1 1AA", Country: "GB", Phone: "+44 113 496 0000",
	}}
	made := create(t, s, in)
	got, err := crm.Get(t.Context(), s.DB.Read(t.Context()), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := crm.Facts{
		ExternalID: "C-1", Name: "Contoso Ltd", Website: "https://www.Contoso.example/", Domain: "contoso.example",
		EmailDomains: "contoso.example mail.contoso.example", TenantID: "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11",
		Street: "1 High Street Floor 2", City: "Leeds", State: "Yorkshire", PostalCode: "LS1 1AA", Country: "GB",
		Phone: "+44 113 496 0000",
	}
	if d := cmp.Diff(want, got.Facts); d != "" {
		t.Error(d)
	}
	if n := number(t, s.DB, `SELECT count(*) FROM audit_events WHERE action = 'crm_account.created' AND object_id = ?
		AND actor = 'Ada Example'`, made.ID.String()); n != 1 {
		t.Errorf("%d rows in the trail", n)
	}
}

func TestAnExternalIDBelongsToOneAccount(t *testing.T) {
	t.Parallel()
	s := room(t)
	in := crm.Input{Facts: crm.Facts{ExternalID: "C-1", Name: "Contoso"}}
	create(t, s, in)
	_, err := s.Create(t.Context(), ada, in)
	if errs.FieldsOf(err)["external_id"] == "" {
		t.Errorf("got %v, want a message at external_id", err)
	}
	create(t, s, named("No id"))
	create(t, s, named("No id either"))
}

func TestAllProblemsOfAFormAreToldAtOnce(t *testing.T) {
	t.Parallel()
	s := room(t)
	_, err := s.Create(t.Context(), ada, crm.Input{Facts: crm.Facts{
		Website: "none", TenantID: "x", EmailDomains: "y", City: strings.Repeat("a", 201),
	}, Parent: "nobody"})
	fields := errs.FieldsOf(err)
	for _, name := range []string{"name", "website", "tenant_id", "email_domains", "city", "parent_id"} {
		if fields[name] == "" {
			t.Errorf("no message at %s: %v", name, fields)
		}
	}
}

func TestAStaleFormIsRefusedAndAnUnchangedOneWritesNothing(t *testing.T) {
	t.Parallel()
	s := room(t)
	a := create(t, s, named("Contoso"))
	if err := s.Update(t.Context(), ada, crm.Edit{ID: a.ID, Version: 1, Input: named("Contoso Ltd")}); err != nil {
		t.Fatal(err)
	}
	err := s.Update(t.Context(), ada, crm.Edit{ID: a.ID, Version: 1, Input: named("Contoso Inc")})
	if !errors.Is(err, crm.ErrStale) || errs.KindOf(err) != errs.Conflict {
		t.Errorf("got %v, want a conflict", err)
	}
	if err := s.Update(t.Context(), ada, crm.Edit{ID: a.ID, Version: 2, Input: named("Contoso Ltd")}); err != nil {
		t.Fatal(err)
	}
	got, err := crm.Get(t.Context(), s.DB.Read(t.Context()), a.ID)
	if err != nil || got.Name != "Contoso Ltd" || got.Version != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	if n := number(t, s.DB, `SELECT count(*) FROM audit_events WHERE object_id = ?`, a.ID.String()); n != 2 {
		t.Errorf("%d rows in the trail, want created and changed", n)
	}
}

func TestParentsFormNoRing(t *testing.T) {
	t.Parallel()
	s := room(t)
	top := create(t, s, crm.Input{Facts: crm.Facts{Name: "Group", ExternalID: "G"}})
	middle := create(t, s, crm.Input{Facts: crm.Facts{Name: "Branch"}, Parent: "G"})
	low := create(t, s, crm.Input{Facts: crm.Facts{Name: "Shop"}, Parent: "branch"})
	if middle.ParentID.UUID != top.ID || low.ParentID.UUID != middle.ID {
		t.Fatalf("parents: %v, %v", middle.ParentID, low.ParentID)
	}
	for _, parent := range []string{low.ID.String(), top.ID.String(), "Branch"} {
		err := s.Update(t.Context(), ada,
			crm.Edit{ID: top.ID, Version: 1, Input: crm.Input{Facts: top.Facts, Parent: parent}})
		if errs.FieldsOf(err)["parent_id"] == "" {
			t.Errorf("parent %s of the top: got %v, want a refusal", parent, err)
		}
	}
}

func TestANameThatTwoAccountsHaveNamesNoParent(t *testing.T) {
	t.Parallel()
	s := room(t)
	create(t, s, named("Twin"))
	create(t, s, named("twin"))
	_, err := s.Create(t.Context(), ada, crm.Input{Facts: crm.Facts{Name: "Child"}, Parent: "Twin"})
	if !strings.Contains(errs.FieldsOf(err)["parent_id"], "Several") {
		t.Errorf("got %v", err)
	}
}

func TestTheListIsSearchedFilteredSortedAndPaged(t *testing.T) {
	t.Parallel()
	s := room(t)
	for _, name := range []string{"delta", "Alpha", "bravo", "Charlie", "100%_sure"} {
		create(t, s, crm.Input{Facts: crm.Facts{Name: name, ExternalID: "X-" + name,
			Website: strings.ToLower(name[:3]) + "-shop.example"}})
	}
	for _, c := range []struct {
		search, mapped, sort string
		want                 []string
	}{
		{"", "", "", []string{"100%_sure", "Alpha", "bravo", "Charlie", "delta"}},
		{"", "", "-name", []string{"delta", "Charlie", "bravo", "Alpha", "100%_sure"}},
		{"", "no", "external_id", []string{"100%_sure", "Alpha", "Charlie", "bravo", "delta"}},
		{"", "yes", "", nil},
		{"%_", "", "", []string{"100%_sure"}},
		{"x-br", "", "updated_at", []string{"bravo"}},
		{"CHA-SHOP", "", "", []string{"Charlie"}},
	} {
		if d := cmp.Diff(c.want, names(t, s, c.search, c.mapped, c.sort)); d != "" {
			t.Errorf("%+v: %s", c, d)
		}
	}
}

// names reads a list page by page, and holds its file and count against it.
func names(t *testing.T, s crm.Service, search, mapped, sort string) []string {
	t.Helper()
	var out []string
	for _, r := range listtest.Rows(t, s.DB, crm.All, listtest.Asked{Search: search, Sort: sort, Size: 2,
		Values: listing.Values{"mapped": mapped}}) {
		out = append(out, r.Name)
	}
	return out
}
