// Command bench measures the product beside references in the same run: lists, figures and
// files of the real server, a bare page that only reads and renders the same rows, the
// database's own COPY, and Django's admin on the same rows. It fills databases of its own and
// knows nothing of how a page is made: what there is to measure it reads from the lists'
// descriptions. What it finds is a table of ratios (docs/benchmarks.md); no test runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"seatledger/internal/bench/fill"
	"seatledger/internal/imports/sheet"
)

func main() {
	sheet.BecomeReader()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	rows    []int
	dir     string
	report  string // empty: none is written
	conns   int
	slice   time.Duration // of one measurement; rounds of them, the reference in turn with what is measured
	rounds  int
	only    *regexp.Regexp
	parts   map[string]bool
	keep    bool
	profile string // of the server, for a look at what its time goes into
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "serve":
			return serve(ctx, args[1])
		case "bare":
			return serveBare(ctx, args[1])
		}
	}
	o, err := read(args)
	if err != nil {
		return err
	}
	b := &bench{options: o, out: out}
	return b.run(ctx)
}

func read(args []string) (options, error) {
	o := options{parts: map[string]bool{}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	cache, _ := os.UserCacheDir()
	rows := f.String("rows", "10000,100000,1000000", "sizes, comma between them")
	only := f.String("only", "", "only addresses that match")
	parts := f.String("parts", "pages,files,django", "what to measure")
	f.StringVar(&o.dir, "dir", filepath.Join(cache, "seatledger-bench"), "where the databases are kept")
	f.StringVar(&o.report, "report", "", "write the tables between the marks of this page")
	f.IntVar(&o.conns, "conns", 16, "connections at once")
	f.DurationVar(&o.slice, "slice", 500*time.Millisecond, "time of one measurement")
	f.IntVar(&o.rounds, "rounds", 3, "measurements of each page")
	f.StringVar(&o.profile, "profile", "", "write what the server's time goes into to this file")
	f.BoolVar(&o.keep, "keep", false, "fill only, and leave the databases")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	for _, s := range strings.Split(*rows, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < fill.Least || n%fill.Least != 0 {
			return o, fmt.Errorf("-rows: %q is no multiple of %d", s, fill.Least)
		}
		o.rows = append(o.rows, n)
	}
	for _, s := range strings.Split(*parts, ",") {
		o.parts[s] = true
	}
	var err error
	o.only, err = regexp.Compile(*only)
	return o, err
}
