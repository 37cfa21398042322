package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/notify"
)

// note writes what came of a try. One that was given up as perhaps sent meanwhile is put right by whoever knows
// better; it never goes back into the queue.
func (s *Service) note(ctx context.Context, m Mail, o outcome) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		stands, err := locked(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE mail_attempts SET outcome = ?, answer = ? WHERE mail_id = ? AND attempt = ?`, o.what,
			o.answer, m.ID, m.Attempt).Error; err != nil {
			return err
		}
		if stands.Attempt != m.Attempt || stands.State != Queued && stands.State != Sending && stands.State != Unknown {
			return nil
		}
		if err := s.noteLine(tx, m, o); err != nil {
			return err
		}
		return s.settle(ctx, tx, stands, m, o)
	})
}

func (s *Service) settle(ctx context.Context, tx *gorm.DB, stands, m Mail, o outcome) error {
	now := s.Clock.Now()
	state, next, takenAt := Queued, stands.NextAt, stands.SentAt
	switch o.what {
	case sent:
		state = Sent
	case unheard:
		state = Unknown
	case dropped:
		state = Withdrawn
	case refused:
		state = Refused
	case failed, postponed:
		next = now.Add(pause(m.Attempt))
		if next.After(m.QueuedAt.Add(patience)) {
			state, o.answer = Refused, "Given up after three days. "+o.answer
		}
	}
	if takenAt == nil && list(m.Recipients, Taken) != "" && m.MessageID != "" && o.what != unheard {
		takenAt = &now
	}
	if state == Refused && takenAt != nil { // the server took it for others
		state = Sent
	}
	if stands.State == Unknown && state == Queued {
		state = Unknown // it is not put back behind a person's back
	}
	recipients, err := json.Marshal(m.Recipients)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE mails SET state = ?, next_at = ?, sent_at = ?, answer = ?, recipients = ?::jsonb, holder = '',
		held_until = NULL WHERE id = ?`, state, next, takenAt, o.answer, string(recipients), m.ID).Error
	if err != nil {
		return fmt.Errorf("note of mail %s: %w", m.ID, err)
	}
	m.State, m.Answer = state, o.answer
	return s.tell(ctx, tx, m)
}

// pause is how long a mail waits behind its n-th try: 5 minutes, then twice as long each time, at most 4 hours.
func pause(n int) time.Duration { return min(5*time.Minute<<min(n-1, 6), 4*time.Hour) }

// linePause is how long all mail waits behind the n-th failure of the server in a row.
func linePause(n int) time.Duration { return min(time.Minute<<min(n-1, 6), 30*time.Minute) }

// noteLine keeps how the way to the server stands. Trouble is told once, and over with the first try that comes
// through.
func (s *Service) noteLine(tx *gorm.DB, m Mail, o outcome) error {
	var line struct {
		Trouble  string
		Failures int
	}
	if err := tx.Raw(`SELECT trouble, failures FROM mail_line FOR UPDATE`).Scan(&line).Error; err != nil {
		return err
	}
	switch {
	case slices.Contains([]string{dropped, failed, stopped}, o.what):
		return nil
	case o.what != noLine && line.Trouble == "" && line.Failures == 0:
		return nil
	case o.what != noLine:
		return tx.Exec(`UPDATE mail_line SET trouble = '', trouble_at = NULL, failures = 0, again_at = NULL`).Error
	}
	now := s.Clock.Now()
	err := tx.Exec(`UPDATE mail_line SET trouble = ?, trouble_at = coalesce(trouble_at, ?), failures = failures + 1,
		again_at = ?`, o.answer, now, now.Add(linePause(line.Failures+1))).Error
	if err != nil || line.Trouble != "" || m.Kind == Notice {
		return err
	}
	return notify.Record(tx.Statement.Context, tx, s.Clock, notify.Event{Kind: notify.MailWaits, ObjectType: "settings",
		ObjectID: row, ObjectName: "Mail server", Text: o.answer + " Mail waits and goes out by itself afterwards."})
}

// tell writes a notice of what a person has to look at. Of notices that were sent by mail it says nothing: it would
// go the same way.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, m Mail) error {
	if m.Kind == Notice || m.State != Refused && m.State != Unknown {
		return nil
	}
	kind, text := notify.MailRefused, "The mail server refused it: "+m.Answer+
		". Correct the recipients or the mail, and send it again."
	if m.State == Unknown {
		kind, text = notify.MailUnsure, "It was perhaps sent, Message-ID "+m.MessageID+
			". Look whether it arrived; it is not sent again by itself."
	}
	return notify.Record(ctx, tx, s.Clock, notify.Event{Kind: kind, ObjectType: "mail", ObjectID: m.ID.String(),
		ObjectName: m.Subject, Text: text})
}

// Watch finds mails whose sender is gone in the middle of handing over: they are perhaps sent.
func (s *Service) Watch(ctx context.Context) error {
	return s.lost(ctx, "held_until < clock_timestamp()")
}

// TakeOver is Watch where no other process can be at work, as at the start on a private server.
func (s *Service) TakeOver(ctx context.Context) error {
	if err := s.lost(ctx, "true"); err != nil {
		return err
	}
	return s.DB.Read(ctx).Exec(`UPDATE mails SET held_until = NULL, holder = '' WHERE state = 'queued'
		AND held_until IS NOT NULL`).Error
}

func (s *Service) lost(ctx context.Context, which string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		gone, err := scan(tx.Raw(`SELECT * FROM mails WHERE state = 'sending' AND ` + which +
			` ORDER BY id FOR UPDATE SKIP LOCKED`))
		if err != nil {
			return err
		}
		for _, m := range gone {
			m.State, m.Answer = Unknown, "Seatledger was stopped after the mail was handed over and before the "+
				"server's answer was noted."
			if err := tx.Exec(`UPDATE mails SET state = 'unknown', answer = ?, held_until = NULL, holder = ''
				WHERE id = ?`,
				m.Answer, m.ID).Error; err != nil {
				return err
			}
			if err := tx.Exec(`UPDATE mail_attempts SET outcome = ? WHERE mail_id = ? AND attempt = ?`, unheard, m.ID,
				m.Attempt).Error; err != nil {
				return err
			}
			if err := s.tell(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}
