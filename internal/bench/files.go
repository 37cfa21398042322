package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
)

// fileFinding is one measured file.
type fileFinding struct {
	rows  int
	path  string
	ratio float64 // of the time of COPY
	first float64 // part of the whole time after which the first record was there
	whole time.Duration
	grew  float64 // megabytes that the server held more than before
	bytes int64
}

// wantedOfFiles: the ratio to COPY, and the most of the time until the first record.
const (
	wantedOfCopy  = 0.5
	wantedOfFirst = 0.1
)

// files measures the files of all lists, in turn with COPY of the same columns.
func (p *pair) files(ctx context.Context, db *pgx.Conn) error {
	for _, s := range subjects {
		if s.copy == "" || !p.b.only.MatchString(s.path+".csv") {
			continue
		}
		f := fileFinding{rows: p.rows, path: s.path + ".csv"}
		var ratios []float64
		for range min(p.b.rounds, 2) {
			began := time.Now()
			if _, err := db.PgConn().CopyTo(ctx, io.Discard, s.copy); err != nil {
				return fmt.Errorf("COPY of %s: %w", s.path, err)
			}
			with := time.Since(began)
			if err := p.file(ctx, &f); err != nil {
				return err
			}
			ratios = append(ratios, with.Seconds()/f.whole.Seconds())
		}
		f.ratio = median(ratios)
		p.b.files = append(p.b.files, f)
		fmt.Fprintf(p.b.out, "  %5.2f of COPY, first record after %.3f of %.2f s, %.0f MB more, %s\n", f.ratio, f.first,
			f.whole.Seconds(), f.grew, f.path)
	}
	return nil
}

func (p *pair) file(ctx context.Context, f *fileFinding) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.product.host+f.path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Cookie", p.product.cookie)
	before, _ := p.server.memory()
	began := time.Now()
	resp, err := new(http.Client).Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", f.path, resp.Status)
	}
	in := bufio.NewReaderSize(resp.Body, 1<<16)
	var first time.Duration
	for range 2 { // the header, and a record
		if _, err := in.ReadBytes('\n'); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		first = time.Since(began)
	}
	f.bytes, err = io.Copy(io.Discard, in)
	f.whole = time.Since(began)
	f.first = first.Seconds() / f.whole.Seconds()
	after, _ := p.server.memory()
	f.grew = max(f.grew, after-before)
	return err
}
