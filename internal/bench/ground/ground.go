// Package ground is what measuring programs stand on: a private PostgreSQL with an empty database of today's schema,
// and the processor time that this process, others, and the whole of that server have taken. It measures nothing
// itself and knows nothing of what is measured.
package ground

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

// Ground is the server and the folder that it lives in.
type Ground struct {
	Server *embedded.Server
	dir    string
}

// Start starts the private server with its files in a folder, and with settings besides its own.
func Start(ctx context.Context, dir string, settings map[string]string) (*Ground, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s, err := embedded.Start(ctx, embedded.Options{Dir: filepath.Join(dir, "postgres"),
		BinDir: os.Getenv("SEATLEDGER_POSTGRES_BIN"), NoSync: true,
		Settings: settings})
	return &Ground{s, dir}, err
}

// Stop ends the server.
func (g *Ground) Stop(ctx context.Context) error { return g.Server.Stop(context.WithoutCancel(ctx)) }

// Super connects as the superuser.
func (g *Ground) Super(ctx context.Context, database string) (*pgx.Conn, error) {
	cfg, err := g.Server.PoolConfig(embedded.Superuser, database)
	if err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, cfg.ConnConfig)
}

// Fresh makes an empty database of today's schema, in the place of one of its name.
func (g *Ground) Fresh(ctx context.Context, name string) error {
	super, err := g.Super(ctx, "postgres")
	if err != nil {
		return err
	}
	defer super.Close(ctx)
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)",
		"CREATE DATABASE " + name + " TEMPLATE template0 OWNER " + embedded.OwnerRole} {
		if _, err := super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	inside, err := g.Super(ctx, name)
	if err != nil {
		return err
	}
	defer inside.Close(ctx)
	if _, err := inside.Exec(ctx, fmt.Sprintf("ALTER SCHEMA public OWNER TO %s; "+
		"REVOKE ALL ON SCHEMA public FROM public; GRANT USAGE ON SCHEMA public TO %s",
		embedded.OwnerRole, embedded.AppRole)); err != nil {
		return err
	}
	cfg, err := g.Server.PoolConfig(embedded.OwnerRole, name)
	if err != nil {
		return err
	}
	owner, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer owner.Close()
	return postgres.Migrate(ctx, owner)
}

// Open opens a database as the product does.
func (g *Ground) Open(ctx context.Context, name string) (*postgres.DB, error) {
	cfg, err := g.Server.PoolConfig(embedded.AppRole, name)
	if err != nil {
		return nil, err
	}
	return postgres.Open(ctx, cfg, slog.New(slog.DiscardHandler))
}

// Taken is the processor time of the server so far: of all its processes, those that have ended among them.
func (g *Ground) Taken() time.Duration {
	file, _ := os.ReadFile(filepath.Join(g.dir, "postgres", "postmaster.pid"))
	first, _, _ := strings.Cut(string(file), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	sum := times(pid, 4)
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, f := range strings.Fields(string(children)) {
		if child, err := strconv.Atoi(f); err == nil {
			sum += times(child, 2)
		}
	}
	return sum
}

// Process is the processor time that a process of any number has taken.
func Process(pid int) time.Duration { return times(pid, 2) }

// times adds up the first n of user, system, and the same of children that have ended.
func times(pid, n int) (sum time.Duration) {
	const perSecond = 100 // the kernel tells hundredths, whatever it counts in
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	for i := 11; i < 11+n && i < len(fields); i++ {
		ticks, _ := strconv.ParseInt(fields[i], 10, 64)
		sum += time.Duration(ticks) * time.Second / perSecond
	}
	return sum
}

// Own is the processor time that this process has taken so far.
func Own() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Peak is the most memory that a process has had resident, in bytes.
func Peak(pid int) int64 { return status(pid, "VmHWM:") }

// Resident is the memory that a process has resident now, in bytes.
func Resident(pid int) int64 { return status(pid, "VmRSS:") }

func status(pid int, what string) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), what)
	line, _, _ := strings.Cut(rest, "\n")
	kilobytes, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 10, 64)
	return kilobytes << 10
}
