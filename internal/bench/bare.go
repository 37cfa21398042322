package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/a-h/templ"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/auth"
	"seatledger/internal/listing"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const databaseVariable = "BENCH_DATABASE_URL"

// serveBare is the reference: pages that only read their rows and render them by the product's own
// templates. Nobody is signed in, nothing is counted, nothing is logged.
func serveBare(ctx context.Context, _ string) error {
	cfg, err := pgxpool.ParseConfig(os.Getenv(databaseVariable))
	if err != nil {
		return err
	}
	cfg.MaxConns = 20 // as the product's
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	mux := http.NewServeMux()
	for _, s := range subjects {
		if s.bare != nil {
			mux.Handle(s.path, s.bare(pool))
		}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, greeting+"http://"+l.Addr().String())
	srv := http.Server{Handler: mux, ReadHeaderTimeout: patience}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	_ = srv.Serve(l)
	return nil
}

// barePage reads the first page of a list, keys first and the rest joined to them, and renders it.
func barePage[R any](l *listing.List[R], dress func(R) ui.Row) func(*pgxpool.Pool) http.Handler {
	return func(pool *pgxpool.Pool) http.Handler {
		q := httpx.ListQuery{Query: l.Ask(nil), Path: "/" + l.Name}
		q.Page.Size = 50
		sql, args := l.Statement(q.Query)
		sql = listing.Numbered(sql)
		head := httpx.ListTable[R](l, q, nil, nil, nil)
		head.Select = &ui.Selection{FormID: "bulk"}
		nav := session.Navigation(auth.Admin)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rows, err := bareRows(r.Context(), pool, l, sql, args)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			table := head
			if dress == nil {
				table = httpx.ListTable(l, q, rows, nil, func(R, *ui.Row) {})
			} else {
				table.Rows = make([]ui.Row, len(rows))
				for i, row := range rows {
					table.Rows[i] = dress(row)
				}
			}
			page := layout.Page{Title: l.Many, Nav: nav, User: layout.User{Name: "Ada Example", Role: "Administrator"},
				Version: "bare"}
			var b bytes.Buffer
			if err := page.Render(templ.WithChildren(r.Context(), table), &b); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			_, _ = w.Write(b.Bytes())
		})
	}
}

func bareRows[R any](ctx context.Context, pool *pgxpool.Pool, l *listing.List[R], sql string, args []any) ([]R, error) {
	found, err := pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	rows := make([]R, 0, 51)
	var key *string
	var id [16]byte
	var into []any
	for found.Next() {
		rows = append(rows, *new(R))
		row := &rows[len(rows)-1]
		into = into[:0]
		for _, c := range l.Columns {
			if c.Into != nil {
				into = append(into, c.Into(row))
			}
		}
		if err := found.Scan(append(into, &key, &id)...); err != nil {
			return nil, err
		}
	}
	return rows[:min(len(rows), 50)], found.Err()
}
