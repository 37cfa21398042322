package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/notify"
)

// How long the server may say "not now" about one mail.
const patience = 3 * 24 * time.Hour

const (
	atOnce    = 4               // conversations of one process, once one takes long
	lookAgain = 2 * time.Second // for new mail, while a conversation takes long
)

// Work sends what is due, one mail after the other, until nothing is left, the limit of the minute is reached, or
// the server is in trouble. One that the server takes long to answer holds no other up. Several processes may do so at
// once.
func (s *Service) Work(ctx context.Context) error {
	w := working{s: s, done: make(chan error, atOnce)}
	err := w.all(ctx)
	for w.busy > 0 {
		err = errors.Join(err, w.wait(nil))
	}
	return err
}

// working is the conversations that a process leads.
type working struct {
	s    *Service
	busy int
	done chan error
}

func (w *working) all(ctx context.Context) error {
	for ctx.Err() == nil {
		m, srv, found, err := w.s.take(ctx)
		switch {
		case err != nil || !found && w.busy == 0:
			return err
		case !found:
			err = w.wait(time.After(lookAgain))
		default:
			err = w.send(ctx, srv, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// send begins a try of a mail, and waits for it, but not for a server that takes long over the content.
func (w *working) send(ctx context.Context, srv Server, m Mail) error {
	handing := make(chan struct{})
	w.busy++
	go func() { w.done <- w.s.send(ctx, srv, m, func() { close(handing) }) }()
	select {
	case err := <-w.done:
		w.busy--
		return err
	case <-handing:
	}
	var late <-chan time.Time
	if w.busy < atOnce {
		late = time.After(w.s.Limits.usual().Others)
	}
	return w.wait(late)
}

// wait waits for the end of a conversation, at most until a moment.
func (w *working) wait(until <-chan time.Time) error {
	select {
	case err := <-w.done:
		w.busy--
		return err
	case <-until:
		return nil
	}
}

// errOvertaken says that another process has the mail by now.
var errOvertaken = errors.New("mail: another process has taken it")

// send is one try of a mail. It calls handing once the mail is in the server's hands.
func (s *Service) send(ctx context.Context, srv Server, m Mail, handing func()) error {
	release := s.keep(ctx, m)
	defer release()
	o := s.try(ctx, srv, &m, handing)
	if o.err != nil {
		if errors.Is(o.err, errOvertaken) {
			return nil
		}
		o.what, o.answer = failed, "It could not be made: "+errs.Public(o.err)
		s.Log.ErrorContext(ctx, "a mail could not be made", "mail", m.ID, "error", o.err)
	}
	if ctx.Err() != nil && (o.what == noLine || o.what == failed) {
		o = outcome{what: stopped, answer: "Seatledger was stopped before the mail was handed over."}
	}
	s.Log.InfoContext(ctx, "mail", "mail", m.ID, "kind", m.Kind, "attempt", m.Attempt, "outcome", o.what,
		"answer", o.answer)
	return s.note(context.WithoutCancel(ctx), m, o)
}

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
