package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The second world, made apart from the first: what a reseller's two exports
// look like. A firm is true once; each system keeps a card of it, and the card
// goes through the hands of clerks, forms and spreadsheets (see clerk_test.go).

type firm struct {
	core, trade, suffix string // "Harlow & Pike", "Timber Merchants", "Ltd"
	place               string // "Leeds" when the name has it
	site, mail, tenant  string
	line, town, region  string
	post, land, tel     string
	oldName, oldLine    string
}

func (f firm) title() string {
	return strings.Join(strings.Fields(f.core+" "+f.trade+" "+f.place), " ")
}

type exports struct {
	*rand.Rand
	noise float64
	firms []firm
}

func landOf(s seat) string { return countryOf(s.land) }

func newExports(seed uint64, size int, noise float64) world {
	e := &exports{Rand: rand.New(rand.NewPCG(seed, 4242)), noise: noise}
	for len(e.firms) < size {
		e.settle()
	}
	return e.keepBooks()
}

func (e *exports) hit(p float64) bool { return e.Float64() < p }

func (e *exports) pick(xs []string) string { return xs[e.IntN(len(xs))] }

// settle adds one house of firms.
func (e *exports) settle() {
	switch x := e.Float64(); {
	case x < .76:
		e.firms = append(e.firms, e.found())
	case x < .82:
		e.group()
	case x < .87:
		e.offices()
	case x < .90:
		e.chain()
	case x < .93:
		e.namesake()
	case x < .97:
		e.sameDoor()
	default:
		e.numbered()
	}
}

func (e *exports) found() firm {
	f := firm{core: e.coreName()}
	if e.hit(.82) {
		f.trade = e.pick(callings)
	}
	f.trade = strings.TrimSpace(f.trade + " " + e.pick(extras))
	e.seatAt(&f, seats[e.IntN(len(seats))])
	if e.hit(.05) {
		f.place = f.town
	}
	e.webOf(&f)
	e.identify(&f)
	return f
}

func (e *exports) coreName() string {
	switch x := e.Float64(); {
	case x < .25:
		return e.pick(surnames)
	case x < .40:
		return e.pick(surnames) + e.pick([]string{" & ", " and ", " "}) + e.pick(surnames)
	case x < .45:
		return strings.ToUpper(e.pick(surnames)[:1] + e.pick(brandish)[:1] + e.pick(surnames)[:1])
	case x < .70:
		return e.pick(brandish)
	case x < .85:
		return e.pick(brandish) + " " + e.pick(brandish)
	}
	a, b := e.pick(brandish), strings.ToLower(e.pick(brandish))
	return a[:min(len(a), 3+e.IntN(3))] + b[max(0, len(b)-3-e.IntN(3)):]
}

func (e *exports) seatAt(f *firm, s seat) {
	f.town, f.region, f.land = s.town, s.region, s.land
	f.line = fmt.Sprintf("%d %s %s", 1+e.IntN(320), e.pick(alleys), e.pick(alleyKind))
	switch land := landOf(s); land {
	case "gb", "ca", "ie":
		f.post = fmt.Sprintf("%s%d%c%c", s.post, e.IntN(10), 'A'+rune(e.IntN(26)), 'A'+rune(e.IntN(26)))
	default:
		f.post = fmt.Sprintf("%s%02d", s.post, e.IntN(100))
	}
	all := suffixes[landOf(s)]
	f.suffix = e.pick(all)
}

func (e *exports) identify(f *firm) {
	f.tenant = fmt.Sprintf("%08x-%04x-4%03x-b%03x-%012x", e.Uint32(), e.IntN(1<<16), e.IntN(1<<12), e.IntN(1<<12),
		e.Int64N(1<<48))
	switch landOf(seat{land: f.land}) {
	case "us", "ca":
		f.tel = fmt.Sprintf("+1 %d-%03d-%04d", 201+e.IntN(780), 200+e.IntN(799), e.IntN(10000))
	default:
		f.tel = fmt.Sprintf("+%d %d %06d", 30+e.IntN(20), 100+e.IntN(899), e.IntN(1000000))
	}
	f.mail = f.site
	if e.hit(.06) {
		f.mail = e.pick([]string{"mail-" + f.site, "group-" + f.site, strings.Replace(f.site, ".co.uk", ".com", 1)})
	}
	if e.hit(.10) {
		f.mail = e.pick([]string{"gmail.com", "outlook.com", "btinternet.com", "gmx.de", "yahoo.com"})
	}
	if e.hit(.04) {
		f.oldName = e.coreName() + " " + f.trade
	}
	if e.hit(.07) {
		f.oldLine = "old"
	}
}

