package billingrun

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Pause leaves a contract out of runs.
type Pause struct {
	ContractID uuid.UUID
	Reason     string
	UntilOn    clock.Date // first day on which runs take it again; zero: until somebody takes it in
	At         time.Time
	Actor      string
}

func (p Pause) says() string {
	until := "until somebody takes it in again"
	if !p.UntilOn.IsZero() {
		until = "until " + p.UntilOn.String()
	}
	return fmt.Sprintf("%s left it out %s: %s", p.Actor, until, p.Reason)
}

// pausesOf are the pauses that hold today, whatever day the run bills to.
func pausesOf(ctx context.Context, db *gorm.DB, contracts []uuid.UUID, today clock.Date) (map[uuid.UUID]Pause, error) {
	var rows []Pause
	err := db.WithContext(ctx).Raw(`SELECT contract_id, reason, until_on, at, actor FROM billing_pauses
		WHERE contract_id = ANY (CAST(? AS uuid[])) AND ended_at IS NULL AND (until_on IS NULL OR until_on > ?)`,
		postgres.IDs(contracts), today).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("contracts that are left out: %w", err)
	}
	out := make(map[uuid.UUID]Pause, len(rows))
	for _, p := range rows {
		out[p.ContractID] = p
	}
	return out, nil
}

const longestReason = 1000

// LeaveOut keeps runs from a contract, with a reason and until when. One that stands gives way.
func (s *Service) LeaveOut(ctx context.Context, by audit.Actor, p Pause) error {
	problems := errs.Fields{}
	switch {
	case p.Reason == "":
		problems.Add("reason", "Say why it is left out.")
	case len(p.Reason) > longestReason:
		problems.Add("reason", "The reason is longer than %d characters.", longestReason)
	}
	if !p.UntilOn.IsZero() && !p.UntilOn.After(s.today()) {
		problems.Add("until", "Choose a day after today, or leave it blank.")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		k, err := contract.Get(ctx, tx, p.ContractID)
		if err != nil {
			return err
		}
		if _, err := s.takeIn(tx, by, p.ContractID); err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO billing_pauses (id, contract_id, reason, until_on, at, actor)
			VALUES (?, ?, ?, ?, ?, ?)`, uuid.Must(uuid.NewV7()), p.ContractID, p.Reason, p.UntilOn, s.Clock.Now(),
			by.Name).Error
		if err != nil {
			return fmt.Errorf("leave contract out: %w", err)
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "billing_contract.left_out",
			ObjectType: "billing_contract", ObjectID: k.ID.String(), ObjectName: k.Name,
			After: map[string]any{"reason": p.Reason, "until": p.UntilOn.String()}})
	})
}

// TakeIn lets runs have a contract again. Twice is harmless.
func (s *Service) TakeIn(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		k, err := contract.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		ended, err := s.takeIn(tx, by, id)
		if err != nil || !ended {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "billing_contract.taken_in",
			ObjectType: "billing_contract", ObjectID: k.ID.String(), ObjectName: k.Name})
	})
}

func (s *Service) takeIn(tx *gorm.DB, by audit.Actor, id uuid.UUID) (bool, error) {
	done := tx.Exec(`UPDATE billing_pauses SET ended_at = ?, ended_by = ? WHERE contract_id = ? AND ended_at IS NULL`,
		s.Clock.Now(), by.Name, id)
	return done.RowsAffected > 0, done.Error
}

// SetByItself says whether a contract is billed and sent by itself where nothing about it is unusual.
func (s *Service) SetByItself(ctx context.Context, by audit.Actor, id uuid.UUID, on bool) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		k, err := contract.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		done := tx.Exec(`DELETE FROM billing_by_itself WHERE contract_id = ? AND NOT ?`, id, on)
		if on {
			done = tx.Exec(`INSERT INTO billing_by_itself (contract_id, at, actor, actor_id) VALUES (?, ?, ?, ?)
				ON CONFLICT DO NOTHING`, id, s.Clock.Now(), by.Name, actorID(by))
		}
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "billing_contract.by_itself",
			ObjectType: "billing_contract", ObjectID: k.ID.String(), ObjectName: k.Name,
			Before: map[string]any{"bill_by_itself": !on}, After: map[string]any{"bill_by_itself": on}})
	})
}

// ByItself tells who has set that a contract is billed by itself, and when; none: nobody.
func ByItself(ctx context.Context, db *gorm.DB, id uuid.UUID) (by string, at time.Time, err error) {
	var rows []struct {
		Actor string
		At    time.Time
	}
	err = db.WithContext(ctx).Raw(`SELECT actor, at FROM billing_by_itself WHERE contract_id = ?`, id).Scan(&rows).Error
	if err == nil && len(rows) > 0 {
		by, at = rows[0].Actor, rows[0].At
	}
	return by, at, err
}

func actorID(by audit.Actor) uuid.NullUUID { return uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()} }
