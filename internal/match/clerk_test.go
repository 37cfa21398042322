package match

import (
	"fmt"
	"strings"
)

// keepBooks lets the distributor and the CRM keep their cards of the firms.
func (e *exports) keepBooks() world {
	w := world{truth: map[string]string{}}
	e.Shuffle(len(e.firms), func(i, j int) { e.firms[i], e.firms[j] = e.firms[j], e.firms[i] })
	for i := range e.firms {
		f := &e.firms[i]
		x := e.Float64()
		a, c := e.customerCard(f), e.crmCard(f)
		a.ID, c.ID = fmt.Sprintf("%06d", 100000+e.IntN(89999)*10+i%10)+fmt.Sprint(i),
			fmt.Sprintf("ACC-%d-%d", e.IntN(90000), i)
		if x < .90 {
			w.accounts = append(w.accounts, a)
		}
		if x >= .08 {
			w.crm = append(w.crm, c)
		}
		if x >= .08 && x < .90 {
			w.truth[a.ID] = c.ID
		}
	}
	return w
}

func (e *exports) spoil(p float64) bool { return e.Float64() < p*e.noise }

// customerCard is what the distributor's portal keeps.
func (e *exports) customerCard(f *firm) Record {
	r := Record{Name: e.written(f)}
	label, _, _ := strings.Cut(f.site, ".")
	if e.hit(.35) {
		r.Name = e.pick([]string{f.site, f.site, strings.ToUpper(f.site), label, label + ".onmicrosoft.com",
			"www." + f.site})
	}
	if !e.spoil(.1) {
		r.TenantID = f.tenant
	}
	switch x := e.Float64(); {
	case x < .12*e.noise:
	case x < .25:
		r.Website = label + ".onmicrosoft.com"
	default:
		r.Website = f.site
	}
	if e.hit(.6) {
		e.address(&r, f)
	}
	if e.hit(.4) {
		r.Phone = e.dialled(f.tel)
	}
	return r
}

// crmCard is what sales people typed, and imported, and forgot.
func (e *exports) crmCard(f *firm) Record {
	r := Record{Name: e.written(f)}
	if e.hit(.15) {
		r.TenantID = f.tenant
	}
	if !e.spoil(.2) {
		r.Website = e.pick([]string{"", "www.", "https://www.", "http://", "HTTPS://"}) + f.site +
			e.pick([]string{"", "", "/", "/contact", "/index.php?id=1"})
	}
	if !e.spoil(.3) {
		r.EmailDomains = append(r.EmailDomains, f.mail)
		if e.hit(.1) {
			r.EmailDomains = append(r.EmailDomains, e.pick([]string{"gmail.com", "hotmail.com", "icloud.com"}))
		}
	}
	if e.spoil(.04) {
		r.Website = ascii(strings.ToLower(strings.Fields(e.coreName())[0])) + "-" +
			e.pick([]string{"old", "web", "uk"}) + ".net"
	}
	if !e.spoil(.1) {
		e.address(&r, f)
	}
	if !e.spoil(.25) {
		r.Phone = e.dialled(f.tel)
	}
	return r
}

func (e *exports) written(f *firm) string {
	s := f.title()
	if f.oldName != "" && e.spoil(.35) {
		s = f.oldName
	}
	words := strings.Fields(s)
	if len(words) > 2 && e.spoil(.08) {
		words = words[:len(words)-1]
	}
	if len(words) > 1 && e.spoil(.03) {
		i := e.IntN(len(words) - 1)
		words[i], words[i+1] = words[i+1], words[i]
	}
	if len(words) > 0 && e.spoil(.09) {
		i := e.IntN(len(words))
		words[i] = e.mistyped(words[i])
	}
	s = strings.Join(words, " ")
	switch x := e.Float64(); {
	case x < .35*e.noise:
	case x < .45*e.noise:
		s += " " + e.pick(suffixes[landOf(seat{land: f.land})])
	default:
		s += e.pick([]string{" ", " ", ", "}) + f.suffix
	}
	return e.styled(s, f)
}

