package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Table is a list of records. It scrolls inside its own frame, so that the page never does sideways.
type Table struct {
	Caption string // names the table for screen readers; shown when ShowCaption
	Columns []Column
	Rows    []Row
	Sums    []Cell      // a last row of totals; empty: none
	Select  *Selection  // rows get a checkbox; nil: none
	Empty   *EmptyState // shown in place of the table when there are no rows

	// List makes it the table of a page that is a list: the page's one scroll, whose head and
	// first column stand still, with rows as dense as the person wants them, and cards on a phone.
	List bool

	ShowCaption bool
	Compact     bool // denser rows, for ledgers
	Plain       bool // no frame, for a table within a card
}

// Column is the head of a column. SortHref makes it a sort link.
type Column struct {
	Label    string
	Numeric  bool // right-aligned, tabular figures
	SortHref string
	Sorted   Direction
	Hidden   bool // the label is for screen readers only, as over a column of buttons
	Nowrap   bool
	Width    string // of a List: narrow, medium or wide; empty: as the text needs it
	Card     bool   // of a List: stands on the card of a phone
}

// Direction is how a column is sorted now.
type Direction string

// The directions. The zero Direction is "not sorted by this".
const (
	Unsorted   Direction = ""
	Ascending  Direction = "ascending"
	Descending Direction = "descending"
)

// Row is one record. The first cell is its row header.
type Row struct {
	ID    string // value of the checkbox
	Label string // names the record for the checkbox: "Select Contoso.example"
	Cells []Cell
	Tone  Tone
	Muted bool // struck from the count, archived or the like

	Unselectable bool // no checkbox in this row
	Checked      bool
}

// Cell is one value. Text is the plain case; Content replaces it with any component.
// An empty cell stays empty: unknown is never 0.
type Cell struct {
	Text    string
	Sub     string // a second, quieter line
	Href    string // Text becomes a link
	Badges  []Badge
	Content templ.Component
	Muted   bool
	Mono    bool // ids, part numbers
	Tone    Tone // colours the text; say it in words too
	Span    int  // columns taken, for Sums
}

// Selection is the checkbox column of a table: which form the ticks belong to, under which name.
type Selection struct {
	FormID string
	Name   string // "id" when empty
}

// Render makes a Table a templ component.
func (t Table) Render(ctx context.Context, w io.Writer) error { return table(t).Render(ctx, w) }

// AsList is the table as that of a page that is a list.
func (t Table) AsList() Table {
	t.List = true
	return t
}

// TextCell is a cell with plain text.
func TextCell(s string) Cell { return Cell{Text: s} }

// LinkCell is a cell whose text leads to a page.
func LinkCell(text, href string) Cell { return Cell{Text: text, Href: href} }

// BadgeCell is a cell with a badge.
func BadgeCell(text string, tone Tone) Cell { return Cell{Badges: []Badge{{Text: text, Tone: tone}}} }

// Of is a cell with any component.
func Of(c templ.Component) Cell { return Cell{Content: c} }

func (s *Selection) name() string {
	if s.Name == "" {
		return "id"
	}
	return s.Name
}

func (t Table) class() string {
	c := "table"
	if t.Compact {
		c += " table--compact"
	}
	if t.Select != nil {
		c += " table--select"
	}
	if t.List {
		c += " table--list"
	}
	return c
}

func (t Table) frameClass() string {
	c := "table-frame"
	if t.Plain {
		c += " table-frame--plain"
	}
	if t.List {
		c += " table-frame--list"
	}
	return c
}

// carded tells whether the i-th column stands on the card of a phone: those that say so, or
// else the two behind the first.
func (t Table) carded(i int) bool {
	if !t.List || i == 0 || i >= len(t.Columns) {
		return false
	}
	for _, c := range t.Columns {
		if c.Card {
			return t.Columns[i].Card
		}
	}
	return i <= 2
}

func (c Column) class() string {
	cls := ""
	if c.Numeric {
		cls += " num"
	}
	if c.Nowrap {
		cls += " nowrap"
	}
	if c.Width != "" {
		cls += " table__w-" + c.Width
	}
	return strings.TrimPrefix(cls, " ")
}

func prefixed(class string) string {
	if class == "" {
		return ""
	}
	return " " + class
}

func (t Table) cellClass(i int, c Cell) string {
	cls := ""
	add := func(on bool, name string) {
		if on {
			cls += " " + name
		}
	}
	if i < len(t.Columns) {
		cls += prefixed(t.Columns[i].class())
	}
	add(t.carded(i), "table__fact")
	add(c.Muted, "muted")
	add(c.Mono, "mono")
	add(c.Tone != Neutral, "text-"+string(c.Tone))
	if cls == "" {
		return ""
	}
	return cls[1:]
}

// sumColumn is the column that the i-th cell of the sums starts in.
func (t Table) sumColumn(i int) int {
	n := 0
	for _, c := range t.Sums[:i] {
		n += max(c.Span, 1)
	}
	return n
}

func (r Row) class() string {
	c := ""
	if r.Tone != Neutral {
		c = "row--" + string(r.Tone)
	}
	if r.Muted {
		c += " row--muted"
	}
	return c
}

func (r Row) selectLabel() string {
	if r.Label != "" {
		return "Select " + r.Label
	}
	if len(r.Cells) > 0 {
		return "Select " + r.Cells[0].Text
	}
	return "Select row"
}

func (d Direction) icon() string {
	switch d {
	case Ascending:
		return "arrow-up"
	case Descending:
		return "arrow-down"
	}
	return "sort"
}

func (c Cell) empty() bool {
	return c.Text == "" && c.Content == nil && len(c.Badges) == 0
}
