package match

// Identity is a pair that is certain by identity alone.
type Identity struct {
	AccountID string
	CRMID     string
	Reason    string // "same tenant id" or "same domain harborview.example, one candidate on each side"
}

// CertainByIdentity gives the pairs that may be mapped by the machine on the
// strict rule: the same tenant id, held by exactly one record on each side; or
// the same domain, held by exactly one record on each side, with no tenant ids
// that contradict. Free mail and shared roofs are nobody's domain.
func CertainByIdentity(accounts, crm []Record) []Identity {
	as, bs := profiles(byID(accounts)), profiles(byID(crm))
	tenantA, tenantB := holders(as, tenantsOf), holders(bs, tenantsOf)
	domainA, domainB := holders(as, domainsOf), holders(bs, domainsOf)
	taken := map[string]bool{}
	var out []Identity
	pair := func(i, j int, reason string) {
		a, b := "a"+as[i].rec.ID, "b"+bs[j].rec.ID
		if !taken[a] && !taken[b] {
			taken[a], taken[b] = true, true
			out = append(out, Identity{AccountID: as[i].rec.ID, CRMID: bs[j].rec.ID, Reason: reason})
		}
	}
	for i := range as {
		if j, ok := only1(tenantA, tenantB, tenantsOf(&as[i])); ok {
			pair(i, j, "same tenant id")
		}
	}
	for i := range as {
		j, ok := only1(domainA, domainB, domainsOf(&as[i]))
		if ok && same(as[i].tenant, bs[j].tenant) != gradeDiffer {
			pair(i, j, "same domain, one candidate on each side")
		}
	}
	return out
}

func tenantsOf(p *profile) []string {
	if p.tenant == "" {
		return nil
	}
	return []string{p.tenant}
}

func domainsOf(p *profile) []string {
	var out []string
	for _, s := range p.sites {
		if s.domain != "" {
			out = append(out, s.domain)
		}
	}
	return out
}

func holders(side []profile, values func(*profile) []string) map[string][]int {
	m := map[string][]int{}
	for i := range side {
		for _, v := range values(&side[i]) {
			m[v] = append(m[v], i)
		}
	}
	return m
}

// only1 gives the one CRM record that shares a value with the account. Every
// shared value must lead to the same record and be held once on each side.
func only1(a, b map[string][]int, values []string) (int, bool) {
	found := -1
	for _, v := range values {
		if len(b[v]) == 0 {
			continue
		}
		if len(a[v]) != 1 || len(b[v]) != 1 || found >= 0 && found != b[v][0] {
			return 0, false
		}
		found = b[v][0]
	}
	return found, found >= 0
}
