// Seatledger: the admin web app for Microsoft CSP resellers. This file knows the
// verbs; what they do stands in the rooms.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/anchor"
	"seatledger/internal/app"
	"seatledger/internal/auth"
	"seatledger/internal/backup"
	"seatledger/internal/clock"
	"seatledger/internal/config"
	"seatledger/internal/contact"
	"seatledger/internal/doctor"
	"seatledger/internal/imports/sheet"
	"seatledger/internal/match"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
	"seatledger/internal/reconcile"
	"seatledger/internal/secret"
	"seatledger/internal/upgrade"
	"seatledger/web/session"
	"seatledger/web/site"
)

const usage = `seatledger [verb]

  serve     the web app (the default)
  demo      the web app on sample data, with a stand-in distributor; --cutover: in the middle of a year, before a move
  sandbox   the stand-in distributor alone
  migrate   bring the database to this version
  backup    write the whole database into a file, or prove such a file
  restore   bring a backup back into an empty database
  doctor    what is wrong with this installation, what to do, and what to send to support
  postgres  which version the private PostgreSQL is; upgrade: move it to a newer one, keeping the old
  user      make or change a user from the command line
  keys      look after the master key
  contact   what is kept of a person outside: export it, strike it out
  audit     prove the audit trail, sign its end, write it out, take old entries out
  capture   a small reading of a provider, with everything replaced that could name somebody
  match     match two CSV files of companies
  reconcile compare a supplier's bill with what was billed on: what is lost, line by line
  version   print the version
`

func main() {
	sheet.BecomeReader()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	if errors.Is(err, anchor.ErrBroken) {
		fmt.Fprintln(os.Stderr, "seatledger:", err)
	}
	if errors.Is(err, reconcile.ErrDifferences) || errors.Is(err, anchor.ErrBroken) {
		os.Exit(3)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "seatledger:", err)
		os.Exit(1)
	}
}

// run is the whole program; out gets what a person or a script reads, the log goes to standard error.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	verb, rest := "serve", args
	if len(args) > 0 {
		verb, rest = args[0], args[1:]
	}
	switch verb {
	case "serve":
		cfg, log, err := settings(getenv)
		if err != nil {
			return err
		}
		ship, log, err := shipped(ctx, cfg, log)
		if err != nil {
			return err
		}
		return serve(ctx, cfg, log, out, ship)
	case "demo", "sandbox":
		return sample(ctx, verb, rest, getenv, out)
	case "match":
		return match.Run(ctx, rest, out, os.Stderr)
	case "reconcile":
		return reconcile.Run(ctx, rest, out)
	case "migrate":
		cfg, log, err := settings(getenv)
		if err != nil {
			return err
		}
		if err := app.Migrate(ctx, cfg, log); err != nil {
			return err
		}
		return noteMigrated(ctx, cfg, log)
	case "backup", "restore":
		return backups(ctx, verb, rest, getenv, out)
	case "postgres":
		cfg, _, err := settings(getenv)
		if err != nil {
			return err
		}
		return privateServer(ctx, cfg, rest, out)
	case "doctor":
		return look(ctx, rest, getenv, out)
	case "user", "keys", "capture", "audit", "contact":
		return command(ctx, verb, rest, getenv, out)
	case "version":
		_, err := fmt.Fprintln(out, "seatledger", app.Version())
		return err
	case "help", "-h", "--help":
		_, err := io.WriteString(out, usage)
		return err
	}
	return fmt.Errorf("no such verb: %s\n\n%s", verb, usage)
}

// backups writes the database into a file, proves such a file, or brings it back.
func backups(ctx context.Context, verb string, args []string, getenv func(string) string, out io.Writer) error {
	cfg, _, err := settings(getenv)
	if err != nil {
		return err
	}
	log := obs.NewLogger(os.Stderr, cfg.LogFormat, slog.LevelWarn)
	tool := backup.Tool{Out: out,
		Open: func(ctx context.Context) (backup.Keeper, func(), error) { return app.OpenBackups(ctx, cfg, log) },
		OpenEmpty: func(ctx context.Context) (*pgxpool.Pool, func(), error) {
			return app.OpenEmpty(ctx, cfg, log)
		},
		Restored: func(ctx context.Context, s backup.Summary) error {
			return app.AfterRestore(ctx, cfg, log, out,
				s)
		}}
	if verb == "restore" {
		return backup.RunRestore(ctx, args, tool)
	}
	return backup.Run(ctx, args, tool)
}

