package app

import (
	"context"
	"errors"
	"log/slog"
	"os/user"
	"path/filepath"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/config"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

// OpenForCommand opens the database for a command given beside the app: the private
// server is reached where the app already runs it, and started for the time of the
// command where it does not.
func OpenForCommand(ctx context.Context, cfg config.Config, log *slog.Logger) (*postgres.DB, func(), error) {
	if _, err := ClockOf(cfg); err != nil {
		return nil, nil, err
	}
	d, err := openDatabase(ctx, cfg, log)
	if errors.Is(err, embedded.ErrRunning) {
		d, err = attach(ctx, cfg, log)
	}
	if err != nil {
		return nil, nil, err
	}
	return d.db, func() { _ = d.close(context.WithoutCancel(ctx)) }, nil
}

// OpenAsOwner opens the database with the owner's role, for what the app itself must not be able to do.
func OpenAsOwner(ctx context.Context, cfg config.Config, log *slog.Logger) (*postgres.DB, func(), error) {
	if !cfg.PrivateServer() || cfg.MigrateDatabaseURL != "" {
		if cfg.MigrateDatabaseURL == "" {
			return nil, nil, errors.New("set SEATLEDGER_MIGRATE_DATABASE_URL to the address with the owner's role")
		}
		pool, err := postgres.ParseAddress("MIGRATE_DATABASE_URL", cfg.MigrateDatabaseURL, cfg.DatabaseInTheClear)
		if err != nil {
			return nil, nil, err
		}
		d, err := open(ctx, pool, nil, log)
		if err != nil {
			return nil, nil, err
		}
		return d.db, func() { _ = d.close(context.WithoutCancel(ctx)) }, nil
	}
	_, done, err := OpenForCommand(ctx, cfg, log) // starts the private server where it does not run
	if err != nil {
		return nil, nil, err
	}
	d, err := attachAs(ctx, cfg, embedded.OwnerRole, log)
	if err != nil {
		done()
		return nil, nil, err
	}
	return d.db, func() {
		_ = d.close(context.WithoutCancel(ctx))
		done()
	}, nil
}

// NoteVerb leaves a row of the trail about a verb that somebody at the machine gave.
func NoteVerb(ctx context.Context, db *postgres.DB, clk clock.Clock, verb string) error {
	as := ""
	if u, err := user.Current(); err == nil {
		as = u.Username
	}
	return audit.Note(ctx, db, clk, audit.Actor{Name: "Command line"},
		audit.Event{Action: "verb.run", ObjectType: "verb", ObjectID: verb, ObjectName: verb,
			After: map[string]any{"as": as}})
}

func attach(ctx context.Context, cfg config.Config, log *slog.Logger) (*database, error) {
	return attachAs(ctx, cfg, embedded.AppRole, log)
}

func attachAs(ctx context.Context, cfg config.Config, role string, log *slog.Logger) (*database, error) {
	server, err := embedded.Attach(ctx,
		embedded.Options{Dir: filepath.Join(cfg.DataDir, "postgres"), BinDir: cfg.PostgresBin, Log: log})
	if err != nil {
		return nil, err
	}
	pool, err := server.PoolConfig(role, embedded.Database)
	if err != nil {
		return nil, err
	}
	return open(ctx, pool, server, log)
}
