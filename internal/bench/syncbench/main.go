// Command syncbench measures a night's sync: the sandbox with a latency before every answer in one process, the whole
// product in another, and what both runs take beside what the latency alone allows (calls x latency / concurrency),
// with
// the memory of the product and the processor time of both it and PostgreSQL. The same data are read twice: the
// second
// reading changes nothing, and its dead rows are told. With several sizes it tells how memory grows. No test runs it.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"seatledger/internal/bench/ground"
	"seatledger/internal/config"
	"seatledger/internal/postgres/embedded"
	"seatledger/internal/secret"
)

// What is wanted: of the time that latency allows, megabytes resident, and megabytes more from the first size to the
// last.
const (
	wantedTimes    = 1.2
	wantedResident = 100
	wantedGrowth   = 50
)

// The parts that this program plays in processes of their own.
const (
	asDistributor = "as-distributor"
	asProduct     = "as-product"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch part := append(os.Args, "")[1]; part {
	case asDistributor:
		err = distributor(ctx, os.Args[2:])
	case asProduct:
		err = product(ctx, os.Args[2:])
	default:
		err = run(ctx, os.Args[1:])
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "syncbench:", err)
		os.Exit(1)
	}
}

type bench struct {
	sizes       string
	kinds       string
	each        int
	latency     time.Duration
	concurrency int
	statements  int
	profile     string
	dir         string
	ground      *ground.Ground
	first       int64 // the most that the product had resident at the first size
}

func run(ctx context.Context, args []string) (err error) {
	b := bench{}
	flags := flag.NewFlagSet("syncbench", flag.ContinueOnError)
	flags.StringVar(&b.sizes, "accounts", "2000", "accounts of the distributor, commas between sizes")
	flags.StringVar(&b.kinds, "kinds", "accounts,subscriptions", "kinds of run that are worked, commas between them")
	flags.IntVar(&b.each, "each", 10, "subscriptions an account")
	flags.DurationVar(&b.latency, "latency", 200*time.Millisecond, "before every answer")
	flags.IntVar(&b.concurrency, "concurrency", 4, "calls at a time")
	flags.IntVar(&b.statements, "statements", 0, "how many of the costliest statements are told (pg_stat_statements)")
	flags.StringVar(&b.profile, "profile", "", "file for a processor profile of the product")
	flags.StringVar(&b.dir, "dir", "", "folder to work in; by default one that is taken away at the end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "syncbench-*"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	}
	if b.ground, err = ground.Start(ctx, b.dir, b.settings()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.ground.Stop(ctx)) }()
	for _, size := range strings.Split(b.sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		if err := b.size(ctx, n); err != nil {
			return fmt.Errorf("%d accounts: %w", n, err)
		}
	}
	return nil
}

func (b *bench) settings() map[string]string {
	if b.statements == 0 {
		return nil
	}
	return map[string]string{"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all"}
}

const database = "syncbench"

// size measures one size: the first reading of accounts and subscriptions, and the second.
func (b *bench) size(ctx context.Context, n int) (err error) {
	if err := b.ground.Fresh(ctx, database); err != nil {
		return err
	}
	far, err := b.start(ctx, nil, asDistributor, strconv.Itoa(n), strconv.Itoa(n*b.each), b.latency.String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, far.stop()) }()
	key := filepath.Join(b.dir, "master.key")
	if _, err := os.Stat(key); err != nil {
		if _, err := secret.CreateFile(key); err != nil {
			return err
		}
	}
	p, err := b.start(ctx, []string{config.Prefix + "DATABASE_URL=" + b.ground.Server.URL(embedded.AppRole, database),
		config.Prefix + "MASTER_KEY_FILE=" + key, config.Prefix + "OUTBOUND_ALLOW=127.0.0.0/8",
		config.Prefix + "LOG_LEVEL=warn"}, asProduct, far.said, strconv.Itoa(b.concurrency), b.profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	fmt.Printf("%d accounts with %d subscriptions each, %s before every answer, %d calls at a time; the product has %d "+
		"MB resident before it begins\n", n, b.each, b.latency, b.concurrency, ground.Resident(p.cmd.Process.Pid)>>20)
	for _, turn := range []string{"first", "second"} {
		if err := b.turn(ctx, p, turn); err != nil {
			return err
		}
	}
	peak := ground.Peak(p.cmd.Process.Pid)
	if b.first == 0 {
		b.first = peak
	}
	fmt.Printf("  at most %d MB resident (wanted %d at 2,000 accounts), %+d MB to the first size (wanted at most %d)\n",
		peak>>20, wantedResident, (peak-b.first)>>20, wantedGrowth)
	return b.costliest(ctx)
}

