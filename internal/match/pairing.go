package match

import (
	"sort"
	"strings"
)

// pairing is the work sheet of one alignment: which words have found a partner.
type pairing struct {
	a, b         []token
	usedA, usedB [32]bool
	bits         []float64
	typos        int
	acronym      bool
	shared       []token
}

func (v *vocabulary) alignTokens(a, b []token) alignment {
	p := &pairing{a: a[:min(len(a), 32)], b: b[:min(len(b), 32)], bits: make([]float64, 0, 8)}
	p.same()
	p.joined(p.a, p.b, &p.usedA, &p.usedB)
	p.joined(p.b, p.a, &p.usedB, &p.usedA)
	p.close()
	p.initials(p.a, p.b, &p.usedA, &p.usedB)
	p.initials(p.b, p.a, &p.usedB, &p.usedA)
	return p.outcome(v)
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
		p.shared = append(p.shared, p.a[i])
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
				p.shared = append(p.shared, x)
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
			p.shared = append(p.shared, x)
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
