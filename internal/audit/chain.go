package audit

import (
	"context"
	"sync"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Watched is how many of the latest entries Chain checks.
const Watched = 2000

// chainGood is how long a check of the latest entries is shown before they are all checked anew.
const chainGood = 30 * time.Second

// Chain checks the end of the trail for pages that show it, without hashing all of it for each: what was found
// sound is good for half a minute, in which only what has come since is checked, and that it still follows from the
// last entry that was. One that is broken is never remembered.
type Chain struct {
	clk clock.Clock

	mu   sync.Mutex
	last Integrity
	at   time.Time // zero: nothing is remembered
}

// NewChain makes one that remembers nothing.
func NewChain(clk clock.Clock) *Chain { return &Chain{clk: clk} }

// Check tells how the latest entries stand, and when all of them were last hashed.
func (c *Chain) Check(ctx context.Context, db *gorm.DB) (Integrity, time.Time, error) {
	a, found := c.Asked()
	err := postgres.Query(ctx, db, a.SQL, a.Args, a.Read)
	if err != nil {
		c.forget()
		return Integrity{}, c.clk.Now(), err
	}
	i, at := found()
	return i, at, nil
}

// Asked is what Check asks, for a page that asks it together with its rows, and then gives what was found.
func (c *Chain) Asked() (a postgres.Ask, found func() (Integrity, time.Time)) {
	now, i := c.clk.Now(), new(Integrity)
	c.mu.Lock()
	last, at := c.last, c.at
	c.mu.Unlock()
	if at.IsZero() || now.Sub(at) >= chainGood || now.Before(at) {
		return verified(Watched, i), func() (Integrity, time.Time) {
			c.remember(*i, now)
			return *i, now
		}
	}
	return verifiedFrom(last.Head, i), func() (Integrity, time.Time) {
		if !i.Sound() {
			c.forget()
			return *i, now
		}
		i.Checked = min(last.Checked+i.Head.Seq-last.Head.Seq, Watched)
		c.remember(*i, at)
		return *i, at
	}
}

func (c *Chain) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = time.Time{}
}

func (c *Chain) remember(i Integrity, at time.Time) {
	if !i.Sound() {
		c.forget()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.After(at) {
		c.last, c.at = i, at
	}
}

// Days looks after what audit_days keeps of the trail.
type Days struct{}

// AddUp has nothing to add up.
func (Days) AddUp(context.Context, *postgres.DB) error { return nil }

// Mend makes right where a day begins in the trail, and tells how many were wrong.
func (Days) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Raw(`SELECT mend_audit_days()`).Row().Scan(&rows)
	})
	return 0, rows, err
}
