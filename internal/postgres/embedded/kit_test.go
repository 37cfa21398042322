//go:build linux

package embedded_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
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
		Dir: filepath.Join(folder(t), "data", "postgres"), NoSync: true, Settings: quick(),
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// folder is a temporary folder, in memory where there is plenty: a cluster is
// a thousand small files, which many disks are slow to create.
func folder(t *testing.T) string {
	t.Helper()
	const memory, plenty = "/dev/shm", 2 << 30
	var st syscall.Statfs_t
	if syscall.Statfs(memory, &st) != nil || st.Bavail*uint64(st.Bsize) < plenty {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "seatledger-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
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
	conn, err := tryConnect(t, s, role, embedded.Database)
	if err != nil {
		t.Fatalf("connect as %s: %v", role, err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func tryConnect(t *testing.T, s *embedded.Server, role, database string) (*pgx.Conn, error) {
	t.Helper()
	config, err := s.PoolConfig(role, database)
	if err != nil {
		t.Fatal(err)
	}
	return pgx.ConnectConfig(t.Context(), config.ConnConfig)
}

// postmasters lists the main process of the server on a folder, if it runs.
func postmasters(t *testing.T, dir string) []int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, convErr := strconv.Atoi(line)
	if err := errors.Join(err, convErr); err != nil {
		t.Fatal(err)
	}
	return []int{pid}
}

func exec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
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
