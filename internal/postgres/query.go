package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// retries is how often a statement that never left is sent again over another connection, as database/sql does.
const retries = 2

// Query asks over pgx itself and hands the rows to read, which goes through them. It is for what every page reads:
// database/sql and gorm would make another value of each one first. It takes gorm's placeholders, and waits and is
// logged as everything else that the handle asks.
func Query(ctx context.Context, db *gorm.DB, sql string, args []any, read func(pgx.Rows) error) error {
	began, n := clock.System{}.Now(), int64(0)
	err := over(ctx, db, func(c querier) error {
		rows, err := c.Query(ctx, Numbered(sql), args...)
		if err != nil {
			return err
		}
		n, err = through(rows, read)
		return err
	})
	db.Logger.Trace(ctx, began, func() (string, int64) { return sql, n }, err)
	return err
}

// Ask is one of several statements that go to the server together. Read goes through its rows.
type Ask struct {
	SQL  string
	Args []any
	Read func(pgx.Rows) error
}

// Together asks as Query does, all at once: the server carries out one after the other while nobody waits on the way.
func Together(ctx context.Context, db *gorm.DB, asks ...Ask) error {
	if len(asks) == 1 {
		return Query(ctx, db, asks[0].SQL, asks[0].Args, asks[0].Read)
	}
	began, n := clock.System{}.Now(), int64(0)
	err := over(ctx, db, func(c querier) error {
		var all pgx.Batch
		for _, a := range asks {
			all.Queue(Numbered(a.SQL), a.Args...)
		}
		answers := c.SendBatch(ctx, &all)
		for _, a := range asks {
			rows, err := answers.Query()
			if err == nil {
				n, err = through(rows, a.Read)
			}
			if err != nil {
				return errors.Join(err, answers.Close())
			}
		}
		return answers.Close()
	})
	db.Logger.Trace(ctx, began, func() (string, int64) { return asks[0].SQL, n }, err)
	return err
}

// through hands the rows to read, and tells how many there were.
func through(rows pgx.Rows, read func(pgx.Rows) error) (int64, error) {
	defer rows.Close()
	if err := read(rows); err != nil {
		return 0, err
	}
	rows.Close()
	return rows.CommandTag().RowsAffected(), rows.Err()
}

// over asks on a connection of the handle.
func over(ctx context.Context, db *gorm.DB, ask func(querier) error) (err error) {
	switch p := db.Statement.ConnPool.(type) {
	case connPool:
		for range 1 + retries {
			if err = p.lend(ctx, ask); !pgconn.SafeToRetry(err) {
				return err
			}
		}
		return err
	case *txConn:
		return p.lend(ctx, ask)
	default:
		return fmt.Errorf("postgres: asked over a %T", p)
	}
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Memory is what the program remembers of a database as long as its handle is open; nil in a transaction, which may
// have changed what it sees.
func Memory(db *gorm.DB) *sync.Map {
	if p, ok := db.Statement.ConnPool.(connPool); ok {
		return p.memory
	}
	return nil
}

// lend gives a connection of the pool for one statement.
func (p connPool) lend(ctx context.Context, ask func(querier) error) error {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	defer p.note(ctx)()
	return conn.Raw(func(dc any) error {
		c, ok := dc.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("driver connection is %T", dc)
		}
		return ask(c.Conn())
	})
}

// lend gives the transaction, as long as its connection is still ours.
func (c *txConn) lend(ctx context.Context, ask func(querier) error) error {
	defer c.note(ctx)()
	return c.conn.Raw(func(any) error { return ask(c.tx) })
}

// Numbered turns gorm's placeholders into PostgreSQL's own.
func Numbered(sql string) string {
	var b strings.Builder
	b.Grow(len(sql) + 16)
	for n := 1; ; n++ {
		i := strings.IndexByte(sql, '?')
		if i < 0 {
			b.WriteString(sql)
			return b.String()
		}
		b.WriteString(sql[:i])
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		sql = sql[i+1:]
	}
}
