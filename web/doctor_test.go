package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seatledger/internal/testkit/pgtest"
)

// doctored runs the verb under settings and gives what it printed.
func doctored(t *testing.T, vars map[string]string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), []string{"doctor"}, func(name string) string {
		return vars[strings.TrimPrefix(name, "SEATLEDGER_")]
	}, &out)
	return out.String(), err
}

// installed is an installation on a server of one's own, with a key that the database knows.
func installed(t *testing.T) (map[string]string, *pgtest.DB) {
	t.Helper()
	db, folder := pgtest.New(t), t.TempDir()
	vars := map[string]string{"DATABASE_URL": db.AppURL(), "MASTER_KEY_FILE": filepath.Join(folder, "master.key"),
		"ADDR": "127.0.0.1:1", "AUDIT_ANCHORS": folder, "DATA_DIR": folder}
	getenv := func(name string) string { return vars[strings.TrimPrefix(name, "SEATLEDGER_")] }
	for _, args := range [][]string{{"keys", "new", vars["MASTER_KEY_FILE"]}, {"keys", "status"}} {
		if err := run(t.Context(), args, getenv, &bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	}
	return vars, db
}

// TestTheDoctorSaysWhatIsWrong breaks an installation in one way after the other: the doctor names it, says what to
// do, and its exit code tells.
func TestTheDoctorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	vars, db := installed(t)
	exec := func(sql string) {
		t.Helper()
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	says := func(more map[string]string, good bool, words ...string) string {
		t.Helper()
		all := map[string]string{}
		for _, from := range []map[string]string{vars, more} {
			for k, v := range from {
				all[k] = v
			}
		}
		out, err := doctored(t, all)
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("%v: it does not say %q:\n%s", more, w, out)
			}
		}
		if (err == nil) != good {
			t.Errorf("%v: it ends with %v:\n%s", more, err, out)
		}
		return out
	}

	says(nil, true, "Nothing is wrong", "ok     key", "ok     locks", "Program and database fit together",
		"None is made by itself", "For support: send all of this", "migrations: ")
	says(map[string]string{"SYNC_AT": "soon"}, false, "SEATLEDGER_SYNC_AT", "nothing else was looked at")
	says(map[string]string{"DATABASE_URL": "postgres://nobody:secret-word@127.0.0.1:1/x?sslmode=disable"}, false,
		"WRONG  database  It cannot be opened")
	says(map[string]string{"BACKUPS": filepath.Join(vars["DATA_DIR"], "master.key")}, false, "it is no folder")
	says(map[string]string{"TRUSTED_PROXIES": "0.0.0.0/0"}, false, "believes everybody")

	other := filepath.Join(t.TempDir(), "other.key")
	if err := run(t.Context(), []string{"keys", "new", other}, func(string) string { return "" },
		&bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	says(map[string]string{"MASTER_KEY_FILE": other}, false, "does not belong to this database")
	if err := os.Chmod(vars["MASTER_KEY_FILE"], 0o644); err != nil {
		t.Fatal(err)
	}
	says(nil, false, "Others on this machine may read the master key", "chmod 600")
	if err := os.Chmod(vars["MASTER_KEY_FILE"], 0o600); err != nil {
		t.Fatal(err)
	}

	exec(`INSERT INTO run_nights (runs, subject, next_at) VALUES ('sync_runs', gen_random_uuid(), now() - interval '3 h')`)
	says(nil, false, "1 nights should have begun")
	exec(`DELETE FROM run_nights`)
	exec(`INSERT INTO backups (id, begun_at, ended_at, scheduled, message)
		VALUES (gen_random_uuid(), now(), now(), true, 'no space left on device')`)
	says(nil, false, "The last one failed: no space left")
	exec(`INSERT INTO backups (id, begun_at, ended_at, scheduled, file, bytes, row_count)
		VALUES (gen_random_uuid(), now() + interval '1 s', now(), true, 'x.backup', 1, 1)`)

	holder, err := db.Owner().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Exec(t.Context(), `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
		t.Fatal(err)
	}
	says(nil, true, "ok     locks") // it has only just begun
	if err := holder.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	exec(`UPDATE goose_db_version SET version_id = version_id + 100000 WHERE id = (SELECT max(id) FROM goose_db_version)`)
	says(nil, false, "newer Seatledger")
	exec(`UPDATE goose_db_version SET version_id = version_id - 100000 WHERE id = (SELECT max(id) FROM goose_db_version)`)
	says(nil, true)
	if _, err := doctored(t, map[string]string{"DATA_DIR": filepath.Join(t.TempDir(), "none")}); err != nil {
		t.Errorf("an empty machine: %v", err)
	}
}

// TestTheDoctorLooksAtTheWayOfPeople puts a proxy between that forgets the Host header.
func TestTheDoctorLooksAtTheWayOfPeople(t *testing.T) {
	t.Parallel()
	vars, db := installed(t)
	health := func(w http.ResponseWriter, r *http.Request) bool {
		known := map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"}
		_, _ = w.Write([]byte(known[r.URL.Path]))
		return known[r.URL.Path] != ""
	}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" && r.Host != "seats.reseller.example" {
			w.WriteHeader(http.StatusMisdirectedRequest)
			return
		}
		health(w, r)
	}))
	t.Cleanup(app.Close)
	vars["ADDR"] = strings.TrimPrefix(app.URL, "http://")
	vars["BASE_URL"] = "https://seats.reseller.example"
	for i := range 3 {
		if _, err := db.Owner().Exec(t.Context(), `INSERT INTO audit_events (seq, at, actor, action, object_type,
			object_id, object_name, prev_hash, hash, address) SELECT coalesce(max(seq), 0) + 1, now(), 'Ada',
			'sign_in.succeeded', 'user', $1, 'Ada', '', '', '10.0.0.5' FROM audit_events`, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := doctored(t, vars)
	if err == nil || !strings.Contains(out, "SEATLEDGER_TRUSTED_PROXIES=10.0.0.5") ||
		!strings.Contains(out, "It runs on "+vars["ADDR"]+" and is ready") {
		t.Errorf("%v\n%s", err, out)
	}
	vars["TRUSTED_PROXIES"] = "10.0.0.5"
	if out, err := doctored(t, vars); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	vars["BASE_URL"] = "https://other.reseller.example"
	if out, err := doctored(t, vars); err == nil || !strings.Contains(out, "not known by the name") {
		t.Errorf("%v\n%s", err, out)
	}
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	vars["BASE_URL"] = stranger.URL
	if out, err := doctored(t, vars); err == nil || !strings.Contains(out, "certificate at SEATLEDGER_BASE_URL") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTheDoctorGivesNoSecretAway plants a word wherever something secret or somebody's stands.
func TestTheDoctorGivesNoSecretAway(t *testing.T) {
	t.Parallel()
	const word = "sentinel4711"
	vars, db := installed(t)
	for _, sql := range []string{
		`INSERT INTO crm_accounts (id, external_id, name, source, created_at, updated_at)
			VALUES (gen_random_uuid(), '` + word + `', '` + word + `', 'person', now(), now())`,
		`INSERT INTO providers (id, name, connector, comprehensive_api, currency, active, credentials_at, url, user_name,
			created_at, updated_at) VALUES (gen_random_uuid(), '` + word + `', 'stellr', true, 'USD', true, now(),
			'https://` + word + `.example', '` + word + `', now() - interval '3 days', now())`,
		`INSERT INTO notices (id, at, kind, severity, object_type, object_id, object_name, text)
			VALUES (gen_random_uuid(), now(), 'night_failed', 'bad', 'x', 'x', '` + word + `', '` + word + `')`,
	} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for name, more := range map[string]map[string]string{
		"good settings": {"ADMIN_EMAIL": word + "@reseller.example", "ADMIN_PASSWORD": word},
		"no way to the database": {
			"DATABASE_URL": "postgres://app:" + word + "@127.0.0.1:1/x?sslmode=disable&application_name=" + word},
		"not an address":         {"DATABASE_URL": "postgres://app:" + word + "%zz@127.0.0.1:1/x"},
		"a key that is none":     {"MASTER_KEY": word, "MASTER_KEY_FILE": ""},
		"a command that fails":   {"MASTER_KEY_COMMAND": "/nowhere/vault --token " + word, "MASTER_KEY_FILE": ""},
		"the owner's address":    {"MIGRATE_DATABASE_URL": "postgres://o:" + word + "@127.0.0.1:1/x"},
		"typed into a wrong one": {"SYNC_AT": word, "LOG_FORMAT": word, "TIME_ZONE": word, "ADDR": word, "CLOCK": word},
	} {
		all := map[string]string{}
		for _, from := range []map[string]string{vars, more} {
			for k, v := range from {
				all[k] = v
			}
		}
		out, err := doctored(t, all)
		if strings.Contains(out, word) || err != nil && strings.Contains(err.Error(), word) {
			t.Errorf("%s: it says the word (%v):\n%s", name, err, out)
		}
	}
}
