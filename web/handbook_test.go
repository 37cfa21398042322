package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seatledger/docs/handbook"
)

// TestEveryCommandOfTheHandbookRuns gives each `seatledger` line of the handbook to the program, as it stands there but
// for the names of files, and reads the answer.
func TestEveryCommandOfTheHandbookRuns(t *testing.T) {
	t.Parallel()
	vars, db := installed(t)
	vars["MIGRATE_DATABASE_URL"], vars["BACKUPS"] = db.OwnerURL(), t.TempDir()
	vars["ADDR"], vars["DATA_DIR"] = "127.0.0.1:0", t.TempDir()
	if _, err := db.Owner().Exec(t.Context(), `INSERT INTO users (id, name, email, password_hash, role, active, created_at,
		updated_at) VALUES (gen_random_uuid(), 'Ada', 'ada@reseller.example', 'x', 'admin', true, now(), now())`); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.backup")
	run1 := func(args ...string) (string, error) { return answered(t, vars, args) }
	if out, err := run1("backup", "--out", file); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files := strings.NewReplacer("FILE", file, "supplier.csv", "../docs/reconcile/bill.csv", "invoice-lines.csv",
		"../docs/reconcile/billed.csv", "differences.csv", filepath.Join(t.TempDir(), "differences.csv"),
		"127.0.0.1:9090", "127.0.0.1:0", "pat.json", filepath.Join(t.TempDir(), "pat.json"))
	want := map[string]string{ // in what is printed, or in the refusal that has to come here
		"serve": "listening on", "sandbox --addr 127.0.0.1:9090": "listening on",
		`capture --provider "TD SYNNEX US"`: "TD SYNNEX US", "match --accounts accounts.csv --crm customers.csv": "accounts.csv", // there is none
		"doctor": "For support",
		"reconcile --bill supplier.csv --billed invoice-lines.csv --out differences.csv": "difference",
		"backup": "Written", "backup verify FILE": "is whole", "restore FILE": "not empty", "migrate": "",
		"postgres": "a server of your own", "postgres upgrade --to npm": "a server of your own",
		"user password --email ada@reseller.example --generate": "assword",
		"user clear-factors --email ada@reseller.example":       "",
		"keys status": "master key", "keys doctor": "opens", "keys rotate": "Primary key", "audit verify": "",
		"contact export --email pat@customer.example --out pat.json": "",
	}
	seen := map[string]bool{}
	for _, page := range handbook.Pages() {
		for _, b := range page.Blocks {
			for _, line := range strings.Split(b.Code, "\n") {
				command, ours := strings.CutPrefix(line, "seatledger ")
				if !ours || seen[command] {
					continue
				}
				seen[command] = true
				says, known := want[command]
				if !known {
					t.Errorf("%s: nobody runs `%s`", page.Name, line)
					continue
				}
				out, err := run1(words(files.Replace(command))...)
				if err != nil {
					out += err.Error()
				}
				if !strings.Contains(out, says) || strings.Contains(out, "no such verb") ||
					strings.Contains(out, "usage:") {
					t.Errorf("%s: %s\n%s", page.Name, line, out)
				}
			}
		}
	}
	for command := range want {
		if !seen[command] {
			t.Errorf("the handbook no longer says `seatledger %s`", command)
		}
	}
}

// words splits a line as a shell does that knows double quotes alone.
func words(line string) []string {
	var out []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

// answered runs the program until it ends, or listens.
func answered(t *testing.T, vars map[string]string, args []string) (string, error) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var out bytes.Buffer
	getenv := func(name string) string { return vars[strings.TrimPrefix(name, "SEATLEDGER_")] }
	err := run(ctx, args, getenv, listens{&out, end})
	return out.String(), err
}

// listens ends a program that serves, once it does.
type listens struct {
	io.Writer
	end func()
}

func (l listens) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "listening on") {
		defer l.end()
	}
	return l.Writer.Write(b)
}

// TestTheREADMENamesTheHandbook keeps the way in.
func TestTheREADMENamesTheHandbook(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../README.md")
	if err != nil || !strings.Contains(string(b), "docs/handbook/start.md") {
		t.Errorf("the README does not lead to the handbook: %v", err)
	}
}
