package webtest

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Records are the rows of a CSV answer, by column name.
func (p *Page) Records() []map[string]string {
	p.c.t.Helper()
	all, err := csv.NewReader(strings.NewReader(string(p.Body))).ReadAll()
	if err != nil || len(all) == 0 {
		p.c.t.Fatalf("webtest: %s is no CSV: %v", p.Path(), err)
	}
	var out []map[string]string
	for _, row := range all[1:] {
		r := map[string]string{}
		for i, name := range all[0] {
			r[name] = row[i]
		}
		out = append(out, r)
	}
	return out
}

// Versions is a digest of each table, of the versions of its rows and not only of
// their values: a row that was written again, even with the same values, shows. How often somebody asked is left out.
func (s *Site) Versions(except ...string) map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, table := range s.Tables() {
		if table == "paces" || slices.Contains(except, table) {
			continue
		}
		var digest string
		err := s.DB.Owner().QueryRow(s.t.Context(),
			`SELECT count(*) || ' rows ' || md5(coalesce(string_agg(concat_ws(' ', x.xmin, x.ctid, x::text), ','
				ORDER BY x.ctid), '')) FROM `+table+` x`).Scan(&digest)
		s.must(err)
		out[table] = digest
	}
	return out
}

// Tables are all tables, of ours and of the queue, with their schema where it is not public.
func (s *Site) Tables() []string {
	s.t.Helper()
	rows, err := s.DB.Owner().Query(s.t.Context(),
		`SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename FROM pg_tables
			WHERE schemaname IN ('public', 'river') ORDER BY 1`)
	s.must(err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	s.must(err)
	return names
}

// Dump is every value of every table as text, for looking for what must not be there.
func (s *Site) Dump() string {
	s.t.Helper()
	var b strings.Builder
	for _, table := range s.Tables() {
		var all string
		err := s.DB.Owner().QueryRow(s.t.Context(),
			`SELECT coalesce(string_agg(x::text, E'\n'), '') FROM `+table+` x`).Scan(&all)
		s.must(err)
		fmt.Fprintf(&b, "-- %s\n%s\n", table, all)
	}
	return b.String()
}
