package syncing

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/provider"
	"seatledger/internal/runs"
)

func (s *Service) nights() runs.Nights {
	return runs.Nights{Desk: s.desk(), At: s.SyncAt, Until: s.SyncUntil}
}

// Night queues the nightly runs whose hour has come: the accounts of each active provider, and then its
// subscriptions; where the night failed before, what failed. While another run has the provider, the night waits.
func (s *Service) Night(ctx context.Context) error {
	if err := s.planNights(ctx); err != nil {
		return err
	}
	due, err := s.nights().Due(ctx)
	for _, id := range due {
		err = errors.Join(err, s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.nightOf(ctx, tx, id) }))
	}
	if len(due) > 0 {
		_, pruning := s.Prune(ctx)
		err = errors.Join(err, pruning)
	}
	return err
}

func (s *Service) planNights(ctx context.Context) error {
	var fresh []uuid.UUID
	err := s.DB.Read(ctx).Raw(`SELECT id FROM providers p WHERE connector <> 'manual'
		AND NOT EXISTS (SELECT FROM run_nights n WHERE n.runs = ? AND n.subject = p.id)`,
		table().Name).Scan(&fresh).Error
	for _, id := range fresh {
		err = errors.Join(err, s.nights().Plan(s.DB.Read(ctx), id))
	}
	return err
}

func (s *Service) nightOf(ctx context.Context, tx *gorm.DB, providerID uuid.UUID) error {
	undone, begin, err := s.nights().Begin(tx, providerID)
	if err != nil || !begin {
		return err
	}
	p, err := provider.Get(ctx, tx, providerID)
	if err != nil {
		return err
	}
	if !p.Active {
		_, err := s.nights().Settle(tx, providerID)
		return err
	}
	if err := s.missed(ctx, tx, p); err != nil {
		return err
	}
	q := Request{ProviderID: providerID, Kind: Accounts, Trigger: ByNight, ThenSubscriptions: true}
	if !runs.Left(undone, string(Accounts)) {
		q.Kind, q.ThenSubscriptions = Subscriptions, false
		if q.OnlyAccounts, err = s.leftOf(ctx, tx, providerID); err != nil {
			return err
		}
	}
	return s.requestIn(ctx, tx, audit.System, q)
}
