package syncing_test

import (
	"strings"
	"testing"
	"time"
)

// TestNewAccountsOfANightRingOnce lets a first night find all accounts, and a second one none that is new.
func TestNewAccountsOfANightRingOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	w.sync.SyncAt = 2 * time.Hour
	w.ok(w.sync.Night(t.Context())) // which says when the first night is
	night := func(day int) {
		t.Helper()
		w.clock.Set(time.Date(2026, 11, day, 2, 0, 1, 0, time.UTC))
		w.ok(w.sync.Night(t.Context()))
		w.work()
	}
	night(21)
	var text string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT text FROM notices WHERE kind = 'accounts_to_map'`).Scan(&text).Error)
	waiting := w.count(`SELECT count(*) FROM provider_accounts WHERE state = 'unmapped'`)
	if waiting == 0 || !strings.Contains(text, "new account") ||
		!strings.Contains(text, "until the accounts are mapped") {
		t.Errorf("%d wait: %q", waiting, text)
	}
	night(22)
	if n := w.count(`SELECT count(*) FROM notices WHERE kind = 'accounts_to_map'`); n != 1 {
		t.Errorf("%d notices after a second night", n)
	}
}
