// Package pgtest gives every test a real, migrated database of its own.
//
// A test binary calls Main from TestMain, which starts a private server on a
// copy of a cluster that is migrated once and kept in the user's cache folder.
// New clones a database for one test. SEATLEDGER_TEST_DATABASE_URL, the URL of
// a superuser, uses a server that is already there instead.
// The package knows the schema only through postgres.Migrate.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/imports/sheet"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
	_ "seatledger/internal/testkit/samehistories"
)

// serverURL names the variable with the URL of a superuser on the tests'
// server. Main sets it for a server of its own, so that New, and programs that
// a test starts, need not know the difference.
const serverURL = "SEATLEDGER_TEST_DATABASE_URL"

// Main runs the tests of a binary with a server beside them:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// It exits the process. Without PostgreSQL binaries it fails with the command that installs them.
func Main(m *testing.M) {
	sheet.BecomeReader()
	os.Exit(run(context.Background(), m, os.Stderr))
}

func run(ctx context.Context, m *testing.M, stderr io.Writer) int {
	if os.Getenv(serverURL) != "" {
		return runOnGiven(ctx, m, stderr)
	}
	s, err := startServer(ctx)
	if err != nil {
		fmt.Fprintln(stderr, "tests need PostgreSQL:", err)
		return 1
	}
	defer s.remove(ctx, stderr)
	if err := os.Setenv(serverURL, s.URL(embedded.Superuser, "postgres")); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return m.Run()
}

func runOnGiven(ctx context.Context, m *testing.M, stderr io.Writer) int {
	if err := ensureTemplate(ctx, os.Getenv(serverURL)); err != nil {
		fmt.Fprintf(stderr, "tests cannot use the server of %s: %v\n", serverURL, err)
		return 1
	}
	return m.Run()
}

// DB is the database of one test, opened as the app's role.
type DB struct {
	*postgres.DB
	Name  string
	t     testing.TB
	owner func() *pgxpool.Pool
}

// New clones a migrated, empty database for the test and drops it afterwards. The
// changes are made to how the test itself reaches it as the app's role.
func New(t testing.TB, changes ...func(*pgxpool.Config)) *DB {
	t.Helper()
	if os.Getenv(serverURL) == "" {
		t.Fatal("no test server: the package needs func TestMain(m *testing.M) { pgtest.Main(m) }")
	}
	d := &DB{t: t, Name: "seatledger_test_" + strings.ToLower(rand.Text()[:12])}
	d.owner = sync.OnceValue(d.openOwner)
	d.clone()
	cfg := d.AppConfig()
	for _, change := range changes {
		if change != nil {
			change(cfg)
		}
	}
	db, err := postgres.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	d.DB = db
	t.Cleanup(db.Close)
	return d
}

func (d *DB) clone() {
	d.t.Helper()
	err := execute(d.t.Context(), os.Getenv(serverURL),
		"create database "+d.Name+" template "+templateName()+" owner "+embedded.OwnerRole,
		"revoke all on database "+d.Name+" from public",
		"grant connect on database "+d.Name+" to "+embedded.AppRole)
	if err != nil {
		d.t.Fatalf("clone the template database: %v", err)
	}
	d.t.Cleanup(func() {
		err := execute(context.WithoutCancel(d.t.Context()), os.Getenv(serverURL),
			"drop database "+d.Name+" with (force)")
		if err != nil {
			d.t.Errorf("drop the test database: %v", err)
		}
	})
}

// Owner is a pool of the owner's role, which may do what the app may not. It opens on first use.
func (d *DB) Owner() *pgxpool.Pool { return d.owner() }

func (d *DB) openOwner() *pgxpool.Pool {
	d.t.Helper()
	pool, err := pgxpool.NewWithConfig(d.t.Context(), d.OwnerConfig())
	if err != nil {
		d.t.Fatalf("open test database as owner: %v", err)
	}
	d.t.Cleanup(pool.Close)
	return pool
}

// AppURL is the database for a program that a test starts, as SEATLEDGER_DATABASE_URL.
func (d *DB) AppURL() string { return roleURL(os.Getenv(serverURL), d.Name, embedded.AppRole) }

// OwnerURL is the same as the owner, as SEATLEDGER_MIGRATE_DATABASE_URL.
func (d *DB) OwnerURL() string { return roleURL(os.Getenv(serverURL), d.Name, embedded.OwnerRole) }

// AppConfig is a pool configuration of the app's role.
func (d *DB) AppConfig() *pgxpool.Config { return d.config(d.AppURL()) }

// OwnerConfig is a pool configuration of the owner's role.
func (d *DB) OwnerConfig() *pgxpool.Config { return d.config(d.OwnerURL()) }

func (d *DB) config(url string) *pgxpool.Config {
	d.t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		d.t.Fatalf("test database: %v", err)
	}
	config.MaxConns = 10
	return config
}

// roleURL is the superuser's URL for another database and with the rights of
// another role from the first statement on. So no password of the roles is
// needed, and none has to be set on somebody's own server.
func roleURL(superuser, database, role string) string {
	u, err := url.Parse(superuser)
	if err != nil {
		return superuser // pgx says what is wrong with it
	}
	u.Path = "/" + database
	q := u.Query()
	q.Set("role", role)
	u.RawQuery = q.Encode()
	return u.String()
}

func execute(ctx context.Context, url string, statements ...string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
