//go:build linux

package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	osexec "os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/postgres/embedded"
)

// TestMain lets the test binary play the app, so that tests can kill it.
func TestMain(m *testing.M) {
	if dir := os.Getenv("EMBEDDED_TEST_DIR"); dir != "" {
		if err := playApp(context.Background(), dir, os.Stdout); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// playApp starts a server and writes rows, telling what is committed, until it is asked to stop.
func playApp(ctx context.Context, dir string, out io.Writer) error {
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer cancel()
	settings := quick()
	settings["fsync"] = "on" // a kill must find the usual durability
	s, err := embedded.Start(ctx, embedded.Options{Dir: dir, NoSync: true, Settings: settings})
	if err != nil {
		return err
	}
	if err := writeRows(ctx, s, out); ctx.Err() == nil {
		return err
	}
	return s.Stop(context.WithoutCancel(ctx))
}

func writeRows(ctx context.Context, s *embedded.Server, out io.Writer) error {
	config, err := s.PoolConfig(embedded.OwnerRole, embedded.Database)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "create table if not exists written (n bigint primary key, filler text)"); err != nil {
		return err
	}
	for {
		var last int64
		err := conn.QueryRow(ctx, `with had as (select coalesce(max(n), 0) as n from written),
			added as (insert into written select had.n + i, repeat('x', 400) from had, generate_series(1, 100) i)
			select n + 100 from had`).Scan(&last)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "committed", last)
	}
}

// app is this test binary in the part of the app.
type app struct {
	t     *testing.T
	cmd   *osexec.Cmd
	lines *bufio.Scanner
	last  int // the row last said to be committed
}

// play starts the app on a folder, as a user of its own if one is given.
func play(t *testing.T, dir string, as *syscall.Credential, env ...string) *app {
	t.Helper()
	cmd := osexec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), append(env, "EMBEDDED_TEST_DIR="+dir)...)
	cmd.Stderr = t.Output()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		limit.Stop()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &app{t: t, cmd: cmd, lines: bufio.NewScanner(out)}
}

// awaitRows waits until so many rows are committed.
func (a *app) awaitRows(rows int) {
	a.t.Helper()
	for a.last < rows {
		if !a.next() {
			a.t.Fatalf("the app ended after %d rows: %s", a.last, a.lines.Text())
		}
	}
}

func (a *app) next() bool {
	if !a.lines.Scan() {
		return false
	}
	number, ok := strings.CutPrefix(a.lines.Text(), "committed ")
	if !ok {
		a.t.Errorf("the app says: %s", a.lines.Text())
		return false
	}
	var err error
	a.last, err = strconv.Atoi(number)
	return err == nil
}

// end sends a signal and hears the app out.
func (a *app) end(sig syscall.Signal) error {
	a.t.Helper()
	if err := a.cmd.Process.Signal(sig); err != nil {
		a.t.Fatal(err)
	}
	for a.next() {
	}
	return a.cmd.Wait()
}
