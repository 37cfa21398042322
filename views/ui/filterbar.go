package ui

import (
	"context"
	"io"
)

// FilterBar is the GET form over a list: a search box, selects, and a chip for
// everything that narrows the list now, each removable by itself. Its state is the address.
type FilterBar struct {
	Action      string // path of the list
	Search      string // what was searched for
	SearchLabel string // names what is searched; empty: no search box
	Selects     []Field
	Hidden      []Pair // what a new search must keep, as the sort
	Chips       []Chip
	ClearHref   string
	CSVHref     string // the same rows as a file; empty: no link
}

// Chip is one thing that narrows the list, with the address of the list without it.
type Chip struct {
	Label      string
	RemoveHref string
}

// Pager leads through a list that is paged by cursor.
type Pager struct {
	FirstHref string // empty on the first page
	PrevHref  string
	NextHref  string // empty on the last page
	Text      string // "50 of about 1,240 subscriptions"
}

// Render makes a FilterBar a templ component.
func (b FilterBar) Render(ctx context.Context, w io.Writer) error {
	return filterBar(b).Render(ctx, w)
}

// Render makes a Pager a templ component.
func (p Pager) Render(ctx context.Context, w io.Writer) error { return pager(p).Render(ctx, w) }
