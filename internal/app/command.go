package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

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

func attach(ctx context.Context, cfg config.Config, log *slog.Logger) (*database, error) {
	server, err := embedded.Attach(ctx,
		embedded.Options{Dir: filepath.Join(cfg.DataDir, "postgres"), BinDir: cfg.PostgresBin, Log: log})
	if err != nil {
		return nil, err
	}
	pool, err := server.PoolConfig(embedded.AppRole, embedded.Database)
	if err != nil {
		return nil, err
	}
	return open(ctx, pool, server, log)
}
