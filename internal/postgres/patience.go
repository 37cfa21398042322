package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"seatledger/internal/clock"
)

const (
	// WaitLimit is all waiting of one request together: for connections to become free, and for what others hold.
	WaitLimit = 10 * time.Second

	ordinary  = 2 * time.Second        // a statement that takes longer has waited for the rest
	leastWait = 500 * time.Millisecond // a lock is waited for so long even when nothing is left
	waitSteps = 500 * time.Millisecond // in which what is left is told to the server
)

// patience is what a request may still wait.
type patience struct {
	mu   sync.Mutex
	left time.Duration
}

type patienceKey struct{}

// Patient gives a context all of whose waiting for the database together is bounded. Without it each wait has its own
// limit, so that two of them add up.
func Patient(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, &patience{left: limit})
}

// leftOf tells what a context may still wait, but never more than usual.
func leftOf(ctx context.Context, usual time.Duration) time.Duration {
	p, ok := ctx.Value(patienceKey{}).(*patience)
	if !ok {
		return usual
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(usual, max(p.left, leastWait))
}

// waited takes what was waited from what may still be.
func waited(ctx context.Context, d time.Duration) {
	p, ok := ctx.Value(patienceKey{}).(*patience)
	if !ok || d <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left -= d
}

// watch measures one wait; the time of day does not matter to it.
func watch() (took func() time.Duration) {
	began := clock.System{}.Now()
	return func() time.Duration { return clock.System{}.Now().Sub(began) }
}

// errNoneFree says that all connections are at work.
var errNoneFree = errors.New("postgres: no connection became free in time")

// patient lends connections, and does not wait for one without end.
type patient struct {
	driver.Connector
	lockLimit time.Duration // of a connection, as it was opened; 0: none
}

// Connect lends a connection that waits for locks no longer than its borrower may still wait.
func (p patient) Connect(ctx context.Context) (driver.Conn, error) {
	waiting, done := context.WithTimeoutCause(ctx, leftOf(ctx, freeLimit), errNoneFree)
	defer done()
	took := watch()
	c, err := p.Connector.Connect(waiting)
	waited(ctx, took())
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(waiting), errNoneFree) {
		return nil, fmt.Errorf("%w: %w", errNoneFree, err)
	}
	if err != nil {
		return nil, err
	}
	if lent, ok := c.(*stdlib.Conn); ok {
		if err := p.hurry(ctx, lent.Conn()); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

const lockTimeout = "lock_timeout" // the setting, and where a connection keeps what it was set to

// hurry tells the server how long this borrower may wait for a lock, where that is less than usual.
func (p patient) hurry(ctx context.Context, c *pgx.Conn) error {
	usual := p.lockLimit
	if usual == 0 {
		usual = StatementLimit
	}
	left := leftOf(ctx, usual)
	if steps := left.Truncate(waitSteps); steps < left {
		left = min(steps+waitSteps, usual)
	}
	now, ok := c.PgConn().CustomData()[lockTimeout].(time.Duration)
	if !ok {
		now = usual
	}
	if left >= now {
		return nil
	}
	_, err := c.Exec(ctx, "SET lock_timeout = "+strconv.FormatInt(left.Milliseconds(), 10))
	if err == nil {
		c.PgConn().CustomData()[lockTimeout] = left
	}
	return err
}

// lockLimitOf is how long the connections of a pool wait for a lock; 0: as long as a statement may take.
func lockLimitOf(cfg *pgxpool.Config) time.Duration {
	said := cfg.ConnConfig.RuntimeParams[lockTimeout]
	if n, err := strconv.Atoi(said); err == nil {
		return time.Duration(n) * time.Millisecond
	}
	d, err := time.ParseDuration(said)
	if err != nil {
		return LockLimit
	}
	return d
}

// calmed gives a connection its usual limit again before it is lent anew, and then does what is done besides; one that
// does not take it is given up.
func calmed(then func(context.Context, *pgx.Conn) (bool, error)) func(context.Context, *pgx.Conn) (bool, error) {
	return func(ctx context.Context, c *pgx.Conn) (usable bool, err error) {
		if _, hurried := c.PgConn().CustomData()[lockTimeout]; hurried {
			delete(c.PgConn().CustomData(), lockTimeout)
			if _, err := c.Exec(ctx, "RESET lock_timeout"); err != nil {
				return false, nil //nolint:nilerr // another connection is taken
			}
		}
		if then == nil {
			return true, nil
		}
		return then(ctx, c)
	}
}

// statements are what gorm sends them through.
type statements interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// timed passes statements on and notes what they waited: what one needs beyond the ordinary.
type timed struct {
	to     statements
	before func(ctx context.Context) // nil: nothing
}

func (s timed) note(ctx context.Context) func() {
	if s.before != nil {
		s.before(ctx)
	}
	took := watch()
	return func() { waited(ctx, took()-ordinary) }
}

// ExecContext sends a statement.
func (s timed) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	defer s.note(ctx)()
	return s.to.ExecContext(ctx, query, args...)
}

// QueryContext sends a statement and waits for the first row.
func (s timed) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	defer s.note(ctx)()
	return s.to.QueryContext(ctx, query, args...) //nolint:sqlclosecheck // gorm closes them
}

// QueryRowContext sends a statement and waits for its row.
func (s timed) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	defer s.note(ctx)()
	return s.to.QueryRowContext(ctx, query, args...)
}
