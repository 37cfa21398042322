package vocabulary

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"seatledger/internal/distributor"
)

// Words are those of one dialect, which come before ours.
type Words struct {
	statuses map[string]distributor.Status
	rhythms  map[string]distributor.Frequency
	kinds    []kindWord // longest first
}

type kindWord struct {
	word string
	kind distributor.Kind
}

// WordsOf makes the words of a dialect ready to be looked up.
func WordsOf(d distributor.Dialect) Words {
	w := Words{statuses: map[string]distributor.Status{}, rhythms: map[string]distributor.Frequency{}}
	for word, s := range d.Statuses {
		w.statuses[plain(word)] = s
	}
	for word, f := range d.Rhythms {
		w.rhythms[plain(word)] = f
	}
	for _, word := range slices.Sorted(maps.Keys(d.Kinds)) {
		w.kinds = append(w.kinds, kindWord{plain(word), d.Kinds[word]})
	}
	slices.SortStableFunc(w.kinds, func(a, b kindWord) int { return cmp.Compare(len(b.word), len(a.word)) })
	return w
}

// Status is the package's Status, but for the words of the dialect.
func (w Words) Status(text string) distributor.Status {
	if s, ok := w.statuses[plain(text)]; ok && text != "" {
		return s
	}
	return Status(text)
}

// Rhythm is the package's Rhythm, but for the words of the dialect.
func (w Words) Rhythm(text string) distributor.Frequency {
	if f, ok := w.rhythms[plain(text)]; ok && text != "" {
		return f
	}
	return Rhythm(text)
}

// Kind is the package's Kind, but for the words of the dialect: one that the name or the
// model holds as words of their own, or that the part number begins with.
func (w Words) Kind(p Product) distributor.Kind {
	text, part := " "+plain(p.Name)+" | "+plain(p.Model)+" ", plain(p.Part)
	for _, k := range w.kinds {
		if strings.Contains(text, " "+k.word+" ") || strings.HasPrefix(part, k.word) {
			return k.kind
		}
	}
	return Kind(p)
}
