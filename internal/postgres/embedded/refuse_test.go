//go:build linux

package embedded_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/postgres/embedded"
)

func TestAFolderInUseNamesTheProcess(t *testing.T) {
	t.Parallel()
	o := options(t)
	start(t, o)
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, "already running", fmt.Sprintf("process %d", os.Getpid()))
	if !errors.Is(err, embedded.ErrRunning) {
		t.Errorf("not ErrRunning: %v", err)
	}
}

func TestACommandAttachesToTheRunningServer(t *testing.T) {
	t.Parallel()
	o := options(t)
	a := play(t, o.Dir, nil)
	a.awaitRows(100)
	s, err := embedded.Attach(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, connect(t, s, embedded.OwnerRole), "select count(*) from written")
	stop(t, s)
	a.awaitRows(a.last + 100) // it runs on
	_ = a.end(syscall.SIGTERM)
	_, err = embedded.Attach(t.Context(), o)
	refused(t, err, "No private PostgreSQL runs")
}

func TestAnotherMajorVersionIsRefusedWithTheWayOut(t *testing.T) {
	t.Parallel()
	o := options(t)
	here, err := embedded.FindVersion(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.Dir, "PG_VERSION"), "99\n")
	before := listing(t, o.Dir)
	_, err = embedded.Start(t.Context(), o)
	refused(t, err, "PostgreSQL 99", here, "pg_dump", "Nothing was changed")
	if diff := cmp.Diff(before, listing(t, o.Dir)); diff != "" {
		t.Errorf("the folder changed: %s", diff)
	}
}

func TestAFolderWithSomebodysFilesIsLeftAlone(t *testing.T) {
	t.Parallel()
	o := options(t)
	write(t, filepath.Join(o.Dir, "thesis.txt"), "ten years of work")
	before := listing(t, o.Dir)
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, "not empty", "Nothing was changed")
	if diff := cmp.Diff(before, listing(t, o.Dir)); diff != "" {
		t.Errorf("the folder changed: %s", diff)
	}
}

func TestAClusterCutShortInTheMakingIsBegunAgain(t *testing.T) {
	t.Parallel()
	o := options(t)
	write(t, filepath.Join(o.Dir+".new", "PG_VERSION"), "15\n")
	write(t, filepath.Join(o.Dir+".new", "base", "1"), "half")
	if err := os.Mkdir(o.Dir, 0o700); err != nil { // an empty folder is free to take
		t.Fatal(err)
	}
	exec(t, connect(t, start(t, o), embedded.AppRole), "select 1")
	if _, err := os.Stat(o.Dir + ".new"); err == nil {
		t.Error("the half-made folder is still there")
	}
}

func TestAFailedStartReleasesTheFolder(t *testing.T) {
	t.Parallel()
	o := options(t)
	bad := o
	bad.Settings = map[string]string{"shared_buffers": "a lot"}
	_, err := embedded.Start(t.Context(), bad)
	refused(t, err, "did not start", "shared_buffers")
	start(t, o)
}

func TestMissingPasswordsAreAskedForAndNotMadeAnew(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := start(t, o)
	stop(t, s)
	if err := os.Rename(o.Dir+".pgpass", o.Dir+".kept"); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, o.Dir+".pgpass", "backup")
	if err := os.Rename(o.Dir+".kept", o.Dir+".pgpass"); err != nil {
		t.Fatal(err)
	}
	start(t, o)
}

func TestAClusterOfRootIsRefusedWithTheWayOut(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // only root can own a folder as root
	}
	o := options(t)
	s := start(t, o)
	stop(t, s)
	if err := os.Chown(o.Dir, 0, 0); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, "belongs to root", "chown -R")
}

func TestAWrongBinaryFolderIsNamed(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.BinDir = t.TempDir()
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, "SEATLEDGER_POSTGRES_BIN", o.BinDir)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listing is every file below a folder with its text.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		found[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
