package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Letter is a mail that somebody wants to go out.
type Letter struct {
	Kind       Kind
	Invoice    uuid.UUID // zero: about none
	Customer   uuid.UUID // zero: to no customer
	ObjectName string    // "Invoice 2026-0042"
	Stage      int
	Again      bool
	Language   string
	To         []string // addresses, as Addresses gives them
	Subject    string
	Body       string
	LinesCSV   bool
	Open       decimal.NullDecimal // what it asks to be paid
}

// Queue puts a letter into the queue in the transaction of what wants it. Of an invoice there is one mail unless it
// is said again, and of each stage one reminder: where that one is there already, its id comes back and fresh is false.
func (s *Service) Queue(ctx context.Context, tx *gorm.DB, by audit.Actor, l Letter) (id uuid.UUID, fresh bool,
	err error) {
	srv, _, err := Load(ctx, tx)
	if err != nil {
		return uuid.Nil, false, err
	}
	if !srv.Ready() {
		return uuid.Nil, false, errs.New(errs.Conflict,
			"No mail server is set up, so nothing is sent. An administrator enters it under Settings, Mail.")
	}
	recipients, err := envelope(srv, l)
	if err != nil {
		return uuid.Nil, false, err
	}
	id = newID()
	now := s.Clock.Now()
	var stored []uuid.UUID
	err = tx.WithContext(ctx).Raw(`INSERT INTO mails (id, kind, state, invoice_id, crm_account_id, object_name, stage,
			again, language, subject, body, lines_csv, recipients, addresses, queued_at, queued_by, next_at,
			open)
		VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING RETURNING id`, id, l.Kind, orNull(l.Invoice), orNull(l.Customer), l.ObjectName, l.Stage,
		l.Again, l.Language, Line(l.Subject), readable(l.Body), l.LinesCSV, recipients, strings.Join(l.To, ", "), now,
		by.Name, now, l.Open).Scan(&stored).Error
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("queue mail: %w", err)
	}
	if len(stored) == 1 {
		return id, true, nil
	}
	err = tx.WithContext(ctx).Raw(`SELECT id FROM mails WHERE invoice_id = ? AND kind = ? AND stage = ? AND NOT again
		AND (kind = 'reminder' OR state <> 'withdrawn')`, l.Invoice, l.Kind, l.Stage).Row().Scan(&id)
	return id, false, err
}

