package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/config"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

// database is the open database, and its server where that is ours.
type database struct {
	db     *postgres.DB
	server *embedded.Server // nil with SEATLEDGER_DATABASE_URL
}

const poolSize = 20

func openDatabase(ctx context.Context, cfg config.Config, log *slog.Logger) (*database, error) {
	if cfg.PrivateServer() {
		return openPrivate(ctx, cfg, log)
	}
	if cfg.MigrateDatabaseURL != "" {
		if err := Migrate(ctx, cfg, log); err != nil {
			return nil, err
		}
	}
	pool, err := postgres.ParseAddress("DATABASE_URL", cfg.DatabaseURL, cfg.DatabaseInTheClear)
	if err != nil {
		return nil, err
	}
	return open(ctx, pool, nil, log)
}

func openPrivate(ctx context.Context, cfg config.Config, log *slog.Logger) (*database, error) {
	used, err := hasDatabase(cfg)
	if err == nil && !used {
		err = markClock(cfg) // before there is a database, or a crash would leave one without the mark
	}
	if err != nil {
		return nil, err
	}
	server, err := embedded.Start(ctx,
		embedded.Options{Dir: filepath.Join(cfg.DataDir, "postgres"), BinDir: cfg.PostgresBin, Log: log})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(markClock(cfg), migratePrivate(ctx, server)); err != nil {
		return nil, errors.Join(err, server.Stop(ctx))
	}
	pool, err := server.PoolConfig(embedded.AppRole, embedded.Database)
	if err != nil {
		return nil, errors.Join(err, server.Stop(ctx))
	}
	d, err := open(ctx, pool, server, log)
	if err == nil {
		d.db.SetPlace(filepath.Join(cfg.DataDir, "postgres"))
	}
	return d, err
}

func open(ctx context.Context, pool *pgxpool.Config, server *embedded.Server, log *slog.Logger) (*database, error) {
	pool.MaxConns = max(pool.MaxConns, poolSize)
	d := &database{server: server}
	var err error
	if d.db, err = postgres.Open(ctx, pool, log); err == nil {
		err = postgres.CheckSchema(ctx, d.db)
	}
	if err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	return d, nil
}

func migratePrivate(ctx context.Context, server *embedded.Server) error {
	cfg, err := server.PoolConfig(embedded.OwnerRole, embedded.Database)
	if err != nil {
		return err
	}
	return migrate(ctx, cfg)
}

// Migrate brings the database of SEATLEDGER_MIGRATE_DATABASE_URL to this version, or the private one.
func Migrate(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	if cfg.MigrateDatabaseURL == "" && cfg.PrivateServer() {
		d, err := openPrivate(ctx, cfg, log)
		if err != nil {
			return err
		}
		return d.close(ctx)
	}
	if cfg.MigrateDatabaseURL == "" {
		return errors.New("set SEATLEDGER_MIGRATE_DATABASE_URL to the address with the owner's role")
	}
	pool, err := postgres.ParseAddress("MIGRATE_DATABASE_URL", cfg.MigrateDatabaseURL, cfg.DatabaseInTheClear)
	if err != nil {
		return err
	}
	return migrate(ctx, pool)
}

func migrate(ctx context.Context, cfg *pgxpool.Config) error {
	pool, err := pgxpool.NewWithConfig(ctx, postgres.LimitedOwner(cfg))
	if err != nil {
		return err
	}
	defer pool.Close()
	return postgres.Migrate(ctx, pool)
}

func (d *database) lost() <-chan struct{} {
	if d.server == nil {
		return nil
	}
	return d.server.Done()
}

func (d *database) close(ctx context.Context) error {
	if d == nil {
		return nil
	}
	if d.db != nil {
		d.db.Close()
	}
	if d.server != nil {
		return d.server.Stop(ctx)
	}
	return nil
}

func joined(list []string) string { return strings.Join(list, ",") }
