// Package search finds records, pages and commands by one word, over all lists at once. Each list finds its own
// records; this package asks them, puts what fits best first, and knows no table.
package search

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/listing"
	"seatledger/internal/postgres"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/search"
)

// HitsPath gives the hits without a page around them, to what shows them while one types.
const HitsPath = at.Search + "/hits"

// most is how many hits of one kind are shown; looked is how many are looked at to choose them.
const (
	most   = 6
	looked = 50
)

// Handlers answer the search.
type Handlers struct {
	DB    *postgres.DB
	Zone  *time.Location
	Doors interface {
		// Open tells whether a role may open the page at a path.
		Open(r auth.Role, path string) bool
	}
}

// Show is the page of all that fits.
func (h Handlers) Show(c echo.Context) error {
	term, found, err := h.find(c)
	if err != nil {
		return err
	}
	m := view.Show{Page: session.Page(c, "Search", ""), Term: term, Found: found}
	if term != "" {
		m.Page.Lead = "What fits “" + term + "”, best first."
	}
	return httpx.Render(c, http.StatusOK, m.View())
}

// Hits is what fits, without a page around it.
func (h Handlers) Hits(c echo.Context) error {
	term, found, err := h.find(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, view.Hits(term, found))
}

func (h Handlers) find(c echo.Context) (string, []view.Group, error) {
	term, err := listing.Term(c.QueryParams())
	if err != nil || term == "" {
		return term, nil, err
	}
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	groups := []ranked{h.pages(c, term)}
	for _, k := range kinds(h.Zone) {
		g, err := k(ctx, db, term)
		if err != nil {
			return term, nil, err
		}
		groups = append(groups, g)
	}
	slices.SortStableFunc(groups, func(a, b ranked) int { return cmp.Compare(a.best(), b.best()) })
	var out []view.Group
	for _, g := range groups {
		if len(g.hits) > 0 {
			out = append(out, g.group(term))
		}
	}
	return term, out, nil
}

// ranked is what one list found, with how well each fits.
type ranked struct {
	title string
	list  string // its path; empty: all that fits is shown
	hits  []hit
	more  bool
}

type hit struct {
	view.Hit
	fit fit
}

func (g ranked) best() fit {
	if len(g.hits) == 0 {
		return nowhere
	}
	return g.hits[0].fit
}

func (g ranked) group(term string) view.Group {
	out := view.Group{Title: g.title}
	for _, x := range g.hits[:min(most, len(g.hits))] {
		out.Hits = append(out.Hits, x.Hit)
	}
	if g.list != "" && (g.more || len(g.hits) > most) {
		out.All = &ui.LinkButton{Text: "All that fit", Href: g.list + "?" + url.Values{"q": {term}}.Encode(),
			Compact: true}
	}
	return out
}

// sorted puts what fits best first; what fits alike stays in the order of its list.
func (g ranked) sorted() ranked {
	slices.SortStableFunc(g.hits, func(a, b hit) int { return cmp.Compare(a.fit, b.fit) })
	return g
}

// records is the search over one list: what a row shows, and the names by which it may be meant.
func records[R any](l *listing.List[R], title, path string, show func(R) (view.Hit, []string)) kind {
	return func(ctx context.Context, db *gorm.DB, term string) (ranked, error) {
		q := l.Ask(nil)
		q.Search, q.Page.Size = term, looked
		page, err := l.Page(ctx, db, q)
		g := ranked{title: title, list: path, more: page.Next != "" || page.Frequent}
		for _, r := range page.Rows {
			shown, names := show(r)
			g.hits = append(g.hits, hit{Hit: shown, fit: fits(term, names)})
		}
		return g.sorted(), err
	}
}

type kind func(context.Context, *gorm.DB, string) (ranked, error)

// fit says how well a term fits; less is better.
type fit int

const (
	equal fit = iota
	begins
	beginsAWord
	inside
	elsewhere // in a field that is not shown
	nowhere
)

// fits is the best fit of a term to one of the names.
func fits(term string, names []string) fit {
	term = strings.ToLower(term)
	best := elsewhere
	for _, n := range names {
		n = strings.ToLower(n)
		switch {
		case n == term:
			return equal
		case strings.HasPrefix(n, term):
			best = min(best, begins)
		case strings.Contains(n, " "+term):
			best = min(best, beginsAWord)
		case strings.Contains(n, term):
			best = min(best, inside)
		}
	}
	return best
}