func envelope(srv Server, l Letter) (string, error) {
	var out []Recipient
	known := map[string]bool{}
	add := func(address string, house bool) error {
		if !IsAddress(address) {
			return errs.Newf(errs.Conflict,
				"%q is not an e-mail address, so nothing was queued. Correct the recipients.",
				address)
		}
		if key := strings.ToLower(address); !known[key] {
			known[key] = true
			out = append(out, Recipient{Address: address, Copy: house, State: Waiting})
		}
		return nil
	}
	for _, a := range l.To {
		if err := add(a, false); err != nil {
			return "", err
		}
	}
	if len(out) == 0 {
		return "", errs.New(errs.Conflict, "The mail has no recipients, so nothing was queued.")
	}
	if l.Kind != Notice {
		for _, a := range Split(srv.CopyTo) {
			if err := add(a, true); err != nil {
				return "", err
			}
		}
	}
	text, err := json.Marshal(out)
	return string(text), err
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func orNull(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

// lease is how long a mail counts as in hand without a sign of life.
const lease = 30 * time.Second

// take gives the next mail whose turn it is, in the hands of this process; false when there is none, the limit of
// the minute is reached, or the server is in trouble.
func (s *Service) take(ctx context.Context) (m Mail, srv Server, found bool, err error) {
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		found = false
		if srv, _, err = Load(ctx, tx); err != nil || !srv.Ready() {
			return err
		}
		free, err := s.lineFree(ctx, tx, srv)
		if err != nil || !free {
			return err
		}
		due, err := scan(tx.Raw(`SELECT * FROM mails WHERE state = 'queued' AND next_at <= ?
			AND (held_until IS NULL OR held_until < clock_timestamp()) ORDER BY next_at, id LIMIT 1
			FOR UPDATE SKIP LOCKED`,
			s.Clock.Now()))
		if err != nil || len(due) == 0 {
			return err
		}
		m, found = due[0], true
		m.Attempt++
		m.Holder = s.Holder
		if err := tx.Exec(`UPDATE mails SET attempt = ?, holder = ?,
			held_until = clock_timestamp() + make_interval(secs => ?) WHERE id = ?`,
			m.Attempt, m.Holder, lease.Seconds(),
			m.ID).Error; err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO mail_attempts (mail_id, attempt, at) VALUES (?, ?, ?)`, m.ID, m.Attempt,
			s.Clock.Now()).Error
	})
	return m, srv, found && err == nil, err
}

// lineFree locks the line, and tells whether it is free for one more mail.
func (s *Service) lineFree(ctx context.Context, tx *gorm.DB, srv Server) (bool, error) {
	var line struct{ AgainAt *time.Time }
	now := s.Clock.Now()
	if err := tx.WithContext(ctx).Raw(`SELECT again_at FROM mail_line FOR UPDATE`).Scan(&line).Error; err != nil {
		return false, err
	}
	if line.AgainAt != nil && line.AgainAt.After(now) {
		return false, nil
	}
	var tried int
	err := tx.Raw(`SELECT count(*) FROM mail_attempts WHERE at > ? AND at <= ?`, now.Add(-time.Minute), now).
		Scan(&tried).Error
	return tried < srv.PerMinute, err
}

// LineState is how the way to the server stands.
type LineState struct {
	Trouble   string // empty: nothing is known to be wrong
	TroubleAt *time.Time
	AgainAt   *time.Time
	Waiting   int // mails that are queued
	Unknown   int // perhaps sent
}

// Look tells how the line stands.
func Look(ctx context.Context, db *gorm.DB) (LineState, error) {
	var l LineState
	err := db.WithContext(ctx).Raw(`SELECT trouble, trouble_at, again_at,
		(SELECT count(*) FROM mails WHERE state = 'queued') AS waiting,
		(SELECT count(*) FROM mails WHERE state = 'unknown') AS unknown FROM mail_line`).Scan(&l).Error
	return l, err
}

// Retry has a queued mail tried at once, and the server too.
func (s *Service) Retry(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.change(ctx, by, id, "mail.retried", func(tx *gorm.DB, m Mail) error {
		if m.State != Queued {
			return errs.Newf(errs.Conflict, "This mail is %s, so it is not tried again. Nothing was changed.",
				m.State.Words())
		}
		if err := tx.Exec(`UPDATE mail_line SET again_at = NULL`).Error; err != nil {
			return err
		}
		return tx.Exec(`UPDATE mails SET next_at = ? WHERE id = ?`, s.Clock.Now(), id).Error
	})
}

// Withdraw takes a mail back that has not gone out.
func (s *Service) Withdraw(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.change(ctx, by, id, "mail.withdrawn", func(tx *gorm.DB, m Mail) error {
		if m.State != Queued {
			return errs.Newf(errs.Conflict, "This mail is %s, so it cannot be taken back. Nothing was changed.",
				m.State.Words())
		}
		return tx.Exec(`UPDATE mails SET state = 'withdrawn', answer = ? WHERE id = ?`, "Taken back by "+by.Name+".",
			id).Error
	})
}

// Arrived notes that a mail which was perhaps sent did arrive, as a person found out.
func (s *Service) Arrived(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.change(ctx, by, id, "mail.arrived", func(tx *gorm.DB, m Mail) error {
		if m.State != Unknown {
			return errs.Newf(errs.Conflict,
				"This mail is %s; only one that was perhaps sent can be said to have arrived. "+
					"Nothing was changed.", m.State.Words())
		}
		for i, r := range m.Recipients {
			if r.State == Waiting {
				m.Recipients[i].State = Taken
			}
		}
		list, err := json.Marshal(m.Recipients)
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE mails SET state = 'sent', sent_at = coalesce(sent_at, ?), recipients = ?::jsonb,
			answer = ?
			WHERE id = ?`, s.Clock.Now(), string(list), by.Name+" says that it arrived.", id).Error
	})
}

func (s *Service) change(ctx context.Context, by audit.Actor, id uuid.UUID, action string,
	do func(tx *gorm.DB, m Mail) error) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		m, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, m); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "mail", ObjectID: id.String(),
			ObjectName: m.Subject, Before: map[string]any{"state": m.State}})
	})
}

// Words is a state as pages say it.
func (s State) Words() string {
	switch s {
	case Sending:
		return "being sent"
	case Unknown:
		return "perhaps sent"
	}
	return string(s)
}

// trueNow is the moment that mail bears: other machines go by the true time.
func (s *Service) trueNow() time.Time { at, _ := clock.True(s.Clock); return at }
