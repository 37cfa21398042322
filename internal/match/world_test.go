package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The invented world: companies with branches, franchises, sisters and
// neighbours, seen once by a distributor and once by a CRM, each with its own
// gaps and slips. It is made to be harder than an export usually is, and shares
// no table with the matcher.

// company is the truth.
type company struct {
	words             []string // "Harborview", "Dental"
	form              string
	domain, tenant    string
	street, city      string
	state, zip        string
	phone             string
	family            int // companies of one house or one name share it
	inAccounts, inCRM bool
	freeMail          bool
}

// world is a labelled data set: truth maps an account id to its CRM id.
type world struct {
	accounts, crm []Record
	truth         map[string]string
}

// knobs set how much is wrong with the data. One is the usual amount.
type knobs struct {
	size      int
	noise     float64
	namesOnly bool
}

type maker struct {
	r     *rand.Rand
	k     knobs
	all   []company
	towns []town
}

type town struct{ city, state, zip string }

func newWorld(seed uint64, k knobs) world {
	m := &maker{r: rand.New(rand.NewPCG(seed, 77)), k: k}
	m.makeTowns()
	for len(m.all) < k.size {
		m.addFamily(len(m.all))
	}
	return m.views()
}

func (m *maker) chance(p float64) bool { return m.r.Float64() < p }

// noisy is chance scaled by the noise.
func (m *maker) noisy(p float64) bool { return m.r.Float64() < p*m.k.noise }

func (m *maker) one(list []string) string { return list[m.r.IntN(len(list))] }

var (
	onsets = strings.Fields("b br c cr d dr f fl g gr h j k kl l m n p pr qu r s sh st t tr v w z bl ch")
	nuclei = strings.Fields("a e i o u ai ea o a e")
	codas  = strings.Fields("n r l s t x m nd rk rn st ck ll v th lt")
	tails  = strings.Fields("view stone wood field ton ville worth ridge land well ford ia on ex ora is um ence " +
		"ward mark")
	families = strings.Fields("Smith Johnson Brown Miller Davis Garcia Wilson Moore Taylor Thomas Clark Lewis " +
		"Walker Hall Young King Wright Hill Green Baker Nelson Carter Mitchell Turner Parker Collins Stewart Morris " +
		"Rogers Reed Cook Bell Murphy Bailey Cooper Richardson Cox Howard Ward Peterson Gray Watson Brooks Kelly " +
		"Sanders Price Bennett Wood Barnes Ross Henderson Coleman Jenkins Perry Powell Long Patterson Hughes Müller " +
		"Schäfer Lindström Östberg García Peña Dvořák Nowak Lefèvre Rossi Bianchi Jørgensen")
	natures = strings.Fields("Summit Pioneer Harbor River Lake Mountain Valley Eagle Falcon Oak Cedar Pine Maple " +
		"Coastal Liberty Heritage Frontier Horizon Beacon Anchor Keystone Cornerstone Atlas Phoenix Apex Vertex " +
		"Zenith Nova Orion Delta Sigma Alpha Cascade Redwood Sierra Prairie Lone Bluebird Silverline Ironwood " +
		"Northwind Westgate Eastbrook")
	tradesOf = []string{"Dental", "Dental Care", "Construction", "Law", "Legal", "Logistics", "Consulting",
		"Insurance", "Realty", "Plumbing", "Roofing", "Electric", "Manufacturing", "Engineering", "Software",
		"Technology", "Medical", "Pharmacy", "Accounting", "Marketing", "Foods", "Farms", "Motors", "Auto Parts",
		"Landscaping", "Architects", "Veterinary Clinic", "Property Management", "Financial", "Wealth Advisors",
		"Printing", "Security", "Staffing", "Transport", "Energy", "Design", "Builders", "Supply", "Hospitality",
		"Academy"}
	endings = []string{"", "", "", "Group", "Services", "Solutions", "Partners", "Associates", "Holdings",
		"International", "Systems"}
	lawForms = []string{"LLC", "Inc.", "Inc", "Ltd", "Ltd.", "L.L.C.", "Corp.", "Corporation", "GmbH", "AG", "B.V.",
		"S.A.", "SARL", "Pty Ltd", "LLP", "Limited", "Co., Ltd.", "Sp. z o.o.", "AB", "S.r.l."}
	streetList = []string{"Main Street", "Oak Avenue", "Park Road", "2nd Street", "Washington Blvd", "Lake Drive",
		"Hill Lane", "Market Street", "Commerce Way", "Industrial Parkway", "Center Street", "Elm Street", "Broadway",
		"River Road", "Airport Drive", "Sunset Boulevard", "Church Street", "High Street", "Station Road", "Mill Lane"}
	cityList = strings.Split("Austin,TX;Dallas,TX;Houston,TX;Waco,TX;Reno,NV;Las "+
		"Vegas,NV;Denver,CO;Boulder,CO;Portland,OR;Salem,OR;Seattle,WA;Tacoma,WA;Boston,MA;Worcester,MA;Chicago,IL;Peoria,IL;Omaha,NE;Lincoln,NE;Miami,FL;Tampa,FL;Orlando,FL;Atlanta,GA;Savannah,GA;Columbus,OH;Dayton,OH;Akron,OH;Phoenix,AZ;Tucson,AZ;Madison,WI;Green Bay,WI;St. Louis,MO;Springfield,MO;New York,NY;Albany,NY;Buffalo,NY;Ridgemont,NY;Fairhaven,MA;Millbrook,OH;Lakeport,CA;San Jose,CA;Fresno,CA;Sacramento,CA;Oakland,CA", ";")
)

func (m *maker) makeTowns() {
	for _, c := range cityList {
		city, state, _ := strings.Cut(c, ",")
		for range 3 {
			m.towns = append(m.towns, town{city, state, fmt.Sprintf("%05d", 10000+m.r.IntN(89999))})
		}
	}
}

