package review_test

import (
	"strings"
	"sync"
	"testing"

	"seatledger/internal/distributor"
)

// TestLapsedSignOffsRingOnce lets three processes look after a signature lapsed and another stands.
func TestLapsedSignOffsRingOnce(t *testing.T) {
	t.Parallel()
	w, s, _ := settled(t)
	w.mustSign("S-1", "S-2")
	tell := func() string {
		t.Helper()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := w.reviews.TellLapsed(t.Context(), w.db.DB); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var texts []string
		if err := w.db.Read(t.Context()).Raw(`SELECT text FROM notices WHERE kind = 'sign_offs_lapsed'`).
			Scan(&texts).Error; err != nil {
			t.Fatal(err)
		}
		return strings.Join(texts, " | ")
	}
	if got := tell(); got != "" {
		t.Errorf("nothing lapsed, and it is told: %s", got)
	}
	s.listed["S-1"] = record("S-1", func(d *distributor.Subscription) { d.UnitCost = amount("19.20") })
	w.sync(s)
	tell()
	if got := tell(); strings.Count(got, "lapsed") != 1 || !strings.Contains(got, "cost changed from 18.7 USD") {
		t.Errorf("told: %q", got)
	}
}
