// Command billrun measures how fast a billing run drafts and bills contracts, beside bare pgx that writes the same rows
// and stored documents into the same database, a transaction a contract as the run does. It makes contracts of its own
// out of one that came about through the rooms, and prints a ratio for each round; no test runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/billingrun"
	"seatledger/internal/clock"
	"seatledger/internal/invoice"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := bench{}
	flag.IntVar(&b.contracts, "contracts", 2000, "how many contracts are due")
	flag.IntVar(&b.lines, "lines", 10, "how many licences each has")
	flag.IntVar(&b.rounds, "rounds", 2, "how often each is measured, in turn")
	flag.StringVar(&b.profile, "profile", "", "file for a processor profile of the runs")
	flag.IntVar(&b.statements, "statements", 0, "how many of a run's costliest statements are told (pg_stat_statements)")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "seatledger-billrun"), "folder of the private server")
	flag.Parse()
	if err := b.run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "billrun:", err)
		os.Exit(1)
	}
}

type bench struct {
	contracts, lines, rounds int
	profile                  string
	statements               int
	server                   *embedded.Server
	super                    *pgx.Conn
}

var ann = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Name: "Ann Example"}

func (b *bench) run(ctx context.Context, dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	b.server, err = embedded.Start(ctx, embedded.Options{Dir: filepath.Join(dir, "postgres"),
		BinDir: os.Getenv("SEATLEDGER_POSTGRES_BIN"), Settings: b.settings()})
	if err != nil {
		return err
	}
	defer func() { _ = b.server.Stop(context.WithoutCancel(ctx)) }()
	if b.super, err = b.connect(ctx, "postgres"); err != nil {
		return err
	}
	defer b.super.Close(ctx)
	if err := b.furnish(ctx); err != nil {
		return err
	}
	for n := range b.rounds {
		ours, rows, err := b.ours(ctx)
		if err != nil {
			return err
		}
		bare, err := b.bare(ctx, rows)
		if err != nil {
			return err
		}
		fmt.Printf("round %d: %d contracts of %d lines: the run drafts in %.1f s and bills in %.1f s, "+
			"bare pgx in %.1f s and %.1f s; %.2f of its speed\n", n+1, b.contracts, b.lines, ours[0].Seconds(), ours[1].Seconds(),
			bare[0].Seconds(), bare[1].Seconds(), (bare[0]+bare[1]).Seconds()/(ours[0]+ours[1]).Seconds())
	}
	return nil
}

// settings are those of the server besides its own.
func (b *bench) settings() map[string]string {
	if b.statements == 0 {
		return nil
	}
	return map[string]string{"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all",
		"pg_stat_statements.track_planning": "on"}
}

// costliest tells which statements of the runs, those of triggers among them, took the database longest. It costs
// some of the speed.
func (b *bench) costliest(ctx context.Context, after string) error {
	if b.statements == 0 {
		return nil
	}
	if _, err := b.super.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); err != nil {
		return err
	}
	rows, err := b.super.Query(ctx, `SELECT calls, total_exec_time + total_plan_time, total_plan_time, rows, toplevel,
			left(regexp_replace(query, '\s+', ' ', 'g'), 160)
		FROM pg_stat_statements ORDER BY 2 DESC LIMIT $1`, b.statements)
	if err != nil {
		return err
	}
	fmt.Println(after + ": calls, ms, of them planning, rows, asked by us, statement")
	var calls, n int64
	var ms, plan float64
	var top bool
	var sql string
	_, err = pgx.ForEachRow(rows, []any{&calls, &ms, &plan, &n, &top, &sql}, func() error {
		fmt.Printf("%8d %10.1f %10.1f %8d %-5t %s\n", calls, ms, plan, n, top, sql)
		return nil
	})
	if err == nil {
		_, err = b.super.Exec(ctx, "SELECT pg_stat_statements_reset()")
	}
	return err
}

func (b *bench) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	cfg, err := b.server.PoolConfig(embedded.Superuser, database)
	if err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, cfg.ConnConfig)
}

const template, work = "billrun_template", "billrun_work"

// fresh makes the database to work in anew.
func (b *bench) fresh(ctx context.Context) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + work, "CREATE DATABASE " + work + " TEMPLATE " + template,
		"CHECKPOINT"} {
		if _, err := b.super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// day is when all is due.
var day = time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)

// ours drafts and bills by a run, and gives the rows that it wrote.
func (b *bench) ours(ctx context.Context) (took [2]time.Duration, rows written, err error) {
	if err := b.fresh(ctx); err != nil {
		return took, rows, err
	}
	cfg, err := b.server.PoolConfig(embedded.AppRole, work)
	if err != nil {
		return took, rows, err
	}
	db, err := postgres.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return took, rows, err
	}
	defer db.Close()
	clk := clock.NewFake(day)
	s := &billingrun.Service{DB: db, Clock: clk, Zone: time.UTC, Holder: "bench",
		Billing: billing.Service{Service: invoice.Service{DB: db, Clock: clk, Zone: time.UTC}},
		Enqueue: func(context.Context, *gorm.DB, billingrun.Job, time.Duration) error { return nil }}
	began := time.Now()
	due, err := s.Look(ctx, billingrun.Filter{})
	if err != nil {
		return took, rows, err
	}
	fmt.Printf("what is due of %d contracts is reckoned in %.1f s\n", len(due.Contracts), time.Since(began).Seconds())
	if b.profile != "" {
		f, err := os.Create(b.profile)
		if err != nil {
			return took, rows, err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return took, rows, err
		}
		defer pprof.StopCPUProfile()
	}
	if err := b.costliest(ctx, "what is due"); err != nil {
		return took, rows, err
	}
	began = time.Now()
	id, err := s.Begin(ctx, ann, billingrun.Order{All: true, Goal: billingrun.ToDraft})
	if err == nil {
		err = s.Go(ctx, id, 0)
	}
	took[0] = time.Since(began)
	if err == nil {
		err = b.costliest(ctx, "drafting")
	}
	began = time.Now()
	if err == nil {
		err = s.Ask(ctx, ann, billingrun.Asked{Run: id, Goal: billingrun.ToBill})
	}
	if err == nil {
		err = s.Go(ctx, id, 0)
	}
	took[1] = time.Since(began)
	if err == nil {
		err = b.costliest(ctx, "billing")
	}
	if err != nil {
		return took, rows, err
	}
	if c, err := billingrun.CountsOf(ctx, db.Read(ctx), id); err != nil || c.Billed != b.contracts {
		return took, rows, fmt.Errorf("not all were billed: %+v %w", c, err)
	}
	rows, err = b.read(ctx, id)
	return took, rows, err
}
