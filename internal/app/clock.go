package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/config"
)

// clockFile marks a data folder that was made with SEATLEDGER_CLOCK. It remembers
// when its clock was last put, and to which moment, so that time never goes back
// there: also while nothing runs, the clock runs on.
const clockFile = "clock.json"

type clockMark struct {
	Clock time.Time `json:"clock"` // where the clock was put
	True  time.Time `json:"true"`  // what the true time was then
}

// ClockOf is the clock of a configuration: the true time, or the one that
// SEATLEDGER_CLOCK has put elsewhere. It refuses to mix the two in one data folder.
func ClockOf(cfg config.Config) (clock.Clock, error) {
	wall := clock.System{}
	if !cfg.PrivateServer() {
		return wall, nil
	}
	mark, err := clockMarkFor(cfg, wall)
	if err != nil || mark == nil {
		return wall, err
	}
	return clock.NewMoved(wall, mark.Clock.Add(wall.Now().Sub(mark.True))), nil
}

// markClock writes the mark that the next start will find. The server's lock on the
// folder is held, or there is no database in it yet.
func markClock(cfg config.Config) error {
	path := filepath.Join(cfg.DataDir, clockFile)
	mark, err := clockMarkFor(cfg, clock.System{})
	if err != nil {
		return err
	}
	if mark == nil {
		if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
			return err // a start that never came to a database may have left one
		}
		return nil
	}
	text, err := json.Marshal(mark)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// clockMarkFor is the mark that stands for the configuration; nil where the true time does.
func clockMarkFor(cfg config.Config, wall clock.Clock) (*clockMark, error) {
	made, err := readClockMark(cfg)
	if err != nil {
		return nil, err
	}
	used, err := hasDatabase(cfg)
	if err != nil {
		return nil, err
	}
	at, moved := cfg.ClockStart()
	switch {
	case !moved && made != nil && used:
		return nil, fmt.Errorf("the data folder %s was made with %sCLOCK, so its days are not true ones. "+
			"Nothing was started. "+
			"Set %sCLOCK to %s or later to go on in it, or set %sDATA_DIR to another folder",
			cfg.DataDir, config.Prefix, config.Prefix, made.now(wall).Format(time.RFC3339), config.Prefix)
	case !moved:
		return nil, nil
	case !used:
		return &clockMark{Clock: at, True: wall.Now()}, nil
	case made == nil:
		return nil, fmt.Errorf("the data folder %s was made with the true time, and a moved clock would date its "+
			"ledger and invoices falsely. Nothing was started. "+
			"Unset %sCLOCK, or set %sDATA_DIR to a new folder to rehearse in", cfg.DataDir, config.Prefix,
			config.Prefix)
	case at.Equal(made.Clock):
		return made, nil
	case at.Before(made.now(wall)):
		return nil, fmt.Errorf("the clock of the data folder %s has reached %s, and time does not go back there. "+
			"Nothing was started. "+
			"Set %sCLOCK to that moment or later, or set %sDATA_DIR to a new folder",
			cfg.DataDir, made.now(wall).Format(time.RFC3339), config.Prefix, config.Prefix)
	}
	return &clockMark{Clock: at, True: wall.Now()}, nil
}

// now is what the folder's clock shows.
func (m clockMark) now(wall clock.Clock) time.Time {
	return m.Clock.Add(wall.Now().Sub(m.True)).Truncate(time.Second).Add(time.Second)
}

func readClockMark(cfg config.Config) (*clockMark, error) {
	path := filepath.Join(cfg.DataDir, clockFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m clockMark
	if err := json.Unmarshal(text, &m); err != nil || m.Clock.IsZero() || m.True.IsZero() {
		return nil, fmt.Errorf("the file %s does not say where the clock of this data folder stands. "+
			"Nothing was started; put it back from a backup", path)
	}
	return &m, nil
}

// hasDatabase tells whether the folder holds the private server's data.
func hasDatabase(cfg config.Config) (bool, error) {
	_, err := os.Stat(filepath.Join(cfg.DataDir, "postgres", "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
