package calls

import (
	"context"
	"errors"
	"net/http"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

// Session is the way in for one set of credentials: one line and one token for
// all workers. It is safe for concurrent use.
type Session struct {
	cred   distributor.Credentials
	clk    clock.Clock
	line   *Line
	tokens *Tokens
}

// NewSession makes a session around a sign-in. The options' concurrency and
// clock are those of the session.
func NewSession(cred distributor.Credentials, o Options, signIn func(context.Context) (Token, error)) *Session {
	o.Name = cred.Line
	if cred.CallsPerMinute > 0 {
		o.CallsPerMinute = cred.CallsPerMinute
	}
	s := &Session{cred: cred, clk: o.Clock, line: NewLine(o)}
	s.tokens = NewTokens(o.Clock, o.Zone, func(ctx context.Context) (Token, error) {
		t, err := signIn(ctx)
		return t, s.hush(err)
	})
	return s
}

// Question is one call that only reads.
type Question struct {
	Op   string
	Once bool // without further tries, for a check that a person waits for
	Send func(ctx context.Context, token string) (outbound.Answer, error)
	Read func(outbound.Answer) error // makes something of a good answer; what cannot be read is no good one
}

// Ask sends a question with a token, in its turn, and gives an answer whose code
// was 200. Errors are *distributor.Error without secrets, or the context's.
func (s *Session) Ask(ctx context.Context, q Question) (outbound.Answer, error) {
	var a outbound.Answer
	call := func(ctx context.Context) (err error) {
		a, err = s.signed(ctx, q)
		return err
	}
	do := s.line.Read
	if q.Once {
		do = s.line.Once
	}
	err := do(ctx, call)
	return a, err
}

// SignIn signs in anew, whatever is known of the last time: a person wants to
// see whether the credentials work now. That it works says nothing of the API behind it.
func (s *Session) SignIn(ctx context.Context, how distributor.Patience) error {
	s.tokens.Forget()
	get := func(ctx context.Context) error {
		_, err := s.tokens.Get(ctx)
		return err
	}
	if how == distributor.Patient {
		return s.line.read(ctx, false, get)
	}
	_, err := s.line.once(ctx, how, false, get)
	return s.line.told(err)
}

// signed makes one call; a token answered with 401 is replaced once.
func (s *Session) signed(ctx context.Context, q Question) (a outbound.Answer, err error) {
	defer func() { a.Release() }()
	first, err := s.tokens.Get(ctx)
	if err != nil {
		return outbound.Answer{}, err
	}
	token := first
	a, err = q.Send(ctx, token)
	if err == nil && a.Status == http.StatusUnauthorized {
		if token, err = s.tokens.Replace(ctx, token); err != nil {
			return outbound.Answer{}, s.hush(err, first)
		}
		a.Release()
		if a, err = q.Send(ctx, token); err == nil && a.Status == http.StatusUnauthorized {
			s.tokens.Rejected(token)
		}
	}
	if err == nil {
		pause, asked := RetryAfter(a.Header, s.clk.Now())
		distributor.WatchOf(ctx).Answer(a.Status, max(pause, asked))
		err = Judge(q.Op, a, s.clk.Now())
	}
	if err == nil && q.Read != nil {
		err = q.Read(a)
	}
	if err == nil {
		s.tokens.Worked(token)
	}
	return a, s.hush(err, first, token)
}

// Unreadable is the package's Unreadable without secrets.
func (s *Session) Unreadable(op string, cause error, h http.Header) error {
	return s.hush(Unreadable(op, cause, h))
}

// hush takes secrets out of an error that may repeat what a server said.
func (s *Session) hush(err error, more ...string) error {
	var e *distributor.Error
	if !errors.As(err, &e) {
		return err
	}
	more = append(more, s.tokens.held()...)
	quiet := *e
	quiet.Message = s.cred.Redact(e.Message, more...)
	quiet.RequestID = s.cred.Redact(e.RequestID, more...)
	if e.Cause != nil {
		if text := s.cred.Redact(e.Cause.Error(), more...); text != e.Cause.Error() {
			quiet.Cause = errors.New(text)
		}
	}
	return &quiet
}

// Life reads expires_in in seconds; 0 when it is missing or makes no sense.
func Life(r *lenient.Record) time.Duration {
	n, err := r.Seats(lenient.Field{"expires_in"})
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, 24*time.Hour)
}
