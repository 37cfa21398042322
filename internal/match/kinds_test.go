package match

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Worlds of one kind each: every one is full of one thing in which two files of
// companies differ, or in which two companies look alike. They share no table
// with the matcher. docs/matching.md says what is measured on them.

// firstSeed is where the seeds begin. Rules are made on those below 5000 and
// judged on others: SEATLEDGER_SEED.
func firstSeed() uint64 {
	n, _ := strconv.ParseUint(os.Getenv("SEATLEDGER_SEED"), 10, 32)
	return n
}

// bazaar makes the companies of these worlds.
type bazaar struct {
	*rand.Rand
	taken map[string]bool
	w     world
	n     int
}

func newBazaar(seed uint64) *bazaar {
	return &bazaar{Rand: rand.New(rand.NewPCG(firstSeed()+seed, 31337)), taken: map[string]bool{},
		w: world{truth: map[string]string{}}}
}

func (z *bazaar) p(x float64) bool { return z.Float64() < x }

func (z *bazaar) any(xs []string) string { return xs[z.IntN(len(xs))] }

// coined is a word that stands in no dictionary.
func (z *bazaar) coined() string {
	w := z.any(onsets) + z.any(nuclei) + z.any(codas)
	if z.p(.6) {
		w += z.any(tails)
	} else {
		w += z.any(nuclei) + z.any(codas)
	}
	return strings.ToUpper(w[:1]) + w[1:]
}

// head is the telling part of a name: a coined word, a family, an everyday word.
func (z *bazaar) head() string {
	switch x := z.Float64(); {
	case x < .45:
		return z.coined()
	case x < .6:
		return z.any(families) + " " + z.coined()
	case x < .7:
		return z.any(families) + " & " + z.any(surnames)
	case x < .85:
		return z.any(brandish) + " " + z.any(natures)
	}
	return z.any(surnames)
}

// card is a company of these worlds.
type card struct{ head, trade, ending, form, site, road, town, zip, tel string }

func (c card) core() string {
	return strings.Join(strings.Fields(c.head+" "+c.trade+" "+c.ending), " ")
}

func (z *bazaar) card() card {
	for {
		c := card{head: z.head(), form: z.any(lawForms[:11]), town: z.any(regTowns)}
		if z.p(.8) {
			c.trade = z.any(regTrade)
		}
		if z.p(.25) {
			c.ending = z.any([]string{"Group", "Services", "Solutions", "Holdings", "International", "Partners"})
		}
		if key := strings.ToLower(c.core()); !z.taken[key] && (c.trade != "" || strings.Contains(c.head, " ")) {
			z.taken[key] = true
			z.settle(&c)
			return c
		}
	}
}

func (z *bazaar) settle(c *card) {
	c.road = fmt.Sprintf("%d %s %s", 1+z.IntN(400), z.any(regRoads), z.any([]string{"Road", "Street", "Lane", "Way"}))
	c.town, c.zip = z.any(regTowns), fmt.Sprintf("%05d", 10000+z.IntN(89999))
	c.tel = fmt.Sprintf("+44 1%03d %06d", z.IntN(1000), z.IntN(1000000))
	words := strings.Fields(ascii(strings.ToLower(strings.ReplaceAll(c.core(), "&", "and"))))
	c.site = strings.Join(words[:min(len(words), 2+z.IntN(2))], "") + z.any([]string{".com", ".net", ".co.uk"})
}

func (c card) record() Record {
	return Record{Name: c.core() + " " + c.form, Website: c.site, Street: c.road, City: c.town, PostalCode: c.zip,
		Phone: c.tel}
}

// both puts a company into both files.
func (z *bazaar) both(a, b Record) {
	a, b = z.id(a), z.id(b)
	z.w.accounts, z.w.crm = append(z.w.accounts, a), append(z.w.crm, b)
	z.w.truth[a.ID] = b.ID
}

func (z *bazaar) account(r Record) { z.w.accounts = append(z.w.accounts, z.id(r)) }

func (z *bazaar) customer(r Record) { z.w.crm = append(z.w.crm, z.id(r)) }

func (z *bazaar) id(r Record) Record {
	z.n++
	r.ID = fmt.Sprintf("%08x-%d", z.Uint32(), z.n)
	return r
}

func (z *bazaar) done() world {
	z.Shuffle(len(z.w.accounts), func(i, j int) { z.w.accounts[i], z.w.accounts[j] = z.w.accounts[j], z.w.accounts[i] })
	z.Shuffle(len(z.w.crm), func(i, j int) { z.w.crm[i], z.w.crm[j] = z.w.crm[j], z.w.crm[i] })
	return z.w
}

