package syncing

import (
	"context"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
)

// report keeps what a run over the whole provider saw of its wire, once, at its end.
func (w *worker) report(ctx context.Context, tx *gorm.DB) error {
	if w.watch == nil || w.run.AccountID != nil || w.run.ContractID != nil || len(w.run.OnlyAccounts) > 0 ||
		w.run.Kind == Listing {
		return nil
	}
	seen := w.watch.Report()
	if err := withoutNames(ctx, tx, w.run.ProviderID, &seen); err != nil {
		return err
	}
	err := dialect.KeepReport(tx, w.run.ProviderID, string(w.run.Kind), w.run.ID, w.s.Clock.Now(), seen)
	if err != nil || w.run.Kind != Subscriptions {
		return err
	}
	tally, err := subscription.EndTally(ctx, tx, w.run.ProviderID)
	if err != nil {
		return err
	}
	return provider.NoteEndTally(tx, w.run.ProviderID, tally)
}

// withoutNames takes out of a report the words and keys in which a customer, a contact or
// a user of ours is named: a report is handed on.
func withoutNames(ctx context.Context, tx *gorm.DB, id uuid.UUID, r *distributor.WireReport) error {
	if len(r.Words)+len(r.Unread) == 0 {
		return nil
	}
	var known []string
	err := tx.WithContext(ctx).Raw(`SELECT name || ' ' || email || ' ' || coalesce(raw->>'contactName', '') || ' ' ||
			coalesce(raw->>'contact_name', '') FROM provider_accounts WHERE provider_id = ?
		UNION ALL SELECT name || ' ' || email FROM users`, id).Scan(&known).Error
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, text := range known {
		for _, part := range parts(text) {
			names[part] = true
		}
	}
	for key := range r.Words {
		if _, word, _ := strings.Cut(key, "="); named(word, names) {
			r.HiddenWords += r.Words[key]
			delete(r.Words, key)
		}
	}
	for key := range r.Unread {
		if _, name, _ := strings.Cut(key, "."); named(name, names) {
			delete(r.Unread, key)
		}
	}
	return nil
}

func named(text string, names map[string]bool) bool {
	for _, part := range parts(text) {
		if names[part] {
			return true
		}
	}
	return false
}

// parts are the words of a text that are long enough to name somebody.
func parts(text string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(p) > 3 {
			out = append(out, p)
		}
	}
	return out
}