// brand makes the telling word of a name; a third of them are everyday words.
func (m *maker) brand() []string {
	switch {
	case m.chance(.22):
		return []string{m.one(families)}
	case m.chance(.10):
		return []string{m.one(families), "&", m.one(families)}
	case m.chance(.28):
		return []string{m.one(natures)}
	case m.chance(.10):
		return []string{m.one(natures), m.one(natures)}
	case m.chance(.06):
		return []string{strings.ToUpper(m.letters(3))}
	}
	w := m.one(onsets) + m.one(nuclei) + m.one(codas)
	if m.chance(.7) {
		w += m.one(tails)
	} else {
		w += m.one(nuclei) + m.one(codas)
	}
	return []string{strings.ToUpper(w[:1]) + w[1:]}
}

func (m *maker) letters(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + m.r.IntN(26))
	}
	return string(b)
}

func (m *maker) fresh(family int, words []string) company {
	t := m.towns[m.r.IntN(len(m.towns))]
	c := company{words: words, form: m.one(lawForms), family: family, city: t.city, state: t.state, zip: t.zip}
	c.street = fmt.Sprintf("%d %s", 1+m.r.IntN(999), m.one(streetList))
	c.phone = fmt.Sprintf("(%03d) %03d-%04d", 200+m.r.IntN(700), 200+m.r.IntN(700), m.r.IntN(10000))
	c.tenant = fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", m.r.Uint32(), m.r.IntN(1<<16), m.r.IntN(1<<12),
		m.r.IntN(1<<12), m.r.Int64N(1<<48))
	c.domain = m.domainFor(words)
	c.freeMail = m.chance(.12)
	return c
}

func (m *maker) domainFor(words []string) string {
	plainWords := strings.Fields(strings.NewReplacer("&", m.one([]string{"and", ""}), ".",
		"").Replace(strings.ToLower(strings.Join(words, " "))))
	var label string
	switch {
	case m.chance(.12) && len(plainWords) > 2:
		for _, w := range plainWords {
			label += string([]rune(w)[:1])
		}
	case m.chance(.25):
		label = plainWords[0] + m.one([]string{"", "group", "inc", "online", "hq", "us", "corp"})
	case m.chance(.15):
		label = strings.Join(plainWords, "-")
	case m.chance(.3):
		label = strings.Join(plainWords[:min(2, len(plainWords))], "")
	default:
		label = strings.Join(plainWords, "")
	}
	return ascii(label) + m.one([]string{".com", ".com", ".com", ".net", ".org", ".co", ".io", ".co.uk", ".de"})
}

func ascii(s string) string {
	return strings.NewReplacer("ü", "ue", "ä", "ae", "ö", "oe", "í", "i", "ñ", "n", "ř", "r", "á", "a", "è", "e", "ø",
		"o", "Ö", "oe").Replace(s)
}

func (m *maker) addFamily(id int) {
	words := m.brand()
	if m.chance(.85) {
		words = append(words, strings.Fields(m.one(tradesOf))...)
	}
	if e := m.one(endings); e != "" && m.chance(.6) {
		words = append(words, e)
	}
	first := m.fresh(id, words)
	m.all = append(m.all, first)
	switch x := m.r.Float64(); {
	case x < .05:
		m.branches(first)
	case x < .09:
		m.franchise(first)
	case x < .15:
		m.sisters(first)
	case x < .22:
		m.neighbours(first)
	case x < .25:
		m.series(first)
	}
}

// branches put their town behind the name and often share a domain.
func (m *maker) branches(first company) {
	m.all = m.all[:len(m.all)-1]
	for range 2 + m.r.IntN(3) {
		c := m.fresh(first.family, first.words)
		c.words = append(append([]string{}, first.words...), strings.Fields(c.city)...)
		c.form = first.form
		c.domain = first.domain
		if m.chance(.5) {
			c.domain = m.domainFor(c.words)
		}
		m.all = append(m.all, c)
	}
}

// franchise is one name in several towns.
func (m *maker) franchise(first company) {
	for range 1 + m.r.IntN(3) {
		c := m.fresh(first.family, first.words)
		if m.chance(.2) {
			c.domain = first.domain
		}
		m.all = append(m.all, c)
	}
}

// sisters are parent and subsidiaries of one house.
func (m *maker) sisters(first company) {
	head := first.words[:1]
	for range 1 + m.r.IntN(2) {
		words := append(append([]string{}, head...),
			m.one([]string{"Holdings", "Capital", "Properties", "Services", "Foods", "Ventures", "Real Estate",
				"Trading"}))
		c := m.fresh(first.family, strings.Fields(strings.Join(words, " ")))
		if m.chance(.45) {
			c.domain = first.domain
		}
		if m.chance(.5) {
			c.street, c.city, c.state, c.zip = first.street, first.city, first.state, first.zip
		}
		if m.chance(.3) {
			c.phone = first.phone
		}
		m.all = append(m.all, c)
	}
}

func (m *maker) neighbours(first company) {
	c := m.fresh(first.family, append(m.brand(), strings.Fields(m.one(tradesOf))...))
	c.street, c.city, c.state, c.zip = first.street, first.city, first.state, first.zip
	if m.chance(.25) {
		c.phone = first.phone
	}
	m.all = append(m.all, c)
}

// series are numbered companies of one owner.
func (m *maker) series(first company) {
	m.all = m.all[:len(m.all)-1]
	for i := range 2 {
		c := m.fresh(first.family, append(append([]string{}, first.words...), fmt.Sprint(i+1)))
		c.street, c.city, c.state, c.zip = first.street, first.city, first.state, first.zip
		m.all = append(m.all, c)
	}
}