func (e *exports) styled(s string, f *firm) string {
	if e.spoil(.10) {
		s = strings.NewReplacer("Services", "Svcs", "International", "Int'l", "Management", "Mgmt", "Manufacturing",
			"Mfg.", "Engineering", "Engrg", "Group", "Grp", "Holdings", "Hldgs", "Distribution", "Dist.", "Electrical",
			"Elec.", "Properties", "Props", "Medical", "Med").Replace(s)
	}
	if e.spoil(.15) {
		s = strings.NewReplacer(" & ", " and ", " and ", " & ").Replace(s)
	}
	if e.spoil(.15) {
		s = strings.ToUpper(s)
	} else if e.spoil(.05) {
		s = strings.ToLower(s)
	}
	if e.spoil(.1) {
		s = ascii(s)
	}
	switch x := e.Float64() / e.noise; {
	case x < .02:
		s = "The " + s
	case x < .04:
		s += " (" + f.town + ")"
	case x < .055:
		s += " - " + e.pick([]string{"HQ", "Main", "Head Office", "NEW"})
	case x < .07:
		s += " t/a " + f.core
	case x < .08:
		s = f.core + " t/a " + s
	case x < .09:
		s += e.pick([]string{" USA", " UK", " EMEA", " Group"})
	}
	return s
}

var keys = map[byte]string{'a': "sq", 'e': "rw", 'i': "uo", 'n': "mb", 'o': "ip", 'r': "te", 's': "ad", 't': "ry",
	'l': "k", 'd': "sf", 'h': "gj", 'c': "xv", 'm': "n"}

func (e *exports) mistyped(w string) string {
	if len(w) < 4 {
		return w
	}
	i := 1 + e.IntN(len(w)-2)
	switch e.IntN(4) {
	case 0:
		return w[:i] + w[i+1:]
	case 1:
		return w[:i] + w[i:i+1] + w[i:]
	case 2:
		return w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:]
	}
	if near := keys[w[i]]; near != "" {
		return w[:i] + near[:1] + w[i+1:]
	}
	return w
}

func (e *exports) address(r *Record, f *firm) {
	g := *f
	if f.oldLine != "" && e.hit(.5) {
		if e.hit(.5) {
			e.seatAt(&g, seats[e.IntN(len(seats))])
		} else {
			town, region, land := g.town, g.region, g.land
			e.seatAt(&g, seat{town, region, g.post[:3], land})
		}
	}
	r.Street, r.City, r.State, r.PostalCode, r.Country = g.line, g.town, g.region, g.post, g.land
	if e.spoil(.25) {
		r.Street = strings.NewReplacer("Street", "St.", "Road", "Rd", "Avenue", "Ave", "Lane", "Ln", "Drive", "Dr",
			"Place", "Pl").Replace(r.Street)
	}
	switch x := e.Float64() / e.noise; {
	case x < .08:
		r.Street += ", " + e.pick([]string{"Suite 200", "Unit 4", "2nd Floor", "Ste 110"})
	case x < .11:
		r.Street = e.pick([]string{"Unit 7, ", "Suite 3, ", "Kings House, "}) + r.Street
	case x < .14:
		r.Street = "PO Box " + fmt.Sprint(10+e.IntN(900))
	case x < .17:
		r.Street = e.mistyped(r.Street)
	}
	if e.spoil(.04) {
		r.City = e.mistyped(r.City)
	}
	if e.spoil(.1) {
		r.PostalCode = strings.TrimLeft(strings.ReplaceAll(r.PostalCode, " ", ""), "0")
	}
	if e.spoil(.1) {
		r.City = strings.ToUpper(r.City)
	}
	for _, v := range []*string{&r.Street, &r.City, &r.State, &r.PostalCode, &r.Country} {
		if e.spoil(.08) {
			*v = ""
		}
	}
}

func (e *exports) dialled(tel string) string {
	switch x := e.Float64() / e.noise; {
	case x < .08:
		return fmt.Sprintf("+1 %d-%03d-%04d", 201+e.IntN(780), 200+e.IntN(799), e.IntN(10000))
	case x < .3:
		return strings.NewReplacer(" ", "", "-", "").Replace(tel)
	case x < .5:
		_, local, _ := strings.Cut(tel, " ")
		return "(" + strings.ReplaceAll(strings.Replace(local, "-", ") ", 1), " ", ") ")
	case x < .55:
		return tel + " x" + fmt.Sprint(10+e.IntN(90))
	}
	return tel
}
