package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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
	ask := func(c querier) error {
		rows, err := c.Query(ctx, Numbered(sql), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		if err := read(rows); err != nil {
			return err
		}
		rows.Close()
		n = rows.CommandTag().RowsAffected()
		return rows.Err()
	}
	var err error
	switch p := db.Statement.ConnPool.(type) {
	case connPool:
		for range 1 + retries {
			if err = p.lend(ctx, ask); !pgconn.SafeToRetry(err) {
				break
			}
		}
	case *txConn:
		err = p.lend(ctx, ask)
	default:
		err = fmt.Errorf("postgres: asked over a %T", p)
	}
	db.Logger.Trace(ctx, began, func() (string, int64) { return sql, n }, err)
	return err
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
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
