package match

import "math"

// A pair is less sure when its partners have other candidates, and those count
// for less when they are better placed elsewhere. weighRivals works that out by
// passing messages along the links until they settle (the sum-product rule for
// matchings): a link's claim on one end is its own odds, reduced by what the
// other end's remaining links claim.

// passes are enough for groups of the size that names make.
const passes = 12

// weighRivals sets rivals of every link: the bits lost to the competition.
func weighRivals(links []link) {
	w, a, b := make([]float64, len(links)), make([]float64, len(links)), make([]float64, len(links))
	for i := range links {
		w[i] = exp2(min(links[i].score, 60))
		a[i], b[i] = w[i], w[i]
	}
	var sumA, sumB map[int32]float64
	for range passes {
		sumA, sumB = claims(links, a, b)
		for i := range links {
			// a: the account's claim on the record, b: the record's on the account.
			next := w[i] / (1 + max(0, sumB[links[i].account]-b[i]))
			b[i] = w[i] / (1 + max(0, sumA[links[i].crm]-a[i]))
			a[i] = next
		}
	}
	sumA, sumB = claims(links, a, b)
	for i := range links {
		others := math.Log2(1+max(0, sumB[links[i].account]-b[i])) + math.Log2(1+max(0, sumA[links[i].crm]-a[i]))
		links[i].rivals = -others
	}
}

// claims adds up what accounts claim of each record and records of each account.
func claims(links []link, a, b []float64) (onCRM, onAccount map[int32]float64) {
	onCRM, onAccount = map[int32]float64{}, map[int32]float64{}
	for i := range links {
		onCRM[links[i].crm] += a[i]
		onAccount[links[i].account] += b[i]
	}
	return onCRM, onAccount
}
