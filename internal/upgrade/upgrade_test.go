//go:build linux

package upgrade_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
	"seatledger/internal/upgrade"
)

// on starts the private server of a data folder and runs do as its owner.
func on(t *testing.T, data string, o embedded.Options, do func(ctx context.Context, owner *pgxpool.Pool)) string {
	t.Helper()
	o.Dir = filepath.Join(data, "postgres")
	server, err := embedded.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	cfg, err := server.PoolConfig(embedded.OwnerRole, embedded.Database)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	do(t.Context(), owner)
	return server.Version()
}

// TestThePrivateServerMovesToANewMajorVersion goes from the installed version to that of npm, where the machine has an
// older one installed and npm gives one; both are real servers.
func TestThePrivateServerMovesToANewMajorVersion(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	installed, err := embedded.FindVersion(t.Context(), embedded.Options{NPM: "none"})
	if err != nil && os.Getenv("SEATLEDGER_TEST_REQUIRE") == "all" {
		t.Fatal("no PostgreSQL is installed: there is nothing to move from")
	}
	if err != nil {
		t.Skip("no PostgreSQL is installed: there is nothing to move from")
	}
	newer, err := embedded.FindVersion(t.Context(), embedded.Options{SearchDirs: []string{}})
	if err != nil || installed[:2] >= newer[:2] {
		t.Skipf("%s is installed, and npm gives %q (%v): there is nothing to move to", installed, newer, err)
	}
	data := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const count = `SELECT count(*) FROM crm_accounts`
	on(t, data, embedded.Options{NPM: "none"}, func(ctx context.Context, owner *pgxpool.Pool) {
		must(postgres.Migrate(ctx, owner))
		_, err := owner.Exec(ctx, `INSERT INTO crm_accounts (id, external_id, name, source, created_at, updated_at)
			SELECT gen_random_uuid(), 'C-' || i, 'Ünïcode & Söhne ' || i, 'person', now(), now()
			FROM generate_series(1, 3000) i`)
		must(err)
	})
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := upgrade.Run(t.Context(), args, upgrade.Options{DataDir: data, Program: "test", Log: log, Out: &out})
		return out.String(), err
	}
	if out, err := run(); err != nil || !strings.Contains(out, "is version "+installed[:2]) {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := run("upgrade"); err == nil || !strings.Contains(err.Error(), "nothing to move to") {
		t.Errorf("to the same version: %v: %s", err, out)
	}
	on(t, data, embedded.Options{NPM: "none"}, func(context.Context, *pgxpool.Pool) {
		if out, err := run("upgrade", "--to", "npm"); err == nil || !strings.Contains(err.Error(), "stop it first") {
			t.Errorf("while the app runs: %v: %s", err, out)
		}
	})
	out, err := run("upgrade", "--to", "npm")
	if err != nil || !strings.Contains(out, "Done") {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	var n int
	now := on(t, data, embedded.Options{}, func(ctx context.Context, owner *pgxpool.Pool) {
		must(owner.QueryRow(ctx, count).Scan(&n))
		must(postgres.Migrate(ctx, owner))
	})
	if n != 3000 || now != newer {
		t.Errorf("version %s has %d rows; want %s and 3000", now, n, newer)
	}
	kept := filepath.Join(data, "postgres-"+installed[:2])
	for _, path := range []string{kept, kept + ".pgpass", kept + ".backup"} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("not kept: %v", err)
		}
	}
	// The way back: the old folder stands as it was.
	must(os.Rename(filepath.Join(data, "postgres"), filepath.Join(data, "postgres-new")))
	must(os.Rename(kept, filepath.Join(data, "postgres")))
	was := on(t, data, embedded.Options{NPM: "none"}, func(ctx context.Context, owner *pgxpool.Pool) {
		must(owner.QueryRow(ctx, count).Scan(&n))
	})
	if n != 3000 || was != installed {
		t.Errorf("the old one has %d rows in version %s", n, was)
	}
}
