package reconcile

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// group is what is compared with each other: the lines of one subscription, or of one product of one customer
// where the two sides name subscriptions differently.
type group struct {
	customer, part string
	lines          []charge // of the bill, on days that we billed at all
	beside         []charge // of the bill, on other days
	charges        []priced // of lines, those that nothing has explained yet
	billed         []billed
	aside          []span // days whose seats are not compared: other bills', and those of lines explained otherwise
	abroad         []span // the days of lines in another currency
	claimed        []span // days that other bills charge
	due            due    // what the bill should charge, where that is known
	currency       string // of the bill's lines; of ours where it has none
	tolerance      decimal.Decimal
	window         span // the days that we billed at all
	charged        span // the days that the bill has at all
	found          map[cause]*tally
}

// cause is what a row of the result is about.
type cause struct {
	kind     Kind
	currency string
}

func newGroup(cs []charge, bs []billed, window span) *group {
	g := &group{billed: bs, window: window, found: map[cause]*tally{}}
	for _, c := range cs {
		if c.in(window) {
			g.lines = append(g.lines, c)
		} else {
			g.beside = append(g.beside, c)
		}
	}
	for _, c := range g.lines {
		g.currency = cmp.Or(g.currency, c.currency)
		g.customer, g.part = cmp.Or(g.customer, c.customer), cmp.Or(g.part, c.part)
	}
	for i, b := range bs {
		if i == 0 && b.customer != "" {
			g.customer = b.customer
		}
		g.currency = cmp.Or(g.currency, b.currency)
		g.part = cmp.Or(g.part, b.part)
	}
	return g
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

// match puts lines together: by the distributor's id, then the vendor's, then by customer and product where neither
// is known. Both slices are brought into the order of their groups.
func (p *pool) match(cs []keptCharge, bs []keptBilled) {
	g := groups{pool: p, folds: map[word]word{}, parts: map[word]word{}, product: map[[2]word]int32{},
		theirs: map[[2]word]int32{}, ours: map[[2]word]int32{}}
	for i := range cs { // before their words are counted
		p.id(cs[i].ids[0])
		p.id(cs[i].ids[1])
	}
	for i := range bs {
		p.id(bs[i].id)
	}
	g.byID = make([]int32, len(p.places))
	g.named = make([]bool, len(p.places))
	for i := range bs {
		g.named[p.id(bs[i].id)] = true
	}
	g.named[0] = false
	met := map[[2]word]bool{} // products that a line of the bill without a known id is of
	for i := range cs {
		c := &cs[i]
		if c.group = g.known(c.ids); c.group == 0 && c.part != 0 {
			met[g.key(c.customer, c.part)] = true
		}
	}
	for i := range bs {
		bs[i].group = g.ofBilled(&bs[i], met)
	}
	for i := range cs {
		if c := &cs[i]; c.group == 0 {
			c.group = g.unknown(c)
		}
	}
	slices.SortFunc(cs, func(a, b keptCharge) int { return cmp.Compare(a.group, b.group) })
	slices.SortFunc(bs, func(a, b keptBilled) int { return cmp.Compare(a.group, b.group) })
}

// groups numbers what is compared with each other. Each line keeps its number, for a map of lines would hold them a
// second time.
type groups struct {
	pool         *pool
	n            int32
	byID         []int32 // by the number of the id
	named        []bool  // the ids that we bill
	folds, parts map[word]word
	product      map[[2]word]int32
	theirs, ours map[[2]word]int32 // where a side names no subscription and the other lacks the product
}

func (g *groups) next() int32 { g.n++; return g.n }

// key is customer and product as names are compared.
func (g *groups) key(customer, part word) [2]word {
	return [2]word{g.fold(g.folds, customer, folded), g.fold(g.parts, part, foldedPart)}
}

func (g *groups) fold(known map[word]word, w word, fold func(string) string) word {
	out, ok := known[w]
	if !ok {
		out = g.pool.keep(fold(g.pool.text(w)))
		known[w] = out
	}
	return out
}

// known is the group of a line whose id our invoices have too; else 0.
func (g *groups) known(ids [2]word) int32 {
	for _, id := range ids {
		if id = g.pool.id(id); g.named[id] {
			return g.of(id)
		}
	}
	return 0
}

// of is the group of an id.
func (g *groups) of(id word) int32 {
	if g.byID[id] == 0 {
		g.byID[id] = g.next()
	}
	return g.byID[id]
}

func (g *groups) byKey(known map[[2]word]int32, key [2]word) int32 {
	n, ok := known[key]
	if !ok {
		n = g.next()
		known[key] = n
	}
	return n
}

func (g *groups) ofBilled(b *keptBilled, met map[[2]word]bool) int32 {
	id := g.pool.id(b.id)
	if n := g.byID[id]; n != 0 {
		return n
	}
	key := g.key(b.customer, b.part)
	switch {
	case b.part != 0 && met[key]:
		return g.byKey(g.product, key)
	case id != 0:
		return g.of(id)
	}
	return g.byKey(g.ours, key)
}

// unknown is the group of a line whose id we do not know: its product's, or its own where we bill no such product.
func (g *groups) unknown(c *keptCharge) int32 {
	key := g.key(c.customer, c.part)
	if n, ours := g.product[key]; ours && c.part != 0 {
		return n
	}
	if id := g.pool.id(cmp.Or(c.ids[0], c.ids[1])); id != 0 {
		return g.of(id)
	}
	return g.byKey(g.theirs, key)
}

// each calls check with the lines of one group after the other, in an order that is not that of the files.
func (p *pool) each(ctx context.Context, cs []keptCharge, bs []keptBilled,
	check func([]charge, []billed) error,
) error {
	for len(cs) > 0 || len(bs) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := int32(math.MaxInt32)
		if len(cs) > 0 {
			n = cs[0].group
		}
		if len(bs) > 0 {
			n = min(n, bs[0].group)
		}
		if agree(cs, bs) {
			cs, bs = cs[1:], bs[1:]
			continue
		}
		var charges []charge
		for ; len(cs) > 0 && cs[0].group == n; cs = cs[1:] {
			charges = append(charges, p.charge(&cs[0]))
		}
		var sold []billed
		for ; len(bs) > 0 && bs[0].group == n; bs = bs[1:] {
			sold = append(sold, p.billed(&bs[0]))
		}
		slices.SortFunc(charges, inOrder)
		slices.SortFunc(sold, billedInOrder)
		if err := check(charges, sold); err != nil {
			return err
		}
	}
	return nil
}

// agree tells the plainest case, which most subscriptions are: one line on either side, on the same days, a month of
// the same seats, charged as its figures say and billed for no less than it costs. Nothing is to be looked for in it.
func agree(cs []keptCharge, bs []keptBilled) bool {
	if len(cs) == 0 || len(bs) == 0 || cs[0].group != bs[0].group || len(cs) > 1 && cs[1].group == cs[0].group ||
		len(bs) > 1 && bs[1].group == bs[0].group {
		return false
	}
	c, b := &cs[0], &bs[0]
	if c.span != b.span || c.period != aMonth || b.period != aMonth || c.currency != b.currency || c.rate != 0 ||
		c.unpriced || !b.priced || c.usage || c.seats.sign() <= 0 || !c.seats.equal(b.seats) {
		return false
	}
	whole, small := c.unit.times(c.seats)
	return small && whole.equal(c.amount) && b.unit.atLeast(c.unit) && c.span.days() >= 28 && c.span.days() <= 31 &&
		wholeMonths(c.span) == 1
}