// privateServer says of the private PostgreSQL which version it is, and moves it to a newer one.
func privateServer(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	if !cfg.PrivateServer() {
		return errors.New("the database is a server of your own (SEATLEDGER_DATABASE_URL): whoever looks after it " +
			"upgrades it")
	}
	return upgrade.Run(ctx, args, upgrade.Options{DataDir: cfg.DataDir, BinDir: cfg.PostgresBin,
		Program: app.Version(), Log: obs.NewLogger(os.Stderr, cfg.LogFormat, slog.LevelWarn), Out: out})
}

// look says how this installation stands. It looks at settings that nothing else would start with.
func look(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	log := obs.NewLogger(os.Stderr, "text", slog.LevelError)
	return doctor.Run(ctx, args, doctor.Tool{Out: out, Getenv: getenv, Program: app.Version(), Built: app.Built(),
		Clock: app.ClockOf,
		Open: func(ctx context.Context, cfg config.Config) (*postgres.DB, func(), error) {
			return app.OpenToLook(ctx, cfg, log)
		},
		Seen: func(ctx context.Context, cfg config.Config, db *postgres.DB) error {
			clk, err := app.ClockOf(cfg)
			if err != nil {
				return err
			}
			return app.NoteVerb(ctx, db, clk, "doctor")
		}})
}

// command is a verb for an administrator at the machine; the app may run meanwhile.
func command(ctx context.Context, verb string, args []string, getenv func(string) string, out io.Writer) error {
	cfg, _, err := settings(getenv)
	if err != nil {
		return err
	}
	clk, err := app.ClockOf(cfg)
	if err != nil {
		return err
	}
	log := obs.NewLogger(os.Stderr, cfg.LogFormat, slog.LevelWarn)
	openDB := func(ctx context.Context) (*postgres.DB, func(), error) {
		db, done, err := app.OpenForCommand(ctx, cfg, log)
		if err != nil {
			return nil, nil, err
		}
		if err := app.NoteVerb(ctx, db, clk, named(verb, args)); err != nil {
			done()
			return nil, nil, err
		}
		return db, done, nil
	}
	if verb == "keys" {
		return secret.RunKeys(ctx, args, secret.Tool{Clock: clk, Out: out, OpenDB: openDB,
			Key: secret.Source{Path: cfg.KeyFile(), Value: cfg.MasterKey, Command: cfg.MasterKeyCommand}})
	}
	if verb == "contact" {
		owned := func(ctx context.Context) (contact.Service, func(), error) {
			db, done, err := app.OpenAsOwner(ctx, cfg, log)
			return contact.Service{DB: db, Clock: clk}, done, err
		}
		return contact.Run(ctx, args, contact.Tool{Out: out, Open: owned})
	}
	if verb == "audit" {
		return anchor.Run(ctx, args, anchor.Tool{Out: out, Zone: cfg.Zone(), Open: keeperOf(cfg, clk, log, args)})
	}
	db, done, err := openDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	if verb == "capture" {
		a, err := app.New(ctx, cfg, db, log)
		if err != nil {
			return err
		}
		return a.Providers.RunCapture(ctx, args, out)
	}
	users := auth.Service{DB: db, Clock: clk, Hasher: auth.NewHasher(auth.DefaultCost())}
	return auth.RunUser(ctx, args, auth.Tool{Service: users, In: os.Stdin, Out: out})
}

// keeperOf opens the trail for the `audit` verb. Without a master key it proves by keys that a person names.
func keeperOf(cfg config.Config, clk clock.Clock, log *slog.Logger, args []string) func(context.Context, bool) (
	anchor.Keeper, func(), error) {
	return func(ctx context.Context, asOwner bool) (anchor.Keeper, func(), error) {
		open := app.OpenForCommand
		if asOwner {
			open = app.OpenAsOwner
		}
		db, done, err := open(ctx, cfg, log)
		if err != nil {
			return anchor.Keeper{}, nil, err
		}
		k := anchor.Keeper{DB: db, Clock: clk, Folder: cfg.AnchorFolder()}
		k.Sealer, err = secret.Load(ctx, db, secret.Options{Path: cfg.KeyFile(), Value: cfg.MasterKey,
			Command: cfg.MasterKeyCommand, Clock: clk})
		if err == nil || slices.Contains(args, "--key") {
			err = app.NoteVerb(ctx, db, clk, named("audit", args))
		}
		if err != nil {
			done()
			return anchor.Keeper{}, nil, err
		}
		return k, done, nil
	}
}