// spelling writes a name as another office would: case, form, and, the.
func (z *bazaar) spelling(c card) string {
	s := c.core()
	if z.p(.5) {
		s = strings.ReplaceAll(s, "&", "and")
	}
	if z.p(.06) && fillersOfWorld[c.ending] {
		s = strings.Join(strings.Fields(c.head+" "+c.trade), " ")
	}
	switch x := z.Float64(); {
	case x < .35:
	case x < .5:
		s += " " + z.any([]string{"Inc", "LLC", "Ltd", "Corp", "Limited"})
	default:
		s += z.any([]string{" ", ", "}) + c.form
	}
	if z.p(.08) {
		s = "The " + s
	}
	if z.p(.03) {
		s = z.slip(s)
	}
	if z.p(.4) {
		s = strings.ToUpper(s)
	}
	return s
}

// slip lets two letters change places, or loses one.
func (z *bazaar) slip(s string) string {
	r := []rune(s)
	i := 1 + z.IntN(len(r)-3)
	if z.p(.5) {
		r[i], r[i+1] = r[i+1], r[i]
		return string(r)
	}
	return string(append(r[:i], r[i+1:]...))
}

// relative is another company whose name is the first one's and something more.
func (z *bazaar) relative(c card) card {
	r := c
	z.settle(&r)
	more := z.any([]string{"Foundation", "II", "Capital II", "North", "#" + fmt.Sprint(100+z.IntN(900)), "West",
		"Ventures", "Charitable Trust", "of " + r.town, "Pension Scheme", "Europe", "Research", "(" + r.town + ")",
		"Store " + fmt.Sprint(10+z.IntN(90))})
	r.ending = strings.TrimSpace(c.ending + " " + more)
	return r
}

// uniqueNames are names alone, no two of them the same; relatives stand in one file only.
func uniqueNames(seed uint64) world {
	z := newBazaar(seed)
	for range 1500 {
		c := z.card()
		switch x := z.Float64(); {
		case x < .7:
			z.both(Record{Name: z.spelling(c)}, Record{Name: z.spelling(c)})
		case x < .8:
			z.account(Record{Name: z.spelling(c)})
		case x < .9:
			z.customer(Record{Name: z.spelling(c)})
		case x < .95:
			z.account(Record{Name: z.spelling(c)})
			z.customer(Record{Name: z.spelling(z.relative(c))})
		default:
			z.both(Record{Name: z.spelling(c)}, Record{Name: z.spelling(c)})
			z.account(Record{Name: z.spelling(z.relative(c))})
		}
	}
	return z.done()
}

// namesInNames are companies care of others, traders under a chain's name, and new names of old ones.
func namesInNames(seed uint64) world {
	z := newBazaar(seed)
	chains := []card{z.card(), z.card(), z.card(), z.card()}
	for _, c := range chains {
		z.customer(c.record())
	}
	for range 700 {
		c, d := z.card(), z.card()
		a, b := c.record(), c.record()
		z.blur(&a, &b)
		other := d.core() + " " + d.form
		switch x := z.Float64(); {
		case x < .35:
		case x < .5: // care of somebody who is a customer too
			a.Name += z.any([]string{" c/o ", " C/O ", " care of ", ", c/o "}) + other
			if z.p(.5) {
				a.Street, a.City, a.PostalCode, a.Phone = d.road, d.town, d.zip, d.tel
			}
			z.customer(d.record())
		case x < .6: // the same, and the company itself is in no CRM
			a.Name += z.any([]string{" c/o ", " C/O ", " care of "}) + other
			if z.p(.5) {
				a.Website = ""
				a.Street, a.City, a.PostalCode = d.road, d.town, d.zip
			}
			z.account(a)
			z.customer(d.record())
			continue
		case x < .75: // trades under a name of its own
			a.Name += z.any([]string{" dba ", " t/a ", " trading as ", " d/b/a "}) + d.core()
			if z.p(.5) {
				b.Name = d.core()
			}
		case x < .9: // a franchisee
			a.Name += z.any([]string{" dba ", " t/a ", " DBA "}) + chains[z.IntN(len(chains))].core()
			if z.p(.5) {
				z.account(a)
				continue
			}
		default:
			a.Name += z.any([]string{" formerly ", " fka ", " / "}) + d.core()
		}
		z.both(a, b)
	}
	return z.done()
}

// blur takes fields from the two cards of a company.
func (z *bazaar) blur(rs ...*Record) {
	for _, r := range rs {
		for _, f := range []*string{&r.Website, &r.Phone} {
			if z.p(.4) {
				*f = ""
			}
		}
		if z.p(.3) {
			r.Street, r.City, r.PostalCode = "", "", ""
		}
		if z.p(.1) {
			r.Street = strings.NewReplacer("Road", "Rd", "Street", "St.", "Lane", "Ln").Replace(r.Street)
		}
	}
}

