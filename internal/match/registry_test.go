package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The third world is the blind one: rules of the matcher were not fitted to it.
// A register of companies is copied twice, and every copy suffers the accidents
// of Febrl's kind: letters are hit wrongly, read wrongly by a scanner, fields
// are lost, words change places. The CRM has prospects besides.

type registry struct {
	*rand.Rand
	harm float64
}

var (
	regHeads = strings.Fields("Aldermere Balmoral Cobalt Dunmore Eversley Fallowfield Glenrothes Hartwell Inverary " +
		"Kingsmead Langdale Marchmont Netherby Orchardleigh Penrose Quantock Rosslyn Selwyn Tavistock Ullswater " +
		"Wentworth Amberley Birchwood Crestwood Dovecote Elmhurst Fernhill Goldcrest Hazelwood Ivybridge Kirkstone " +
		"Lyndhurst Mapledene Newbridge Oakfield Pembridge Rookwood Stonegate Thornbury Westbourne Albatros Baltic " +
		"Condor Danubia Europa Fortuna Galaxia Helvetia Iberia Kontur Lumina Meteor Nordica Optima Progress Romana " +
		"Stella Terra Ventura Wiking Zenit Alvarez Benedetti Christensen Delacroix Eklund Fontana Grünwald Hakala " +
		"Ionescu Janssen Kovács Lindqvist Moreau Novotny Olofsson Petrescu Quintero Rasmussen Steiner Tanaka Urban " +
		"Vermeulen Wójcik Zimmermann")
	regMiddle = []string{"", "", "Advanced", "Allied", "Precision", "Northern", "Coastal", "Metropolitan", "Rural",
		"Digital"}
	regTrade = []string{"Abrasives", "Aggregates", "Airport Parking", "Aquatics", "Bathrooms", "Biofuels", "Brewing",
		"Carpentry", "Catering Equipment", "Ceramics", "Chiropractic", "Coach Hire", "Conservatories", "Couriers",
		"Dairy", "Dry Cleaners", "Egg Packers", "Elevators", "Flooring", "Forestry", "Foundry", "Funeral Directors",
		"Gaskets", "Hearing Aids", "Horticulture", "Hydraulics", "Instruments", "Kennels", "Laundry", "Lighting",
		"Marine", "Milling", "Moulding", "Notaries", "Office Furniture", "Orthodontics", "Paints", "Podiatry",
		"Polymers", "Quarries", "Refrigeration", "Removals", "Sawmills", "Shipping", "Signs", "Stationery", "Tanneries",
		"Tiling", "Translations", "Upholstery", "Valves", "Welding", "Yachts"}
	regForms = []string{"Ltd|.co.uk|GB", "Limited|.co.uk|GB", "LLP|.co.uk|GB", "LLC|.com|US", "Inc.|.com|US",
		"Corp.|.net|US", "GmbH|.de|DE", "AG|.ch|CH", "B.V.|.nl|NL", "S.r.l.|.it|IT", "SARL|.fr|FR", "AB|.se|SE",
		"ApS|.dk|DK", "Oy|.fi|FI", "s.r.o.|.cz|CZ", "Kft.|.hu|HU", "Sp. z o.o.|.pl|PL", "Lda|.pt|PT"}
	regTowns = strings.Split("Ashbourne Bexhill Colchester Daventry Evesham Falmouth Grantham Hexham Ilkley "+
		"Kettering Lowestoft Matlock Nantwich Oswestry Penzance Redruth Stamford Truro Wells Yeovil Burlington "+
		"Concord Durango Eugene Flagstaff Galveston Helena Ithaca Joplin Kenosha Laramie Missoula Newport Olympia "+
		"Pueblo Quincy Roanoke Topeka Utica Wichita Aachen Brno Coimbra Delft Esbjerg Ferrara Graz Haarlem Innsbruck "+
		"Jena Krems Lund Modena Nancy Odense Parma Reims Szeged Turku Uppsala Verona Winterthur", " ")
	regRoads = strings.Fields("Acacia Beech Canning Dovedale Elmwood Foundry Grange Hollybush Ivy Juniper Kiln Lime " +
		"Manor Nelson Orchard Priory Quarry Regent School Tannery Union Vicarage Wharf York")
)

