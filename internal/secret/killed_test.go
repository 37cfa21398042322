package secret

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/audit"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

// killer ends a context before the n-th statement.
type killer struct {
	left atomic.Int64
	end  context.CancelFunc
}

// TraceQueryStart counts.
func (k *killer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if k.left.Add(-1) == 0 {
		k.end()
	}
	return ctx
}

// TraceQueryEnd is not needed.
func (*killer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// A rotation that ends before any of its statements leaves everything open, and the next one finishes it.
func TestARotationMayEndBetweenAnyTwoStatements(t *testing.T) {
	t.Parallel()
	v := newVault(t, 2).withEveryKind(t)
	const enough = 200
	for n := int64(1); ; n++ {
		if n > enough {
			t.Fatal("the rotation never comes through")
		}
		k := &killer{}
		db, err := postgres.Open(t.Context(), watched(v.db.AppConfig(), k), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		dying, err := OpenFile(v.sealer.from.Path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		k.end = end
		k.left.Store(n)
		_, err = dying.Rotate(ctx, db, newClock(), audit.System)
		end()
		db.Close()
		through := err == nil
		v.whole(t, fmt.Sprintf("ended before statement %d", n))
		if through {
			t.Logf("%d statements", n-1)
			return
		}
	}
}

func watched(cfg *pgxpool.Config, k *killer) *pgxpool.Config {
	cfg.ConnConfig.Tracer = k
	return cfg
}

// whole tells whether everything opens with the keys as they lie there, and whether the next rotation comes through.
func (v vault) whole(t *testing.T, when string) {
	t.Helper()
	next, err := OpenFile(v.sealer.from.Path)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	if h, err := next.Examine(t.Context(), v.db.DB); err != nil || !h.Good() || h.Unknown > 0 {
		t.Fatalf("%s: %+v, %v", when, h, err)
	}
	if _, err := next.Rotate(t.Context(), v.db.DB, newClock(), audit.System); err != nil {
		t.Fatalf("%s, then finished: %v", when, err)
	}
	h, err := next.Examine(t.Context(), v.db.DB)
	if err != nil || !h.Good() || onOldKeys(h) != 0 {
		t.Fatalf("%s, then finished: %+v, %v", when, h, err)
	}
	if _, err := next.Prune(t.Context(), v.db.DB, ""); err != nil {
		t.Fatal(err)
	}
}

const rotates = "SEATLEDGER_TEST_ROTATES" // a process of its own that rotates: the database, a line break, the file

// rotateAndExit is that process.
func rotateAndExit(database, file string) {
	ctx, done := context.WithTimeout(context.Background(), 2*time.Minute)
	defer done()
	cfg, err := pgxpool.ParseConfig(database)
	if err != nil {
		os.Exit(2)
	}
	db, err := postgres.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		os.Exit(2)
	}
	s, err := OpenFile(file)
	if err == nil {
		_, err = s.Rotate(ctx, db, newClock(), audit.System)
	}
	if err != nil {
		os.Exit(2)
	}
	os.Exit(0)
}

// A process that rotates is held at each value in turn, with a new key already made, and killed there.
func TestAProcessThatRotatesIsKilledAtEachValue(t *testing.T) {
	t.Parallel()
	v := newVault(t, 2).withEveryKind(t)
	values, err := all(t.Context(), v.db.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, held := range values {
		old := v.primary(t)
		conn, err := v.db.Owner().Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lock := fmt.Sprintf(`SELECT FROM provider_secrets WHERE provider_id = '%s' AND name = '%s' FOR UPDATE`,
			held.Owner,
			held.Name)
		if table, other := map[string]string{kindCheck: "master_key_check", kindMail: "mail_secrets",
			kindSSO: "sso_secrets", kindSign: "audit_signers", kindTOTP: "totp_factors",
			"source": "crm_source_secrets"}[held.Kind]; other {
			lock = `SELECT FROM ` + table + ` FOR UPDATE`
		}
		if _, err := tx.Exec(t.Context(), lock); err != nil {
			t.Fatal(err)
		}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), rotates+"="+v.db.AppURL()+"\n"+v.sealer.from.Path)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		v.untilSomebodyWaits(t)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		conn.Release()
		if v.primary(t) == old {
			t.Errorf("killed at %s %s before a new key was made: this proves nothing", held.Kind, held.Name)
		}
		v.whole(t, "killed at "+held.Kind+" "+held.Name)
	}
}

func (v vault) primary(t *testing.T) uint32 {
	t.Helper()
	s, err := OpenFile(v.sealer.from.Path)
	if err != nil {
		t.Fatal(err)
	}
	return s.PrimaryID()
}

func (v vault) untilSomebodyWaits(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var waiting bool
		if err := v.db.Owner().QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a
			USING (pid) WHERE NOT l.granted AND a.datname = current_database())`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("the rotation never came to the value")
		}
	}
}

// keysByCommand is a key that a program of its own gives, as out of a vault.
func keysByCommand(t *testing.T) (file, command string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "vault")
	if _, err := CreateFile(file); err != nil {
		t.Fatal(err)
	}
	return file, "cat " + file
}

func TestTheMasterKeyComesFromTheEnvironmentOrACommandToo(t *testing.T) {
	t.Parallel()
	file, command := keysByCommand(t)
	plain, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), newVault(t, 1).db.DB, Options{Command: command, Clock: newClock()}); err == nil {
		t.Error("another database's key was taken")
	}
	fresh := vault{db: pgtest.New(t)}
	for name, o := range map[string]Options{
		"command": {Command: command}, "value": {Value: string(plain)},
		"base64": {Value: base64.StdEncoding.EncodeToString(plain)},
	} {
		o.Clock = newClock()
		s, err := Load(t.Context(), fresh.db.DB, o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fresh.allOpen(t, s)
	}
	for name, o := range map[string]Options{
		"a command that fails": {Command: "false"}, "one that is not there": {Command: "/nowhere/at/all"},
		"one that prints something else": {Command: "echo slightly-secret"},
		"a value that is none":           {Value: "slightly-secret"},
		"one that never stops printing":  {Command: "cat /dev/zero"},
	} {
		o.Clock, o.Create = newClock(), true
		if _, err := Load(t.Context(), fresh.db.DB, o); err == nil || strings.Contains(err.Error(),
			"slightly-secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key that Seatledger cannot write is rotated in two steps, with what runs meanwhile reading on.
func TestAKeyFromACommandIsRotatedInTwoSteps(t *testing.T) {
	t.Parallel()
	file, command := keysByCommand(t)
	v := vault{db: pgtest.New(t)}
	keys := func(args ...string) (string, error) { return v.keysOf(t, Source{Command: command}, args...) }
	if out, err := keys("status"); err != nil || !strings.Contains(out, "the command cat") ||
		!strings.Contains(out, "Never rotated") {
		t.Fatalf("%s, %v", out, err)
	}
	running, err := Load(t.Context(), v.db.DB, Options{Command: command, Clock: newClock()})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := keys("rotate"); err == nil {
		t.Fatalf("rotated what it cannot write: %s", out)
	}
	next := filepath.Join(t.TempDir(), "next")
	if out, err := keys("next", next); err != nil || !strings.Contains(out, "the command cat") {
		t.Fatalf("%s, %v", out, err)
	}
	if err := os.Rename(next, file); err != nil { // the vault has it
		t.Fatal(err)
	}
	if out, err := keys("status"); err != nil || !strings.Contains(out, "A rotation is not finished: 1 values") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := keys("rotate"); err != nil || !strings.Contains(out, "Finished") {
		t.Fatalf("%s, %v", out, err)
	}
	v.allOpen(t, running) // asks the command again for a key that it does not know
	if out, err := keys("status"); err != nil || !strings.Contains(out, "Last rotated on 2026-11-03") ||
		!strings.Contains(out, "older keys seal nothing") {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := keys("prune"); err == nil {
		t.Error("pruned what it cannot write")
	}
	if out, err := keys("prune", next); err != nil || !strings.Contains(out, "1 keys seal nothing") {
		t.Fatalf("%s, %v", out, err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
	if out, err := keys("status"); err != nil || !strings.Contains(out, "Nothing is to be done") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := keys("doctor"); err != nil {
		t.Errorf("%s, %v", out, err)
	}
}
