// Package demo is a Seatledger to try out: a stand-in distributor as a process of
// its own, sample CRM accounts, contracts and prices, and the whole path walked
// once. It uses the rooms as a person would and knows no table.
package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/config"
	"seatledger/internal/distributor/sandbox"
)

// Size of the sample data. The companies depend on the seed alone, so both processes know the same ones.
const (
	customers     = 60
	subscriptions = 340
	seed          = 20
)

const adminEmail = "admin@reseller.example"

// Demo is a prepared demo: its configuration, and the distributor that runs beside it.
type Demo struct {
	Config config.Config

	options
	clock  clock.Clock
	log    *slog.Logger
	far    *distributorProcess
	keep   keepsakes
	folder string
	began  time.Time
}

// options are what the command line asks for, and how much of it.
type options struct {
	fresh     bool
	cutover   bool
	customers int
}

// Prepare chooses the folder, starts the distributor, and makes the configuration
// that reaches exactly it. Args may hold --fresh: a new folder, nothing deleted; and
// --cutover: the demo of a cut-over, in a folder of its own.
func Prepare(ctx context.Context, args []string, getenv func(string) string, log *slog.Logger) (*Demo, error) {
	o, err := parse(args)
	if err != nil {
		return nil, err
	}
	return prepare(ctx, o, getenv, log)
}

func prepare(ctx context.Context, o options, getenv func(string) string, log *slog.Logger) (*Demo, error) {
	if getenv(config.Prefix+"DATABASE_URL") != "" {
		return nil, errors.New("the demo works on a private database of its own: unset SEATLEDGER_DATABASE_URL")
	}
	if getenv(config.Prefix+"CLOCK") != "" {
		return nil, errors.New("the demo makes its own past and goes by the true time, as its distributor does: " +
			"unset SEATLEDGER_CLOCK, or use the verb serve with it")
	}
	base := getenv(config.Prefix + "DATA_DIR")
	if base == "" {
		base = "./.seatledger"
	}
	folder, err := chooseFolder(base, o)
	if err != nil {
		return nil, err
	}
	d := &Demo{options: o, clock: clock.System{}, log: log, folder: folder}
	d.began = d.clock.Now()
	if d.keep, err = loadKeepsakes(folder, d.clock); err != nil {
		return nil, err
	}
	if d.far, err = startDistributor(ctx, d.keep, d.data()); err != nil {
		return nil, err
	}
	d.keep.Addr = d.far.addr
	if err := errors.Join(d.keep.save(), d.configure(getenv)); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// data is what the distributor begins with. A cut-over's year brings its own subscriptions.
func (d *Demo) data() sandbox.DataOptions {
	o := sandbox.DataOptions{Customers: d.customers, Subscriptions: subscriptions, Seed: seed, Today: d.keep.Today}
	if d.cutover {
		o.Subscriptions = 0
	}
	return o
}

func parse(args []string) (options, error) {
	o := options{customers: customers}
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&o.fresh, "fresh", false, "start in a new folder; nothing is deleted")
	flags.BoolVar(&o.cutover, "cutover", false, "a legacy provider in the middle of a year, and a new one to move to")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return o, fmt.Errorf("demo knows two options, --fresh and --cutover; got %q", strings.Join(args, " "))
	}
	return o, nil
}

// chooseFolder is DATA_DIR/demo or DATA_DIR/demo-cutover, or the newest of the
// folders that --fresh has made of it: demo-2, demo-3 and so on.
func chooseFolder(base string, o options) (string, error) {
	kind := "demo"
	if o.cutover {
		kind = "demo-cutover"
	}
	entries, err := os.ReadDir(base)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	newest, used := 1, false
	for _, e := range entries {
		n, is := number(kind, e.Name())
		used = used || is
		newest = max(newest, n)
	}
	if o.fresh && used {
		newest++
	}
	name := kind
	if newest > 1 {
		name = fmt.Sprintf("%s-%d", kind, newest)
	}
	folder := filepath.Join(base, name)
	return folder, os.MkdirAll(folder, 0o700)
}

func number(kind, name string) (int, bool) {
	if name == kind {
		return 1, true
	}
	n, err := strconv.Atoi(strings.TrimPrefix(name, kind+"-"))
	return n, err == nil && strings.HasPrefix(name, kind+"-")
}

// configure takes the environment of serve and sets what makes it a demo.
func (d *Demo) configure(getenv func(string) string) error {
	set := map[string]string{
		"DATA_DIR": d.folder, "ADMIN_EMAIL": adminEmail, "ADMIN_PASSWORD": d.keep.Password,
		"OUTBOUND_ALLOW": d.far.exception(), "MASTER_KEY_FILE": "", "MIGRATE_DATABASE_URL": "", "DATABASE_URL": "",
	}
	cfg, err := config.Load(func(name string) string {
		if v, ok := set[strings.TrimPrefix(name, config.Prefix)]; ok {
			return v
		}
		return getenv(name)
	})
	d.Config = cfg
	return err
}

// Close ends the distributor.
func (d *Demo) Close() error { return d.far.stop() }
