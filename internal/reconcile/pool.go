package reconcile

import (
	"bytes"
	"hash/maphash"
	"strings"
)

// A bill has a hundred thousand lines and more, and each waits until all are read: a word is kept once and named by
// its number, and nothing that waits holds a pointer.

// word is the number of a word in the pool; 0 is the empty one.
type word uint32

// place is where a word stands.
type place struct{ block, from, length uint32 }

const blockSize = 64 << 10

// pool keeps words.
type pool struct {
	blocks [][]byte
	places []place
	slots  []word // by hash; half of them stay empty
	seed   maphash.Seed
}

func newPool() *pool {
	return &pool{places: make([]place, 1, 1024), slots: make([]word, 1024), seed: maphash.MakeSeed()}
}

// text is a word that was kept.
func (p *pool) text(w word) string { return string(p.bytes(w)) }

func (p *pool) bytes(w word) []byte {
	if w == 0 {
		return nil
	}
	at := p.places[w]
	return p.blocks[at.block][at.from : at.from+at.length]
}

// keep gives a word its number, the same one each time.
func (p *pool) keep(s string) word {
	if s == "" {
		return 0
	}
	slot := p.slot(s)
	if w := p.slots[slot]; w != 0 {
		return w
	}
	w := p.add(s)
	p.slots[slot] = w
	if len(p.places)*2 > len(p.slots) {
		p.grow()
	}
	return w
}

// slot is where a word is, or would be.
func (p *pool) slot(s string) int {
	last := uint64(len(p.slots) - 1)
	at := maphash.String(p.seed, s) & last
	for p.slots[at] != 0 && string(p.bytes(p.slots[at])) != s {
		at = (at + 1) & last
	}
	return int(at)
}

func (p *pool) grow() {
	old := p.slots
	p.slots = make([]word, 2*len(old))
	last := uint64(len(p.slots) - 1)
	for _, w := range old {
		if w == 0 {
			continue
		}
		at := maphash.Bytes(p.seed, p.bytes(w)) & last
		for p.slots[at] != 0 {
			at = (at + 1) & last
		}
		p.slots[at] = w
	}
}

// add keeps a word that does not occur again, such as the name of a line: nobody will look it up.
func (p *pool) add(s string) word {
	if s == "" {
		return 0
	}
	last := len(p.blocks) - 1
	if last < 0 || len(p.blocks[last])+len(s) > cap(p.blocks[last]) {
		p.blocks = append(p.blocks, make([]byte, 0, max(blockSize, len(s))))
		last++
	}
	from := len(p.blocks[last])
	p.blocks[last] = append(p.blocks[last], s...)
	p.places = append(p.places, place{uint32(last), uint32(from), uint32(len(s))})
	return word(len(p.places) - 1)
}

// hash names what is only compared, never shown.
func (p *pool) hash(s string) uint64 { return maphash.String(p.seed, s) }

// hashRow names a whole row.
func (p *pool) hashRow(row []string) uint64 {
	var h maphash.Hash
	h.SetSeed(p.seed)
	for _, cell := range row {
		_, _ = h.WriteString(cell)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// folded is how names of customers are compared where no id is known.
func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// foldedPart is a part number with the zeros that spreadsheets take from the SKU in it (recon.md 1.1).
func foldedPart(s string) string {
	cells := strings.Split(folded(strings.TrimPrefix(s, "'")), ":")
	if len(cells) > 1 && cells[1] != "" && len(cells[1]) < 4 && strings.Trim(cells[1], "0123456789") == "" {
		cells[1] = strings.Repeat("0", 4-len(cells[1])) + cells[1]
	}
	return strings.Join(cells, ":")
}

// id is an id as it is compared: without a spreadsheet's apostrophe, and a GUID in either case. What is shown stays as
// it came.
func (p *pool) id(w word) word {
	b := p.bytes(w)
	guid := len(b) == 36 && b[8] == '-' && b[13] == '-' && bytes.ContainsAny(b, "ABCDEF")
	switch {
	case len(b) > 1 && b[0] == '\'':
		return p.id(p.keep(string(b[1:])))
	case guid:
		return p.keep(strings.ToLower(string(b)))
	}
	return w
}

// plainWord is a word of a bill without case, blanks and dashes: addQuantity, Add quantity and add_quantity are one.
func plainWord(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-':
			return -1
		}
		return r
	}, strings.ToLower(s))
}
