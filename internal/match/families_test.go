package match

import "testing"

// rec is a record by name, domain, city and state.
func rec(id, name, domain, city, state string) Record {
	return Record{ID: id, Name: name, Website: domain, City: city, State: state}
}

// mustPair fails unless exactly the wanted pairs are likely or certain.
func mustPair(t *testing.T, accounts, crm []Record, want map[string]string) {
	t.Helper()
	got := partners(assign(accounts, crm, Options{}))
	for a, b := range want {
		if got[a] != b {
			t.Errorf("%s is paired with %q, want %q", a, got[a], b)
		}
	}
	for a, b := range got {
		if want[a] == "" {
			t.Errorf("%s must not be paired, got %q", a, b)
		}
	}
}

func TestBranchesKeepToTheirTowns(t *testing.T) {
	t.Parallel()
	mustPair(t,
		[]Record{rec("a1", "Northwind Dental Austin", "", "Austin", "TX"),
			rec("a2", "Northwind Dental Dallas", "", "Dallas", "TX")},
		[]Record{rec("c1", "Northwind Dental Dallas LLC", "", "Dallas", "TX"),
			rec("c2", "Northwind Dental Austin LLC", "", "Austin", "TX")},
		map[string]string{"a1": "c2", "a2": "c1"})
	mustPair(t,
		[]Record{rec("a1", "Northwind Dental Austin", "", "Austin", "TX")},
		[]Record{rec("c1", "Northwind Dental Dallas", "", "Dallas", "TX")},
		nil)
}

func TestNamesakesInTwoTownsAreTwoCompanies(t *testing.T) {
	t.Parallel()
	mustPair(t,
		[]Record{rec("a1", "Smith & Sons", "", "Reno", "NV"), rec("a2", "Smith and Sons", "", "Salem", "OR")},
		[]Record{rec("c1", "Smith & Sons Inc.", "", "Salem", "OR"), rec("c2", "Smith & Sons Inc.", "", "Reno", "NV")},
		map[string]string{"a1": "c2", "a2": "c1"})
	mustPair(t,
		[]Record{rec("a1", "Smith & Sons", "", "Reno", "NV")},
		[]Record{rec("c1", "Smith & Sons Inc.", "", "Salem", "OR")},
		nil)
}

func TestParentAndSubsidiaryAreNotOne(t *testing.T) {
	t.Parallel()
	mustPair(t,
		[]Record{rec("a1", "Acme Services", "", "", "")},
		[]Record{rec("c1", "Acme Holdings", "", "", "")},
		nil)
}

func TestSistersUnderOneDomainAreNeverCertain(t *testing.T) {
	t.Parallel()
	res := assign(
		[]Record{rec("a1", "acme.example", "acme.example", "", "")},
		[]Record{rec("c1", "Acme Holdings", "acme.example", "", ""), rec("c2", "Acme Foods", "acme.example", "", "")},
		Options{})
	for _, c := range res.Pairs {
		if c.Band == Certain {
			t.Errorf("%+v", c)
		}
	}
}

func TestANearTieIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	res := assign(
		[]Record{rec("a1", "Bluebird Farms", "", "", "")},
		[]Record{rec("c1", "Bluebird Farms", "", "", ""), rec("c2", "Bluebird Farms", "", "", "")}, Options{})
	if len(res.Pairs) != 1 || res.Pairs[0].Band != Unclear || len(res.Pairs[0].Ties) != 1 {
		t.Fatalf("%+v", res.Pairs)
	}
}

func TestNeighboursAreStrangers(t *testing.T) {
	t.Parallel()
	a := Record{ID: "a", Name: "Oakline Insurance", Street: "12 Main Street", City: "Reno", State: "NV",
		PostalCode: "89501", Phone: "775-555-0100"}
	b := Record{ID: "b", Name: "Tarvey Plumbing", Street: "12 Main St", City: "Reno", State: "NV", PostalCode: "89501",
		Phone: "775-555-0100"}
	if c := NewPair(a, b); c.Band != Unclear {
		t.Fatalf("%+v", c)
	}
}

