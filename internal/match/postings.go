package match

import (
	"cmp"
	"slices"
)

// postings tell which records hold a key. They are two flat lists in order of the
// keys, with a table of where each first part of a key begins: a map of small
// lists would take several times the memory.
type postings struct {
	keys  []uint64
	rows  []int32
	begin []int32 // of the keys whose first bits are the index
	shift uint
}

type posting struct {
	key uint64
	row int32
}

func newPostings(side []profile) *postings {
	var all []posting
	var keys keysOf
	for i := range side {
		for _, k := range keys.of(&side[i]) {
			all = append(all, posting{k, int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b posting) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(a.row, b.row)
	})
	p := &postings{keys: make([]uint64, len(all)), rows: make([]int32, len(all)), shift: 64}
	for i, e := range all {
		p.keys[i], p.rows[i] = e.key, e.row
	}
	for size := 1; size < len(all) && p.shift > 40; size *= 2 {
		p.shift--
	}
	p.begin = make([]int32, 1<<(64-p.shift)+1)
	at := 0
	for first := range p.begin {
		for at < len(p.keys) && p.first(p.keys[at]) < first {
			at++
		}
		p.begin[first] = int32(at)
	}
	return p
}

func (p *postings) first(key uint64) int {
	if p.shift == 64 {
		return 0
	}
	return int(key >> p.shift)
}

// of gives the records that hold a key, in order.
func (p *postings) of(key uint64) []int32 {
	f := p.first(key)
	from := int(p.begin[f])
	to := int(p.begin[f+1])
	for from < to && p.keys[from] < key {
		from++
	}
	end := from
	for end < to && p.keys[end] == key {
		end++
	}
	return p.rows[from:end]
}