func (e *exports) webOf(f *firm) {
	plain := strings.Fields(ascii(strings.ToLower(strings.NewReplacer("&", "and", "'", "", "-", "", "Ö", "Oe", "ä",
		"ae").Replace(f.title()))))
	label := plain[0]
	switch x := e.Float64(); {
	case x < .35:
		label = strings.Join(plain[:min(len(plain), 2)], "")
	case x < .55:
		label = strings.Join(plain, "")
	case x < .65:
		label = strings.Join(plain[:min(len(plain), 2)], "-")
	case x < .75 && len(plain) > 2:
		label = ""
		for _, w := range plain {
			label += w[:1]
		}
	case x < .82:
		label = e.pick([]string{"the", "go", "my", ""}) + plain[0] +
			e.pick([]string{"online", "group", "uk", "hq", "ltd", "co"})
	}
	if len(label) < 3 {
		label = strings.Join(plain, "")
	}
	f.site = label + e.pick(endingsOf[landOf(seat{land: f.land})])
}

// group is a holding and its companies, often under one roof.
func (e *exports) group() {
	head := e.found()
	head.core, head.trade = e.coreName(), ""
	e.webOf(&head)
	perm := e.Perm(len(houses))
	for i := range 2 + e.IntN(3) {
		f := head
		f.trade = houses[perm[i]]
		if e.hit(.5) {
			e.seatAt(&f, seats[e.IntN(len(seats))])
		}
		site := f.site
		if e.webOf(&f); e.hit(.4) {
			f.site = site
		}
		tel := f.tel
		if e.identify(&f); e.hit(.3) {
			f.tel = tel
		}
		e.firms = append(e.firms, f)
	}
}

// offices are branches with customers' accounts of their own.
func (e *exports) offices() {
	head := e.found()
	head.place = ""
	oneSite, named := e.hit(.6), e.hit(.5)
	for range 2 + e.IntN(3) {
		f := head
		e.seatAt(&f, seats[e.IntN(len(seats))])
		f.suffix = head.suffix
		if named {
			f.place = f.town
		}
		if !oneSite {
			e.webOf(&f)
		}
		site := f.site
		e.identify(&f)
		f.site = site
		e.firms = append(e.firms, f)
	}
}

// chain is a franchise: one brand, owners of their own.
func (e *exports) chain() {
	brand := e.found()
	for range 2 + e.IntN(4) {
		f := brand
		e.seatAt(&f, seats[e.IntN(len(seats))])
		f.place = f.town
		e.webOf(&f)
		e.identify(&f)
		e.firms = append(e.firms, f)
	}
}

// namesake are strangers with one name.
func (e *exports) namesake() {
	f := e.found()
	g := f
	e.seatAt(&g, seats[e.IntN(len(seats))])
	if e.hit(.5) {
		g.trade = e.pick(callings)
	}
	e.webOf(&g)
	if g.site == f.site {
		g.site = "the" + g.site
	}
	e.identify(&g)
	e.firms = append(e.firms, f, g)
}

func (e *exports) sameDoor() {
	f, g := e.found(), e.found()
	g.line, g.town, g.region, g.post, g.land = f.line, f.town, f.region, f.post, f.land
	if e.hit(.2) {
		g.tel = f.tel
	}
	e.firms = append(e.firms, f, g)
}

func (e *exports) numbered() {
	head := e.found()
	style := e.IntN(3)
	for i := range 2 + e.IntN(3) {
		f := head
		f.trade = strings.TrimSpace(f.trade + " " + [][]string{{"1", "2", "3", "4"}, {"I", "II", "III", "IV"},
			{"One", "Two", "Three", "Four"}}[style][i])
		if e.hit(.4) {
			e.webOf(&f)
		}
		site := f.site
		e.identify(&f)
		f.site = site
		e.firms = append(e.firms, f)
	}
}
