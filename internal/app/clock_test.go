package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/config"
)

// folder is a data folder, with a database in it or without.
func folder(t *testing.T, used bool) string {
	t.Helper()
	dir := t.TempDir()
	if used {
		use(t, dir)
	}
	return dir
}

func use(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func at(dir, clock string) config.Config { return config.Config{DataDir: dir, Clock: clock} }

func refused(t *testing.T, cfg config.Config, words ...string) {
	t.Helper()
	_, err := ClockOf(cfg)
	if err == nil {
		t.Errorf("%q in a folder it does not fit is not refused", cfg.Clock)
		return
	}
	for _, w := range append(words, "Nothing was started", "DATA_DIR") {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func shows(t *testing.T, cfg config.Config, want string) {
	t.Helper()
	c, err := ClockOf(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w, err := time.Parse(time.RFC3339, want)
	if err != nil {
		t.Fatal(err)
	}
	if d := c.Now().Sub(w); d < 0 || d > time.Minute {
		t.Errorf("the clock shows %s, want %s and the moments since", c.Now(), want)
	}
}

func TestTheClockOfAFolderNeverGoesBack(t *testing.T) {
	t.Parallel()
	dir := folder(t, false)
	shows(t, at(dir, "2027-01-15T09:00:00Z"), "2027-01-15T09:00:00Z")
	if err := markClock(at(dir, "2027-01-15T09:00:00Z")); err != nil {
		t.Fatal(err)
	}
	use(t, dir)
	shows(t, at(dir, "2027-01-15T09:00:00Z"), "2027-01-15T09:00:00Z") // the same start runs on
	shows(t, at(dir, "2027-03-01T00:00:00+01:00"), "2027-02-28T23:00:00Z")
	refused(t, at(dir, "2027-01-15T08:59:59Z"), "does not go back")
	refused(t, at(dir, ""), "was made with SEATLEDGER_CLOCK")
	if err := markClock(at(dir, "2027-03-01T00:00:00Z")); err != nil {
		t.Fatal(err)
	}
	refused(t, at(dir, "2027-01-15T09:00:00Z"), "has reached 2027-03-01T00:0")
}

func TestTheClockRunsOnWhileNothingRuns(t *testing.T) {
	t.Parallel()
	dir := folder(t, true)
	made := time.Now().UTC().Add(-2 * time.Hour)
	text := `{"clock": "2027-01-15T09:00:00Z", "true": "` + made.Format(time.RFC3339Nano) + `"}`
	if err := os.WriteFile(filepath.Join(dir, clockFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	shows(t, at(dir, "2027-01-15T09:00:00Z"), "2027-01-15T11:00:00Z")
	refused(t, at(dir, "2027-01-15T10:30:00Z"), "has reached 2027-01-15T11:00:0")
}

func TestAFolderMadeWithTheTrueTimeTakesNoOther(t *testing.T) {
	t.Parallel()
	dir := folder(t, true)
	refused(t, at(dir, "2027-01-15T09:00:00Z"), "was made with the true time")
	c, err := ClockOf(at(dir, ""))
	if _, moved := clock.True(c); err != nil || moved {
		t.Errorf("the true time is moved %v, %v", moved, err)
	}
}

func TestAMarkWithoutADatabaseBindsNobody(t *testing.T) {
	t.Parallel()
	dir := folder(t, false)
	if err := markClock(at(dir, "2027-01-15T09:00:00Z")); err != nil {
		t.Fatal(err)
	}
	shows(t, at(dir, "2026-01-15T09:00:00Z"), "2026-01-15T09:00:00Z")
	if err := markClock(at(dir, "")); err != nil {
		t.Fatal(err)
	}
	use(t, dir)
	if _, err := ClockOf(at(dir, "")); err != nil {
		t.Error(err)
	}
}

func TestAMarkThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t, true)
	if err := os.WriteFile(filepath.Join(dir, clockFile), []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ClockOf(at(dir, "2027-01-15T09:00:00Z")); err == nil || !strings.Contains(err.Error(), clockFile) {
		t.Errorf("%v", err)
	}
}
