package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"seatledger/internal/postgres/embedded"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestATestIsTheAppRoleInAMigratedDatabase(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var user, name string
	var tables int
	err := db.Pool().QueryRow(t.Context(),
		"select current_user, current_database(), (select count(*) from pg_tables where schemaname = 'public')").
		Scan(&user, &name, &tables)
	if err != nil || user != embedded.AppRole || name != db.Name || tables == 0 {
		t.Errorf("user %q, database %q, %d tables, error %v", user, name, tables, err)
	}
	for _, sql := range []string{"create table x ()", "create temp table x ()", "create schema x",
		"create extension hstore"} {
		var refusal *pgconn.PgError
		if _, err := db.Pool().Exec(t.Context(), sql); !errors.As(err, &refusal) || refusal.Code != "42501" {
			t.Errorf("as the app: %s: %v", sql, err)
		}
	}
	if _, err := db.Owner().Exec(t.Context(),
		"create table x (); create schema x; create extension hstore"); err != nil {
		t.Errorf("as the owner: %v", err)
	}
}

func TestTestsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	one, other := pgtest.New(t), pgtest.New(t)
	if _, err := one.Owner().Exec(t.Context(), "create table mine ()"); err != nil {
		t.Fatal(err)
	}
	var there bool
	err := other.Pool().QueryRow(t.Context(), "select to_regclass('mine') is not null").Scan(&there)
	if err != nil || there {
		t.Errorf("the other test sees it: %v, %v", there, err)
	}
}

func TestADatabaseEndsWithItsTest(t *testing.T) {
	t.Parallel()
	var inner *pgtest.DB
	t.Run("inner", func(t *testing.T) {
		inner = pgtest.New(t)
		if err := inner.Owner().Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
	var there bool
	err := pgtest.New(t).Pool().QueryRow(t.Context(), "select exists (select from pg_database where datname = $1)",
		inner.Name).Scan(&there)
	if err != nil || there {
		t.Errorf("still there: %v, %v", there, err)
	}
}

func TestAGivenServerServesAsWell(t *testing.T) {
	t.Parallel()
	s, err := embedded.Start(t.Context(), embedded.Options{Dir: filepath.Join(t.TempDir(), "given"), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(t.Context())) })
	for range 2 { // makes the template, then finds it
		cmd := again("TestATestIsTheAppRole")
		cmd.Env = append(cmd.Env, "SEATLEDGER_TEST_DATABASE_URL="+s.URL(embedded.Superuser, "postgres"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
}

// TestHoldsOn is no test of its own: it waits in another process to be killed.
func TestHoldsOn(t *testing.T) {
	t.Parallel()
	if os.Getenv("PGTEST_HOLD_ON") == "" {
		return
	}
	db := pgtest.New(t)
	if _, err := io.WriteString(os.Stdout, db.AppURL()+"\n"); err != nil {
		t.Fatal(err)
	}
	<-t.Context().Done()
}

func TestAKilledTestBinaryTakesItsServerWithIt(t *testing.T) {
	t.Parallel()
	cmd := again("TestHoldsOn")
	cmd.Env = append(cmd.Env, "PGTEST_HOLD_ON=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	url := firstURL(out)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Errorf("connect to %q: %v", url, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err == nil {
		endsSoon(t, conn)
	}
}

// endsSoon sees the server's end on a connection that is open.
func endsSoon(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := conn.Exec(ctx, "select pg_sleep(60)"); err == nil || ctx.Err() != nil {
		t.Errorf("the server of the killed binary still answers: %v", err)
	}
}

func firstURL(out io.Reader) string {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "postgres://") {
			return lines.Text()
		}
	}
	return ""
}

// again runs one test of this binary in a process and on a server of its own.
func again(test string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+test, "-test.count=1")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SEATLEDGER_TEST_DATABASE_URL=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}