type entry struct{ head, name, form, site, land, road, town, zip, tel, tenant string }

func newRegistry(seed uint64, size int, harm float64) world {
	g := &registry{rand.New(rand.NewPCG(seed, 990)), harm}
	var all []entry
	for len(all) < size {
		all = append(all, g.enter(all))
	}
	return g.copies(all)
}

func (g *registry) any(xs []string) string { return xs[g.IntN(len(xs))] }

func (g *registry) p(x float64) bool { return g.Float64() < x }

// enter writes a company into the register: mostly a new one, now and then a
// relative or a neighbour of one that is there.
func (g *registry) enter(all []entry) entry {
	e := g.fresh(g.any(regHeads))
	if len(all) < 20 {
		return e
	}
	old := all[g.IntN(len(all))]
	switch x := g.Float64(); {
	case x < .04: // a company of the same house
		e.head, e.form, e.land = old.head, old.form, old.land
		e.name = old.head + " " + g.any([]string{"Holdings", "Estates", "Nominees", "Trading", "Pension Trustees",
			"(UK)", "Europe"})
		e.road, e.town, e.zip = old.road, old.town, old.zip
		if e.site = g.domain(&e); g.p(.5) {
			e.site = old.site
		}
	case x < .07: // a branch
		e.head, e.name, e.form, e.land = old.head, old.name, old.form, old.land
		if g.p(.5) {
			e.name += " " + e.town
		}
		if e.site = g.domain(&e); g.p(.5) {
			e.site = old.site
		}
	case x < .11: // next door
		e.road, e.town, e.zip = old.road, old.town, old.zip
	}
	return e
}

func (g *registry) fresh(head string) entry {
	form := strings.Split(g.any(regForms), "|")
	e := entry{head: head, form: form[0], land: form[2], town: g.any(regTowns)}
	if g.p(.3) {
		e.head += g.any([]string{" & ", " ", "-"}) + g.any(regHeads)
	}
	e.name = strings.Join(strings.Fields(e.head+" "+g.any(regMiddle)+" "+g.any(regTrade)), " ")
	e.road = fmt.Sprintf("%d %s %s", 1+g.IntN(240), g.any(regRoads),
		g.any([]string{"Road", "Street", "Close", "Avenue", "Park"}))
	e.zip = fmt.Sprintf("%05d", g.IntN(99999))
	e.tel = fmt.Sprintf("+%d %d %d", 31+g.IntN(18), 10+g.IntN(90), 1000000+g.IntN(8999999))
	e.tenant = fmt.Sprintf("%08x-%04x-4%03x-9%03x-%012x", g.Uint32(), g.IntN(1<<16), g.IntN(1<<12), g.IntN(1<<12),
		g.Int64N(1<<48))
	e.site = g.domain(&e) + form[1]
	return e
}

func (g *registry) domain(e *entry) string {
	words := strings.Fields(ascii(strings.ToLower(strings.NewReplacer("&", "", "-", " ", "(", "", ")", "", "ó", "o",
		"á", "a", "ü", "u").Replace(e.name))))
	label := strings.Join(words, "")
	switch x := g.Float64(); {
	case x < .35:
		label = words[0] + words[len(words)-1]
	case x < .5:
		label = strings.Join(words, "-")
	case x < .65:
		label = words[0] + strings.ToLower(e.land)
	}
	if e.site != "" {
		_, end, _ := strings.Cut(e.site, ".")
		return label + "." + end
	}
	return label
}

