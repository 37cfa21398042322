package match

import (
	"sort"
	"strings"
)

// pattern is how two names relate once their words are laid side by side.
type pattern uint8

const (
	nameMissing  pattern = iota
	nameExact            // every word has its partner
	extraFiller          // one side says "Group" more
	extraWord            // one side says a telling word more
	extraPlace           // one side names a place more
	extraNumber          // one side has a figure more
	swapWord             // each side has a word that the other lacks
	swapPlace            // each side names another place
	swapNumber           // the same but for one figure
	nameAcronym          // one is the initials of the other
	nameStranger         // nothing that tells is shared
	patternCount
)

// alignment is the outcome of laying two names side by side.
type alignment struct {
	pattern pattern
	bits    float64 // how unlikely it is that strangers share these words
	typos   int
	words   *laidOut // only when asked for
}

// laidOut are the words of an alignment, for the sentence that explains it.
type laidOut struct{ shared, onlyA, onlyB []string }

// align lays name b beside name a. It is symmetric but for which side is which.
func (v *vocabulary) align(a, b *name) alignment {
	if a.blank() || b.blank() {
		return alignment{}
	}
	switch {
	case a.label != "" && b.label != "":
		return v.alignLabels(a.label, b.label)
	case a.label != "":
		return v.alignTokens(v.segment(a.label, b.tokens), b.tokens)
	case b.label != "":
		return v.alignTokens(a.tokens, v.segment(b.label, a.tokens))
	case a.compact == b.compact:
		return alignment{pattern: nameExact, bits: max(v.sum(a.tokens), v.sum(b.tokens)), words: &laidOut{shared: texts(a.tokens)}}
	}
	if d := distance(a.compact, b.compact, 1); d == 1 && len(a.compact) >= 9 && len(b.compact) >= 9 && !has(a.tokens, number) && !has(b.tokens, number) && len(a.tokens) != len(b.tokens) {
		return alignment{pattern: nameExact, bits: max(0, min(v.sum(a.tokens), v.sum(b.tokens))-nearCost[slip]), typos: 1, words: &laidOut{shared: texts(a.tokens)}}
	}
	return v.alignTokens(a.tokens, b.tokens)
}

func (v *vocabulary) alignLabels(a, b string) alignment {
	ta, tb := v.token(a), v.token(b)
	return v.alignTokens([]token{ta}, []token{tb})
}

// pairing is the work sheet of one alignment: which words have found a partner.
type pairing struct {
	a, b         []token
	usedA, usedB [32]bool
	bits         []float64
	typos        int
	acronym      bool
	shared       []string
}

func (v *vocabulary) alignTokens(a, b []token) alignment {
	p := &pairing{a: a[:min(len(a), 32)], b: b[:min(len(b), 32)], bits: make([]float64, 0, 8)}
	p.same()
	p.joined(p.a, p.b, &p.usedA, &p.usedB)
	p.joined(p.b, p.a, &p.usedB, &p.usedA)
	p.close()
	p.initials(p.a, p.b, &p.usedA, &p.usedB)
	p.initials(p.b, p.a, &p.usedB, &p.usedA)
	return p.outcome()
}

func (p *pairing) same() {
	for i, x := range p.a {
		for j, y := range p.b {
			if !p.usedB[j] && x.text == y.text {
				p.take(i, j, min(x.bits, y.bits))
				break
			}
		}
	}
}

func (p *pairing) take(i, j int, bits float64) {
	p.usedA[i], p.usedB[j] = true, true
	if p.a[i].kind != stop {
		p.bits = append(p.bits, bits)
		p.shared = append(p.shared, p.a[i].text)
	}
}

// joined finds "goodwill" beside "good will", up to three words.
func (p *pairing) joined(long, parts []token, usedLong, usedParts *[32]bool) {
	for i, x := range long {
		if usedLong[i] || len(x.text) < 4 {
			continue
		}
		for j := range parts {
			if n := runEqual(x.text, parts[j:], usedParts[j:]); n > 1 {
				usedLong[i] = true
				for k := j; k < j+n; k++ {
					usedParts[k] = true
				}
				p.bits = append(p.bits, x.bits)
				p.shared = append(p.shared, x.text)
				break
			}
		}
	}
}

func runEqual(whole string, parts []token, used []bool) int {
	for n := 0; n < min(4, len(parts)); n++ {
		if used[n] || !strings.HasPrefix(whole, parts[n].text) {
			return 0
		}
		if whole = whole[len(parts[n].text):]; whole == "" {
			return n + 1
		}
	}
	return 0
}

