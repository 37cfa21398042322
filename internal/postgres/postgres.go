// Package postgres is the way to the database: one pool for gorm and River, one
// transaction for both, migrations, and the translation of what a constraint
// refused into words for a person. It knows no table but through constraint names.
package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	gormpg "gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// DB is the open database, as one role.
type DB struct {
	pool     *pgxpool.Pool
	gorm     *gorm.DB
	reserved *DB
	queue    *pgxpool.Pool
	place    string

	meter *meter
}

// Open connects as the role of the configuration, within the limits, and checks that the server answers.
func Open(ctx context.Context, cfg *pgxpool.Config, log *slog.Logger) (*DB, error) {
	cfg = Limited(cfg)
	counted := newMeter()
	if cfg.ConnConfig.Tracer == nil { // a test may look on by itself
		cfg.ConnConfig.Tracer = counted
	}
	db, err := open(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	db.meter = counted
	if err := db.pool.Ping(ctx); err != nil {
		db.pool.Close()
		return nil, fmt.Errorf("reach database: %w", err)
	}
	few := cfg.Copy()
	few.MaxConns, few.MinConns, few.MinIdleConns = reservedConns, 0, 0
	if db.reserved, err = open(ctx, few, log); err != nil {
		db.pool.Close()
		return nil, err
	}
	worked := cfg.Copy()
	worked.MaxConns, worked.MinConns, worked.MinIdleConns = queueConns, 0, 0
	if db.queue, err = pgxpool.NewWithConfig(ctx, worked); err != nil {
		db.Close()
		return nil, fmt.Errorf("open database for the queue: %w", err)
	}
	db.place = cfg.ConnConfig.Host
	return db, nil
}

func open(ctx context.Context, cfg *pgxpool.Config, log *slog.Logger) (*DB, error) {
	cfg = cfg.Copy()
	cfg.PrepareConn = calmed(cfg.PrepareConn)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	lender := patient{stdlib.GetPoolConnector(pool), lockLimitOf(cfg)}
	sqlDB := sql.OpenDB(lender)
	sqlDB.SetMaxIdleConns(0) // the pool keeps them
	g, err := gorm.Open(gormpg.New(gormpg.Config{Conn: newConnPool(sqlDB, lender)}), &gorm.Config{
		Logger:                 queryLog{log: log, slow: 2 * time.Second},
		SkipDefaultTransaction: true,
		NowFunc:                nil,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open gorm: %w", err)
	}
	return &DB{pool: pool, gorm: g}, nil
}

// Pool is the pool itself, for COPY.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Queue is a pool for the job queue alone: readers of pages cannot keep it from finding its jobs.
func (db *DB) Queue() *pgxpool.Pool {
	if db.queue == nil {
		return db.pool
	}
	return db.queue
}

// Reserved is the same database over a few connections that readers of pages cannot use up: for leases, progress
// and readiness.
func (db *DB) Reserved() *DB {
	if db.reserved == nil {
		return db
	}
	return db.reserved
}

// Place says where the database is, for a person who has to look there: a host, or a folder.
func (db *DB) Place() string { return db.place }

// SetPlace names the folder of a private database.
func (db *DB) SetPlace(folder string) { db.place = folder }

// Read gives a gorm handle outside any transaction.
func (db *DB) Read(ctx context.Context) *gorm.DB { return db.gorm.WithContext(ctx) }

// Close waits for borrowed connections and closes them all.
func (db *DB) Close() {
	db.pool.Close()
	if db.reserved != nil {
		db.reserved.pool.Close()
	}
	if db.queue != nil {
		db.queue.Close()
	}
}

// Snapshot runs read on one unchanging view of the data, as a list and its CSV want it.
func (db *DB) Snapshot(ctx context.Context, read func(tx *gorm.DB) error) error {
	return db.within(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, read)
}
