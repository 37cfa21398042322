package clock

import (
	"sync"
	"time"
)

// Moved is a clock that runs as another does, from a moment that it was put to. It
// is safe for concurrent use.
type Moved struct {
	base Clock

	mu sync.Mutex
	by time.Duration
}

// NewMoved makes a clock that shows at now, and runs on as base does.
func NewMoved(base Clock, at time.Time) *Moved {
	m := &Moved{base: base}
	m.Put(at)
	return m
}

// Now is the moment it was put to, and the time that has passed since.
func (m *Moved) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.base.Now().Add(m.by)
}

// Put moves the clock to a moment.
func (m *Moved) Put(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.by = at.Sub(m.base.Now())
}

// True is what the clock behind it shows.
func (m *Moved) True() time.Time { return m.base.Now() }

// True is the true time behind a clock that was moved, and whether it was. What is
// outside of us, as tokens, jobs and other machines, goes by the true time.
func True(c Clock) (at time.Time, moved bool) {
	if m, is := c.(interface{ True() time.Time }); is {
		return m.True(), true
	}
	return c.Now(), false
}

// TrueOrNil is the true time behind a moved clock, for a column that stays empty
// where the clock is the true one.
func TrueOrNil(c Clock) *time.Time {
	if at, moved := True(c); moved {
		return &at
	}
	return nil
}

// Outside is the clock that other machines go by: the one behind a moved clock.
func Outside(c Clock) Clock {
	if m, is := c.(*Moved); is {
		return m.base
	}
	return c
}
