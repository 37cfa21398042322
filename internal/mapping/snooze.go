package mapping

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// SnoozeDays are the choices of how long an account is not asked about.
func SnoozeDays() []int { return []int{1, 7, 30} }

// Snooze puts an unmapped account aside until a day. It gives the act, by which it is ended.
func (s *Service) Snooze(ctx context.Context, by audit.Actor, c Choice) (act uuid.UUID, err error) {
	today := clock.DateOf(s.Clock.Now(), s.Zone)
	if !c.Until.After(today) {
		f := errs.Fields{}
		f.Add("days", "Choose 1, 7 or 30 days.")
		return uuid.Nil, f.Err()
	}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, err := s.undecided(ctx, tx, c.AccountID)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := tx.Exec(`UPDATE mapping_snoozes SET ended_at = ?, ended_by = ? WHERE account_id = ?
			AND ended_at IS NULL`, now, by.Name, a.ID).Error; err != nil {
			return err
		}
		act = uuid.Must(uuid.NewV7())
		err = tx.Exec(`INSERT INTO mapping_snoozes (id, account_id, until, at, actor, actor_id)
			VALUES (?, ?, ?, ?, ?, ?)`, act, a.ID, c.Until, now, by.Name, actorID(by)).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "account.mapping_snoozed", ObjectType: "account",
			ObjectID: a.ID.String(), ObjectName: a.Name,
			After: map[string]any{"until": c.Until.String()}})
	})
	return act, err
}

// Wake ends a snooze: the account is asked about again.
func (s *Service) Wake(ctx context.Context, by audit.Actor, act uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var accounts []uuid.UUID
		err := tx.WithContext(ctx).Raw(`UPDATE mapping_snoozes SET ended_at = ?, ended_by = ? WHERE id = ?
			AND ended_at IS NULL RETURNING account_id`,
			s.Clock.Now(), by.Name, act).Scan(&accounts).Error
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			return errs.New(errs.Conflict, "This account is not put aside any more. Nothing was changed.")
		}
		a, err := account.Get(ctx, tx, accounts[0])
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "account.mapping_woken", ObjectType: "account",
			ObjectID: a.ID.String(), ObjectName: a.Name})
	})
}
