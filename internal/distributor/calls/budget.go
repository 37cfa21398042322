package calls

import "sync"

// budget keeps retries in proportion: a distributor that is down gets a few
// dozen tries from a whole run, not three from each of its calls.
type budget struct {
	mu   sync.Mutex
	left float64
}

const (
	fullBudget = 50.0
	perSuccess = 0.5
)

func newBudget() *budget { return &budget{left: fullBudget} }

func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(fullBudget, b.left+perSuccess)
}

func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
