package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Restore brings a backup into an empty database: the migrations that the backup knew make its tables, its rows are
// copied in, and then the migrations since make of it what this program needs. It works as the owner's role. A file
// that is not whole and a database that is not empty are refused before anything is done; what breaks off later
// leaves
// a database that says it is not whole, and that is dropped and made anew.
func Restore(ctx context.Context, owner *pgxpool.Pool, path string) (Summary, error) {
	o, err := open(path)
	if err != nil {
		return Summary{}, err
	}
	defer o.close()
	if err := o.prove(); err != nil {
		return Summary{}, err
	}
	if err := empty(ctx, owner); err != nil {
		return Summary{}, err
	}
	if err := postgres.MigrateAs(ctx, owner, o.head.Migrations); err != nil {
		return Summary{}, err
	}
	if err := o.load(ctx, owner); err != nil {
		return Summary{},
			fmt.Errorf("bring the rows back: %w; the database has tables without rows now: make it anew "+
				"and restore again", err)
	}
	if err := postgres.Migrate(ctx, owner); err != nil {
		return Summary{}, err
	}
	return o.summary(), analyze(ctx, owner)
}

// analyze counts what came in, so that the first pages are not planned for empty tables.
func analyze(ctx context.Context, owner *pgxpool.Pool) error {
	return pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error {
		tables, err := tablesOf(ctx, tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "ANALYZE "+allOf(tables))
		return err
	})
}

func allOf(tables []Table) string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = quoted(t.Name)
	}
	return strings.Join(names, ", ")
}

// empty refuses a database in which anything stands.
func empty(ctx context.Context, owner *pgxpool.Pool) error {
	var n int
	err := owner.QueryRow(ctx, `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname IN ('public', 'river') AND c.relkind IN ('r', 'p', 'v', 'm')`).Scan(&n)
	if err == nil && n > 0 {
		return errs.Newf(errs.Conflict,
			"The database is not empty: it has %d tables and views. Nothing was changed. A "+
				"backup comes back into a new database, or into a new data folder (SEATLEDGER_DATA_DIR).", n)
	}
	return err
}

// load copies all rows in, in one transaction. What guards the tables while people work (triggers, references) is
// taken off first and put back after: the rows were good where they come from, and references are proved at the end.
func (o *opened) load(ctx context.Context, owner *pgxpool.Pool) (err error) {
	tx, err := owner.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ended(tx.Rollback(context.WithoutCancel(ctx)))) }()
	if _, err := tx.Exec(ctx, `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
		set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local timezone = 'UTC'`); err != nil {
		return err
	}
	guards, err := takeOff(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range o.end.Tables {
		if err := o.loadTable(ctx, tx, t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	if err := goOnCounting(ctx, tx); err != nil {
		return err
	}
	if err := guards.putBack(ctx, tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func (o *opened) loadTable(ctx context.Context, tx pgx.Tx, t Table) error {
	rows, err := o.table(t)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	done, err := tx.Conn().PgConn().CopyFrom(ctx, rows, "COPY "+t.columns()+" FROM STDIN")
	if err == nil && done.RowsAffected() != t.Rows {
		err = fmt.Errorf("%d rows of %d were taken", done.RowsAffected(), t.Rows)
	}
	return err
}

// goOnCounting lets numbered columns go on after their greatest number. Where a sequence stood is not in a backup:
// the
// app's role may not read that of every one.
func goOnCounting(ctx context.Context, tx pgx.Tx) error {
	counting, err := list(ctx, tx, `SELECT s.relname,
		format('SELECT setval(%L, coalesce(max(%I), 1), max(%I) IS NOT NULL)
			FROM %s', s.oid::regclass, a.attname, a.attname, d.refobjid::regclass)
		FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass
			AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
		JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
		WHERE s.relkind = 'S' AND s.relname <> 'goose_db_version_id_seq'
			AND s.relnamespace IN ('public'::regnamespace, 'river'::regnamespace)`)
	for _, pair := range counting {
		if _, err := tx.Exec(ctx, pair[1]); err != nil {
			return fmt.Errorf("%s: %w", pair[0], err)
		}
	}
	return err
}

// guards are statements that make tables as they were.
type guards []string

// takeOff empties all tables of what migrations put into them, and takes triggers and references off.
func takeOff(ctx context.Context, tx pgx.Tx) (guards, error) {
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	references, err := list(ctx, tx, `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
			format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		FROM pg_constraint WHERE contype = 'f' AND connamespace IN ('public'::regnamespace, 'river'::regnamespace)`)
	if err != nil {
		return nil, err
	}
	triggers, err := list(ctx, tx, `SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname),
			format('ALTER TABLE %s ENABLE %s TRIGGER %I', tgrelid::regclass,
				CASE tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, tgname)
		FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE NOT tgisinternal AND tgenabled <> 'D'
			AND c.relnamespace IN ('public'::regnamespace, 'river'::regnamespace)`)
	if err != nil {
		return nil, err
	}
	var back guards
	for _, pair := range slices.Concat(references, triggers) {
		if _, err := tx.Exec(ctx, pair[0]); err != nil {
			return nil, fmt.Errorf("%s: %w", pair[0], err)
		}
		back = append(back, pair[1])
	}
	_, err = tx.Exec(ctx, "TRUNCATE "+allOf(tables))
	return back, err
}

func list(ctx context.Context, tx pgx.Tx, sql string) ([][2]string, error) {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (pair [2]string, err error) {
		err = row.Scan(&pair[0], &pair[1])
		return pair, err
	})
}

func (g guards) putBack(ctx context.Context, tx pgx.Tx) error {
	for _, statement := range g {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
