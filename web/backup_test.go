package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seatledger/internal/testkit/pgtest"
)

// A backup made by the verb comes back by the verb on a server where nothing is.
func TestBackupAndRestoreByTheVerbs(t *testing.T) {
	t.Parallel()
	from, to := pgtest.New(t), pgtest.New(t)
	if _, err := to.Owner().Exec(t.Context(), `DROP SCHEMA river CASCADE; DROP SCHEMA public CASCADE;
		CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO seatledger_app`); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	key := filepath.Join(folder, "master.key")
	env := func(d *pgtest.DB) func(string) string {
		return func(name string) string {
			return map[string]string{"SEATLEDGER_DATABASE_URL": d.AppURL(),
				"SEATLEDGER_MIGRATE_DATABASE_URL": d.OwnerURL(), "SEATLEDGER_MASTER_KEY_FILE": key}[name]
		}
	}
	verb := func(d *pgtest.DB, args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), args, env(d), &out)
		return out.String(), err
	}
	must := func(d *pgtest.DB, want string, args ...string) {
		t.Helper()
		if out, err := verb(d, args...); err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: %v\n%s\nwant %q", args, err, out, want)
		}
	}
	must(from, "", "keys", "new", key)
	if _, err := from.Owner().Exec(t.Context(), `INSERT INTO crm_accounts (id, external_id, name, source,
		created_at, updated_at)
		VALUES (gen_random_uuid(), 'C-1', 'Aspen Logistics', 'person', now(), now())`); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "mine.backup")
	must(from, "Written: "+file, "backup", "--out", file)
	must(from, "is whole", "backup", "verify", file)
	if out, err := verb(from, "backup", "--out", file); err == nil {
		t.Errorf("it was written over: %s", out)
	}
	if out, err := verb(from, "restore", file); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restored over a database: %s, %v", out, err)
	}
	must(to, "Every stored secret opens", "restore", file)
	var name string
	var verbs int
	err := to.Owner().QueryRow(t.Context(), `SELECT name, (SELECT count(*) FROM audit_events
		WHERE object_name LIKE 'restore of a backup%') FROM crm_accounts`).Scan(&name, &verbs)
	if err != nil || name != "Aspen Logistics" || verbs != 1 {
		t.Errorf("%q, %d, %v", name, verbs, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file may be read by others: %v, %v", info.Mode(), err)
	}
	if _, err := verb(to, "backup", "what"); err == nil || !strings.Contains(err.Error(), "usage") {
		t.Errorf("an unknown word: %v", err)
	}
}
