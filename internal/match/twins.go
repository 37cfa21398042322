package match

import (
	"cmp"
	"slices"
	"strings"
)

// Two CRM accounts that are one company are shown as such beside a candidate, and
// never merged: which of them stays is a person's matter.

// twins are, for each CRM record that has any, the others that look like the same
// company: the very name and something of one company, and no field that differs.
func (x *Index) twins() map[int32][]int32 {
	var all []posting
	var k keysOf
	for i := range x.crm {
		for _, key := range k.company(&x.crm[i]) {
			all = append(all, posting{key, int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b posting) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(a.row, b.row)
	})
	found := map[int32][]int32{}
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].key == all[from].key {
			to++
		}
		if n := to - from; n > 1 && n <= mostTwins {
			x.pairTwins(all[from:to], found)
		}
		from = to
	}
	return found
}

// mostTwins is how many rows of one name and house are still taken for one company
// entered several times; more are branches.
const mostTwins = 5

func (x *Index) pairTwins(group []posting, found map[int32][]int32) {
	for i, a := range group {
		for _, b := range group[i+1:] {
			if a.row == b.row || slices.Contains(found[a.row], b.row) {
				continue
			}
			if c := x.compare(&x.crm[a.row], &x.crm[b.row]); exactly(&c) && !c.differs() {
				found[a.row], found[b.row] = append(found[a.row], b.row), append(found[b.row], a.row)
			}
		}
	}
}

// company gives the keys that rows of one company share: its name with its domain,
// its telephone, or its door.
func (k *keysOf) company(p *profile) []uint64 {
	k.out = k.out[:0]
	if !p.spelled() {
		return nil
	}
	name := p.names[0].compact
	for _, s := range p.sites {
		if s.domain != "" {
			k.add('D', name, s.domain)
		}
	}
	if p.phone != "" {
		k.add('P', name, p.phone)
	}
	if len(p.street) > 0 && p.postal != "" {
		k.add('A', name, p.streetKey(), p.postal)
	}
	if p.tenant != "" {
		k.add('T', name, p.tenant)
	}
	return k.out
}

// noteTwins tells of a candidate which other CRM accounts look like the same company.
func (x *Index) noteTwins(c *Candidate, crm int32) {
	var called []string
	for _, row := range x.double[crm] {
		r := x.crm[row].rec
		c.Twins = append(c.Twins, r.ID)
		called = append(called, strings.Join(slices.DeleteFunc([]string{r.Name, r.City},
			func(s string) bool { return s == "" }), ", "))
	}
	if len(called) > 0 {
		c.Evidence = append(c.Evidence, Evidence{Field: "twin", Level: Missing,
			Sentence: "the CRM seems to have this company more than once: also " + strings.Join(called, "; ")})
	}
}
