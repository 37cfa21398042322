package postgres_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

// sets has the hash of the views under each number, from 1.
var sets = []string{
	"66c0d41c23c19fc6",
	"25405bce60fef14b",
}

func TestOtherViewsHaveAHigherNumber(t *testing.T) {
	t.Parallel()
	hash := postgres.ViewsHash()
	if len(sets) != postgres.ViewsNumber || sets[len(sets)-1] != hash {
		t.Errorf("the views have changed: raise viewsNumber to %d and add %q here; "+
			"where %d was in no release, put it in the place of the last",
			len(sets)+1, hash, len(sets))
	}
}

// defined is what the catalogue holds of each view; xmin tells the transaction that last wrote it.
func defined(t *testing.T, db *pgtest.DB) map[string]string {
	t.Helper()
	rows, err := db.Owner().Query(t.Context(),
		"select relname, oid::text || ' ' || xmin::text from pg_class where relkind = 'v' and relnamespace = "+
			"'public'::regnamespace")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var name, version string
	if _, err := pgx.ForEachRow(rows, []any{&name, &version},
		func() error { out[name] = version; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func migrate(t *testing.T, db *pgtest.DB) {
	t.Helper()
	if err := postgres.Migrate(t.Context(), db.Owner()); err != nil {
		t.Fatal(err)
	}
	if err := postgres.CheckSchema(t.Context(), db.DB); err != nil {
		t.Errorf("after the migration: %v", err)
	}
}

func asOwner(t *testing.T, db *pgtest.DB, sql string) {
	t.Helper()
	if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestEachFileIsAViewThatTheAppReads(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	made := defined(t, db)
	for _, name := range postgres.ViewNames() {
		if made[name] == "" {
			t.Errorf("no view %s: a file has the name of its view", name)
		}
		if _, err := db.Pool().Exec(t.Context(),
			"select * from "+pgx.Identifier{name}.Sanitize()+" limit 1"); err != nil {
			t.Errorf("as the app: %v", err)
		}
	}
	if len(made) != len(postgres.ViewNames()) {
		t.Errorf("views %v; of the folder %v", made, postgres.ViewNames())
	}
}

func TestViewsThatStandAreNotWrittenAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	before := defined(t, db)
	migrate(t, db)
	if diff := cmp.Diff(before, defined(t, db)); diff != "" {
		t.Error(diff)
	}
}

func TestAnOlderProgramLeavesNewerViewsAlone(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	asOwner(t, db, "update view_set set number = number + 1, hash = 'newer'")
	before := defined(t, db)
	if err := postgres.Migrate(t.Context(), db.Owner()); !errors.Is(err, postgres.ErrNewer) {
		t.Errorf("migrate: %v", err)
	}
	if err := postgres.CheckSchema(t.Context(), db.DB); !errors.Is(err, postgres.ErrNewer) {
		t.Errorf("start: %v", err)
	}
	if diff := cmp.Diff(before, defined(t, db)); diff != "" {
		t.Error(diff)
	}
}

func TestANewerProgramWaitsForItsViews(t *testing.T) {
	t.Parallel()
	for name, stands := range map[string]struct {
		sql  string
		want error
	}{
		"older views":             {"update view_set set number = number - 1", postgres.ErrOlder},
		"another build's":         {"update view_set set hash = 'other'", postgres.ErrViews},
		"of an older schema":      {"update view_set set schema_version = schema_version - 1", postgres.ErrViews},
		"one is not there":        {"drop view review_facts", postgres.ErrViews},
		"one may not be read":     {"revoke select on review_facts from seatledger_app", postgres.ErrViews},
		"as before there was one": {"drop table view_set", postgres.ErrOlder},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			asOwner(t, db, stands.sql)
			if err := postgres.CheckSchema(t.Context(), db.DB); !errors.Is(err, stands.want) {
				t.Errorf("start: %v", err)
			}
			if !strings.Contains(stands.sql, "drop table") {
				migrate(t, db)
			}
		})
	}
}

func TestAViewThatMayNotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	asOwner(t, db, "revoke select on review_facts from seatledger_app")
	if err := postgres.CheckSchema(t.Context(), db.DB); err == nil || !strings.Contains(err.Error(), "(review_facts)") {
		t.Error(err)
	}
}

func TestAnySetFollowsAnyOther(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	number := postgres.ViewsNumber
	apply := func(files map[string]string) error {
		number++
		return postgres.ApplyViews(t.Context(), db.Owner(), number, files)
	}
	view := func(name, columns string) string {
		return fmt.Sprintf("create view %s as select %s; grant select on %s to seatledger_app", name, columns, name)
	}
	if err := apply(map[string]string{"1_seats.sql": view("seats", "1 as a, 2 as b"),
		"2_far.sql": view("far", "a, b from seats")}); err != nil {
		t.Fatal(err)
	}
	if err := apply(map[string]string{"1_far.sql": view("far", "'b' as b"),
		"2_seats.sql": view("seats", "b from far")}); err != nil {
		t.Errorf("other columns, and each reads the other: %v", err)
	}
	if err := apply(map[string]string{"seats.sql": view("seats", "'z' as z"),
		"wrong.sql": "create view wrong as select none"}); err == nil {
		t.Error("a view that cannot be made was made")
	}
	var b string
	if err := db.Pool().QueryRow(t.Context(), "select b from seats").Scan(&b); err != nil || b != "b" {
		t.Errorf("after a set that failed: %q, %v", b, err)
	}
	if err := apply(map[string]string{"seats.sql": view("seats", "1 as a")}); err != nil {
		t.Fatal(err)
	}
	if got := defined(t, db); len(got) != 1 || got["seats"] == "" {
		t.Errorf("a view that left the folder is still there: %v", got)
	}
}

func TestWhatOthersReadIsNotDroppedUnderThem(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	asOwner(t, db, "create view report as select * from review_facts; update view_set set number = 0")
	err := postgres.Migrate(t.Context(), db.Owner())
	if err == nil || !strings.Contains(err.Error(), "view report depends on view review_facts") {
		t.Errorf("%v", err)
	}
	if got := defined(t, db); len(got) != len(postgres.ViewNames())+1 {
		t.Errorf("%v", got)
	}
}
