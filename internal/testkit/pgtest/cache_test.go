package pgtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheCacheKeepsTheCurrentClusterAndTheLastUsed(t *testing.T) {
	t.Parallel()
	c := cache{t.TempDir()}
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"cluster-current", "cluster-old", "cluster-older", "cluster-recent",
		"cluster-yesterday"} {
		path := filepath.Join(c.dir, name)
		used := map[string]int{"cluster-yesterday": 20, "cluster-recent": 19}[name]
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, day, day.AddDate(0, 0, used-i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.prune(filepath.Join(c.dir, "cluster-current")); err != nil {
		t.Fatal(err)
	}
	got, err := filepath.Glob(filepath.Join(c.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i] = filepath.Base(got[i])
	}
	if diff := cmp.Diff([]string{"cluster-current", "cluster-recent", "cluster-yesterday"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCopiesOfKilledRunsAreClearedAndLiveOnesKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dead, live := filepath.Join(dir, copyPrefix+"dead"), filepath.Join(dir, copyPrefix+"live")
	for _, path := range []string{dead, live} {
		if err := os.MkdirAll(filepath.Join(path, "postgres"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := lockFile(filepath.Join(live, "alive"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	sweepCopies(dir)
	if _, err := os.Stat(dead); err == nil {
		t.Error("a dead run's copy is still there")
	}
	if _, err := os.Stat(live); err != nil {
		t.Error("a live run's copy is gone")
	}
}
