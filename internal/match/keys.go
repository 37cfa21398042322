package match

import (
	"slices"
	"strings"
)

// keysOf gives the keys that a record is found by. Two records that share no
// key are never compared, so every way in which two records of one company
// can look alike must have a key.
type keysOf struct{ out []uint64 }

// add hashes a key with FNV-1a, the same on every run, so that results are too.
func (k *keysOf) add(kind byte, parts ...string) {
	const prime = 1099511628211
	h := (uint64(14695981039346656037) ^ uint64(kind)) * prime
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * prime
		}
		h *= prime
	}
	k.out = append(k.out, h)
}

// of gathers the keys of a profile, each once.
func (k *keysOf) of(p *profile) []uint64 {
	k.out = k.out[:0]
	k.identity(p)
	k.address(p)
	for i := range p.names {
		k.name(&p.names[i], p)
	}
	slices.Sort(k.out)
	return slices.Compact(k.out)
}

func (k *keysOf) identity(p *profile) {
	if p.tenant != "" {
		k.add('t', p.tenant)
	}
	if p.phone != "" {
		k.add('p', p.phone)
	}
	for _, s := range p.sites {
		if s.label != "" {
			k.add('l', s.label)
			k.add('c', s.label)
			k.pieces(s.label)
		}
	}
}

func (k *keysOf) address(p *profile) {
	if len(p.street) == 0 {
		return
	}
	street := strings.Join(p.street, " ")
	if p.postal != "" {
		k.add('a', street, p.postal)
	}
	if p.city != "" {
		k.add('a', street, p.city)
	}
}

func (k *keysOf) name(n *name, p *profile) {
	if n.label != "" {
		k.add('c', n.label)
		k.pieces(n.label)
		return
	}
	k.add('c', n.compact)
	k.add('c', n.whole())
	k.starts(n.tokens, n.form.isCompany())
	last := ""
	for _, t := range n.tokens {
		if t.kind == stop {
			continue
		}
		k.word(t)
		if p.city != "" {
			k.add('m', t.text, p.city)
		}
		if last != "" {
			k.add('2', min(last, t.text), max(last, t.text))
		}
		last = t.text
	}
}

// word gives the keys of a word: itself, its sound, and itself with one letter
// left out, which meets every slip of the pen.
func (k *keysOf) word(t token) {
	k.add('w', t.text)
	if t.kind == number || t.kind == filler || len(t.text) < 4 {
		return
	}
	k.add('s', soundOf(t.text))
	if len(t.text) < 5 {
		k.add('d', t.text)
		k.add('i', t.text)
		return
	}
	k.add('d', t.text)
	for i := range t.text[:min(len(t.text), 14)] {
		k.add('d', t.text[:i]+t.text[i+1:])
	}
	k.add('h', t.text[:5])
}

// starts gives the first words run together, and the initials: what a domain is made of.
func (k *keysOf) starts(ts []token, company bool) {
	var run, initials strings.Builder
	for _, t := range ts {
		if t.kind == stop {
			continue
		}
		run.WriteString(t.text)
		initials.WriteString(t.text[:1])
		if run.Len() >= 4 {
			k.add('c', run.String())
		}
		if initials.Len() >= 3 {
			k.add('c', initials.String())
			k.add('w', initials.String())
		}
	}
	if company && initials.Len() >= 2 {
		k.add('c', initials.String()+"c")
		k.add('w', initials.String()+"c")
	}
}

// pieces gives the words that a label may start or end with.
func (k *keysOf) pieces(label string) {
	k.add('w', label)
	for n := 4; n < len(label) && n <= 20; n++ {
		k.add('w', label[:n])
		k.add('c', label[:n])
		k.add('w', label[len(label)-n:])
	}
	if len(label) >= 5 {
		k.add('d', label)
		for i := range label[:min(len(label), 14)] {
			k.add('d', label[:i]+label[i+1:])
		}
		k.add('h', label[:5])
	}
}