// noteMigrated leaves a row of the trail, by the owner's role: the app's may not be known here.
func noteMigrated(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	clk, err := app.ClockOf(cfg)
	if err != nil {
		return err
	}
	db, done, err := app.OpenAsOwner(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer done()
	return app.NoteVerb(ctx, db, clk, "migrate")
}

// named is a verb with what it is to do: our own words alone, as what is typed there by mistake may be a secret.
func named(verb string, args []string) string {
	ours := []string{"list", "add", "role", "password", "disable", "enable", "doctor", "rotate", "prune", "status",
		"verify", "anchor", "export"}
	if len(args) > 0 && slices.Contains(ours, args[0]) {
		return verb + " " + args[0]
	}
	return verb
}

func settings(getenv func(string) string) (config.Config, *slog.Logger, error) {
	cfg, err := config.Load(getenv)
	if err != nil {
		return cfg, nil, err
	}
	return cfg, obs.NewLogger(os.Stderr, cfg.LogFormat, cfg.Level()), nil
}

// shipped is the log that goes to another machine too, and what sends the audit trail there once the site answers; both
// only where LOG_TO says so.
func shipped(ctx context.Context, cfg config.Config, log *slog.Logger) (afterStart, *slog.Logger, error) {
	if cfg.LogTo == "" {
		return nil, log, nil
	}
	to, err := obs.NewShipper(ctx, cfg.LogTo, cfg.LogToCA)
	if err != nil {
		return nil, nil, fmt.Errorf("%sLOG_TO %w", config.Prefix, err)
	}
	log = obs.NewLogger(io.MultiWriter(os.Stderr, to), cfg.LogFormat, cfg.Level())
	return func(ctx context.Context, a *app.App, _ string, _ io.Writer) error {
		a.ShipTrail(ctx, to.Send)
		return nil
	}, log, nil
}

const closeLimit = 30 * time.Second

// afterStart runs once the site answers; its failure ends the program.
type afterStart func(ctx context.Context, a *app.App, base string, out io.Writer) error

func serve(ctx context.Context, cfg config.Config, log *slog.Logger, out io.Writer, then afterStart) (err error) {
	l, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", cfg.Addr, err)
	}
	defer func() { _ = l.Close() }()
	parentGone := embedded.ParentGone(ctx)
	a, err := app.Start(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
		defer cancel()
		err = errors.Join(err, a.Close(closing))
	}()
	o := site.Options{BaseURL: cfg.BaseURLAt(l.Addr().String()), Version: app.Version()}
	if !config.Loopback(cfg.Addr) {
		o.SetupCode = session.NewSetupCode()
		log.Info("the first-admin page asks for this code", "code", o.SetupCode)
	}
	ctx, end := context.WithCancelCause(whileNeeded(ctx, a, parentGone, log))
	defer end(nil)
	if o.Metrics, err = metrics(ctx, cfg.MetricsAddr, log, a); err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on http://%s\n", l.Addr())
	if then != nil {
		go func() {
			if err := then(ctx, a, o.BaseURL, out); err != nil && ctx.Err() == nil {
				end(err)
			}
		}()
	}
	err = site.Serve(ctx, l, site.Handler(a, o), log)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(err, cause)
	}
	return err
}

// metrics answers on an address of its own until ctx ends; without an address nothing is measured.
func metrics(ctx context.Context, addr string, log *slog.Logger, a *app.App) (*site.Metrics, error) {
	if addr == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s for metrics: %w", addr, err)
	}
	m := site.NewMetrics(a.Collectors()...)
	go func() {
		if err := site.Serve(ctx, l, m.Handler(), log); err != nil {
			log.ErrorContext(ctx, "metrics are no longer served", "error", err)
		}
	}()
	return m, nil
}

var errDatabaseLost = errors.New("the private PostgreSQL ended unexpectedly; start again to recover it")

// whileNeeded ends when a person stops the app, when `go run` that started it is
// gone, or, as a failure, when the private database is lost: whoever supervises the
// app starts it again.
func whileNeeded(ctx context.Context, a *app.App, parentGone <-chan struct{}, log *slog.Logger) context.Context {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		defer end(nil)
		select {
		case <-ctx.Done():
		case <-parentGone:
			log.Info("the process that started this one is gone; stopping")
		case <-a.Lost():
			log.Error("the private PostgreSQL ended unexpectedly; stopping")
			end(errDatabaseLost)
		}
	}()
	return ctx
}