// copies makes the two files. A tenth of either side has no partner, the CRM
// has prospects besides.
func (g *registry) copies(all []entry) world {
	w := world{truth: map[string]string{}}
	for i := range all {
		a, c := g.account(&all[i]), g.customer(&all[i])
		a.ID, c.ID = fmt.Sprintf("K%05d", i*7%len(all)+g.IntN(3)*100000), fmt.Sprintf("%08x", g.Uint32())
		x := g.Float64()
		if x < .75 {
			w.accounts = append(w.accounts, a)
		}
		if x > .07 {
			w.crm = append(w.crm, c)
		}
		if x > .07 && x < .75 {
			w.truth[a.ID] = c.ID
		}
	}
	return w
}

func (g *registry) account(e *entry) Record {
	r := Record{Name: g.damaged(e.name + " " + e.form), TenantID: e.tenant, Website: e.site, Country: e.land}
	switch x := g.Float64(); {
	case x < .3:
		r.Name = e.site
	case x < .4:
		r.Name = strings.ToUpper(r.Name)
	}
	if g.p(.2) {
		label, _, _ := strings.Cut(e.site, ".")
		r.Website = strings.ReplaceAll(label, "-", "") + ".onmicrosoft.com"
	}
	if g.p(.7) {
		r.Street, r.City, r.PostalCode = g.damaged(e.road), e.town, e.zip
	}
	if g.p(.35) {
		r.Phone = e.tel
	}
	g.lose(.1, &r.Website, &r.TenantID, &r.City, &r.PostalCode)
	return r
}

func (g *registry) customer(e *entry) Record {
	r := Record{Name: g.damaged(e.name), Website: "https://www." + e.site + "/", Street: g.damaged(e.road),
		City: g.damaged(e.town), PostalCode: e.zip, Phone: strings.ReplaceAll(e.tel, " ", "-"), Country: e.land}
	if g.p(.75) {
		r.Name += " " + e.form
	}
	if g.p(.6) {
		r.EmailDomains = []string{e.site}
	}
	if g.p(.12) {
		r.TenantID = e.tenant
	}
	if g.p(.07 * g.harm) {
		r.Street, r.City, r.PostalCode = fmt.Sprintf("%d %s Street", 1+g.IntN(99), g.any(regRoads)), g.any(regTowns),
			fmt.Sprintf("%05d", g.IntN(99999))
	}
	if g.p(.05 * g.harm) {
		r.Phone = fmt.Sprintf("+%d-%d", 31+g.IntN(18), 100000000+g.IntN(899999999))
	}
	g.lose(.2, &r.Website, &r.Street, &r.PostalCode, &r.Phone, &r.Country)
	return r
}

func (g *registry) lose(p float64, fields ...*string) {
	for _, f := range fields {
		if g.p(p * g.harm) {
			*f = ""
		}
	}
}

// misread is what a scanner makes of letters.
var misread = [][2]string{{"m", "rn"}, {"l", "1"}, {"o", "0"}, {"cl", "d"}, {"i", "l"}, {"e", "c"}, {"B", "8"},
	{"S", "5"}, {"ll", "11"}, {"g", "q"}}

func (g *registry) damaged(s string) string {
	switch x := g.Float64() / g.harm; {
	case x < .05: // a letter hit wrongly
		r := []rune(s)
		r[1+g.IntN(len(r)-1)] = rune('a' + g.IntN(26))
		return string(r)
	case x < .08: // read wrongly
		m := misread[g.IntN(len(misread))]
		return strings.Replace(s, m[0], m[1], 1)
	case x < .11: // words change places
		f := strings.Fields(s)
		i := g.IntN(len(f))
		f[0], f[i] = f[i], f[0]
		return strings.Join(f, " ")
	case x < .15: // the last word is lost
		f := strings.Fields(s)
		return strings.Join(f[:max(1, len(f)-1)], " ")
	case x < .20:
		return ascii(strings.NewReplacer("&", "and", "-", " ", ".", "").Replace(s))
	}
	return s
}
