package difference_test

import (
	"strings"
	"testing"
)

// TestDifferencesOverTheAmountRingOnce takes a bill over the limit of 1,000 that stands at first, and one below it.
func TestDifferencesOverTheAmountRingOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.AddUnpriced("S-1", 10, "2026-11-01")
	d.take(line("S-1", "10", "10", "100"))
	notices := func() string {
		t.Helper()
		return d.Text(`SELECT coalesce(string_agg(text, ' | '), '') FROM notices WHERE kind = 'differences_large'`)
	}
	if got := notices(); got != "" {
		t.Errorf("100.00 is told: %s", got)
	}
	d.take(line("S-1", "10", "150", "1500"))
	got := notices()
	if !strings.Contains(got, "1500.00 USD, over the limit of 1000") || strings.Contains(got, " | ") {
		t.Errorf("told: %q", got)
	}
}
