package listing

import (
	"slices"
	"strings"

	"seatledger/internal/postgres"
)

// Search is how a list is searched.
type Search struct {
	Label string // what is searched, for the box; empty: the list is not searched
	Where string // a condition over the table; "?" is the LIKE pattern, as often as it stands there
	// IDs finds the ids of all records that match, by trigram indexes alone, whatever the planner
	// thinks of the term: one "?" for the pattern. Empty: Where is good enough.
	IDs string
	// Head is a sort's expression that is itself searched, and the same in long runs of records, as a product's name:
	// in its order a page is filled from the runs whose head holds the term. Heads is the table of them, by name;
	// Beside is IDs for what is searched beside the head. Empty: there is none.
	Head, Heads, Beside string
}

// So many records are looked at in the list's order before a term is taken for a rare one: the first few, and if one
// of them holds it, the rest. A frequent term fills a page within that; looking all its matches up and sorting them
// would cost many times as much. A rare one has few to sort.
const (
	sampled = 100
	walked  = 1500
)

func (s Search) matches(term string) (string, []any) {
	return "(" + s.Where + ")", slices.Repeat(like(term), strings.Count(s.Where, "?"))
}

// like is the pattern of a term.
func like(term string) []any { return []any{postgres.Contains(term)} }

// found is the condition for a term whose matches are looked up first.
func (s Search) found(term string) (string, []any) {
	if s.IDs == "" {
		return s.matches(term)
	}
	return "(" + s.IDs + ")", like(term)
}