func TestADomainIsReadAsAName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"harborviewdental.com", "harborview-dental.co.uk", "harborviewdental.onmicrosoft.com",
		"HarborviewDentalGroup.com"} {
		mustPair(t,
			[]Record{rec("a1", name, "", "", "")},
			[]Record{rec("c1", "Harborview Dental Group LLC", "", "", ""),
				rec("c2", "Harborside Medical LLC", "", "", ""), rec("c3", "Riverview Dental LLC", "", "", "")},
			map[string]string{"a1": "c1"})
	}
}

func TestDifferentTenantsAreNeverCertain(t *testing.T) {
	t.Parallel()
	a := Record{ID: "a", Name: "Oakline", Website: "oakline.example", TenantID: "11111111-2222-3333-4444-555555555555",
		Phone: "775-555-0100"}
	b := Record{ID: "b", Name: "Oakline", Website: "oakline.example", TenantID: "99999999-2222-3333-4444-555555555555",
		Phone: "775-555-0100"}
	if c := NewPair(a, b); c.Band == Certain || c.Doubt == "" {
		t.Fatalf("%+v", c)
	}
	b.TenantID = "{11111111-2222-3333-4444-555555555555}"
	if c := NewPair(a, b); c.Band != Certain || !c.Decisive {
		t.Fatalf("%+v", c)
	}
}

func TestIdentityIsStrict(t *testing.T) {
	t.Parallel()
	tenant := "11111111-2222-3333-4444-555555555555"
	cases := []struct {
		rule          string
		accounts, crm []Record
		want          int
	}{
		{"same tenant id", []Record{{ID: "a", TenantID: tenant}}, []Record{{ID: "b", TenantID: tenant}}, 1},
		{"a tenant id held twice", []Record{{ID: "a", TenantID: tenant}},
			[]Record{{ID: "b", TenantID: tenant}, {ID: "c", TenantID: tenant}}, 0},
		{"same domain", []Record{{ID: "a", Website: "https://www.oakline.test/x"}},
			[]Record{{ID: "b", EmailDomains: []string{"oakline.test"}}}, 1},
		{"a domain held twice in the CRM", []Record{{ID: "a", Website: "oakline.test"}},
			[]Record{{ID: "b", Website: "oakline.test"}, {ID: "c", Website: "oakline.test"}}, 0},
		{"a domain held twice by accounts", []Record{{ID: "a", Website: "oakline.test"},
			{ID: "z", Website: "oakline.test"}}, []Record{{ID: "b", Website: "oakline.test"}}, 0},
		{"free mail", []Record{{ID: "a", EmailDomains: []string{"gmail.com"}}},
			[]Record{{ID: "b", EmailDomains: []string{"gmail.com"}}}, 0},
		{"a shared roof", []Record{{ID: "a", Website: "oakline.onmicrosoft.com"}},
			[]Record{{ID: "b", Website: "tarvey.onmicrosoft.com"}}, 0},
		{"same domain, other tenant", []Record{{ID: "a", Website: "oakline.test", TenantID: tenant}},
			[]Record{{ID: "b", Website: "oakline.test", TenantID: "9" + tenant[1:]}}, 0},
		{"two domains that lead to two records",
			[]Record{{ID: "a", EmailDomains: []string{"oakline.test", "tarvey.test"}}},
			[]Record{{ID: "b", Website: "oakline.test"}, {ID: "c", Website: "tarvey.test"}}, 0},
		{"nothing", []Record{{ID: "a"}}, []Record{{ID: "b"}}, 0},
	}
	for _, c := range cases {
		if got := CertainByIdentity(c.accounts, c.crm); len(got) != c.want {
			t.Errorf("%s: %v", c.rule, got)
		}
	}
}
