package calls

import (
	"fmt"
	"strings"
	"time"

	"seatledger/internal/distributor"
)

// State is how a line stands, for all replicas. Its times are of the store's clock.
type State struct {
	Version     int64     // one more with every change
	PausedUntil time.Time // nothing is asked before
	AskedBy     distributor.Asker
	Why         string    // who wants the pause and why, as the beginning of a sentence
	Answers     string    // the last ones, oldest first: good or failed
	AnsweredAt  time.Time // when the last of them came
	Trips       int       // pauses since the breaker opened; 0: it is closed
	ProbeUntil  time.Time // until then one call tries whether the server is well again
	Spent       float64   // of the budget of retries
	SpentAt     time.Time
	NextSlot    time.Time // of the limit per minute: the first moment that is not given away
}

const (
	good   = '.'
	failed = 'x'
)

// The breaker opens when 15 of the last 20 answers were failures of the server; answers
// with two minutes of silence behind them do not count. It then lets one call through
// after each pause.
const (
	watched       = 20
	tooMany       = 15
	answersFade   = 2 * time.Minute
	longestProbe  = 90 * time.Second
	probeInterval = 500 * time.Millisecond
)

var breakerPauses = []time.Duration{30 * time.Second, 2 * time.Minute, 5 * time.Minute}

func (s State) breakerPause() time.Duration {
	return breakerPauses[min(s.Trips, len(breakerPauses))-1]
}

// pause lets nobody ask for a while, unless they wait longer already.
func (s State) pause(until time.Time, by distributor.Asker, why string) State {
	if until.After(s.PausedUntil) {
		s.PausedUntil, s.AskedBy, s.Why = until, by, why
	}
	return s
}

// news is what a line has to tell since it told the last time.
type news struct {
	good   int  // answers
	failed bool // the last call met a failure of the server
	probe  probeResult
	wish   time.Duration // the pause that the distributor asked for
	why    string
}

type probeResult int

const (
	noProbe    probeResult = iota
	probeGood              // the server is well again
	probeBad               // it is not
	probeBroke             // nobody knows: the caller gave up
)

func (s State) after(n news, now time.Time) State {
	s = s.earn(n.good, now).answered(n, now)
	switch n.probe {
	case probeGood:
		s.Trips, s.Answers, s.ProbeUntil = 0, "", time.Time{}
		if s.AskedBy == distributor.ByBreaker {
			s.PausedUntil, s.AskedBy, s.Why = time.Time{}, "", ""
		}
	case probeBad:
		s.ProbeUntil = time.Time{}
		s = s.trip(now, "The distributor's server still fails")
	case probeBroke:
		s.ProbeUntil = time.Time{}
	case noProbe:
		if bad := strings.Count(s.Answers, string(failed)); s.Trips == 0 && n.failed && bad >= tooMany {
			s = s.trip(now, fmt.Sprintf("The distributor's server failed on %d of its last %d answers", bad,
				len(s.Answers)))
		}
	}
	if n.wish > 0 {
		s = s.pause(now.Add(n.wish), distributor.ByDistributor, n.why)
	}
	return s
}

func (s State) trip(now time.Time, why string) State {
	s.Trips++
	return s.pause(now.Add(s.breakerPause()), distributor.ByBreaker, why)
}

func (s State) answered(n news, now time.Time) State {
	if n.good == 0 && !n.failed {
		return s
	}
	if now.Sub(s.AnsweredAt) > answersFade {
		s.Answers = ""
	}
	s.Answers += strings.Repeat(string(good), min(n.good, watched))
	if n.failed {
		s.Answers += string(failed)
	}
	s.Answers, s.AnsweredAt = s.Answers[max(0, len(s.Answers)-watched):], now
	return s
}

// The budget keeps retries in proportion: a distributor that is down gets a few dozen
// tries from a whole run, not three from each of its calls. Successes earn it back, and time does.
const (
	fullBudget = 50.0
	perSuccess = 0.5
	perMinute  = 1.0
)

func (s State) earn(successes int, now time.Time) State {
	if s.Spent > 0 {
		s.Spent = max(0, s.Spent-perSuccess*float64(successes)-perMinute*max(0, now.Sub(s.SpentAt).Minutes()))
		s.SpentAt = now
	}
	return s
}

// spend takes one retry out of the budget, if there is one.
func (s State) spend(now time.Time) (State, bool) {
	s = s.earn(0, now)
	if s.Spent+1 > fullBudget {
		return s, false
	}
	s.Spent++
	s.SpentAt = now
	return s, true
}

// limit spreads a number of calls over each minute. It is given out in blocks, about
// one a second, so that replicas need not agree on each call. No 60 s, wherever
// they begin, see more calls than the limit: a call may be late within its block, so the
// blocks of a minute leave room for one less a call.
type limit struct {
	block int
	every time.Duration
}

func newLimit(callsPerMinute int) limit {
	if callsPerMinute <= 0 {
		return limit{}
	}
	block := max(1, callsPerMinute/60)
	const minute = 61 * time.Second // a call takes a moment from its turn to the wire
	return limit{block, minute * time.Duration(block) / time.Duration(callsPerMinute-block+1)}
}

// book gives the next free block and its moment, unless that is later than the caller can wait.
func (s State) book(l limit, now, latest time.Time) (State, time.Time, bool) {
	at := s.NextSlot
	if at.Before(now) {
		at = now
	}
	if at.After(latest) {
		return s, at, false
	}
	s.NextSlot = at.Add(l.every)
	return s, at, true
}
