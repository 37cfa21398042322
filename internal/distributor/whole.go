package distributor

import (
	"context"
	"sync"
)

// Whole is one list of every subscription of a distributor, told apart by customer.
type Whole struct {
	Of       map[string]SubscriptionListing
	Complete bool   // the list as a whole was read to its end, and its sum agrees
	Why      string // why not, in plain words
}

// reading is one pass over a distributor.
type reading struct {
	mu     sync.Mutex
	wholes map[any]*whole
}

type whole struct {
	once  sync.Once
	list  Whole
	err   error
	mu    sync.Mutex
	given map[string]bool
}

type readingKey struct{}

// WithReading gives a context for one pass over a distributor. A connector whose distributor has one list of
// everything then asks for that once, however many customers are asked for.
func WithReading(ctx context.Context) context.Context {
	return context.WithValue(ctx, readingKey{}, &reading{wholes: map[any]*whole{}})
}

// OneList answers for one customer from one list of everything, which is asked for once a reading. Who asks for the
// same customer again in a reading wants a second look, and gets it from alone; so does who reads nothing else.
func OneList(ctx context.Context, connector any, account string, all func(context.Context) (Whole, error),
	alone func(ctx context.Context, account string) (SubscriptionListing, error)) (SubscriptionListing, error) {
	r, _ := ctx.Value(readingKey{}).(*reading)
	if r == nil {
		return alone(ctx, account)
	}
	r.mu.Lock()
	w := r.wholes[connector]
	if w == nil {
		w = &whole{given: map[string]bool{}}
		r.wholes[connector] = w
	}
	r.mu.Unlock()
	if !w.first(account) {
		return alone(ctx, account)
	}
	w.once.Do(func() { w.list, w.err = all(ctx) })
	if w.err != nil {
		return SubscriptionListing{}, w.err
	}
	list := w.list.Of[account]
	if !w.list.Complete {
		list.Complete, list.Why = false, w.list.Why
	} else if _, listed := w.list.Of[account]; !listed {
		list.Complete = true
	}
	return list, nil
}

// first tells whether this is the first time that somebody asks for a customer.
func (w *whole) first(account string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.given[account]
	w.given[account] = true
	return !was
}
