package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/auth"
	"seatledger/internal/listing"
	"seatledger/internal/postgres"
	"seatledger/views/layout"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/site"
)

const databaseVariable = "BENCH_DATABASE_URL"

// serveBare is the reference: pages that only read their rows and render them by the product's own
// templates, finished structs and all. Nobody is signed in, nothing is counted, nothing is logged.
func serveBare(ctx context.Context, _ string) error {
	cfg, err := pgxpool.ParseConfig(os.Getenv(databaseVariable))
	if err != nil {
		return err
	}
	cfg.MaxConns = 20 // as the product's
	db, err := postgres.Open(ctx, cfg, slog.Default())
	if err != nil {
		return err
	}
	defer db.Close()
	mux := http.NewServeMux()
	for _, s := range subjects {
		if s.bare == nil {
			continue
		}
		h, err := s.bare(ctx, db)
		if err != nil {
			return err
		}
		mux.Handle(s.path, h)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, greeting+"http://"+l.Addr().String())
	return site.Serve(ctx, l, mux, slog.Default())
}

// barePage reads the first page of a list over pgx itself, keys first and the rest joined to them, and renders it with
// frame, filters and the way on. What does not change from page to page is made once, at the start.
func barePage[R any](l *listing.List[R], table tableOf[R]) func(context.Context, *postgres.DB) (http.Handler, error) {
	return func(ctx context.Context, db *postgres.DB) (http.Handler, error) {
		spec, err := l.Spec(ctx, db.Read(ctx), nil)
		if err != nil {
			return nil, err
		}
		asked, err := spec.Parse(nil, false)
		if err != nil {
			return nil, err
		}
		q := httpx.ListQuery{Query: asked, Path: "/" + l.Name, Turned: 1}
		sql, args := l.Statement(q.Query)
		sql = postgres.Numbered(sql)
		page := layout.List{Filters: q.FilterBar(l.Search.Label), Page: layout.Page{Title: l.Many,
			Nav: session.Navigation(auth.Admin), User: layout.User{Name: "Ada Example", Role: "Administrator"},
			Version: "bare"}}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rows, next, err := bareRows(r.Context(), db.Pool(), l, q, sql, args)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			page := page
			page.Table, page.Pager = table(q, rows), q.Pager(next, "", l.Many)
			b := templ.GetBuffer()
			defer templ.ReleaseBuffer(b)
			if err := page.Show().Render(r.Context(), b); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
			_, _ = w.Write(b.Bytes())
		}), nil
	}
}

// bareRows gives the rows of a page, and the token of the next.
func bareRows[R any](ctx context.Context, pool *pgxpool.Pool, l *listing.List[R], q httpx.ListQuery, sql string,
	args []any) ([]R, string, error) {
	found, err := pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, "", err
	}
	defer found.Close()
	rows := make([]R, 0, q.Page.Limit())
	var keys []*string
	var ids []uuid.UUID
	var into []any
	for found.Next() {
		rows, keys, ids = append(rows, *new(R)), append(keys, nil), append(ids, uuid.Nil)
		row := &rows[len(rows)-1]
		into = into[:0]
		for _, c := range l.Columns {
			if c.Into != nil {
				into = append(into, c.Into(row))
			}
		}
		if err := found.Scan(append(into, &keys[len(keys)-1], &ids[len(ids)-1])...); err != nil {
			return nil, "", err
		}
	}
	if err := found.Err(); err != nil || len(rows) < q.Page.Limit() {
		return rows, "", err
	}
	last := len(rows) - 2
	next, err := q.Page.Order.Token(keys[last], ids[last])
	return rows[:last+1], next, err
}
