package stellr

import (
	"context"
	"sync"
	"time"

	"seatledger/internal/distributor"
)

// Guess: that there is a change log is certain, where it lies is not public.
// These are the places a live client tries, the likeliest first.
var changePaths = []string{
	"/api/v1/customers/{customer}/subscriptions/changelogs",
	"/api/v1/customers/{customer}/subscriptions/changeLogs",
	"/api/v1/customers/{customer}/subscriptions/changelog",
	"/api/v1/customers/{customer}/subscriptions/change-logs",
	"/api/v1/cloud/customers/{customer}/subscriptions/changelogs",
}

// A few customers without any change log say nothing about the API; after that
// many in a row the search rests for a while, so that it does not cost every call five.
const (
	missesToRest = 3
	changeRest   = time.Hour
)

// changePath remembers which of the places is real.
type changePath struct {
	mu       sync.Mutex
	found    string
	misses   int
	restTill time.Time
}

func (p *changePath) candidates(now time.Time) (paths []string, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.found != "":
		return []string{p.found}, true
	case now.Before(p.restTill):
		return nil, false
	}
	return changePaths, false
}

func (p *changePath) hit(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found, p.misses = path, 0
}

func (p *changePath) miss(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.misses++; p.misses >= missesToRest {
		p.misses, p.restTill = 0, now.Add(changeRest)
	}
}

// findChangeLog reads at the place that is known, else tries the places one by
// one. An answer that says "no such place" leads to the next; any other failure ends it.
func (c *Connector) findChangeLog(ctx context.Context, q distributor.ChangeQuery) (*reading, error) {
	if path := c.tongue.paths.Changes; path != "" { // a person has said where
		r, _, err := c.readAll(ctx, c.tongue.changesAt(path, q))
		return r, err
	}
	paths, known := c.changes.candidates(c.clk.Now())
	for _, path := range paths {
		r, _, err := c.readAll(ctx, c.tongue.changesAt(path, q))
		if err == nil {
			c.changes.hit(path)
			return r, nil
		}
		if known || !noSuchPlace(err) {
			return nil, err
		}
		c.log.DebugContext(ctx, "no change log here", "path", path, "cause", err.Error())
	}
	if len(paths) > 0 {
		c.changes.miss(c.clk.Now())
	}
	return nil, &distributor.Error{Kind: distributor.Unsupported, Op: "read the change log",
		Message: "The distributor's change log was found in none of the known places.",
		Advice:  "Seat changes are dated on the day they are seen, as an estimate."}
}

// A place that does not exist may also be taken for the id of a subscription, and
// be answered as a bad id or with a record that is no list.
func noSuchPlace(err error) bool {
	switch distributor.KindOf(err) {
	case distributor.NotFound, distributor.Refused, distributor.BadAnswer:
		return true
	}
	return false
}
