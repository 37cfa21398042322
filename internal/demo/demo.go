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

	"seatledger/internal/clock"
	"seatledger/internal/config"
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

	clock  clock.Clock
	log    *slog.Logger
	far    *distributorProcess
	keep   keepsakes
	folder string
}

// Prepare chooses the folder, starts the distributor, and makes the configuration
// that reaches exactly it. Args may hold --fresh: a new folder, nothing deleted.
func Prepare(ctx context.Context, args []string, getenv func(string) string, log *slog.Logger) (*Demo, error) {
	if getenv(config.Prefix+"DATABASE_URL") != "" {
		return nil, errors.New("the demo works on a private database of its own: unset SEATLEDGER_DATABASE_URL")
	}
	fresh, err := parse(args)
	if err != nil {
		return nil, err
	}
	base := getenv(config.Prefix + "DATA_DIR")
	if base == "" {
		base = "./.seatledger"
	}
	folder, err := chooseFolder(base, fresh)
	if err != nil {
		return nil, err
	}
	d := &Demo{clock: clock.System{}, log: log, folder: folder}
	if d.keep, err = loadKeepsakes(folder, d.clock); err != nil {
		return nil, err
	}
	if d.far, err = startDistributor(ctx, d.keep); err != nil {
		return nil, err
	}
	if err := d.configure(getenv); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func parse(args []string) (fresh bool, err error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&fresh, "fresh", false, "start in a new folder; nothing is deleted")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return false, fmt.Errorf("demo knows one option, --fresh; got %q", strings.Join(args, " "))
	}
	return fresh, nil
}

// chooseFolder is DATA_DIR/demo, or the newest of the folders that --fresh has made: demo-2, demo-3 and so on.
func chooseFolder(base string, fresh bool) (string, error) {
	newest := 1
	entries, err := os.ReadDir(base)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	used := false
	for _, e := range entries {
		n, isDemo := number(e.Name())
		used = used || isDemo
		newest = max(newest, n)
	}
	if fresh && used {
		newest++
	}
	name := "demo"
	if newest > 1 {
		name = fmt.Sprintf("demo-%d", newest)
	}
	folder := filepath.Join(base, name)
	return folder, os.MkdirAll(folder, 0o700)
}

func number(name string) (int, bool) {
	if name == "demo" {
		return 1, true
	}
	n, err := strconv.Atoi(strings.TrimPrefix(name, "demo-"))
	return n, err == nil && strings.HasPrefix(name, "demo-")
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
