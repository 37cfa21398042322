package ui

import (
	"context"
	"io"
)

// FilterBar is the one row of controls over a list: a GET form with a search box and selects, a
// chip for everything that narrows the list now, each removable by itself, and what the list
// offers besides: views, columns, files. Its state is the address.
type FilterBar struct {
	Action      string // path of the list
	Search      string // what was searched for
	SearchLabel string // names what is searched; empty: no search box
	Selects     []Field
	Hidden      []Pair // what a new search must keep, as the sort
	Chips       []Chip
	ClearHref   string
	CSVHref     string // the same rows as a file; empty: no link
	XLSXHref    string // and as a workbook

	Views       *ViewMenu // nil: this list has none
	ColumnsHref string    // where the columns are chosen; empty: they cannot be
	Columns     *ColumnForm
	Lost        string // what the kept view asks for and the list no longer has; empty: nothing
}

// Chip is one thing that narrows the list, with the address of the list without it.
type Chip struct {
	Label      string
	RemoveHref string
}

// ViewMenu is how a person looks at lists: views that were kept, and how dense rows are.
type ViewMenu struct {
	Label     string // the view that the list shows now; empty: none
	Views     []ViewLink
	SaveHref  string // keeps what the list shows now; empty: no link
	AllHref   string // where views are named, shared and deleted
	Densities *DensityForm
	Sizes     []ViewLink // rows a page may have
}

// ViewLink is one choice of a ViewMenu.
type ViewLink struct {
	Label  string
	Hint   string
	Href   string
	Active bool
}

// DensityForm asks how dense the rows of all lists are.
type DensityForm struct {
	Action  string
	Next    string // where it comes back to
	Compact bool   // as they are now
}

// ColumnForm chooses the columns of a list, their order and their widths.
type ColumnForm struct {
	Action  string
	Hidden  []Pair
	First   string // the head of the first column, which always stands
	Choices []ColumnChoice
	Widths  []Option
	Usual   string // the list with its usual columns
	Cancel  string
}

// ColumnChoice is one column of a ColumnForm.
type ColumnChoice struct {
	Key, Label string
	Shown      bool
	Place      string // where it stands, counted from 1; empty where it is not shown
	Width      string
	Fixed      bool // the first, which neither goes nor moves
}

// Pager leads through a list that is paged by cursor.
type Pager struct {
	FirstHref string // empty on the first page
	PrevHref  string
	NextHref  string // empty on the last page
	Text      string // "50 of about 1,240 subscriptions"
	Page      string // "Page 2"; empty where pages are not counted
}

// Render makes a FilterBar a templ component.
func (b FilterBar) Render(ctx context.Context, w io.Writer) error {
	return filterBar(b).Render(ctx, w)
}

// Render makes a Pager a templ component.
func (p Pager) Render(ctx context.Context, w io.Writer) error { return pager(p).Render(ctx, w) }

// set counts the selects that narrow the list now.
func (b FilterBar) set() int {
	n := 0
	for _, s := range b.Selects {
		if s.Value != "" {
			n++
		}
	}
	return n
}
