package match

import (
	"fmt"
	"strings"
)

// views shows every company to the distributor and to the CRM; some are known
// to one of them only.
func (m *maker) views() world {
	w := world{truth: map[string]string{}}
	for i := range m.all {
		c := &m.all[i]
		c.inAccounts, c.inCRM = m.chance(.88), m.chance(.88)
		a, b := m.accountView(c), m.crmView(c)
		a.ID, b.ID = fmt.Sprintf("A%04d-%d", m.r.IntN(9000), i), fmt.Sprintf("C%04d-%d", m.r.IntN(9000), i)
		if m.k.namesOnly {
			a, b = Record{ID: a.ID, Name: m.otherName(c)}, Record{ID: b.ID, Name: m.fullName(c)}
		}
		if c.inAccounts {
			w.accounts = append(w.accounts, a)
		}
		if c.inCRM {
			w.crm = append(w.crm, b)
		}
		if c.inAccounts && c.inCRM {
			w.truth[a.ID] = b.ID
		}
	}
	m.r.Shuffle(len(w.accounts), func(i, j int) { w.accounts[i], w.accounts[j] = w.accounts[j], w.accounts[i] })
	m.r.Shuffle(len(w.crm), func(i, j int) { w.crm[i], w.crm[j] = w.crm[j], w.crm[i] })
	return w
}

func (m *maker) fullName(c *company) string {
	return strings.ReplaceAll(strings.Join(c.words, " "), "  ", " ") + " " + c.form
}

func (m *maker) accountView(c *company) Record {
	r := Record{Name: m.otherName(c)}
	if m.chance(.4) {
		r.Name = c.domain
		if m.chance(.2) {
			r.Name = strings.Split(c.domain, ".")[0] + ".onmicrosoft.com"
		}
	}
	if !m.noisy(.15) {
		r.TenantID = c.tenant
	}
	switch {
	case m.noisy(.2):
	case m.chance(.15):
		r.Website = strings.Split(c.domain, ".")[0] + ".onmicrosoft.com"
	default:
		r.Website = c.domain
	}
	m.place(&r, c, .35)
	if !m.noisy(.5) {
		r.Phone = m.phone(c)
	}
	return r
}

func (m *maker) crmView(c *company) Record {
	r := Record{Name: m.fullName(c)}
	if m.noisy(.25) {
		r.Name = m.otherName(c)
	}
	if m.chance(.25) {
		r.TenantID = strings.ToUpper(c.tenant)
	}
	if !m.noisy(.25) {
		r.Website = m.one([]string{"", "www.", "https://www.", "http://"}) + c.domain +
			m.one([]string{"", "", "/", "/en/index.html"})
	}
	if c.freeMail {
		r.EmailDomains = []string{"gmail.com"}
	} else if !m.noisy(.4) {
		r.EmailDomains = []string{c.domain}
	}
	if m.noisy(.05) {
		r.Website, r.EmailDomains = m.letters(9)+".com", nil // moved to another domain
	}
	m.place(&r, c, .12)
	if !m.noisy(.3) {
		r.Phone = m.phone(c)
	}
	return r
}

func (m *maker) place(r *Record, c *company, gaps float64) {
	if m.noisy(gaps) {
		return
	}
	r.Street, r.City, r.State, r.PostalCode, r.Country = c.street, c.city, c.state, c.zip,
		m.one([]string{"US", "USA", "United States"})
	if m.noisy(.06) { // moved
		t := m.towns[m.r.IntN(len(m.towns))]
		r.Street, r.City, r.State, r.PostalCode = fmt.Sprintf("%d %s", 1+m.r.IntN(999), m.one(streetList)), t.city,
			t.state, t.zip
	}
	if m.noisy(.15) {
		r.Street = strings.NewReplacer("Street", "St", "Avenue", "Ave", "Road", "Rd.", "Drive", "Dr", "Lane",
			"Ln").Replace(r.Street)
	}
	if m.noisy(.1) {
		r.Street += ", Suite " + fmt.Sprint(100+m.r.IntN(400))
	}
	if m.noisy(.05) {
		r.City = m.slip(r.City)
	}
	for _, f := range []*string{&r.Street, &r.PostalCode, &r.State, &r.Country, &r.City} {
		if m.noisy(.08) {
			*f = ""
		}
	}
}

func (m *maker) phone(c *company) string {
	if m.noisy(.12) {
		return fmt.Sprintf("%03d-%03d-%04d", 200+m.r.IntN(700), 200+m.r.IntN(700), m.r.IntN(10000))
	}
	if m.chance(.5) {
		return "+1 " + strings.NewReplacer("(", "", ")", "", "-", " ").Replace(c.phone)
	}
	return c.phone
}

var abbreviations = strings.NewReplacer("International", "Intl", "Manufacturing", "Mfg", "Services", "Svcs",
	"Associates", "Assoc.", "Technology", "Tech", "Management", "Mgmt", "Engineering", "Eng.")

// otherName is how the other system writes the name.
func (m *maker) otherName(c *company) string {
	words := append([]string{}, c.words...)
	if m.noisy(.1) && len(words) > 2 && fillersOfWorld[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	if m.noisy(.06) {
		words = append(words, m.one([]string{"Group", "Services", "USA", "Company"}))
	}
	if m.noisy(.03) && len(words) > 1 {
		words[0], words[len(words)-1] = words[len(words)-1], words[0]
	}
	s := strings.Join(words, " ")
	switch {
	case m.noisy(.4):
	case m.noisy(.15):
		s += " " + m.one(lawForms)
	default:
		s += " " + c.form
	}
	if m.noisy(.15) {
		s = abbreviations.Replace(s)
	}
	if m.noisy(.2) {
		s = strings.ReplaceAll(s, "&", "and")
	}
	if m.noisy(.08) {
		s = m.slip(s)
	}
	if m.noisy(.1) {
		s = strings.ToUpper(s)
	}
	if m.noisy(.1) {
		s = ascii(s)
	}
	return s
}

var fillersOfWorld = map[string]bool{"Group": true, "Services": true, "Solutions": true, "Partners": true,
	"Associates": true, "Holdings": true, "International": true, "Systems": true}

// slip makes one slip of the pen.
func (m *maker) slip(s string) string {
	r := []rune(s)
	if len(r) < 4 {
		return s
	}
	i := 1 + m.r.IntN(len(r)-2)
	switch m.r.IntN(3) {
	case 0:
		r[i], r[i+1] = r[i+1], r[i]
	case 1:
		r = append(r[:i], r[i+1:]...)
	default:
		r[i] = rune('a' + m.r.IntN(26))
	}
	return string(r)
}