// turn has both kinds of run worked once.
func (b *bench) turn(ctx context.Context, p *child, turn string) error {
	before, err := b.versions(ctx)
	if err != nil {
		return err
	}
	var took, ideal time.Duration
	for _, kind := range strings.Split(b.kinds, ",") {
		own, server := ground.Process(p.cmd.Process.Pid), b.ground.Taken()
		said, err := p.ask(kind)
		if err != nil {
			return err
		}
		var state string
		var calls int
		var milliseconds, writing int64
		if _, err := fmt.Sscan(said, &state, &calls, &milliseconds, &writing); err != nil {
			return fmt.Errorf("the product says %q", said)
		}
		lasted := time.Duration(milliseconds) * time.Millisecond
		allowed := time.Duration(calls) * b.latency / time.Duration(b.concurrency)
		took, ideal = took+lasted, ideal+allowed
		fmt.Printf("  %s %s: %s, %d calls, %.1f s (latency allows %.1f s), of which applying %.1f s; processor time "+
			"%.1f s and PostgreSQL %.1f s\n", turn, kind, state, calls, lasted.Seconds(), allowed.Seconds(),
			float64(writing)/1000,
			(ground.Process(p.cmd.Process.Pid) - own).Seconds(), (b.ground.Taken() - server).Seconds())
	}
	fmt.Printf("  %s in all: %.1f s, %.2f of what latency allows (wanted at most %.1f)\n", turn, took.Seconds(),
		took.Seconds()/max(ideal.Seconds(), 0.001), wantedTimes)
	now, err := b.versions(ctx)
	if err != nil || turn == "first" {
		return err
	}
	for _, table := range businessTables {
		if now[table] != before[table] {
			fmt.Printf("  the second reading wrote %s\n", table)
		}
	}
	return nil
}

// businessTables are those that a reading which changes nothing must not touch.
var businessTables = []string{"provider_accounts", "subscriptions", "products", "license_changes",
	"license_change_status", "subscription_reviews", "audit_events", "mapping_suggestions"}

// versions are the row versions that each of them has now: an update leaves another one.
func (b *bench) versions(ctx context.Context) (map[string]string, error) {
	db, err := b.ground.Super(ctx, database)
	if err != nil {
		return nil, err
	}
	defer db.Close(ctx)
	out := map[string]string{}
	for _, table := range businessTables {
		var now string
		err := db.QueryRow(ctx, `SELECT concat(count(*), '/', sum(hashtextextended(ctid::text || ' ' || xmin, 0)))
			FROM `+table).Scan(&now)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		out[table] = now
	}
	return out, nil
}

// costliest tells which statements took the database longest.
func (b *bench) costliest(ctx context.Context) error {
	if b.statements == 0 {
		return nil
	}
	db, err := b.ground.Super(ctx, "postgres")
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	if _, err := db.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); err != nil {
		return err
	}
	rows, err := db.Query(ctx, `SELECT calls, total_exec_time, toplevel, left(regexp_replace(query, '\s+', ' ',
		'g'), 170)
		FROM pg_stat_statements ORDER BY 2 DESC LIMIT $1`, b.statements)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var calls int64
		var ms float64
		var ours bool
		var text string
		if err := rows.Scan(&calls, &ms, &ours, &text); err != nil {
			return err
		}
		fmt.Printf("  %8d calls %9.0f ms %-5t %s\n", calls, ms, ours, text)
	}
	return rows.Err()
}

// child is a process of this program that answers line by line.
type child struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	said string // its first line
}

func (b *bench) start(ctx context.Context, env []string, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.CommandContext(ctx, self, args...)}
	c.cmd.Env, c.cmd.Stderr = append(os.Environ(), env...), os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := c.out.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not begin: %w", args[0], err), c.stop())
	}
	c.said = strings.TrimSpace(line)
	return c, nil
}

func (c *child) ask(what string) (string, error) {
	if _, err := fmt.Fprintln(c.in, what); err != nil {
		return "", err
	}
	line, err := c.out.ReadString('\n')
	return strings.TrimSpace(line), err
}

// stop lets the process end by itself: nothing more is asked.
func (c *child) stop() error { return errors.Join(c.in.Close(), c.cmd.Wait()) }
