package crmsource

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
)

// nextNight is the first moment after now that is SyncAt o'clock in the zone. A time of
// day that a change of clocks skips falls on the hour after.
func (s *Service) nextNight(now time.Time) time.Time {
	for day := clock.DateOf(now, s.Zone); ; day = day.AddDays(1) {
		h, m := int(s.SyncAt.Hours()), int(s.SyncAt.Minutes())%60
		if at := time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, s.Zone); at.After(now) {
			return at.UTC()
		}
	}
}

// Night queues the readings whose hour has come. The schedule stands in the database, so
// a restart neither forgets nor repeats a night. A run under way is the night's own.
func (s *Service) Night(ctx context.Context) error {
	var due []uuid.UUID
	err := s.DB.Read(ctx).Raw(`SELECT id FROM crm_sources WHERE next_at <= ? ORDER BY id`,
		s.Clock.Now()).Scan(&due).Error
	for _, id := range due {
		err = errors.Join(err, s.nightOf(ctx, id))
	}
	return err
}

func (s *Service) nightOf(ctx context.Context, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		now := s.Clock.Now()
		moved := tx.Exec(`UPDATE crm_sources SET next_at = CASE WHEN active AND nightly THEN ?::timestamptz END
			WHERE id = ? AND next_at <= ?`, s.nextNight(now), id, now)
		if moved.Error != nil || moved.RowsAffected == 0 {
			return moved.Error
		}
		src, err := Get(ctx, tx, id)
		if err != nil || !src.Active || !src.Nightly {
			return err
		}
		_, _, err = s.request(ctx, tx, audit.System, Request{Source: id, Trigger: ByNight})
		return err
	})
}

const (
	maxAttempts = 3 // after that an interrupted run has failed
	resumeDelay = 5 * time.Second
	queuedLimit = 10 * time.Minute // after that a queued run's job counts as lost
)

// Watch finds runs whose worker is gone, shows them as interrupted and queues them
// again, or fails them after the third attempt. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var lost []Run
		now := s.Clock.Now()
		err := tx.Raw(`SELECT * FROM crm_source_runs WHERE state IN ('running', 'interrupted') AND held_until < ?
			OR state = 'queued' AND held_until < ? FOR UPDATE SKIP LOCKED`, now,
			now.Add(-queuedLimit)).Scan(&lost).Error
		if err != nil {
			return err
		}
		for _, r := range lost {
			if err := s.resume(ctx, tx, r); err != nil {
				return fmt.Errorf("resume run %s: %w", r.ID, err)
			}
		}
		return nil
	})
}

func (s *Service) resume(ctx context.Context, tx *gorm.DB, r Run) error {
	now := s.Clock.Now()
	switch {
	case r.CancelRequestedBy != "":
		return tx.Exec(`UPDATE crm_source_runs SET state = 'cancelled', finished_at = ?, message = ? WHERE id = ?`, now,
			cancelled(r.CancelRequestedBy), r.ID).Error
	case r.Attempt >= maxAttempts && r.State != Queued:
		return tx.Exec(`UPDATE crm_source_runs SET state = 'failed', finished_at = ?, message = ?, advice = ?
			WHERE id = ?`, now,
			fmt.Sprintf("Interrupted %d times. What was applied until then is kept.", r.Attempt),
			"Look in the log for why Seatledger stopped, then read again.", r.ID).Error
	}
	err := tx.Exec(`UPDATE crm_source_runs SET state = CASE state WHEN 'queued' THEN state
		ELSE 'interrupted' END, held_until = ?,
		message = 'Interrupted: Seatledger stopped during the run. It begins again by itself.'
		WHERE id = ?`, now.Add(s.hold()), r.ID).Error
	if err != nil {
		return err
	}
	return s.Enqueue(ctx, tx, r.ID, resumeDelay)
}

// TakeOver lets go of every run. Only for a process that knows it is the only one: what
// an earlier process worked at is then surely dead.
func (s *Service) TakeOver(ctx context.Context) error {
	return s.DB.Read(ctx).Exec(`UPDATE crm_source_runs SET held_until = 'epoch' WHERE state = 'running'`).Error
}
