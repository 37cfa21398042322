package syncing

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"seatledger/internal/notify"
)

// namedAccounts is how many new accounts a notice names.
const namedAccounts = 5

// tellArrived tells of accounts that a night found for the first time and that nobody has mapped.
func (s *Service) tellArrived(ctx context.Context, tx *gorm.DB, r Run, about notify.Event) error {
	if r.Kind != Accounts || r.Trigger != ByNight || r.StartedAt == nil {
		return nil
	}
	var names []string
	err := tx.WithContext(ctx).Raw(`SELECT coalesce(nullif(name, ''), external_id) FROM provider_accounts
		WHERE provider_id = ? AND state = 'unmapped' AND provider_status = 'active' AND first_seen_at >= ?
		ORDER BY lower(name), id`, r.ProviderID, *r.StartedAt).Scan(&names).Error
	if err != nil || len(names) == 0 {
		return err
	}
	e := about
	e.Kind = notify.AccountsToMap
	e.Text = fmt.Sprintf("%d new accounts: %s", len(names), strings.Join(names[:min(len(names), namedAccounts)],
		"; "))
	if len(names) == 1 {
		e.Text = "A new account: " + names[0]
	}
	if len(names) > namedAccounts {
		e.Text += fmt.Sprintf("; and %d more", len(names)-namedAccounts)
	}
	e.Text += ". Their subscriptions are held until the accounts are mapped: on the page Mapping, if not by itself."
	return notify.Record(ctx, tx, s.Clock, e)
}