// close pairs words that differ by a slip of the pen, the best pairs first.
func (p *pairing) close() {
	type option struct {
		i, j int
		near nearness
	}
	var options []option
	for i, x := range p.a {
		for j, y := range p.b {
			if p.usedA[i] || p.usedB[j] || x.kind == stop || y.kind == stop {
				continue
			}
			if near := nearWords(x, y); near != apart {
				options = append(options, option{i, j, near})
			}
		}
	}
	sort.SliceStable(options, func(m, n int) bool { return options[m].near < options[n].near })
	for _, o := range options {
		if p.usedA[o.i] || p.usedB[o.j] {
			continue
		}
		x, y := p.a[o.i], p.b[o.j]
		p.take(o.i, o.j, max(0.5, min(x.bits, y.bits)-nearCost[o.near]))
		if o.near == slip || o.near == twoSlips {
			p.typos++
		}
	}
}

// initials finds an acronym of three letters or more beside the words it stands for.
func (p *pairing) initials(short, long []token, usedShort, usedLong *[32]bool) {
	for i, x := range short {
		if usedShort[i] || len(x.text) < 3 || len(x.text) > 8 || x.kind == number {
			continue
		}
		if at, n := initialsAt(x.text, long, usedLong); n > 0 {
			usedShort[i] = true
			for k := at; k < at+n; k++ {
				usedLong[k] = true
			}
			p.bits = append(p.bits, 3*float64(len(x.text)))
			p.shared = append(p.shared, x.text)
			p.acronym = true
		}
	}
}

func initialsAt(acronym string, words []token, used *[32]bool) (at, n int) {
	for at := range words {
		rest, k := acronym, at
		for ; k < len(words) && rest != "" && !used[k]; k++ {
			switch {
			case rest[0] == words[k].text[0]:
				rest = rest[1:]
			case words[k].kind != stop:
				k = len(words)
			}
		}
		if rest == "" && k-at >= 2 && k <= len(words) {
			return at, k - at
		}
	}
	return 0, 0
}

func (p *pairing) outcome() alignment {
	restA, restB := leftover(p.a, &p.usedA), leftover(p.b, &p.usedB)
	al := alignment{bits: discounted(p.bits), typos: p.typos, words: &laidOut{p.shared, texts(restA), texts(restB)}}
	if al.pattern = p.patternOf(restA, restB); al.pattern == nameStranger {
		al.bits, al.typos = 0, 0 // what many names share is no evidence
	}
	return al
}

func (p *pairing) patternOf(restA, restB []token) pattern {
	switch {
	case !p.tells():
		return nameStranger
	case len(restA) > 0 && len(restB) > 0:
		return swapOf(restA, restB)
	case p.acronym:
		return nameAcronym
	case len(restA)+len(restB) == 0:
		return nameExact
	}
	return extraOf(append(restA, restB...))
}

// tells is false when all that is shared is what many names share.
func (p *pairing) tells() bool {
	if len(p.bits) == 0 {
		return false
	}
	if len(leftover(p.a, &p.usedA))+len(leftover(p.b, &p.usedB)) == 0 {
		return true
	}
	return max(telling(p.a, &p.usedA), telling(p.b, &p.usedB)) >= 2
}

// telling counts the shared words that say something, a proper one double.
func telling(ts []token, used *[32]bool) int {
	n := 0
	for i, t := range ts {
		if !used[i] {
			continue
		}
		switch t.kind {
		case plain:
			n += 2
		case trade, place, number:
			n++
		}
	}
	return n
}

func extraOf(rest []token) pattern {
	worst := extraFiller
	for _, t := range rest {
		switch t.kind {
		case number:
			return extraNumber
		case place:
			worst = max(worst, extraPlace)
		case plain, trade:
			worst = max(worst, extraWord)
		}
	}
	return worst
}

func swapOf(a, b []token) pattern {
	switch {
	case len(a) == 1 && len(b) == 1 && bothHave(a, b, number):
		return swapNumber
	case bothHave(a, b, place) || bothHave(a, b, number):
		return swapPlace
	}
	return swapWord
}

func bothHave(a, b []token, k kind) bool { return has(a, k) && has(b, k) }

func has(ts []token, k kind) bool {
	for _, t := range ts {
		if t.kind == k {
			return true
		}
	}
	return false
}

func leftover(ts []token, used *[32]bool) []token {
	var rest []token
	for i, t := range ts {
		if !used[i] && t.kind != stop {
			rest = append(rest, t)
		}
	}
	return rest
}

func texts(ts []token) []string {
	var out []string
	for _, t := range ts {
		if t.kind != stop {
			out = append(out, t.text)
		}
	}
	return out
}

// discounted adds up bits; words of one name hang together, so each further
// word says less.
func discounted(bits []float64) float64 {
	sort.Sort(sort.Reverse(sort.Float64Slice(bits)))
	sum, share := 0., 1.
	for _, b := range bits {
		sum += b * share
		share *= 0.75
	}
	return sum
}
