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
	// What may have been spent or ended since comes back with it, and is ended.
	if _, err := from.Owner().Exec(t.Context(), `
		INSERT INTO users (id, name, email, role, password_hash, active, version, created_at, updated_at) SELECT
			('00000000-0000-7000-8000-00000000000' || n)::uuid, 'User ' || n, n || '@reseller.example', 'admin', '',
			true,
			1, now(), now() FROM generate_series(1, 2) n;
		INSERT INTO sessions (token_hash, data, expiry, user_id, created_at, seen_at, address, user_agent, id)
			SELECT 'h', '', now() + interval '1 day', id, now(), now(), '', '', gen_random_uuid() FROM users LIMIT 1;
		INSERT INTO sign_in_links (id, purpose, user_id, hash, made_at, expires_at)
			SELECT gen_random_uuid(), 'reset', id, 'h', now(), now() + interval '1 day' FROM users LIMIT 1;
		INSERT INTO enrolments (id, user_id, expires_at)
			SELECT gen_random_uuid(), id, now() + interval '1 day' FROM users LIMIT 1;
		INSERT INTO recovery_codes (user_id, hash, made_at) SELECT id, 'h', now() FROM users LIMIT 1;
		INSERT INTO api_tokens (id, hash, name, areas, made_by, made_at, expires_at)
			SELECT gen_random_uuid(), 'h', 'Books', '{billing}', id, now(), now() + interval '9 days' FROM users
			LIMIT 1;
		INSERT INTO four_eyes_requests (id, kind, object_type, object_id, object_name, digest, facts, money, unpriced,
			path, asked_at, asked_by, asked_by_name, expires_at, state, decided_at, decided_by)
			SELECT gen_random_uuid(), 'credit', 'invoice', 'x', '1', 'd', '[]', '[]', 0, '/x', now(),
			min(id::text)::uuid,
			'A', now() + interval '1 day', 'granted', now(), max(id::text)::uuid FROM users`); err != nil {
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
	said, err := verb(to, "restore", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"Every stored secret opens", "1 sessions", "1 links by mail", "1 recovery codes",
		"1 API tokens", "1 requests to a second person", "who was disabled since is active again"} {
		if !strings.Contains(said, words) {
			t.Errorf("it does not say %q: %s", words, said)
		}
	}
	var open int
	if err := to.Owner().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*)
		FROM sign_in_links) + (SELECT count(*) FROM recovery_codes) + (SELECT count(*) FROM enrolments)
		+ (SELECT count(*) FROM api_tokens WHERE revoked_at IS NULL)
		+ (SELECT count(*) FROM four_eyes_requests WHERE state <> 'lapsed')`).Scan(&open); err != nil || open != 0 {
		t.Errorf("%d of them still open something, %v", open, err)
	}
	var name string
	var verbs int
	err = to.Owner().QueryRow(t.Context(), `SELECT name, (SELECT count(*) FROM audit_events
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
