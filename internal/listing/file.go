package listing

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// A file is read so many records at a time: few at first, so that they leave at once, then more. What is joined to a
// large part of a table is read as a whole each time, so the last parts are large; they are sent as they are read.
const (
	firstChunk = 100
	lastChunk  = 50_000
)

// Each hands over the fields of every record that a query lets through, in order and from
// one snapshot, as the file writes them. The fields are good until do returns. The database
// writes the values; no record is ever built here, since a file of a million would spend
// most of its time on that.
func (l *List[R]) Each(ctx context.Context, db *postgres.DB, q Query, do func(fields [][]byte) error) error {
	return l.each(ctx, db, q, Kind.write, do)
}

// EachValue is Each with the values as the database writes them, for a file that has types.
// nil is unknown.
func (l *List[R]) EachValue(ctx context.Context, db *postgres.DB, q Query, do func(values [][]byte) error) error {
	return l.each(ctx, db, q, Kind.keep, do)
}

func (l *List[R]) each(ctx context.Context, db *postgres.DB, q Query, write func(Kind, []byte) []byte,
	do func([][]byte) error) error {
	conn, err := db.Pool().Acquire(ctx)
	if err != nil {
		return fmt.Errorf("file of %s: %w", l.Name, err)
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("file of %s: %w", l.Name, err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; "+
		"SET LOCAL work_mem = '32MB'"); err != nil {
		return fmt.Errorf("file of %s: %w", l.Name, err)
	}
	f := fileReader[R]{list: l, columns: l.filed(), conn: tx.Conn().PgConn(), query: q,
		write: write, do: do}
	for f.chunk = firstChunk; ; f.chunk = min(7*f.chunk, lastChunk) {
		n, err := f.next(ctx)
		if err != nil {
			return fmt.Errorf("file of %s: %w", l.Name, err)
		}
		if n < f.chunk {
			return nil
		}
	}
}

type fileReader[R any] struct {
	list    *List[R]
	columns []Column[R]
	conn    *pgconn.PgConn
	query   Query
	after   *paging.Cursor
	chunk   int
	write   func(Kind, []byte) []byte
	do      func([][]byte) error
}

// next reads the records of one chunk and remembers where it ended.
func (f *fileReader[R]) next(ctx context.Context) (int, error) {
	sql, args, err := f.statement()
	if err != nil {
		return 0, err
	}
	rows := f.conn.ExecParams(ctx, sql, args, nil, nil, nil)
	n, width := 0, len(f.columns)
	fields := make([][]byte, width)
	var key, id []byte
	for rows.NextRow() {
		values := rows.Values()
		for i, c := range f.columns {
			fields[i] = f.write(c.Kind, values[i])
		}
		key, id = bytes.Clone(values[width]), append(id[:0], values[width+1]...)
		n++
		if err := f.do(fields); err != nil {
			_, _ = rows.Close()
			return n, err
		}
	}
	if _, err := rows.Close(); err != nil {
		return n, err
	}
	if n == 0 {
		return 0, nil
	}
	return n, f.remember(key, id)
}

func (f *fileReader[R]) remember(key, id []byte) error {
	last, err := uuid.ParseBytes(id)
	if err != nil {
		return err
	}
	var text *string
	if key != nil {
		text = new(string)
		*text = string(key)
	}
	f.after = f.query.Page.Order.CursorOf(text, last)
	return nil
}

func (f *fileReader[R]) statement() (string, [][]byte, error) {
	l, order := f.list, f.query.Page.Order
	where, args := f.query.Where()
	behind, more := order.Where(f.after)
	columns := make([]string, len(f.columns))
	for i, c := range f.columns {
		columns[i] = c.SQL
	}
	alias, outer := l.alias(), order
	outer.Sort.Expr, outer.ID = alias+".page_key", alias+".page_id"
	sql := fmt.Sprintf(`SELECT %s, %s.page_key::text, %s.page_id
		FROM (SELECT %s.*, %s AS page_id, %s AS page_key FROM %s WHERE %s AND %s ORDER BY %s LIMIT %d) %s %s
		ORDER BY %s`,
		strings.Join(columns, ", "), alias, alias, alias, l.ID, order.Sort.Expr, l.Table, where, behind, order.SQL(),
		f.chunk, alias, l.Joins, outer.SQL())
	texts, err := asTexts(slices.Concat(args, more, f.query.joined))
	return postgres.Numbered(sql), texts, err
}

func asTexts(args []any) ([][]byte, error) {
	out := make([][]byte, len(args))
	for i, a := range args {
		if v, ok := a.(driver.Valuer); ok {
			value, err := v.Value()
			if err != nil {
				return nil, err
			}
			a = value
		}
		if a != nil {
			out[i] = fmt.Append(nil, a)
		}
	}
	return out, nil
}
