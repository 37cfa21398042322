package calls

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"seatledger/internal/distributor"
)

// tellAfter is how many good answers are kept back while nothing depends on them.
const tellAfter = 10

// met is what a call met.
type met struct {
	err    error
	probe  bool
	counts bool // a success says that the server is well
}

// note tells what a call met, as far as others must know. While all is well, nobody must.
func (l *Line) note(ctx context.Context, m met) {
	n, err := news{}, m.err
	switch m.weigh() {
	case serverWell:
		l.addUntold(1)
		n.probe = probeGood
	case serverFails:
		n.failed, n.probe = true, probeBad
	case nobodyKnows:
		n.probe = probeBad
		if ctx.Err() != nil || err == nil {
			n.probe = probeBroke
		}
	}
	if !m.probe {
		n.probe = noProbe
	}
	if kind := distributor.KindOf(err); kind == distributor.RateLimited || kind == distributor.Broken {
		n.wish, n.why = distributor.AsError(err).RetryAfter, whyPaused(distributor.AsError(err))
	}
	if n == (news{}) && !l.due() {
		return
	}
	n.good = l.takeUntold()
	l.state.change(ctx, func(s State, now time.Time) State { return s.after(n, now) })
}

type weight int

const (
	nobodyKnows weight = iota // no answer, or one that says nothing of the server's health
	serverWell
	serverFails
)

func (m met) weigh() weight {
	if m.err == nil && m.counts {
		return serverWell
	}
	switch distributor.KindOf(m.err) {
	case distributor.Broken:
		return serverFails
	case distributor.NotPermitted, distributor.NotFound, distributor.Refused, distributor.BadAnswer,
		distributor.TooLarge, distributor.Redirected, distributor.NeedsCredentials:
		return serverWell
	}
	return nobodyKnows
}

func (l *Line) addUntold(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.untold = min(l.untold+n, fullBudget/perSuccess)
}

func (l *Line) takeUntold() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.untold
	l.untold = 0
	return n
}

// due tells whether good answers make a difference: to a budget that was used, or to failures that are watched.
func (l *Line) due() bool {
	state, _ := l.state.known()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.untold >= tellAfter && (state.Spent > 0 || strings.ContainsRune(state.Answers, failed))
}

// keepSilent lets no call of anybody begin for a while.
func (l *Line) keepSilent(ctx context.Context, d time.Duration, why string) {
	l.state.change(ctx, func(s State, now time.Time) State {
		return s.pause(now.Add(d), distributor.ByDistributor, why)
	})
}

// afterADay ends why a longer pause was asked for than is kept.
const afterADay = ", and is asked again after a day"

func whyPaused(e *distributor.Error) string {
	why := fmt.Sprintf("The distributor asked for a pause (%d)", e.StatusCode)
	if e.AskedFor > 0 {
		why = fmt.Sprintf("The distributor asked for a pause of %s (%d)"+afterADay,
			lasting(e.AskedFor), e.StatusCode)
	}
	return why
}

// lasting tells a long time in days, a shorter one in hours.
func lasting(d time.Duration) string {
	if hours := int(d.Hours()); hours < 48 {
		return fmt.Sprintf("%d hours", hours)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// paused is the error of a call that was not made, because of a pause.
func (l *Line) paused(s State, left time.Duration) error {
	until := l.clk.Now().Add(left)
	return &distributor.Error{Kind: distributor.Paused, Op: "wait", Until: until, AskedBy: s.AskedBy, RetryAfter: left,
		Shortened: strings.HasSuffix(s.Why, afterADay),
		Message:   s.Why + ". Nothing is asked before " + l.moment(until) + ".", Advice: adviceOnPause(s.AskedBy)}
}

func adviceOnPause(by distributor.Asker) string {
	switch by {
	case distributor.ByBreaker:
		return "Then one call tries whether it is well again; if it lasts, ask the distributor whether its service " +
			"is up."
	case distributor.ByLimit:
		return "Try again after that, or raise the provider's calls per minute."
	}
	return "Try again after that."
}

// moment tells a time of today by its hour, another with its day, both by the clock that people see.
func (l *Line) moment(at time.Time) string {
	now := l.shown.Now()
	at, now = now.Add(at.Sub(l.clk.Now())).In(l.zone), now.In(l.zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return at.Format(time.DateTime)
}

// told turns an answer that asks for a longer pause than a call may wait into a pause,
// which its run waits out as a whole.
func (l *Line) told(err error) error {
	var e *distributor.Error
	if !errors.As(err, &e) || e.RetryAfter <= longestWait {
		return err
	}
	if e.Kind != distributor.RateLimited && e.Kind != distributor.Broken || l.toBlame(e) {
		return err
	}
	p := distributor.AsError(l.paused(State{AskedBy: distributor.ByDistributor, Why: whyPaused(e)}, e.RetryAfter))
	p.Op, p.StatusCode, p.RequestID, p.Advice, p.Cause = e.Op, e.StatusCode, e.RequestID, e.Advice, e
	p.AskedFor = e.AskedFor
	if _, said, ok := strings.Cut(e.Message, itSays); ok {
		p.Message += itSays + said
	}
	return p
}

// blame is a question that is answered by a long pause again and again.
type blame struct {
	times int
	until time.Time
}

// maxPauses is how often one question may send a whole run into a pause. After that it
// fails by itself, or the run would come back to it for ever.
const maxPauses = 3

func (l *Line) toBlame(e *distributor.Error) bool {
	now := l.clk.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.blamed[e.Op]
	if now.After(b.until.Add(time.Hour)) {
		b.times = 0
	}
	b.times, b.until = b.times+1, now.Add(e.RetryAfter)
	if len(l.blamed) > 1000 {
		clear(l.blamed)
	}
	l.blamed[e.Op] = b
	return b.times > maxPauses
}
