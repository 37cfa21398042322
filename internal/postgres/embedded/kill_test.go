//go:build linux

package embedded_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"seatledger/internal/postgres/embedded"
)

func TestAKilledAppLeavesNoServerAndNoDamage(t *testing.T) {
	t.Parallel()
	o := options(t)
	a := play(t, o.Dir, nil)
	a.awaitRows(2000)
	_ = a.end(syscall.SIGKILL)

	// At once, with the old server perhaps still on its way out.
	s := start(t, o)
	checkRows(t, s, a.last)
	stop(t, s)
	noneLeft(t, o.Dir)
}

func TestAKilledAppLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	o := options(t)
	a := play(t, o.Dir, nil)
	a.awaitRows(2000)
	if len(embedded.ServerProcesses(open(t, o.Dir))) == 0 {
		t.Fatal("the test does not see the server of the app")
	}
	_ = a.end(syscall.SIGKILL)
	noneLeft(t, o.Dir)
}

func TestTERMEndsTheAppAndItsServerCleanly(t *testing.T) {
	t.Parallel()
	o := options(t)
	a := play(t, o.Dir, nil)
	a.awaitRows(500)
	if err := a.end(syscall.SIGTERM); err != nil {
		t.Errorf("the app ended with %v", err)
	}
	if found := embedded.ServerProcesses(open(t, o.Dir)); len(found) > 0 {
		t.Errorf("still running: %v", found)
	}
	if left := postmasters(t, o.Dir); left != nil {
		t.Error("the server did not end by an ordinary shutdown")
	}
	checkRows(t, start(t, o), a.last)
}

func TestAnOrdinaryUserRunsItUnderItsOwnName(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // then every test here shows it
	}
	const uid, gid = 65534, 65534
	o := options(t)
	home := filepath.Dir(filepath.Dir(o.Dir))
	if err := os.Chown(home, uid, gid); err != nil {
		t.Fatal(err)
	}
	a := play(t, o.Dir, &syscall.Credential{Uid: uid, Gid: gid})
	a.awaitRows(500)
	_ = a.end(syscall.SIGKILL)
	a = play(t, o.Dir, &syscall.Credential{Uid: uid, Gid: gid})
	a.awaitRows(a.last + 500)
	if err := a.end(syscall.SIGTERM); err != nil {
		t.Errorf("the app ended with %v", err)
	}
	info, err := os.Stat(o.Dir)
	if err != nil || info.Sys().(*syscall.Stat_t).Uid != uid {
		t.Errorf("the folder belongs to somebody else: %v %v", info, err)
	}
	checkRows(t, start(t, o), a.last) // root takes the owner's part
}

func TestTheEnvironmentOfLibpqDoesNotReachTheServer(t *testing.T) {
	t.Parallel()
	o := options(t)
	a := play(t, o.Dir, nil, "PGHOST=db.example", "PGPORT=1", "PGUSER=nobody", "PGDATA=/nowhere",
		"PGOPTIONS=-c nonsense=1",
		"PGSSLMODE=verify-full", "PGDATABASE=other", "PGPASSWORD=wrong", "LC_ALL=xx_XX", "TZ=Mars")
	a.awaitRows(100)
	_ = a.end(syscall.SIGTERM)
}

func TestALeftoverServerIsWaitedForAndThenNamed(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := start(t, o)
	embedded.Forget(s) // as after the death of an app whose server lingers
	o.LeftoverTimeout = 100 * time.Millisecond
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, "still runs", "kill -INT")

	o.LeftoverTimeout = time.Minute
	second := make(chan error, 1)
	go func() {
		next, err := embedded.Start(t.Context(), o)
		if err == nil {
			err = next.Stop(t.Context())
		}
		second <- err
	}()
	stop(t, s)
	if err := <-second; err != nil {
		t.Error(err)
	}
}

// checkRows finds every row that was said to be committed, and no hole.
func checkRows(t *testing.T, s *embedded.Server, said int) {
	t.Helper()
	var rows, last int
	err := connect(t, s, embedded.OwnerRole).QueryRow(t.Context(),
		"select count(*), max(n) from written").Scan(&rows, &last)
	if err != nil || rows != last || rows < said {
		t.Errorf("rows %d, last %d, said to be committed %d, error %v", rows, last, said, err)
	}
}

// noneLeft waits for the last process on the folder to end.
func noneLeft(t *testing.T, path string) {
	t.Helper()
	dir := open(t, path)
	tick, limit := time.NewTicker(20*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for {
		left := embedded.ServerProcesses(dir)
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("orphans: %v", left)
		}
	}
}

func open(t *testing.T, dir string) *os.File {
	t.Helper()
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return f
}
