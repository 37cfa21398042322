package demo

import (
	"sync"
	"time"

	"seatledger/internal/clock"
)

// pastClock runs as the wall clock does, from a moment that it is put to.
type pastClock struct {
	wall clock.Clock

	mu   sync.Mutex
	back time.Duration
}

// Now is the moment it was put to, and the time that has passed since.
func (c *pastClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall.Now().Add(-c.back)
}

// put moves the clock to a moment.
func (c *pastClock) put(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.back = c.wall.Now().Sub(at)
}
