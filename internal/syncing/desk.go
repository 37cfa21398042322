package syncing

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/provider"
	"seatledger/internal/runs"
)

// table is where sync runs stand.
func table() runs.Table {
	return runs.Table{Name: "sync_runs", Subject: "provider_id", Noun: "sync run",
		Kept:   "What was applied until then is kept.",
		GoesOn: "it goes on by itself at the last saved account."}
}

// desk keeps the sync runs.
func (s *Service) desk() *runs.Desk {
	return &runs.Desk{Table: table(), DB: s.DB, Clock: s.Clock, Zone: s.Zone, Log: s.Log, Meter: s.Meter,
		About: s.about, Enqueue: s.Enqueue,
		Ended: s.ended, Lease: s.Lease, Holder: s.Holder}
}

// Watch finds runs whose holder is gone and lets another go on. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error { return s.desk().Watch(ctx) }

// TakeOver lets every lease lapse. Only for a process that knows it is the only one.
func (s *Service) TakeOver(ctx context.Context) error { return s.desk().TakeOver(ctx) }

// ended follows each end of a run, in its transaction: what it remembered is cleared, the night goes on or is tried
// again. It is the place for what must be told of an end.
func (s *Service) ended(ctx context.Context, tx *gorm.DB, h runs.Head, out runs.Outcome) error {
	r, err := Get(ctx, tx, h.ID)
	if err != nil {
		return err
	}
	if !out.State.WaitsForPerson() {
		if err := tx.Exec(`DELETE FROM sync_plan_accounts WHERE run_id = ?`, r.ID).Error; err != nil {
			return err
		}
	}
	if r.Trigger == ByNight {
		if out.State == Partial && r.Kind == Subscriptions {
			left, err := s.worthAnotherTry(tx, r)
			if err != nil {
				return err
			}
			out.Again = len(left) > 0
		}
		if err := s.nights().Note(tx, r.ProviderID, string(r.Kind), out); err != nil {
			return err
		}
	}
	on, err := s.goesOn(ctx, tx, r, out)
	if err != nil {
		return err
	}
	if on {
		err = s.requestIn(ctx, tx, audit.System,
			Request{ProviderID: r.ProviderID, Kind: Subscriptions, Trigger: r.Trigger})
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, r, out, next{subscriptions: true})
	}
	var n next
	if r.Trigger == ByNight {
		if n.retry, err = s.nights().Settle(tx, r.ProviderID); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, r, out, n)
}

// goesOn tells whether the subscriptions follow the accounts: also when only the listing of the accounts failed, but
// not when the provider as a whole could not be asked.
func (s *Service) goesOn(ctx context.Context, tx *gorm.DB, r Run, out runs.Outcome) (bool, error) {
	if !r.ThenSubscriptions || out.State == Cancelled || out.Final {
		return false, nil
	}
	p, err := provider.Get(ctx, tx, r.ProviderID)
	if err != nil || !p.Active {
		return false, err
	}
	return out.State != Failed || !p.OutOfReach(), nil
}

// freshFor is how long before a night a run tells which accounts have failed for longer.
const freshFor = "12 hours"

// worthAnotherTry are the accounts that failed in a run of the night and had not failed so in the last one of all
// accounts before the night: what fails every night is told, and not asked for again and again.
func (s *Service) worthAnotherTry(tx *gorm.DB, r Run) ([]string, error) {
	var ids []string
	err := tx.Raw(`SELECT a.external_id FROM sync_run_accounts a WHERE a.run_id = @run AND a.outcome = 'failed'
		AND NOT EXISTS (SELECT FROM sync_run_accounts b WHERE b.external_id = a.external_id AND b.outcome = 'failed'
			AND b.error_kind = a.error_kind AND b.run_id = (SELECT r.id FROM sync_runs r
				WHERE r.provider_id = @provider AND r.kind = 'subscriptions' AND r.state IN ('succeeded', 'partial')
				AND r.account_id IS NULL AND r.contract_id IS NULL AND r.only_accounts = '[]'
				AND r.requested_at < CAST(@asked AS timestamptz) - CAST(@fresh AS interval)
				ORDER BY r.requested_at DESC LIMIT 1))
		ORDER BY a.external_id COLLATE "C"`, map[string]any{"run": r.ID, "provider": r.ProviderID,
		"asked": r.RequestedAt, "fresh": freshFor}).Scan(&ids).Error
	return ids, err
}

// leftOf are the accounts that the last try of a night left unread; none: all are to be read.
func (s *Service) leftOf(ctx context.Context, tx *gorm.DB, providerID uuid.UUID) ([]string, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT id FROM sync_runs WHERE provider_id = ? AND kind = 'subscriptions' AND trigger = 'nightly'
		ORDER BY requested_at DESC, id DESC LIMIT 1`, providerID).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	last, err := Get(ctx, tx, ids[0])
	if err != nil || last.State != Partial {
		return last.OnlyAccounts, err
	}
	return s.worthAnotherTry(tx, last)
}
