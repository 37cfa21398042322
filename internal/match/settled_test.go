package match

import "testing"

// crowdOf are unrelated records, so that learning and rarity have something to go by.
func crowdOf() world { return newWorld(21, knobs{size: 300, noise: .5}) }

// bandOfPair gives the band and the doubt of a pair that stands among others.
func bandOfPair(a, b Record) (Band, string) {
	w := crowdOf()
	for _, c := range assign(append(w.accounts, a), append(w.crm, b), Options{MinProbability: .01}).Pairs {
		if c.AccountID == a.ID && c.CRMID == b.ID {
			return c.Band, c.Doubt
		}
	}
	return "", "not paired"
}

func TestWhatIsTheirsAloneSettlesADoubt(t *testing.T) {
	t.Parallel()
	for rule, p := range map[string][2]Record{
		"a domain that reads like no name": {{Name: "goquellarius.com", Website: "goquellarius.com",
			Phone: "775-555-0143"}, {Name: "Quellari Tyres Ltd", Website: "goquellarius.com", Phone: "775-555-0143"}},
		"another legal form": {{Name: "Quellari Tyres GmbH", Website: "quellari.com"},
			{Name: "Quellari Tyres AB", Website: "quellari.com"}},
		"a moved company": {{Name: "quellarityres.com", Website: "quellarityres.com",
			Street: "1 Oak Road", City: "Reno", State: "NV", PostalCode: "89501"},
			{Name: "Quellari Tyres", Website: "quellarityres.com", Street: "77 Elm Street", City: "Salem", State: "OR",
				PostalCode: "97301"}},
		"a country in one name": {{Name: "Quellari Tyres USA", Website: "quellarityres.com"},
			{Name: "Quellari Tyres", Website: "quellarityres.com"}},
		"another domain, one telephone": {{Name: "Quellari Tyres", Website: "quellarityres.com", Phone: "775-555-0143"},
			{Name: "Quellari Tyres", Website: "qtgarage.com", Phone: "775-555-0143"}},
	} {
		p[0].ID, p[1].ID = "a", "b"
		if band, doubt := bandOfPair(p[0], p[1]); band != Certain {
			t.Errorf("%s: %s, %q", rule, band, doubt)
		}
	}
}

func TestWhatAHouseSharesSettlesNoDoubt(t *testing.T) {
	t.Parallel()
	for rule, p := range map[string][2]Record{
		"a domain with a sister's word": {{Name: "quellariplumbing.com", Website: "quellariplumbing.com"},
			{Name: "Quellari Foods", Website: "quellariplumbing.com"}},
		"forms of two countries, one of either": {{Name: "Quellari Tyres GmbH", Website: "quellari.com", Country: "DE"},
			{Name: "Quellari Tyres Inc.", Website: "quellari.com", Country: "US"}},
		"a moved company under half a name": {{Name: "quellarityres.com", Website: "quellarityres.com", City: "Reno",
			State: "NV"}, {Name: "Quellari Zandvoort Tyres", Website: "quellarityres.com", City: "Salem", State: "OR"}},
		"towns of one name in two states": {{Name: "Quellari Tyres", City: "Springfield", State: "MO"},
			{Name: "Quellari Tyres", City: "Springfield", State: "IL"}},
		"a word more, another telephone": {{Name: "quellari.com", Website: "quellari.com", Phone: "775-555-0143"},
			{Name: "Quellari Tyres", Website: "quellari.com", Phone: "503-555-0188"}},
	} {
		p[0].ID, p[1].ID = "a", "b"
		if band, doubt := bandOfPair(p[0], p[1]); band == Certain || doubt == "" {
			t.Errorf("%s: %s, %q", rule, band, doubt)
		}
	}
}

func TestTheNumberOfARoadIsNotTheHouses(t *testing.T) {
	t.Parallel()
	for _, p := range []struct {
		a, b string
		want grade
	}{
		{"1744 County Road 12", "5944 County Road 12", gradePartly},
		{"1744 County Road 12", "1744 County Rd 12", gradeAgree},
		{"12-14 Quarry Lane", "12 Quarry Ln", gradeAgree},
		{"12 State Route 9", "880 State Route 9", gradePartly},
	} {
		if got := nearStreet(streetOf(p.a), streetOf(p.b)); got != p.want {
			t.Errorf("%s, %s: %v, not %v", p.a, p.b, got, p.want)
		}
	}
}
