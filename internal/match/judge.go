package match

import "math"

// scale is a model in bits: the logarithms that judging a pair adds up.
type scale struct {
	prior   [classCount]float64
	agree   [fieldCount][classCount][gradeCount]float64
	pattern [patternCount][classCount]float64
	slip    [classCount]float64
}

func (m *model) scale(n sizes) *scale {
	s := &scale{}
	for c := range classCount {
		s.prior[c] = math.Log2(m.prior(c, n))
		s.slip[c] = math.Log2(m.slip[c])
		for p := range patternCount {
			s.pattern[p][c] = math.Log2(m.pattern[p][c])
		}
		for f := range fieldCount {
			for g := gradeAgree; g < gradeCount; g++ {
				s.agree[f][c][g] = math.Log2(m.agree[f][c][g])
			}
		}
	}
	return s
}

// bits is the log of the probability of one field's outcome in one class. A
// missing field weighs nothing.
func (s *scale) bits(f field, c class, cmp *comparison) float64 {
	g := cmp.grade[f]
	if g == gradeMissing || cmp.told[f] {
		return 0
	}
	if f == fieldName {
		return s.nameBits(c, &cmp.name)
	}
	own, stranger := s.agree[f][c][g], float64(cmp.chance[f])
	switch {
	case c == classStranger && (g == gradeAgree || g == gradePartly && f == fieldDomain):
		return min(0, own+stranger)
	case g == gradeAgree:
		return max(own, stranger-1) // relatives agree at least half as often as strangers do
	}
	return own
}

func (s *scale) nameBits(c class, al *alignment) float64 {
	b := s.pattern[al.pattern][c] + float64(al.typos)*s.slip[c]
	if c == classStranger || c == classNeighbour {
		return b - al.bits
	}
	return b
}

// verdict is the score of one pair: log2 odds of match against all the rest,
// and the share that each field has in it. The shares add up to the score.
type verdict struct {
	score float64
	prior float64
	share [fieldCount]float64
	class class // the likeliest of the others
}

// totals gives the log weight of every class for a pair.
func (s *scale) totals(cmp *comparison) [classCount]float64 {
	total := s.prior
	for c := range classCount {
		for f := range fieldCount {
			if cmp.grade[f] != gradeMissing {
				total[c] += s.bits(f, c, cmp)
			}
		}
	}
	return total
}

// score is the log2 odds of match against all the rest.
func (s *scale) score(cmp *comparison) float64 {
	total := s.totals(cmp)
	return total[classMatch] - logSum(total[1:])
}

// judge scores a pair and divides the score among the fields. The other
// classes are a mixture; the log of a mixture is divided by each class's
// responsibility, which is exact.
func (s *scale) judge(cmp *comparison) verdict {
	total := s.totals(cmp)
	rest := logSum(total[1:])
	v := verdict{score: total[classMatch] - rest, class: classBranch}
	v.prior = v.score
	for c := classBranch; c < classCount; c++ {
		if total[c] > total[v.class] {
			v.class = c
		}
	}
	for f := range fieldCount {
		v.share[f] = s.bits(f, classMatch, cmp)
		for c := classBranch; c < classCount; c++ {
			v.share[f] -= exp2(total[c]-rest) * s.bits(f, c, cmp)
		}
		v.prior -= v.share[f]
	}
	return v
}

func exp2(x float64) float64 { return math.Exp2(x) }

func logSum(xs []float64) float64 {
	top := math.Inf(-1)
	for _, x := range xs {
		top = max(top, x)
	}
	sum := 0.
	for _, x := range xs {
		if x > top-40 {
			sum += exp2(x - top)
		}
	}
	return top + math.Log2(sum)
}

// probability of a score in bits.
func probability(score float64) float64 { return 1 / (1 + exp2(-score)) }
