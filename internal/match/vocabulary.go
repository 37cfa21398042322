package match

import (
	"math"
	"strings"
)

// vocabulary knows how often a word stands in the names at hand.
type vocabulary struct {
	count map[string]int  // records of the larger side that have the word
	size  float64         // records of that side
	towns map[string]bool // cities that stand in the addresses, run together
	tell  bool            // alignments shall keep their words, to be shown
}

// seen is how many records' worth the background knowledge counts for.
const seen = 500

func newVocabulary(sides ...[]profile) *vocabulary {
	v := &vocabulary{count: map[string]int{}, towns: map[string]bool{}}
	for _, side := range sides {
		for i := range side {
			if city := side[i].city; len(city) >= 4 {
				v.towns[city] = true
			}
		}
		v.size = max(v.size, float64(len(side)))
		for w, n := range wordCounts(side) {
			v.count[w] = max(v.count[w], n)
		}
	}
	return v
}

func wordCounts(side []profile) map[string]int {
	counts := map[string]int{}
	for i := range side {
		mine := map[string]bool{}
		for _, n := range side[i].names {
			for _, t := range n.tokens {
				mine[t.text] = true
			}
		}
		for w := range mine {
			counts[w]++
		}
	}
	return counts
}

// bits is how surprising it is that a stranger's name has the word too. The
// record at hand does not count as a stranger of its own.
func (v *vocabulary) bits(w string, k kind) float64 {
	others := float64(max(v.count[w]-1, 0))
	p := (others + seen*background(w, k)) / (v.size + seen)
	return -math.Log2(p)
}

func (v *vocabulary) token(w string) token {
	t := token{text: w, kind: kindOf(w)}
	t.bits, t.sound = v.bits(w, t.kind), soundOf(w)
	return t
}

func (v *vocabulary) weigh(p *profile) {
	for i := range p.names {
		v.findTowns(p.names[i].tokens)
		for j := range p.names[i].tokens {
			t := &p.names[i].tokens[j]
			t.bits, t.sound = v.bits(t.text, t.kind), soundOf(t.text)
		}
	}
}

// findTowns marks the words of a name that are a town of somebody's address. The
// first word is left alone: Lincoln Dental is more likely Mr Lincoln's.
func (v *vocabulary) findTowns(ts []token) {
	for i := 1; i < len(ts); i++ {
		if v.towns[ts[i].text] && ts[i].kind == plain {
			ts[i].kind = place
		}
		if i > 1 && v.towns[ts[i-1].text+ts[i].text] {
			ts[i-1].kind, ts[i].kind = place, place
		}
	}
}

func (v *vocabulary) sum(ts []token) float64 {
	bits := make([]float64, 0, len(ts))
	for _, t := range ts {
		if t.kind != stop {
			bits = append(bits, t.bits)
		}
	}
	return discounted(bits)
}

// segment reads a domain label as words, as far as the other side's words help:
// "harborviewdental" beside Harborview Dental Group is "harborview dental".
// What is left over stays as words of its own.
func (v *vocabulary) segment(label string, words []token) []token {
	covered := cover(label, words)
	out := make([]token, 0, len(words)+2)
	for i := 0; i < len(label); {
		if k := covered[i]; k >= 0 {
			out = append(out, words[k])
			i += len(words[k].text)
			continue
		}
		j := i
		for j < len(label) && covered[j] < 0 {
			j++
		}
		out = append(out, v.rest(label[i:j])...)
		i = j
	}
	return out
}

func (v *vocabulary) rest(piece string) []token {
	w := plainSpelling(piece, false)
	t := v.token(w)
	if v.towns[w] {
		t.kind = place
	}
	if t.kind == filler || w == "usa" || len(piece) <= 2 && t.kind == plain {
		t.kind = stop // "hq", "group", "us": people add them to get a free domain
	}
	return []token{t}
}

// shortest is how long a word must be to be told from a chance run of letters.
const shortest = 4

// hasWord is true when a label has a word that others' names have, and that is none of the words.
func (v *vocabulary) hasWord(label string, words []token) bool {
	for _, t := range words {
		if len(t.text) >= 3 {
			label = strings.ReplaceAll(label, t.text, " ")
		}
	}
	for _, piece := range strings.Fields(label) {
		for i := range piece {
			for j := i + shortest; j <= len(piece); j++ {
				if v.known(piece[i:j]) {
					return true
				}
			}
		}
	}
	return false
}

func (v *vocabulary) known(w string) bool {
	k := kindOf(w)
	return k == plain && v.count[w] > 0 || k == trade || k == place
}

// cover finds at which places of the label which words stand (-1: none), so
// that as many letters as possible are explained by as few words as possible.
func cover(label string, words []token) []int8 {
	n := len(label)
	best := make([]int16, n+1)
	pick := make([]int8, n)
	for i := n - 1; i >= 0; i-- {
		best[i], pick[i] = best[i+1], -1
		for k := range words[:min(len(words), 32)] {
			t := words[k].text
			if len(t) < 2 || !strings.HasPrefix(label[i:], t) {
				continue
			}
			if gain := best[i+len(t)] + int16(4*len(t)-5); gain > best[i] {
				best[i], pick[i] = gain, int8(k)
			}
		}
	}
	for i := 0; i < n; i++ {
		if k := pick[i]; k >= 0 {
			end := i + len(words[k].text)
			for i++; i < end; i++ {
				pick[i] = -1
			}
			i--
		}
	}
	return pick
}
