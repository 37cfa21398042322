package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// subject is one list that is measured.
type subject struct {
	path  string
	bare  func(context.Context, *postgres.DB) (http.Handler, error) // nil: it is measured beside the first subject's
	pages func(context.Context, *pgx.Conn) ([]address, error)
	copy  string // what COPY is told for the same file; empty: the file is not measured
}

// address is one page that is measured, and what of it must be as fast.
type address struct {
	path string
	kind kind
}

// kind says which ratio is wanted of a page (docs/benchmarks.md).
type kind string

const (
	plain     kind = "page"   // 0.7 of the bare page
	selective kind = "search" // 0.3
	frequent  kind = "common" // a fifth
	figures   kind = "figures"
)

var wanted = map[kind]float64{plain: 0.7, selective: 0.3, frequent: 0.2, figures: 0.2}

// words are what a person may look for in a list: what few records have, and what many have.
type words struct{ rare, common []string }

// tableOf makes the finished table of a page of rows, as the product's own page does.
type tableOf[R any] func(httpx.ListQuery, []R) ui.Table

// of describes a list by its own description, so that what is added there is measured here.
// values are for filters that do not say themselves what they may be.
func of[R any](l *listing.List[R], table tableOf[R], values map[string][]string, w words) subject {
	s := subject{path: "/" + l.Name, copy: copied(l), bare: barePage(l, table)}
	s.pages = func(ctx context.Context, db *pgx.Conn) ([]address, error) {
		g := gatherer{ctx: ctx, db: db, table: l.Table}
		g.add(plain, "/"+l.Name, nil)
		var pairs []url.Values
		for _, f := range l.Filters {
			found, err := g.values(f, values[f.Name])
			if err != nil {
				return nil, err
			}
			for i, v := range found {
				g.add(plain, "/"+l.Name, url.Values{f.Name: {v}})
				if i < 2 {
					pairs = append(pairs, url.Values{f.Name: {v}})
				}
			}
		}
		for _, k := range l.Sorts().Keys {
			for _, sort := range []string{k.Key, "-" + k.Key} {
				g.add(plain, "/"+l.Name, url.Values{"sort": {sort}})
			}
			if err := g.deep(l.Sorts(), "/"+l.Name, k.Key); err != nil {
				return nil, err
			}
		}
		g.together("/"+l.Name, pairs, l.Sorts())
		for _, word := range w.rare {
			g.add(selective, "/"+l.Name, url.Values{"q": {word}})
		}
		for _, word := range w.common {
			g.add(frequent, "/"+l.Name, url.Values{"q": {word}})
		}
		return g.found, nil
	}
	return s
}

type gatherer struct {
	ctx   context.Context
	db    *pgx.Conn
	table string
	found []address
}

func (g *gatherer) add(k kind, path string, v url.Values) {
	g.found = append(g.found, address{path: (&url.URL{Path: path, RawQuery: v.Encode()}).String(), kind: k})
}

// mostValues is how many of a filter's values are measured.
const mostValues = 5

// values are what a filter may be set to: what it offers, else what its condition compares with among the records.
func (g *gatherer) values(f listing.Filter, said []string) ([]string, error) {
	for _, c := range f.Choices {
		said = append(said, c.Value)
	}
	if f.IsDate {
		said = append(said, "2026-06-15")
	}
	if f.IsCurrency {
		said = append(said, "USD")
	}
	if len(said) > 0 {
		return said[:min(len(said), mostValues)], nil
	}
	sql := ""
	if column, ok := strings.CutSuffix(strings.TrimSpace(f.Where), " = ?"); ok && !strings.ContainsAny(column, " (") {
		sql = fmt.Sprintf("SELECT x::text FROM (SELECT %s AS x FROM %s WHERE %s IS NOT NULL OFFSET 1000 LIMIT 1) one",
			column, g.table, column)
	}
	if f.ChoicesSQL != "" {
		sql = fmt.Sprintf("SELECT value FROM (%s) c (value, label, place) ORDER BY place LIMIT %d", f.ChoicesSQL,
			mostValues)
	}
	if sql == "" {
		return nil, nil
	}
	rows, err := g.db.Query(g.ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("values of %s: %w", f.Name, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// deep adds the page that begins where nine tenths of the list have been shown.
func (g *gatherer) deep(sorts sorts, path, sort string) error {
	order, err := sorts.Parse(sort)
	if err != nil {
		return err
	}
	var key *string
	var id uuid.UUID
	err = g.db.QueryRow(g.ctx, fmt.Sprintf(`SELECT (%s)::text, %s FROM %s ORDER BY %s
		OFFSET (SELECT count(*) * 9 / 10 FROM %s) LIMIT 1`, order.Sort.Expr, order.ID, g.table, order.SQL(), g.table)).
		Scan(&key, &id)
	if err != nil {
		return fmt.Errorf("a place far in %s: %w", path, err)
	}
	token, err := order.Token(key, id)
	if err != nil {
		return err
	}
	v := url.Values{"after": {token}}
	if sort != sorts.Default {
		v.Set("sort", sort)
	}
	g.add(plain, path, v)
	return nil
}

// together adds some filters in pairs, each pair in some sort: always the same ones.
func (g *gatherer) together(path string, filters []url.Values, s sorts) {
	dice := rand.New(rand.NewPCG(7, 11))
	for range min(10, len(filters)*(len(filters)-1)/2) {
		v := url.Values{"sort": {s.Keys[dice.IntN(len(s.Keys))].Key}}
		for range 2 {
			for name, value := range filters[dice.IntN(len(filters))] {
				v[name] = value
			}
		}
		g.add(plain, path, v)
	}
}

// copied is what COPY is told to write the columns of a list's file.
func copied[R any](l *listing.List[R]) string {
	var columns []string
	for _, c := range l.Columns {
		if c.Key != "" && !c.Unfiled {
			columns = append(columns, c.SQL)
		}
	}
	return fmt.Sprintf("COPY (SELECT %s FROM %s %s) TO STDOUT WITH (FORMAT csv)", strings.Join(columns, ", "), l.Table,
		l.Joins)
}

// only are addresses that no description gives.
func only(path string, pages ...address) subject {
	return subject{path: path, pages: func(context.Context, *pgx.Conn) ([]address, error) { return pages, nil }}
}