// schools of a district have short names, one switchboard, and streets of their own.
func schools(seed uint64) world {
	z := newBazaar(seed)
	sorts := []string{"Elementary School", "Middle School", "High School", "Primary", "Academy", "Kindergarten",
		"Learning Center", "Annex"}
	for range 60 {
		d := z.card()
		saints := z.Perm(len(families))
		for i := range 4 + z.IntN(8) {
			c := d
			c.head = families[saints[i/3]] // two or three of a name: the elementary and the high school
			c.road = fmt.Sprintf("%d %s Street", 1+z.IntN(400), z.any(regRoads))
			if z.p(.6) {
				c.zip = fmt.Sprintf("%s%02d", d.zip[:3], z.IntN(100))
			}
			c.trade, c.ending, c.form = sorts[(i*3+z.IntN(3))%len(sorts)], "", ""
			c.site = d.site
			a, b := c.record(), c.record()
			a.Name, b.Name = strings.TrimSpace(a.Name), strings.TrimSpace(b.Name)
			for _, r := range []*Record{&a, &b} {
				if z.p(.5) {
					r.Name = c.head
				}
				if z.p(.6) {
					r.Website = ""
				}
			}
			switch x := z.Float64(); {
			case x < .4:
				z.both(a, b)
			case x < .7:
				z.account(a)
			default:
				z.customer(b)
			}
		}
	}
	return z.done()
}

// around is what systems write around a name.
var around = []func(n int, name string) string{
	func(n int, name string) string { return fmt.Sprintf("CUST-%d - %s", 100+n*7, name) },
	func(n int, name string) string { return fmt.Sprintf("[C%05d] %s", 100+n*13, name) },
	func(n int, name string) string { return fmt.Sprintf("%d %s", 100000+n*17, name) },
	func(_ int, name string) string { return name + " (CSP)" },
	func(_ int, name string) string { return name + " - Azure" },
	func(_ int, name string) string { return "Northgate Cloud:" + name },
	func(_ int, name string) string {
		return onlyAlnum(ascii(strings.ToLower(strings.ReplaceAll(name, "&", "and")))) + ".onmicrosoft.com"
	},
	func(n int, name string) string { return fmt.Sprintf("%s (%d)", name, 5000+n*3) },
	func(n int, name string) string {
		return natures[n%len(natures)] + " Partner " + fmt.Sprint(n%9) + ":" + name
	},
}

// decorated is a file in which most names carry a number or a tag; which one changes with the seed.
func decorated(seed uint64) world {
	z := newBazaar(seed)
	decorate := around[seed%uint64(len(around))]
	for i := range 500 {
		c := z.card()
		a, b := Record{Name: z.spelling(c)}, Record{Name: c.core() + " " + c.form}
		if seed%uint64(len(around)) == 6 {
			a.Name = c.core()
		}
		if z.p(.3) {
			full := c.record()
			a.City, a.PostalCode, a.Phone = full.City, full.PostalCode, full.Phone
			full.Name = b.Name
			b = full
		}
		if z.p(.85) {
			a.Name = decorate(i, a.Name)
		}
		switch x := z.Float64(); {
		case x < .8:
			z.both(a, b)
		case x < .9:
			z.account(a)
		default:
			z.customer(b)
		}
	}
	return z.done()
}

// branches is a file full of stores, funds and foundations of one name, most without a partner.
func branches(seed uint64) world {
	z := newBazaar(seed)
	for range 350 {
		c := z.card()
		house := []card{c}
		for range z.IntN(4) {
			r := z.relative(c)
			if slices.ContainsFunc(house, func(o card) bool { return o.ending == r.ending }) {
				continue // two companies of a house have two names
			}
			sited := strings.Contains(r.ending, r.town) || strings.ContainsAny(r.ending, "0123456789")
			if !sited && z.p(.4) { // a store has a door of its own
				r.town, r.zip, r.road = c.town, c.zip, c.road
			}
			if z.p(.3) {
				r.tel = c.tel
			}
			if z.p(.4) {
				r.site = c.site
			}
			house = append(house, r)
		}
		for _, r := range house {
			a, b := r.record(), r.record()
			a.Name = z.spelling(r)
			z.blur(&a, &b)
			switch x := z.Float64(); {
			case x < .4:
				z.both(a, b)
			case x < .7:
				z.account(a)
			default:
				z.customer(b)
			}
		}
	}
	return z.done()
}

// addressed are rows of which each has an address or a domain, and little else that is wrong.
func addressed(seed uint64) world {
	z := newBazaar(seed)
	for range 1000 {
		c := z.card()
		a, b := c.record(), c.record()
		a.Name, b.Name = z.spelling(c), z.spelling(c)
		for _, r := range []*Record{&a, &b} {
			if z.p(.5) {
				r.Phone = ""
			}
		}
		if z.p(.5) {
			a.Website = ""
		} else if z.p(.5) {
			a.Street, a.City, a.PostalCode = "", "", ""
		}
		if z.p(.05) {
			a.Name = initialsOfWords(c.core())
		}
		switch x := z.Float64(); {
		case x < .75:
			z.both(a, b)
		case x < .85:
			z.account(a)
		case x < .93:
			z.customer(b)
		default:
			r := z.relative(c)
			z.both(a, b)
			z.customer(r.record())
		}
	}
	return z.done()
}

func initialsOfWords(s string) string {
	out := ""
	for _, w := range strings.Fields(s) {
		if w != "&" {
			out += w[:1]
		}
	}
	return strings.ToUpper(out)
}
