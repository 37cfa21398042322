package mail

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Test sends a mail at once, past the queue, and gives what the server said. What goes wrong is an errs.Conflict
// with the sentence for the person.
func (s *Service) Test(ctx context.Context, by audit.Actor, to string) (answer string, err error) {
	srv, _, err := Load(ctx, s.DB.Read(ctx))
	if err != nil {
		return "", err
	}
	problems := errs.Fields{}
	if !IsAddress(to) {
		problems.Add("to", "Enter one e-mail address.")
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	if !srv.Ready() {
		return "", errs.New(errs.Conflict, "Save the mail server first.")
	}
	o := s.tryTest(ctx, srv, to)
	if o.what != sent {
		return "", errs.Because(errs.Conflict, o.answer, o.err)
	}
	return o.answer, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`UPDATE mail_line SET trouble = '', trouble_at = NULL, failures = 0, again_at = NULL`).
			Error; err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "mail.tested", ObjectType: "settings",
			ObjectID:   row,
			ObjectName: "Mail server", After: map[string]any{"to": to, "answer": o.answer}})
	})
}

func (s *Service) tryTest(ctx context.Context, srv Server, to string) outcome {
	password, err := s.open(ctx, srv)
	if err != nil {
		return outcome{what: noLine, answer: errs.Public(err), err: err}
	}
	m := Mail{ID: newID(), Kind: Notice, Language: "en", Subject: "Test mail of Seatledger",
		Body: "This is the test mail that was asked for under Settings, Mail.\nThe way to your mail server " +
			"works.\n",
		Recipients: []Recipient{{Address: to, State: Waiting}}}
	content, err := message{from: srv, id: messageID(srv, m), mail: m, at: s.trueNow()}.written()
	if err != nil {
		return outcome{what: failed, answer: errs.Public(err), err: err}
	}
	t, err := s.begin(ctx, srv, password)
	if err != nil {
		return outcome{what: noLine, answer: public(err), err: err}
	}
	defer t.end()
	offered, err := t.offer(m.Recipients)
	if err != nil {
		return outcome{what: noLine, answer: public(err), err: err}
	}
	if !accepted(m.Recipients, offered) {
		return turnedDown([]Recipient{{Address: to, State: offered[0].State, Answer: offered[0].Answer}})
	}
	return said(ctx, t, content, &m, offered)
}
