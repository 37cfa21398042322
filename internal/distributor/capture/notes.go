package capture

import (
	"cmp"
	"slices"
)

// Kept is one word of the distributor's own that a capture keeps, and where it stands.
type Kept struct {
	Field string `json:"field"`
	Word  string `json:"word"`
	Times int    `json:"times"`
}

// Preview tells a person what a capture keeps before anybody else sees it.
type Preview struct {
	Accounts  int            `json:"accounts"`
	Calls     int            `json:"calls"`
	Failed    int            `json:"failed"`
	Bytes     int            `json:"bytes"`
	Kept      []Kept         `json:"kept"`
	Keys      []string       `json:"keys"`       // names of fields, as they stand
	KeysGone  int            `json:"keys_gone"`  // names of fields that were replaced
	WordsGone map[string]int `json:"words_gone"` // words that nobody here knows, replaced
}

// notes collect what a preview tells.
type notes struct {
	words map[[2]string]int
	keys  map[string]bool
	gone  map[string]bool
	lost  map[string]map[string]bool
}

func newNotes() notes {
	return notes{words: map[[2]string]int{}, keys: map[string]bool{}, gone: map[string]bool{},
		lost: map[string]map[string]bool{}}
}

func (n notes) keep(field, word string) { n.words[[2]string{field, word}]++ }

func (n notes) key(name string) { n.keys[name] = true }

func (n notes) hideKey(name string) { n.gone[name] = true }

func (n notes) hide(field, word string) {
	if n.lost[field] == nil {
		n.lost[field] = map[string]bool{}
	}
	n.lost[field][word] = true
}

func (n notes) preview() Preview {
	p := Preview{KeysGone: len(n.gone), WordsGone: map[string]int{}}
	for w, times := range n.words {
		p.Kept = append(p.Kept, Kept{Field: w[0], Word: w[1], Times: times})
	}
	slices.SortFunc(p.Kept, func(a, b Kept) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(len(a.Word), len(b.Word)), cmp.Compare(a.Word, b.Word))
	})
	for k := range n.keys {
		p.Keys = append(p.Keys, k)
	}
	slices.Sort(p.Keys)
	for field, words := range n.lost {
		if knownKey(field) {
			p.WordsGone[field] = len(words)
		}
	}
	return p
}
