//go:build linux

package embedded_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"seatledger/internal/postgres/embedded"
)

func TestAClusterKeepsItsDataOverARestart(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := start(t, o)
	exec(t, connect(t, s, embedded.OwnerRole), "create table kept as select 7 as seats")
	stop(t, s)

	var seats int
	err := connect(t, start(t, o), embedded.OwnerRole).QueryRow(t.Context(), "select seats from kept").Scan(&seats)
	if err != nil || seats != 7 {
		t.Fatalf("after the restart: seats %d, error %v", seats, err)
	}
}

func TestAnyPathServes(t *testing.T) {
	t.Parallel()
	for name, below := range map[string]string{
		"of 200 characters":       strings.Repeat("long-name/", 20),
		"with a space":            "my data",
		"with a quote and dollar": "it's $HOME",
		"below a closed parent":   "closed",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			parent := filepath.Join(folder(t), below)
			if err := os.MkdirAll(parent, 0o700); err != nil {
				t.Fatal(err)
			}
			o.Dir = filepath.Join(parent, "postgres")
			s := start(t, o)
			exec(t, connect(t, s, embedded.AppRole), "select 1")
			if info, err := os.Stat(parent); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the parent was opened up: %v %v", info.Mode(), err)
			}
		})
	}
}

func TestLettersBeyondASCIIHaveACase(t *testing.T) {
	t.Parallel()
	var lower string
	err := connect(t, start(t, options(t)), embedded.AppRole).QueryRow(t.Context(),
		"select lower('MÜLLER ÉA')").Scan(&lower)
	if err != nil || lower != "müller éa" {
		t.Errorf("%q, %v", lower, err)
	}
}

func TestTheServerIsSetUpAsTheAppNeedsIt(t *testing.T) {
	t.Parallel()
	conn := connect(t, start(t, options(t)), embedded.AppRole)
	got := map[string]string{}
	want := map[string]string{
		"listen_addresses": "", "server_encoding": "UTF8", "TimeZone": "UTC", "data_checksums": "on",
		"max_connections": "60", "password_encryption": "scram-sha-256", "lc_collate": "C",
		"fsync": "off", // the test's own setting wins
	}
	for name := range want {
		var value string
		sql := "select current_setting($1)"
		if name == "lc_collate" { // no setting any more from version 16 on
			sql = "select datcollate from pg_database where datname = current_database() and $1 <> ''"
		}
		if err := conn.QueryRow(t.Context(), sql, name).Scan(&value); err != nil {
			t.Fatal(err)
		}
		got[name] = value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheAppRoleMayCreateNothingAndTheOwnerSchemasAndExtensions(t *testing.T) {
	t.Parallel()
	s := start(t, options(t))
	owner, app := connect(t, s, embedded.OwnerRole), connect(t, s, embedded.AppRole)
	for _, sql := range []string{
		"create table t ()", "create temp table t ()", "create schema s", "create database d", "create role r",
		"create function f() returns int language sql as 'select 1'", "create extension pg_trgm",
	} {
		var refusal *pgconn.PgError
		if _, err := app.Exec(t.Context(), sql); !errors.As(err, &refusal) || refusal.Code != "42501" {
			t.Errorf("as the app: %s: %v", sql, err)
		}
	}
	exec(t, owner, "create schema s; create table s.t (); create extension pg_trgm; create extension btree_gist")
	var super bool
	err := owner.QueryRow(t.Context(),
		"select bool_or(rolsuper or rolcreaterole or rolcreatedb) from pg_roles where rolname like 'seatledger%'").
		Scan(&super)
	if err != nil || super {
		t.Errorf("a role has more rights than it needs (%v, %v)", super, err)
	}
	if conn, err := tryConnect(t, s, embedded.AppRole, "postgres"); err == nil {
		conn.Close(t.Context())
		t.Error("the app's role may enter the maintenance database")
	}
}

func TestPasswordsArePrivateAndAsked(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := start(t, o)
	info, err := os.Stat(o.Dir + ".pgpass")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("password file: %v %v", info, err)
	}
	config, err := s.PoolConfig(embedded.AppRole, embedded.Database)
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.Password = "wrong"
	if _, err := pgx.ConnectConfig(t.Context(), config.ConnConfig); err == nil {
		t.Error("a wrong password was let in")
	}
}

func TestURLReachesTheServerToo(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), start(t, options(t)).URL(embedded.AppRole, embedded.Database))
	if err != nil {
		t.Fatal(err)
	}
	conn.Close(t.Context())
}

func TestTheLossOfTheServerIsTold(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := start(t, o)
	select {
	case <-s.Done():
		t.Fatal("told of a loss while the server runs")
	default:
	}
	for _, pid := range postmasters(t, o.Dir) {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-s.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the loss was not told")
	}
	stop(t, s)
	start(t, o)
}

func TestAnOrdinaryStopIsNoLoss(t *testing.T) {
	t.Parallel()
	s := start(t, options(t))
	stop(t, s)
	stop(t, s) // a second one is harmless
	select {
	case <-s.Done():
		t.Error("a stop was told as a loss")
	default:
	}
	if _, err := tryConnect(t, s, embedded.AppRole, embedded.Database); err == nil {
		t.Error("connected to a stopped server")
	}
}

func TestAStopThatMayNotWaitLosesNothingCommitted(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := start(t, o)
	exec(t, connect(t, s, embedded.OwnerRole), "create table kept as select 7 as seats")
	now, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(now); !errors.Is(err, context.Canceled) {
		t.Errorf("stop: %v", err)
	}
	exec(t, connect(t, start(t, o), embedded.OwnerRole), "select seats from kept")
}
