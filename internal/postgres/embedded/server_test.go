//go:build linux

package embedded_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/postgres/embedded"
)

// quick are settings for servers whose data nobody will miss.
func quick() map[string]string {
	return map[string]string{"fsync": "off", "shared_buffers": "16MB"}
}

func options(t *testing.T) embedded.Options {
	t.Helper()
	return embedded.Options{
		Dir: filepath.Join(t.TempDir(), "data", "postgres"), NoSync: true, Settings: quick(),
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

func start(t *testing.T, o embedded.Options) *embedded.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := embedded.Start(ctx, o)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *embedded.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func connect(t *testing.T, s *embedded.Server, role string) *pgx.Conn {
	t.Helper()
	config, err := s.PoolConfig(role, embedded.Database)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	if err != nil {
		t.Fatalf("connect as %s: %v", role, err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func exec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

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

// refused checks that a start failed and that its error says what it must.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("the start succeeded")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}
