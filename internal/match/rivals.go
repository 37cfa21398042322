package match

import "math"

// A pair is less sure when its partners have other candidates, and those count
// for less when they are better placed elsewhere. weighRivals works that out by
// passing messages along the links until they settle (the sum-product rule for
// matchings): a link's claim on one end is its own odds, reduced by what the
// other end's remaining links claim.

// passes are enough for groups of the size that names make.
const passes = 40

// weighRivals sets rivals of every link: the bits lost to the competition.
func weighRivals(links []link) {
	w, a, b := make([]float64, len(links)), make([]float64, len(links)), make([]float64, len(links))
	for i := range links {
		w[i] = exp2(min(links[i].score, 40)) // more would drown the small claims
		a[i], b[i] = w[i], w[i]
	}
	c := newClaims(links)
	for range passes {
		c.sum(links, a, b)
		for i := range links {
			// a: the account's claim on the record, b: the record's on the account.
			next := w[i] / (1 + max(0, c.onAccount[links[i].account]-b[i]))
			b[i] = math.Sqrt(b[i] * w[i] / (1 + max(0, c.onCRM[links[i].crm]-a[i])))
			a[i] = math.Sqrt(a[i] * next)
		}
	}
	c.sum(links, a, b)
	for i := range links {
		others := (1 + max(0, c.onAccount[links[i].account]-b[i])) * (1 + max(0, c.onCRM[links[i].crm]-a[i]))
		links[i].rivals = -math.Log2(others)
	}
}

// claims are what accounts claim of each record, and records of each account.
type claims struct{ onCRM, onAccount []float64 }

func newClaims(links []link) *claims {
	var accounts, crm int32
	for i := range links {
		accounts, crm = max(accounts, links[i].account+1), max(crm, links[i].crm+1)
	}
	return &claims{make([]float64, crm), make([]float64, accounts)}
}

func (c *claims) sum(links []link, a, b []float64) {
	clear(c.onCRM)
	clear(c.onAccount)
	for i := range links {
		c.onCRM[links[i].crm] += a[i]
		c.onAccount[links[i].account] += b[i]
	}
}
