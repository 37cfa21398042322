package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/postgres/embedded"
)

// finding is one measured page or file.
type finding struct {
	rows    int
	address address
	ratio   float64 // of the reference in the same round, the median of all rounds
	work    float64 // the same by processor time: the reference's for a page, of this one's
	rate    float64 // pages a second, for whoever wants to know
	late    bool
}

// under tells whether what is wanted was not reached, by the clock and by the work.
func (f finding) under() bool { return f.late || max(f.ratio, f.work) < wanted[f.address.kind] }

// size measures everything at one size.
func (b *bench) size(ctx context.Context, n int, database string) (err error) {
	fmt.Fprintf(b.out, "%d rows\n", n)
	db, err := b.cluster.connect(ctx, embedded.AppRole, database)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	product, err := b.product(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, product.stop()) }()
	bare, err := b.start("bare", "", databaseVariable+"="+b.cluster.URL(embedded.AppRole, database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	cookie, err := product.signIn(ctx)
	if err != nil {
		return err
	}
	p := &pair{b: b, rows: n, database: database, server: product, reference: bare,
		product: target{product.host, cookie}, bare: target{bare.host, ""}}
	for _, part := range []struct {
		name string
		do   func() error
	}{
		{"pages", func() error { return p.lists(ctx, db) }},
		{"files", func() error { return p.files(ctx, db) }},
		{"django", func() error { return p.django(ctx, database) }},
	} {
		if !b.parts[part.name] {
			continue
		}
		if err := part.do(); err != nil {
			return err
		}
	}
	return nil
}

// pair is the product and its reference on one database.
type pair struct {
	b             *bench
	rows          int
	database      string
	server        *child
	reference     *child
	product, bare target
}

func (p *pair) lists(ctx context.Context, db *pgx.Conn) error {
	for _, s := range subjects {
		reference := s.path
		if s.bare == nil {
			reference = subjects[0].path
		}
		pages, err := s.pages(ctx, db)
		if err != nil {
			return err
		}
		for _, a := range pages {
			if !p.b.only.MatchString(a.path) {
				continue
			}
			if err := p.page(ctx, a, reference); err != nil {
				return err
			}
		}
	}
	return nil
}

// page measures one page in turn with its reference: what else the machine does hits both.
func (p *pair) page(ctx context.Context, a address, reference string) error {
	b, f := p.b, finding{rows: p.rows, address: a}
	if err := errors.Join(warm(ctx, p.bare, reference, b), warm(ctx, p.product, a.path, b)); err != nil {
		return err
	}
	var ratios, works, rates []float64
	var cost, spent work
	for range b.rounds {
		with, took, err := p.timed(ctx, p.bare, p.reference, reference)
		if err != nil {
			return err
		}
		got, mine, err := p.timed(ctx, p.product, p.server, a.path)
		if err != nil {
			return err
		}
		if f.late = f.late || got.late || with.late; f.late {
			break
		}
		ratios, rates = append(ratios, got.perSecond/with.perSecond), append(rates, got.perSecond)
		works, cost, spent = append(works, took.whole()/mine.whole()), took, mine
	}
	f.ratio, f.work, f.rate = median(ratios), median(works), median(rates)
	b.found = append(b.found, f)
	mark := ""
	if f.under() {
		mark = fmt.Sprintf("  wanted %.2f", wanted[a.kind])
	}
	fmt.Fprintf(b.out, "  %5.2f  %5.2f  %7.1f/s  %-17s of %-17s  %s%s\n", f.ratio, f.work, f.rate, spent, cost,
		a.label(), mark)
	return nil
}

// warm asks for a page until pools and plans are made: PostgreSQL keeps a plan from the sixth time on, for each of the
// 20 connections that either side has.
func warm(ctx context.Context, t target, path string, b *bench) error {
	const enough, longest = 6 * 20, 8
	for n, tries := 0, 0; n < enough && tries < longest; tries++ {
		got, err := t.pages(ctx, path, b.conns, b.slice/4)
		if err != nil {
			return err
		}
		n += got.n
	}
	return nil
}

// timed asks for a page for a while, and tells also how much processor time one took.
func (p *pair) timed(ctx context.Context, t target, c *child, path string) (rate, work, error) {
	before := p.b.worked(c, p.database)
	got, err := t.pages(ctx, path, p.b.conns, p.b.slice)
	return got, p.b.worked(c, p.database).each(before, got.n), err
}

func median(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[len(of)/2]
}
