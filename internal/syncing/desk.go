package syncing

import (
	"context"

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
