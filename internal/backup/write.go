package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/postgres"
)

// Source is a database that is backed up.
type Source struct {
	DB      *postgres.DB
	Program string   // the version of this Seatledger
	Keys    []uint32 // see Head
}

// WriteFile writes a backup beside path and gives it its name once it is whole and on the disk: after a crash there
// is
// no half a backup under a good name. An older file of the name is refused.
func (s Source) WriteFile(ctx context.Context, path string) (Summary, error) {
	if _, err := os.Stat(path); err == nil {
		return Summary{}, fmt.Errorf("%s is there already: nothing was written", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // readable for its owner alone
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	sum, err := s.Write(ctx, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Summary{}, err
	}
	if info, serr := os.Stat(f.Name()); serr == nil {
		sum.Bytes = info.Size()
	}
	// A link fails where the name is taken meanwhile; a rename would replace what is there.
	if err := os.Link(f.Name(), path); err != nil {
		return Summary{}, err
	}
	return sum, syncFolder(filepath.Dir(path))
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Write writes a backup: all tables as they were at one moment, whatever is written meanwhile.
func (s Source) Write(ctx context.Context, out io.Writer) (sum Summary, err error) {
	conn, err := s.DB.Pool().Acquire(ctx)
	if err != nil {
		return sum, err
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, ended(tx.Rollback(context.WithoutCancel(ctx)))) }()
	if _, err := tx.Exec(ctx, `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
		set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local timezone = 'UTC';
		set local bytea_output = 'hex'; set local extra_float_digits = 3`); err != nil {
		return sum, err
	}
	if sum.Head, err = s.head(ctx, tx); err != nil {
		return sum, err
	}
	file := &archive{zip: zip.NewWriter(out)}
	if err := file.json(headEntry, sum.Head); err != nil {
		return sum, err
	}
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return sum, err
	}
	for i := range tables {
		if err := file.table(ctx, tx, &tables[i]); err != nil {
			return sum, fmt.Errorf("read %s: %w", tables[i].Name, err)
		}
	}
	sum.Tables = tables
	return sum, errors.Join(file.json(endEntry, end{tables}), file.zip.Close())
}

func ended(err error) error {
	if errors.Is(err, pgx.ErrTxClosed) {
		return nil
	}
	return err
}

func (s Source) head(ctx context.Context, tx pgx.Tx) (Head, error) {
	h := Head{What: what, Format: format, Program: s.Program, Keys: s.Keys}
	err := tx.QueryRow(ctx, `SELECT now(), current_setting('server_version'),
		(SELECT array_agg(DISTINCT version_id ORDER BY version_id) FROM goose_db_version
			WHERE is_applied AND version_id > 0)`).Scan(&h.MadeAt, &h.Server, &h.Migrations)
	h.MadeAt = h.MadeAt.UTC()
	return h, err
}

// tablesOf are all tables of ours and of the job queue, but those that say which migrations and views there are: what
// those say comes from the program that brings the backup back. Unlogged tables hold nothing that outlives a process.
func tablesOf(ctx context.Context, tx pgx.Tx) ([]Table, error) {
	rows, err := tx.Query(ctx, `SELECT n.nspname || '.' || c.relname,
			array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE n.nspname IN ('public', 'river') AND c.relkind = 'r' AND c.relpersistence = 'p'
			AND c.relname NOT IN ('goose_db_version', 'river_migration', 'view_set')
		GROUP BY 1 ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Table, err error) {
		err = row.Scan(&t.Name, &t.Columns)
		return t, err
	})
}

type archive struct{ zip *zip.Writer }

func (a *archive) json(name string, value any) error {
	w, err := a.zip.Create(name)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(value)
}

func (a *archive) table(ctx context.Context, tx pgx.Tx, t *Table) error {
	w, err := a.zip.Create(t.entry())
	if err != nil {
		return err
	}
	counted := &counter{to: w, hash: sha256.New()}
	buffered := bufio.NewWriterSize(counted, 1<<16)
	done, err := tx.Conn().PgConn().CopyTo(ctx, buffered, "COPY "+t.columns()+" TO STDOUT")
	if err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	t.Rows, t.Bytes, t.SHA256 = done.RowsAffected(), counted.n, hex.EncodeToString(counted.hash.Sum(nil))
	return nil
}

// columns names the table with its columns, as COPY wants them.
func (t Table) columns() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = pgx.Identifier{c}.Sanitize()
	}
	return quoted(t.Name) + " (" + strings.Join(names, ", ") + ")"
}

func quoted(name string) string {
	schema, table, _ := strings.Cut(name, ".")
	return pgx.Identifier{schema, table}.Sanitize()
}

// counter counts and hashes what goes through.
type counter struct {
	to   io.Writer
	hash hash.Hash
	n    int64
}

// Write passes on.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	_, _ = c.hash.Write(p[:n])
	return n, err
}
