package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Company is the truth behind a customer, and what each face calls it. A demo
// makes CRM accounts of it that match well, poorly or not at all.
type Company struct {
	Name       string `json:"name"` // with its legal form
	Domain     string `json:"domain"`
	MailDomain string `json:"mail_domain"` // mostly the domain
	TenantID   string `json:"tenant_id"`
	Street     string `json:"street"`
	City       string `json:"city"`
	State      string `json:"state"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"`
	Phone      string `json:"phone"`
	Contact    string `json:"contact"`

	CustomerNo   string `json:"customer_no"`   // key on the comprehensive face
	LegacyNo     int    `json:"snx_eu_no"`     // key on the legacy face
	StellrName   string `json:"stellr_name"`   // name on the comprehensive face
	StellrDomain string `json:"stellr_domain"` // empty: not told there
	StellrTenant string `json:"stellr_tenant"` // empty: not told there
	LegacyName   string `json:"legacy_name"`   // name on the legacy face
	LegacyTenant string `json:"legacy_tenant"` // empty: not told there
	Discontinued bool   `json:"discontinued"`  // the customer has left
}

// namer makes companies that differ in name or town, and never share a domain.
type namer struct {
	rng   *rand.Rand
	taken map[string]bool
	last  Company
}

// company makes the n-th company. Company n is the same whatever the size of the data set.
func (g *namer) company(n int) Company {
	c := g.truth(n)
	c.CustomerNo = fmt.Sprint(1200000 + n*7)
	c.LegacyNo = 80000 + n*11 + n%7 // rises differently, so that no key can be computed from the other
	g.stellrFace(&c)
	g.legacyFace(&c)
	c.Discontinued = n%23 == 19
	g.last = c
	return c
}

func (g *namer) truth(n int) Company {
	town := pick(g.rng, cities)
	core := pick(g.rng, firstWords) + " " + pick(g.rng, tradeWords)
	if n%31 == 30 { // a branch: the same name in another town, a company of its own
		core = coreName(g.last.Name)
	}
	c := Company{
		Name:       strings.TrimSpace(core + " " + pick(g.rng, legalForms)),
		Domain:     g.domain(core, town),
		TenantID:   guid(g.rng),
		Street:     fmt.Sprintf("%d %s", 1+g.rng.IntN(980), pick(g.rng, streets)),
		City:       town.name,
		State:      town.state,
		PostalCode: town.zip,
		Country:    "US",
		Phone:      fmt.Sprintf("+1-%s-555-01%02d", town.area, g.rng.IntN(100)),
		Contact:    pick(g.rng, givenNames) + " " + pick(g.rng, surnames),
	}
	c.MailDomain = c.Domain
	if chance(g.rng, 12) {
		c.MailDomain = "mail." + c.Domain
	}
	return c
}

// coreName is a name without its legal form.
func coreName(name string) string {
	words := strings.Fields(name)
	return strings.Join(words[:min(2, len(words))], " ")
}

func (g *namer) domain(core string, town city) string {
	base := slug(core)
	for _, try := range []string{base, base + "-" + slug(town.name), base + slug(town.state)} {
		if !g.taken[try] {
			g.taken[try] = true
			return try + ".example"
		}
	}
	for i := 2; ; i++ {
		try := fmt.Sprintf("%s%d", base, i)
		if !g.taken[try] {
			g.taken[try] = true
			return try + ".example"
		}
	}
}

// stellrFace: the comprehensive face mostly calls a customer by its domain.
func (g *namer) stellrFace(c *Company) {
	c.StellrName = c.Domain
	switch n := g.rng.IntN(100); {
	case n < 14:
		c.StellrName = c.Name
	case n < 20:
		c.StellrName = strings.ToUpper(coreName(c.Name))
	case n < 24:
		c.StellrName = coreName(c.Name) + " - " + c.City
	}
	if chance(g.rng, 75) {
		c.StellrDomain = c.Domain
	}
	if chance(g.rng, 82) {
		c.StellrTenant = c.TenantID
	}
}

// legacyFace. Guess: company_name is the name of the company; the tenant id is
// null for some, which public clients skip.
func (g *namer) legacyFace(c *Company) {
	c.LegacyName = c.Name
	if chance(g.rng, 20) {
		c.LegacyName = coreName(c.Name)
	}
	if chance(g.rng, 85) {
		c.LegacyTenant = c.TenantID
	}
}
