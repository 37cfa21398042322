package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed views/*.sql
var viewFiles embed.FS

// viewsNumber rises with each change of a view. By it a program knows views that are newer than its own.
const viewsNumber = 2

// ErrViews says that the views of the database are not those of this program, or that it may not read them.
var ErrViews = errors.New("views of the database are missing, unreadable or not this Seatledger's: " +
	"run `seatledger migrate`" +
	" with SEATLEDGER_MIGRATE_DATABASE_URL set to the owner's role")

// viewSet is the views that a program brings. Files are applied in the order of their names; digits
// before the name of a view put those first that others read.
type viewSet struct {
	number int
	files  []viewFile
}

type viewFile struct{ view, sql string }

// viewState is what view_set says of a database.
type viewState struct {
	number int
	hash   string
	schema int64 // the last migration when they were applied
	names  []string
}

func ownViews() (viewSet, error) { return readViewSet(viewFiles, viewsNumber) }

func readViewSet(folder fs.FS, number int) (viewSet, error) {
	set := viewSet{number: number}
	files, err := fs.Glob(folder, "views/*.sql")
	for _, file := range files {
		sql, ferr := fs.ReadFile(folder, file)
		err = errors.Join(err, ferr)
		name := strings.TrimLeft(strings.TrimSuffix(path.Base(file), ".sql"), "0123456789_")
		set.files = append(set.files, viewFile{name, string(sql)})
	}
	return set, err
}

func (s viewSet) names() []string {
	var names []string
	for _, f := range s.files {
		names = append(names, f.view)
	}
	return names
}

// hash names the set by what stands in it, in the order in which it is applied.
func (s viewSet) hash() string {
	h := sha256.New()
	for _, f := range s.files {
		fmt.Fprintf(h, "%s %d\n%s", f.view, len(f.sql), f.sql)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// state is what a database with this set says, at the version of its schema.
func (s viewSet) state(schema int64) viewState {
	return viewState{s.number, s.hash(), schema, s.names()}
}

func (v viewState) equal(other viewState) bool {
	return v.number == other.number && v.hash == other.hash && v.schema == other.schema &&
		slices.Equal(v.names, other.names)
}

// standingViews is what a database says of its views; zero where it is older than the folder.
func standingViews(ctx context.Context, pool *pgxpool.Pool) (v viewState, err error) {
	var there bool
	err = pool.QueryRow(ctx, "select to_regclass('view_set') is not null").Scan(&there)
	if err != nil || !there {
		return v, err
	}
	err = pool.QueryRow(ctx, "select number, hash, schema_version, views from view_set").
		Scan(&v.number, &v.hash, &v.schema, &v.names)
	return v, err
}

// unreadable is those of the set that are not there, or that the role may not read.
func (s viewSet) unreadable(ctx context.Context, pool *pgxpool.Pool, role string) ([]string, error) {
	rows, err := pool.Query(ctx, `
		select name from unnest($1::text[]) name
		where not coalesce(has_table_privilege($2, to_regclass(name), 'select'), false)`, s.names(), role)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// apply puts the set in the place of the one that stands, all of it or nothing; migrateOwn has refused
// a newer one. Where it stands already, and the app's role may read it, no statement changes anything.
func (s viewSet) apply(ctx context.Context, owner *pgxpool.Pool) error {
	stands, err := standingViews(ctx, owner)
	if err != nil {
		return err
	}
	schema, err := schemaVersion(ctx, owner)
	if err != nil {
		return err
	}
	missing, err := s.unreadable(ctx, owner, AppRole)
	if err != nil || stands.equal(s.state(schema)) && len(missing) == 0 {
		return err
	}
	return pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error { return s.replace(ctx, tx, stands, schema) })
}

func (s viewSet) replace(ctx context.Context, tx pgx.Tx, stands viewState, schema int64) error {
	if err := dropViews(ctx, tx, append(s.names(), stands.names...)); err != nil {
		return err
	}
	for _, f := range s.files {
		if _, err := tx.Exec(ctx, f.sql); err != nil {
			return fmt.Errorf("view %s: %w", f.view, err)
		}
	}
	_, err := tx.Exec(ctx, "update view_set set number = $1, hash = $2, schema_version = $3, views = $4",
		s.number, s.hash(), schema, s.names())
	return err
}

// dropViews drops them in one statement, so that it does not matter which of them reads which.
func dropViews(ctx context.Context, tx pgx.Tx, names []string) error {
	if len(names) == 0 {
		return nil
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = pgx.Identifier{name}.Sanitize()
	}
	_, err := tx.Exec(ctx, "drop view if exists "+strings.Join(quoted, ", "))
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "2BP01" {
		return fmt.Errorf("something that is not Seatledger's reads its views (%s): drop that, then start again: %w",
			refused.Detail, err)
	}
	return err
}

// check refuses to run on other views than the set, and on views that the role of the pool may not read.
func (s viewSet) check(ctx context.Context, pool *pgxpool.Pool, schema int64) error {
	stands, err := standingViews(ctx, pool)
	switch {
	case err != nil:
		return err
	case stands.number > s.number:
		return ErrNewer
	case stands.number < s.number:
		return ErrOlder
	case !stands.equal(s.state(schema)):
		return ErrViews
	}
	var role string
	if err := pool.QueryRow(ctx, "select current_user").Scan(&role); err != nil {
		return err
	}
	missing, err := s.unreadable(ctx, pool, role)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("%w (%s)", ErrViews, strings.Join(missing, ", "))
	}
	return err
}
