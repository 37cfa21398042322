package reconcile

import (
	"slices"

	"github.com/shopspring/decimal"
)

func (g *group) onceSeats() (charged, billed decimal.Decimal) {
	for _, p := range g.charges {
		if p.once() && !p.usage {
			charged = charged.Add(p.seats)
		}
	}
	for _, b := range g.billed {
		if b.once() {
			billed = billed.Add(b.seats)
		}
	}
	return charged, billed
}

// without is what one currency has that no days belong to.
type without struct {
	charged, billed, cost, sale decimal.Decimal
	since                       day
	bill, ours                  []string
	usage                       bool
}

// checkOnce compares what has no days: by number, at what one costs. What was used is compared in sums only.
func (g *group) checkOnce() {
	by := map[string]*without{}
	of := func(currency string, from day) *without {
		if by[currency] == nil {
			by[currency] = &without{since: from}
		}
		by[currency].since = min(by[currency].since, from)
		return by[currency]
	}
	for _, p := range g.charges {
		if p.once() {
			w := of(p.currency, p.from)
			w.charged, w.cost, w.usage = w.charged.Add(p.seats), w.cost.Add(p.money()), w.usage || p.usage
			w.bill = append(w.bill, p.line)
		}
	}
	for _, b := range g.billed {
		if b.once() && b.span.in(g.charged) {
			w := of(b.currency, b.from)
			w.billed, w.sale = w.billed.Add(b.seats), w.sale.Add(b.amount)
			w.ours = append(w.ours, b.line)
		}
	}
	for currency, w := range by {
		g.compareOnce(currency, w)
	}
}

func (g *group) compareOnce(currency string, w *without) {
	f := finding{since: w.since, bill: w.bill, ours: w.ours, currency: currency}
	switch {
	case len(w.ours) == 0:
		if f.once, f.why = w.cost, "Charged once and on no invoice"; !w.cost.IsZero() {
			g.find(NotBilledOn, f)
		}
		return
	case len(w.bill) == 0:
		if f.once, f.why = w.sale.Neg(), "Billed once and not on the bill"; !w.sale.IsZero() {
			g.find(OnlyHere, f)
		}
		return
	case w.usage:
		g.belowCost(w, f)
		return
	}
	if apart := w.charged.Sub(w.billed); !apart.IsZero() {
		f.why = "Charged once: " + w.charged.String() + "; billed: " + w.billed.String()
		switch {
		case !w.charged.IsZero():
			f.once = w.cost.Mul(apart).DivRound(w.charged, precision)
		default:
			f.once = w.sale.Mul(apart).DivRound(w.billed, precision)
		}
		g.find(Quantity, f)
	}
	if w.charged.Sign() <= 0 || w.billed.Sign() <= 0 {
		return
	}
	cost, sale := w.cost.DivRound(w.charged, precision), w.sale.DivRound(w.billed, precision)
	if lost := cost.Sub(sale); lost.GreaterThan(g.tolerance) {
		f.once, f.why = lost.Mul(decimal.Min(w.charged, w.billed)), "One costs "+cost.Round(4).String()+", billed at "+
			sale.Round(4).String()
		g.find(BilledBelowCost, f)
	}
}

func (g *group) belowCost(w *without, f finding) {
	if lost := w.cost.Sub(w.sale); lost.GreaterThan(g.tolerance) {
		f.once, f.why = lost, "What was used costs "+w.cost.String()+", billed at "+w.sale.String()
		g.find(BilledBelowCost, f)
	}
}

// onlyUsage tells a subscription that only what was used is charged for, whatever words we bill it with.
func (g *group) onlyUsage() bool {
	return !slices.ContainsFunc(g.charges, func(p priced) bool { return !p.usage })
}

// checkUsage compares what was used in sums: what we billed on its days against what it costs.
func (g *group) checkUsage() {
	by := map[string]*without{}
	for _, p := range g.charges {
		w := by[p.currency]
		if w == nil {
			w = &without{since: p.from}
			by[p.currency] = w
		}
		w.cost, w.since, w.bill = w.cost.Add(p.amount), min(w.since, p.from), append(w.bill, p.line)
	}
	for currency, w := range by {
		for _, b := range g.billed {
			if b.currency == currency && g.usedOn(b.span) {
				w.sale, w.ours = w.sale.Add(b.amount), append(w.ours, b.line)
			}
		}
		f := finding{since: w.since, bill: w.bill, ours: w.ours, currency: currency}
		if len(w.ours) > 0 {
			g.belowCost(w, f)
			continue
		}
		f.once, f.why = w.cost, "Used on days that nothing was billed for"
		g.find(NotBilledOn, f)
	}
}

// usedOn tells whether a line of ours lies on days that something was used on.
func (g *group) usedOn(s span) bool {
	days := daysOf(g.charges, func(p *priced) span { return p.span })
	return s.in(days)
}
