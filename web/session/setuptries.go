package session

import (
	"sync"
	"time"
)

// What the first-admin page takes from one place before it waits, and how many places it keeps in mind.
const (
	setupTries  = 10
	setupWindow = 15 * time.Minute
	setupPlaces = 1000
)

// tries counts those of the first-admin page by their place. It stands in memory: the code does so too.
type tries struct {
	mu sync.Mutex
	of map[string][]time.Time
}

// mayTry counts a try, and tells whether it is looked at.
func (t *tries) mayTry(place string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil || len(t.of) >= setupPlaces && t.of[place] == nil {
		t.of = map[string][]time.Time{}
	}
	fresh := t.of[place][:0]
	for _, at := range t.of[place] {
		if now.Sub(at) < setupWindow {
			fresh = append(fresh, at)
		}
	}
	if len(fresh) >= setupTries {
		t.of[place] = fresh
		return false
	}
	t.of[place] = append(fresh, now)
	return true
}
