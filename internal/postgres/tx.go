package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

const deadlockTries = 4

// InTx runs write in one transaction that gorm and River share; River takes it
// through Tx. A refusal by a named constraint, also one checked only at commit,
// comes back as an *errs.Error. A deadlock or serialisation failure runs write
// again, so write must keep no state of its own across calls.
func (db *DB) InTx(ctx context.Context, write func(tx *gorm.DB) error) error {
	var err error
	for range deadlockTries {
		err = db.within(ctx, pgx.TxOptions{}, write)
		if !retryable(err) {
			break
		}
	}
	return Translate(givenUp(ctx, err))
}

// givenUp marks what went wrong because the caller no longer waits: whatever broke off then, it is no trouble of the
// database.
func givenUp(ctx context.Context, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.Canceled) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", context.Canceled, err)
}

func (db *DB) within(ctx context.Context, opts pgx.TxOptions, f func(tx *gorm.DB) error) error {
	return db.gorm.WithContext(ctx).Transaction(f, &sql.TxOptions{
		Isolation: isolation(opts.IsoLevel),
		ReadOnly:  opts.AccessMode == pgx.ReadOnly,
	})
}

func isolation(l pgx.TxIsoLevel) sql.IsolationLevel {
	if l == pgx.RepeatableRead {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// Tx gives the pgx transaction under a gorm one, so that a job is enqueued with the rows it concerns.
func Tx(tx *gorm.DB) pgx.Tx {
	if c, ok := tx.Statement.ConnPool.(*txConn); ok {
		return c.tx
	}
	return nil
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// connPool gives gorm a *sql.DB whose transactions are pgx transactions, and whose statements are timed.
type connPool struct {
	timed
	db     *sql.DB
	lender patient
	memory *sync.Map
}

func newConnPool(db *sql.DB, lender patient) connPool {
	return connPool{timed: timed{to: db}, db: db, lender: lender, memory: new(sync.Map)}
}

// PrepareContext prepares a statement.
func (p connPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.db.PrepareContext(ctx, query)
}

// GetDBConn tells gorm the database under the pool.
func (p connPool) GetDBConn() (*sql.DB, error) { return p.db, nil }

// BeginTx pins one connection for exactly the life of the transaction. That is
// why the pgx connection may be kept after Raw, which database/sql warns about.
func (p connPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	pgxOpts := pgx.TxOptions{}
	if opts != nil && opts.Isolation == sql.LevelRepeatableRead {
		pgxOpts.IsoLevel = pgx.RepeatableRead
	}
	if opts != nil && opts.ReadOnly {
		pgxOpts.AccessMode = pgx.ReadOnly
	}
	var tx pgx.Tx
	err = conn.Raw(func(dc any) error {
		c, ok := dc.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("driver connection is %T", dc)
		}
		var err error
		tx, err = c.Conn().BeginTx(ctx, pgxOpts)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	before := func(ctx context.Context) { // only while the connection is ours; what goes wrong shows in the statement
		_ = conn.Raw(func(any) error { _ = p.lender.hurry(ctx, tx.Conn()); return nil })
	}
	return &txConn{timed: timed{to: conn, before: before}, conn: conn, tx: tx}, nil
}

// txConn sends statements to the pinned connection and the end of the transaction to pgx.
type txConn struct {
	timed
	conn *sql.Conn
	tx   pgx.Tx
}

// PrepareContext prepares a statement.
func (c *txConn) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return c.conn.PrepareContext(ctx, query)
}

// Commit ends the transaction; checks that were put off happen here.
func (c *txConn) Commit() error {
	err := c.end(c.tx.Commit)
	return errors.Join(err, ignoreDone(c.conn.Close()))
}

// Rollback gives the transaction up. The connection is broken rather than returned
// half-way; one that database/sql broke already took the transaction with it.
func (c *txConn) Rollback() error {
	err := c.end(func(ctx context.Context) error {
		err := c.tx.Rollback(ctx)
		if err != nil && !errors.Is(err, pgx.ErrTxClosed) {
			return driver.ErrBadConn
		}
		return nil
	})
	return errors.Join(ignoreDone(err), ignoreDone(c.conn.Close()))
}

// end speaks to the connection only while it is still ours: after a cancelled
// statement database/sql may have given it back to the pool, which closes it meanwhile.
func (c *txConn) end(how func(context.Context) error) error {
	return c.conn.Raw(func(any) error {
		return how(context.Background()) //nolint:forbidigo // database/sql gives none
	})
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) {
		return nil
	}
	return err
}
