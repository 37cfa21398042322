package demo

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"seatledger/internal/clock"
)

// keepsakes are what a second run on the same folder needs to find everything as it was.
type keepsakes struct {
	Password string     `json:"password"`
	Addr     string     `json:"distributor"` // host:port; empty before the first run
	Today    clock.Date `json:"today"`       // the sample data are dated from it
	Year     progress   `json:"year"`        // of the cut-over's history
	Planted  string     `json:"planted"`     // subscriptions on which the distributor's last bill may err

	path string
}

// progress is how far the history of a cut-over has been made.
type progress string

const (
	yearBegun progress = "begun"
	yearMade  progress = "made"
)

func loadKeepsakes(folder string, clk clock.Clock) (keepsakes, error) {
	k := keepsakes{path: filepath.Join(folder, "demo.json")}
	b, err := os.ReadFile(k.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		k.Password, k.Today = rand.Text()[:16], clock.Today(clk, time.UTC)
		return k, k.save()
	case err != nil:
		return k, err
	}
	if err := json.Unmarshal(b, &k); err != nil {
		return k, fmt.Errorf("%s is damaged: %w; start afresh with --fresh", k.path, err)
	}
	return k, nil
}

func (k keepsakes) save() error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return os.WriteFile(k.path, b, 0o600)
}
