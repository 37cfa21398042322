package backup_test

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/backup"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// lived is a database in which people have worked: customers, contracts, subscriptions, prices, signatures, the
// trail.
func lived(t *testing.T) *pgtest.DB {
	t.Helper()
	w := billtest.New(t, "2026-03-15", billtest.Terms{})
	for _, id := range []string{"A\tB", `back\slash`, "line\nbreak", "ordinary"} {
		sub := w.Add(id, 7, "2026-01-05")
		w.Price(sub, "12.3400", "2026-01-05")
		w.Seats(sub, 9, "2026-02-10")
		w.Sign(sub)
	}
	return w.DB
}

// emptied is a database in which nothing stands, as a new server has it.
func emptied(t *testing.T) *pgtest.DB {
	t.Helper()
	d := pgtest.New(t)
	if _, err := d.Owner().Exec(t.Context(), `DROP SCHEMA river CASCADE; DROP SCHEMA public CASCADE;
		CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO seatledger_app`); err != nil {
		t.Fatal(err)
	}
	return d
}

func written(t *testing.T, db *postgres.DB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "one.backup")
	if _, err := (backup.Source{DB: db, Program: "1.2.3"}).WriteFile(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	return path
}

// contents are all rows of all tables, and all that guards them, each as one text.
func contents(t *testing.T, db *pgxpool.Pool) map[string]string {
	t.Helper()
	out := map[string]string{}
	tables := texts(t, db, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
		WHERE schemaname IN ('public', 'river') AND tablename NOT IN ('goose_db_version', 'river_migration')`)
	for _, name := range tables {
		out[name] = strings.Join(texts(t, db, `SELECT r::text FROM `+name+` r ORDER BY 1`), "\n")
	}
	for what, sql := range map[string]string{
		"constraints": `SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
			FROM pg_constraint WHERE connamespace IN ('public'::regnamespace, 'river'::regnamespace) ORDER BY 1`,
		"triggers": `SELECT pg_get_triggerdef(oid) || ' ' || tgenabled::text FROM pg_trigger
			WHERE NOT tgisinternal ORDER BY 1`,
		"views": `SELECT viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1`,
		"rights": `SELECT table_schema || '.' || table_name || ' ' || privilege_type
			FROM information_schema.role_table_grants WHERE grantee = 'seatledger_app' ORDER BY 1`,
		"sequences": `SELECT schemaname || '.' || sequencename || ' ' || coalesce(last_value, 0) FROM pg_sequences
			WHERE schemaname IN ('public', 'river') AND sequencename <> 'goose_db_version_id_seq' ORDER BY 1`,
	} {
		out[what] = strings.Join(texts(t, db, sql), "\n")
	}
	return out
}

func texts(t *testing.T, db *pgxpool.Pool, sql string) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatComesBackIsWhatWas(t *testing.T) {
	t.Parallel()
	from, to := lived(t), emptied(t)
	path := written(t, from.DB)
	sum, err := backup.Restore(t.Context(), to.Owner(), path)
	if err != nil {
		t.Fatal(err)
	}
	if sum.Rows() < 50 || sum.Head.Program != "1.2.3" {
		t.Errorf("%d rows, program %s", sum.Rows(), sum.Head.Program)
	}
	want, got := contents(t, from.Owner()), contents(t, to.Owner())
	for name, rows := range want {
		if got[name] != rows {
			t.Errorf("%s differs:\n%.600s\nwas\n%.600s", name, got[name], rows)
		}
	}
	if err := postgres.CheckSchema(t.Context(), to.DB); err != nil {
		t.Error(err)
	}
	// The guards guard again.
	if _, err := to.Owner().Exec(t.Context(), `UPDATE license_changes SET quantity = 1`); err == nil {
		t.Error("the ledger can be changed after the restore")
	}
}

func TestABackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	from, to := lived(t), emptied(t)
	path := filepath.Join(t.TempDir(), "one.backup")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	// While it is being written, at the first bytes that leave, somebody changes what is not written yet.
	late := &disturbed{to: f, do: func() {
		done, err := from.Owner().Exec(t.Context(), `UPDATE subscriptions SET external_id = external_id || '-late'`)
		if err != nil || done.RowsAffected() == 0 {
			t.Errorf("%v, %v", done, err)
		}
	}}
	if _, err := (backup.Source{DB: from.DB}).Write(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), to.Owner(), path); err != nil {
		t.Fatal(err)
	}
	if n := texts(t, to.Owner(), `SELECT id::text FROM subscriptions WHERE external_id LIKE '%-late'`); len(n) > 0 {
		t.Error("what was changed later is in the backup")
	}
}

type disturbed struct {
	to io.Writer
	do func()
}

func (d *disturbed) Write(p []byte) (int, error) {
	if d.do != nil {
		d.do()
		d.do = nil
	}
	return d.to.Write(p)
}

func TestADatabaseInUseIsNotOverwritten(t *testing.T) {
	t.Parallel()
	d := lived(t)
	before := contents(t, d.Owner())
	_, err := backup.Restore(t.Context(), d.Owner(), written(t, d.DB))
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restored over it: %v", err)
	}
	for name, rows := range contents(t, d.Owner()) {
		if before[name] != rows {
			t.Errorf("%s was changed", name)
		}
	}
}

func TestAFileThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(written(t, lived(t).DB))
	if err != nil {
		t.Fatal(err)
	}
	to := emptied(t)
	for name, content := range map[string][]byte{
		"empty": {}, "cut in half": good[:len(good)/2], "its end lost": good[:len(good)-9],
		"no backup":              []byte("seats"),
		"without its last entry": without(t, good, "end.json"), "without a table": without(t, good,
			"tables/public.license_changes.copy"),
		"a table changed": changed(t, good, "tables/public.license_changes.copy"), "another archive": without(t,
			good, "backup.json"),
	} {
		path := filepath.Join(t.TempDir(), "one.backup")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Verify(path); err == nil {
			t.Errorf("%s: it was believed", name)
		}
		if _, err := backup.Restore(t.Context(), to.Owner(), path); err == nil {
			t.Errorf("%s: it was restored", name)
		}
	}
	if n := texts(t, to.Owner(), `SELECT relname FROM pg_class WHERE relnamespace =
		'public'::regnamespace`); len(n) > 0 {
		t.Errorf("something was made: %v", n)
	}
}

// without is the archive without one entry.
func without(t *testing.T, archive []byte, entry string) []byte {
	return rewritten(t, archive, func(name string, content []byte) ([]byte, bool) { return content, name != entry })
}

// changed is the archive with a letter of one entry changed.
func changed(t *testing.T, archive []byte, entry string) []byte {
	return rewritten(t, archive, func(name string, content []byte) ([]byte, bool) {
		if name == entry {
			content[0] ^= 1
		}
		return content, true
	})
}

func rewritten(t *testing.T, archive []byte, each func(string, []byte) ([]byte, bool)) []byte {
	t.Helper()
	from, err := zip.NewReader(strings.NewReader(string(archive)), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	to := zip.NewWriter(&out)
	for _, f := range from.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		content, keep := each(f.Name, content)
		if !keep {
			continue
		}
		w, err := to.Create(f.Name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(out.String())
}

func TestAnInterruptedBackupLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	folder := t.TempDir()
	if _, err := (backup.Source{DB: lived(t).DB}).WriteFile(ctx, filepath.Join(folder, "one.backup")); err == nil {
		t.Error("it was written")
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A backup of a Seatledger that knew fewer migrations comes back with its rows and is brought to today; one of a newer
// Seatledger is refused.
func TestABackupOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	from, to := emptied(t), emptied(t)
	var known []int64
	for _, v := range texts(t, pgtest.New(t).Owner(), `SELECT v.version_id::text FROM goose_db_version v
		WHERE v.version_id > 0 ORDER BY v.version_id`) {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, n)
	}
	older := known[:len(known)-10]
	if err := postgres.MigrateAs(t.Context(), from.Owner(), older); err != nil {
		t.Fatal(err)
	}
	if _, err := from.Owner().Exec(t.Context(), `INSERT INTO crm_accounts (id, external_id, name, source, created_at,
		updated_at) VALUES (gen_random_uuid(), 'C-1', 'Aspen Logistics', 'person', now(), now())`); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), from.OwnerConfig(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	sum, err := backup.Restore(t.Context(), to.Owner(), written(t, db))
	if err != nil || !slices.Equal(sum.Head.Migrations, older) {
		t.Fatalf("%v, %v", sum.Head.Migrations, err)
	}
	if got := texts(t, to.Owner(), `SELECT name FROM crm_accounts`); !slices.Equal(got, []string{"Aspen Logistics"}) {
		t.Errorf("%v", got)
	}
	if err := postgres.CheckSchema(t.Context(), to.DB); err != nil {
		t.Error(err)
	}
	err = postgres.MigrateAs(t.Context(), emptied(t).Owner(), append(known, 99999))
	if !errors.Is(err, postgres.ErrNewer) {
		t.Errorf("a migration that nobody knows: %v", err)
	}
}
