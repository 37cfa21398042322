package mail

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// What came of a try.
const (
	sent      = "sent"
	postponed = "later"     // the server said not now
	refused   = "refused"   // the server said no to all
	unheard   = "unknown"   // the server's answer was not heard
	dropped   = "withdrawn" // no longer wanted
	failed    = "failed"    // we could not make it
	noLine    = "no server" // the server is in trouble, or cannot be reached
	stopped   = "stopped"   // we were stopped before anything was handed over
)

type outcome struct {
	what   string
	answer string
	err    error
}

func (s *Service) try(ctx context.Context, srv Server, m *Mail, handing func()) outcome {
	password, err := s.open(ctx, srv)
	if err != nil {
		return outcome{what: noLine, answer: errs.Public(err)}
	}
	files, err := s.files(ctx, *m)
	if err != nil {
		return outcome{err: err}
	}
	id := messageID(srv, *m)
	var content []byte
	write := func(m Mail) (err error) {
		content, err = message{from: srv, id: id, mail: m, at: s.trueNow(), with: files}.written()
		return err
	}
	if err := write(*m); err != nil {
		return outcome{err: err}
	}
	t, err := s.begin(ctx, srv, password)
	if err != nil {
		return outcome{what: noLine, answer: public(err)}
	}
	defer t.end()
	if most := t.largest(); most > 0 && len(content) > most {
		return outcome{what: refused, answer: fmt.Sprintf("With its attachments the mail has %s, and the mail server "+
			"takes "+
			"%s at most. Send the file another way, or leave the lines out.", megabytes(len(content)), megabytes(most))}
	}
	offered, err := t.offer(m.Recipients)
	if err != nil {
		return outcome{what: noLine, answer: public(err)}
	}
	if !accepted(m.Recipients, offered) {
		m.Recipients = offered
		return turnedDown(offered)
	}
	if o, ours := s.handOver(ctx, srv, m, id, write); !ours {
		return o
	}
	handing()
	return said(ctx, t, content, m, offered)
}

// said hands the content over and reads what the server says of it.
func said(ctx context.Context, t *talk, content []byte, m *Mail, offered []Recipient) outcome {
	v, answer := t.hand(ctx, content)
	switch v {
	case yes:
		m.Recipients = offered
		o := turnedDown(offered)
		if o.what == refused { // those that wait no longer were taken
			o = outcome{what: sent, answer: answer}
		}
		if off := list(offered, TurnedOff); off != "" && o.what == sent {
			o.answer += ". Refused: " + off
		}
		return o
	case later:
		return outcome{what: postponed, answer: answer}
	case never:
		for i, r := range m.Recipients {
			if r.State == Waiting {
				m.Recipients[i].State, m.Recipients[i].Answer = TurnedOff, answer
			}
		}
		return outcome{what: refused, answer: answer}
	}
	return outcome{what: unheard, answer: "The connection broke after the mail was handed over and before the server " +
		"said yes or no."}
}

// accepted tells whether the server took a recipient that waited.
func accepted(before, after []Recipient) bool {
	for i := range before {
		if before[i].State == Waiting && after[i].State == Taken {
			return true
		}
	}
	return false
}

// turnedDown is what the server's words about the recipients come to when it takes nobody more.
func turnedDown(all []Recipient) outcome {
	if waits := list(all, Waiting); waits != "" {
		return outcome{what: postponed, answer: waits}
	}
	return outcome{what: refused, answer: list(all, TurnedOff)}
}

func list(all []Recipient, state string) string {
	var out []string
	for _, r := range all {
		if r.State == state {
			out = append(out, r.Address+": "+r.Answer)
		}
	}
	return strings.Join(out, "; ")
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

func (s *Service) files(ctx context.Context, m Mail) ([]File, error) {
	if s.Files == nil {
		return nil, nil
	}
	return s.Files(ctx, s.DB.Read(ctx), m)
}

// handOver notes, in a transaction of its own, that from here on the mail may have arrived. Only the holder of the
// last try comes past it, and only while the mail is wanted.
func (s *Service) handOver(ctx context.Context, srv Server, m *Mail, id string,
	write func(Mail) error) (o outcome, ok bool) {
	var fresh Mail
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		o = outcome{}
		if s.Wanted != nil {
			why, err := s.Wanted(ctx, tx, *m)
			if err != nil || why != "" {
				o = outcome{what: dropped, answer: why}
				return err
			}
		}
		now, err := s.asItSaysNow(ctx, tx, *m, write)
		if err != nil {
			return err
		}
		if err := s.linked(ctx, tx, now, write); err != nil {
			return err
		}
		done := tx.Exec(`UPDATE mails SET state = 'sending', message_id = ?, server = ?, subject = ?, body = ?, open = ?
			WHERE id = ? AND attempt = ? AND state = 'queued'`, id, srv.address(), now.Subject, now.Body, now.Open,
			m.ID, m.Attempt)
		fresh = now
		if done.Error == nil && done.RowsAffected == 0 {
			return errOvertaken
		}
		return done.Error
	})
	if err != nil {
		return outcome{err: err}, false
	}
	if o.what != "" {
		return o, false
	}
	m.MessageID, m.Subject, m.Body, m.Open = id, fresh.Subject, fresh.Body, fresh.Open
	return o, true
}

// linked writes a mail with the link that stands nowhere but in what is sent.
func (s *Service) linked(ctx context.Context, tx *gorm.DB, m Mail, write func(Mail) error) error {
	if s.Link == nil || !strings.Contains(m.Body, LinkHere) {
		return nil
	}
	link, err := s.Link(ctx, tx, m)
	if err != nil || link == "" {
		return err
	}
	m.Body = strings.ReplaceAll(m.Body, LinkHere, link)
	return write(m)
}

// asItSaysNow is a mail with the words that it has by now; where they are others, they are written.
func (s *Service) asItSaysNow(ctx context.Context, tx *gorm.DB, m Mail, write func(Mail) error) (Mail, error) {
	if s.Anew == nil {
		return m, nil
	}
	l, err := s.Anew(ctx, tx, m)
	if err != nil || l == nil {
		return m, err
	}
	m.Subject, m.Body, m.Open = Line(l.Subject), readable(l.Body), l.Open
	return m, write(m)
}

// keep shows a sign of life for a mail until release is called.
func (s *Service) keep(ctx context.Context, m Mail) (release func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(lease / 4)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				err := s.DB.Reserved().Read(ctx).Exec(`UPDATE mails
					SET held_until = clock_timestamp() + make_interval(secs => ?) WHERE id = ? AND attempt = ?`,
					lease.Seconds(), m.ID, m.Attempt).Error
				if err != nil && ctx.Err() == nil {
					s.Log.WarnContext(ctx, "the lease of a mail was not renewed", "mail", m.ID, "error", err)
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}
