package listing

import (
	"strings"

	"seatledger/internal/paging"
)

// List describes one list of records. Its SQL is constant: nothing that a person
// typed ever becomes part of it.
type List[R any] struct {
	Name      string      // its address without the slash, and the name of its file: "subscriptions"
	One, Many string      // what its records are called
	Table     string      // the records themselves, with their alias: "subscriptions s"
	ID        string      // their unique uuid: "s.id"
	Joins     string      // what the columns need beside the table; joined to the rows of one page only
	Within    string      // of the record whose list it is (Query.Of): "i.price_list_id = ?"; empty: of none
	Columns   []Column[R] // in the order of the file
	Shown     []string    // the keys of those on the page, in its order; the first names the record and always stands
	Card      []string    // the keys of the two that a phone shows beside the first; empty: the next two of Shown
	Ways      bool        // its rows lead to records with the list's address, so that those lead on through it
	Filters   []Filter
	Search    Search
	Default   string // the usual sort: "product" or "-recorded_at"
	// Counts is the table of kept counts, under the alias of the table: the columns that Counted
	// filters ask, and n. Empty: records are counted each time.
	Counts  string
	CountBy []CountBy // its columns but n
	// Finer are counts of what one record may have several of, as findings: they answer where their filter is set.
	Finer Finer
	// Words is the column of words that a trigger fills at each write: "search_text". Empty: there is none.
	Words string
}

// CountBy is a column of the kept counts, with its value over the records.
type CountBy struct{ Column, SQL string }

// Finer is another table of kept counts, which also carries what one filter asks for. Where a record may have several
// of that, as findings, it is counted once for each, and the column holds one value in the way of the row, so that the
// filter's condition asks either.
type Finer struct {
	Filter string // empty: there is none
	Counts string // the table, under the alias of the list's
	From   string // the records, once for each: "subscriptions s, unnest(s.findings) f"
	By     []CountBy
}

// Kind says what a column holds, and with that how a file writes it.
type Kind int

// The kinds. Words that come from outside are Text, which a file makes safe for spreadsheets.
const (
	Text   Kind = iota
	Word        // one of our own words, or an id
	Whole       // a whole number
	Amount      // a decimal number: trailing zeros are cut
	Day         // a calendar date
	Moment      // an instant, written in UTC
	YesNo       // true or false
)

// Column is one column of a list: of its file where it has a key, of its page where Label is set.
type Column[R any] struct {
	Key     string // the name in the file, and the key of the sort; empty: on the page only
	Label   string // the head on the page; empty: in the file only
	SQL     string // the value, over the table and the joins
	Kind    Kind
	Into    func(*R) any // where a page puts the value; nil: it is read for the file only
	Sort    Sort         // the zero Sort: not sorted by this
	Unfiled bool         // not in the file, though it has a key
}

// Sort makes a list sortable by a column. Its expression uses the table alone and is
// the head of an index that ends in the id.
type Sort struct {
	Expr     string
	Kind     paging.Kind
	Nullable bool
}

// Sorts is what the list may be sorted by.
func (l *List[R]) Sorts() paging.Sorts {
	out := paging.Sorts{ID: l.ID, Default: l.Default}
	for _, c := range l.Columns {
		if c.Sort.Expr != "" {
			out.Keys = append(out.Keys, paging.Sort{Key: c.Key, Expr: c.Sort.Expr, Kind: c.Sort.Kind,
				Nullable: c.Sort.Nullable})
		}
	}
	return out
}

// Header is the columns of the file.
func (l *List[R]) Header() []string {
	columns := l.filed()
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Key
	}
	return out
}

// Kinds are what the columns of the file hold.
func (l *List[R]) Kinds() []Kind {
	columns := l.filed()
	out := make([]Kind, len(columns))
	for i, c := range columns {
		out[i] = c.Kind
	}
	return out
}

// alias is what the table is called in the list's SQL.
func (l *List[R]) alias() string { return l.Table[strings.LastIndexByte(l.Table, ' ')+1:] }

// filed are the columns of the file.
func (l *List[R]) filed() []Column[R] {
	out := make([]Column[R], 0, len(l.Columns))
	for _, c := range l.Columns {
		if c.Key != "" && !c.Unfiled {
			out = append(out, c)
		}
	}
	return out
}

// Column finds a column by its key; nil: there is none.
func (l *List[R]) Column(key string) *Column[R] {
	for i := range l.Columns {
		if l.Columns[i].Key == key {
			return &l.Columns[i]
		}
	}
	return nil
}
