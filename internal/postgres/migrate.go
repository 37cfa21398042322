package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// RiverSchema is where the job queue keeps its tables.
	RiverSchema = "river"
	// AppRole is the role that everything but migrations runs as.
	AppRole = "seatledger_app"
	// MigrateLock is the advisory lock under which one migrates at a time, however many replicas start.
	MigrateLock  = 0x5EA71ED6E2
	riverVersion = 8
)

// ErrNewer says that the database was migrated by a newer Seatledger.
var ErrNewer = errors.New("the database belongs to a newer Seatledger: start that version, or restore the backup " +
	"from before the upgrade")

// ErrOlder says that migrations are waiting.
var ErrOlder = errors.New("the database is older than this Seatledger: run `seatledger migrate` with " +
	"SEATLEDGER_MIGRATE_DATABASE_URL set to the owner's role")

// MigrationsHash names the set of all migrations and views, for template databases in tests.
func MigrationsHash() string {
	h := sha256.New()
	views, _ := ownViews()
	_ = fs.WalkDir(migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := migrations.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n", path, len(b))
		h.Write(b)
		return err
	})
	fmt.Fprintf(h, "river %d, views %d %s", riverVersion, views.number, views.hash())
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Migrate brings schema and views to this binary's version, as the owner role, under one lock.
func Migrate(ctx context.Context, owner *pgxpool.Pool) error {
	lock, err := owner.Acquire(ctx)
	if err != nil {
		return err
	}
	defer lock.Release()
	// Replicas that start together wait for the first one, however long it takes.
	_, err = lock.Exec(ctx, fmt.Sprintf("set lock_timeout = 0; select pg_advisory_lock(%d); reset lock_timeout",
		int64(MigrateLock)))
	if err != nil {
		return err
	}
	defer func() {
		_, _ = lock.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", int64(MigrateLock))
	}()
	if err := ensureAppRole(ctx, lock.Conn()); err != nil {
		return err
	}
	views, err := ownViews()
	if err != nil {
		return err
	}
	if err := migrateOwn(ctx, owner, views); err != nil {
		return err
	}
	if err := views.apply(ctx, owner); err != nil {
		return err
	}
	return migrateRiver(ctx, owner)
}

// MigrateAs makes the schema of a backup in an empty database: exactly the migrations that it knew, and no view. One
// that this program does not know is ErrNewer.
func MigrateAs(ctx context.Context, owner *pgxpool.Pool, versions []int64) error {
	conn, err := owner.Acquire(ctx)
	if err != nil {
		return err
	}
	err = ensureAppRole(ctx, conn.Conn())
	conn.Release()
	if err != nil {
		return err
	}
	p, done, err := provider(owner)
	if err != nil {
		return err
	}
	defer func() { _ = done() }()
	for _, v := range versions {
		if _, err := p.ApplyVersion(ctx, v, true); errors.Is(err, goose.ErrVersionNotFound) {
			return ErrNewer
		} else if err != nil {
			return fmt.Errorf("migrate to %d: %w", v, err)
		}
	}
	return migrateRiver(ctx, owner)
}

func ensureAppRole(ctx context.Context, c *pgx.Conn) error {
	var there bool
	err := c.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1)", AppRole).Scan(&there)
	if err != nil || there {
		return err
	}
	if _, err := c.Exec(ctx, "create role "+AppRole+" nologin"); err != nil {
		return fmt.Errorf("the role %s is missing and this role may not create it; run as a superuser: "+
			"CREATE ROLE %s LOGIN PASSWORD '...'; %w", AppRole, AppRole, err)
	}
	return nil
}

func provider(pool *pgxpool.Pool) (*goose.Provider, func() error, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, nil, err
	}
	db := stdlib.OpenDBFromPool(pool)
	p, err := goose.NewProvider(goose.DialectPostgres, db, dir, goose.WithSlog(slog.New(slog.DiscardHandler)))
	return p, db.Close, err
}

// migrateOwn applies our migrations. A database whose views are newer is refused before anything is done to it.
func migrateOwn(ctx context.Context, owner *pgxpool.Pool, views viewSet) error {
	p, done, err := provider(owner)
	if err != nil {
		return err
	}
	defer func() { _ = done() }()
	has, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	stands, err := standingViews(ctx, owner)
	if err != nil {
		return err
	}
	if has > want || stands.number > views.number {
		return ErrNewer
	}
	if _, err = p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err = owner.Exec(ctx, "grant select on goose_db_version to "+AppRole)
	return err
}

func migrateRiver(ctx context.Context, owner *pgxpool.Pool) error {
	if _, err := owner.Exec(ctx, "create schema if not exists "+RiverSchema); err != nil {
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(owner),
		&rivermigrate.Config{Schema: RiverSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp,
		&rivermigrate.MigrateOpts{TargetVersion: riverVersion}); err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	_, err = owner.Exec(ctx, `
		grant usage on schema river to seatledger_app;
		grant select, insert, update, delete on all tables in schema river to seatledger_app;
		grant usage, select on all sequences in schema river to seatledger_app;
		grant execute on all functions in schema river to seatledger_app`)
	return err
}

// schemaVersion is the last migration that was applied.
func schemaVersion(ctx context.Context, pool *pgxpool.Pool) (v int64, err error) {
	err = pool.QueryRow(ctx, "select max(version_id) from goose_db_version where is_applied").Scan(&v)
	return v, err
}

// CheckSchema refuses to run on a schema or views that are not this binary's: ErrNewer, ErrOlder or ErrViews.
func CheckSchema(ctx context.Context, db *DB) error {
	var there bool
	err := db.pool.QueryRow(ctx, "select to_regclass('goose_db_version') is not null").Scan(&there)
	if err != nil {
		return err
	}
	if !there {
		return ErrOlder
	}
	has, err := schemaVersion(ctx, db.pool)
	if err != nil {
		return err
	}
	want, err := newestMigration(db.pool)
	if err != nil {
		return err
	}
	switch {
	case has > want:
		return ErrNewer
	case has < want:
		return ErrOlder
	}
	views, err := ownViews()
	if err != nil {
		return err
	}
	return views.check(ctx, db.pool, has)
}

func newestMigration(pool *pgxpool.Pool) (int64, error) {
	p, done, err := provider(pool)
	if err != nil {
		return 0, err
	}
	sources := p.ListSources()
	return sources[len(sources)-1].Version, done()
}
