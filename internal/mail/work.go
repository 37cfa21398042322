package mail

import (
	"context"
	"errors"
	"time"

	"seatledger/internal/errs"
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
