package reconcile

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// group is what is compared with each other: the lines of one subscription, or of one product of one customer
// where the two sides name subscriptions differently.
type group struct {
	customer, part string
	lines          []charge // of the bill
	charges        []priced // of them, those that nothing has explained yet
	billed         []billed
	currency       string // of the bill's lines; of ours where it has none
	tolerance      decimal.Decimal
	window         span // the days that we billed at all
	charged        span // the days that the bill has at all
	found          map[Kind]map[string]*tally
}

// find adds to what is known of one cause.
func (g *group) find(kind Kind, f finding) {
	if g.found == nil {
		g.found = map[Kind]map[string]*tally{}
	}
	if g.found[kind] == nil {
		g.found[kind] = map[string]*tally{}
	}
	t := g.found[kind][f.currency]
	if t == nil {
		t = &tally{finding: finding{since: f.since, why: f.why, currency: f.currency}, latest: f.since}
		g.found[kind][f.currency] = t
	}
	t.add(f)
}

// subscription is the bill's id, or ours where the bill has none; several where only sums could be compared.
func (g *group) subscription() string {
	var ids []string
	for _, c := range g.lines {
		ids = append(ids, c.id())
	}
	if len(ids) == 0 {
		for _, b := range g.billed {
			ids = append(ids, b.id)
		}
	}
	slices.Sort(ids)
	return strings.TrimSpace(strings.Join(slices.Compact(ids), " "))
}

// folded is how names of customers and products are compared where no id is known.
func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// groups numbers what is compared with each other. Each line keeps its number, for a map of lines would hold them a
// second time.
type groups struct {
	n       int32
	byID    map[string]int32 // of subscriptions that both sides name
	product map[[2]string]int32
	theirs  map[string]int32 // of subscriptions that only the bill has
	ours    map[string]int32 // of those that only we have
}

func (g *groups) of(known map[string]int32, key string) int32 {
	n, ok := known[key]
	if !ok {
		n = g.next()
		known[key] = n
	}
	return n
}

func (g *groups) next() int32 { g.n++; return g.n }

// match puts lines together: by the distributor's id, then the vendor's, then by customer and product where
// neither is known. Both slices are brought into the order of their groups.
func match(cs []keptCharge, bs []keptBilled) {
	g := groups{byID: map[string]int32{}, product: map[[2]string]int32{}, theirs: map[string]int32{},
		ours: map[string]int32{}}
	for _, b := range bs {
		if b.id != "" {
			g.byID[b.id] = 0
		}
	}
	for i := range cs {
		cs[i].group = g.named(cs[i])
	}
	met := map[[2]string]bool{} // products that a line of the bill without a known id is of
	for _, c := range cs {
		if c.group == 0 && c.part.Value() != "" {
			met[productKey(c.customer.Value(), c.part.Value())] = true
		}
	}
	for i := range bs {
		bs[i].group = g.ofBilled(bs[i], met)
	}
	for i := range cs {
		if cs[i].group == 0 {
			cs[i].group = g.unnamed(cs[i])
		}
	}
	slices.SortFunc(cs, func(a, b keptCharge) int { return cmp.Compare(a.group, b.group) })
	slices.SortFunc(bs, func(a, b keptBilled) int { return cmp.Compare(a.group, b.group) })
}

func productKey(customer, part string) [2]string { return [2]string{folded(customer), folded(part)} }

// named is the group of a line whose id our invoices have too; else 0.
func (g *groups) named(c keptCharge) int32 {
	for _, id := range c.ids {
		if id == "" {
			continue
		}
		if n, ours := g.byID[id]; ours {
			if n == 0 {
				n = g.next()
				g.byID[id] = n
			}
			return n
		}
	}
	return 0
}

func (g *groups) ofBilled(b keptBilled, met map[[2]string]bool) int32 {
	if n := g.byID[b.id]; n != 0 {
		return n
	}
	key := productKey(b.customer.Value(), b.part.Value())
	if b.part.Value() == "" || !met[key] {
		return g.of(g.ours, cmp.Or(b.id, key[0]+"\x00"+key[1]))
	}
	n, known := g.product[key]
	if !known {
		n = g.next()
		g.product[key] = n
	}
	return n
}

// unnamed is the group of a line whose id we do not know: its product's, or its own where we bill no such product.
func (g *groups) unnamed(c keptCharge) int32 {
	key := productKey(c.customer.Value(), c.part.Value())
	if n, ours := g.product[key]; ours && c.part.Value() != "" {
		return n
	}
	return g.of(g.theirs, cmp.Or(c.ids[0], c.ids[1], key[0]+"\x00"+key[1]))
}

// each calls check with the lines of one group after the other, in an order that is not that of the files.
func each(cs []keptCharge, bs []keptBilled, check func([]charge, []billed)) {
	for len(cs) > 0 || len(bs) > 0 {
		n := int32(math.MaxInt32)
		if len(cs) > 0 {
			n = cs[0].group
		}
		if len(bs) > 0 {
			n = min(n, bs[0].group)
		}
		var charges []charge
		for ; len(cs) > 0 && cs[0].group == n; cs = cs[1:] {
			charges = append(charges, cs[0].charge())
		}
		var sold []billed
		for ; len(bs) > 0 && bs[0].group == n; bs = bs[1:] {
			sold = append(sold, bs[0].billed())
		}
		slices.SortFunc(charges, inOrder)
		slices.SortFunc(sold, billedInOrder)
		check(charges, sold)
	}
}
