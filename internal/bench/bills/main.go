// Command bills measures `seatledger reconcile` beside what anything that keeps a bill must do: reading the same bill
// with encoding/csv and writing its rows with COPY, in turn in the same run. It tells the ratio of the times, and by
// how much the verb's memory grows from the first size to the others. It makes its bills itself.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/postgres/embedded"
	"seatledger/internal/reconcile"
)

// What is wanted: of the reference's speed, and megabytes more from the first size to the last.
const (
	wantedRatio  = 0.3
	wantedGrowth = 50
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if len(os.Args) > 1 && os.Args[1] == "verb" {
		err = verb(ctx, os.Args[2:])
	} else {
		err = run(ctx, os.Args[1:], os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bills:", err)
		os.Exit(1)
	}
}

// verb is the measured process: it says the most memory that it had.
func verb(ctx context.Context, args []string) error {
	if err := reconcile.Run(ctx, args, io.Discard); err != nil && !errors.Is(err, reconcile.ErrDifferences) {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	kilobytes, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	_, err = os.Stdout.Write(kilobytes)
	return err
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("bills", flag.ContinueOnError)
	sizes := flags.String("rows", "10000,100000", "lines of the bill, comma between them")
	rounds := flags.Int("rounds", 5, "measurements of each size")
	whole := flags.Bool("way", false, "also the whole way: import and comparison in a database")
	only := flags.Bool("only-way", false, "the whole way alone")
	statements := flags.Int("statements", 0,
		"how many of the costliest statements of the way are told (pg_stat_statements)")
	kept := flags.String("dir", "", "keep the filled databases here, for the next time (empty: nowhere)")
	profile := flags.String("profile", "", "write a profile of the way's processor time here")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bills-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cluster := filepath.Join(cmp.Or(*kept, dir), "postgres")
	server, err := embedded.Start(ctx, embedded.Options{Dir: cluster,
		BinDir: os.Getenv("SEATLEDGER_POSTGRES_BIN"), NoSync: true, Settings: told(*statements)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
	cfg, err := server.PoolConfig(embedded.Superuser, "postgres")
	if err != nil {
		return err
	}
	db, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	first, firstWay := 0, uint64(0)
	for _, size := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		m := measured{dir: filepath.Join(dir, size), lines: n, postgres: cluster}
		if *whole || *only {
			w := way{measured: m, server: server}
			w.dir = filepath.Join(dir, "way"+size)
			if err := w.run(ctx, db, *rounds); err != nil {
				return err
			}
			if firstWay == 0 {
				firstWay = w.most
			}
			w.say(out, firstWay)
			if err := costliest(ctx, db, out, *statements); err != nil {
				return err
			}
		}
		if *only {
			continue
		}
		if err := m.measure(ctx, db, *rounds); err != nil {
			return err
		}
		if first == 0 {
			first = m.kilobytes
		}
		m.say(out, first)
	}
	return nil
}

// measured is one size.
type measured struct {
	dir, postgres   string
	lines           int
	ratios          []float64
	verb, reference time.Duration // the last ones
	kilobytes       int           // at most
}

func (m *measured) say(out io.Writer, first int) {
	slices.Sort(m.ratios)
	fmt.Fprintf(out, "%d lines: %.2f of reading and COPY (wanted %.1f; %.2f to %.2f), %.2f s against %.2f s; "+
		"%d MB, %+d MB (wanted at most %d)\n", m.lines, m.ratios[len(m.ratios)/2], wantedRatio, m.ratios[0],
		m.ratios[len(m.ratios)-1], m.verb.Seconds(), m.reference.Seconds(), m.kilobytes>>10,
		(m.kilobytes-first)>>10, wantedGrowth)
}

func (m *measured) path(name string) string { return filepath.Join(m.dir, name) }

func (m *measured) measure(ctx context.Context, db *pgx.Conn, rounds int) error {
	if err := os.Mkdir(m.dir, 0o700); err != nil {
		return err
	}
	if err := m.makeBills(); err != nil {
		return err
	}
	for range rounds {
		began := time.Now()
		if err := m.copyIn(ctx, db); err != nil {
			return err
		}
		m.reference = time.Since(began)
		began = time.Now()
		if err := m.reconcile(ctx); err != nil {
			return err
		}
		m.verb = time.Since(began)
		m.ratios = append(m.ratios, m.reference.Seconds()/m.verb.Seconds())
	}
	return nil
}

// reconcile runs the verb in a process of its own, whose start counts.
func (m *measured) reconcile(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	said, err := exec.CommandContext(ctx, self, "verb", "--bill", m.path("bill.csv"), "--billed",
		m.path("billed.csv"),
		"--out", m.path("out.csv")).Output()
	if err != nil {
		return err
	}
	kilobytes, err := strconv.Atoi(string(said))
	m.kilobytes = max(m.kilobytes, kilobytes)
	return err
}

// copyIn is the reference: each row of the bill, read and written as it stands.
func (m *measured) copyIn(ctx context.Context, db *pgx.Conn) error {
	f, err := os.Open(m.path("bill.csv"))
	if err != nil {
		return err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	rows.ReuseRecord = true
	head, err := rows.Read()
	if err != nil {
		return err
	}
	columns := slices.Clone(head)
	for i, c := range columns {
		columns[i] = pgx.Identifier{c}.Sanitize()
	}
	_, err = db.Exec(ctx, `DROP TABLE IF EXISTS bill; CREATE TABLE bill (`+strings.Join(columns, " text, ")+` text)`)
	if err != nil {
		return err
	}
	values := make([]any, len(head))
	_, err = db.CopyFrom(ctx, pgx.Identifier{"bill"}, slices.Clone(head), pgx.CopyFromFunc(func() ([]any, error) {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		for i, cell := range row {
			values[i] = cell
		}
		return values, err
	}))
	return err
}
