package match

// Names tells how probable it is that two names, with nothing else known, are
// one company's. It is symmetric.
func Names(a, b string) (probability float64, band Band) {
	c := NewPair(Record{ID: "a", Name: a}, Record{ID: "b", Name: b})
	return c.Probability, c.Band
}

// NewPair compares two records with nothing else known.
func NewPair(a, b Record) Candidate {
	as, bs := []profile{newProfile(a)}, []profile{newProfile(b)}
	x := newIndex(bs, as)
	x.vocab.weigh(&as[0])
	cmp := x.compare(&as[0], &bs[0])
	l := link{cmp: cmp, score: x.model.scale(x.n).score(&cmp)}
	return x.candidate(&as[0], l, []link{l})
}
