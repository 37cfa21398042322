package nights

import (
	"context"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// power is the plug of the product's process: once pulled, no statement of it
// reaches the database any more and no transaction is committed, as after a kill -9.
// It also counts the commits.
type power struct {
	mu      sync.Mutex
	out     bool
	commits int
	pullAt  int // this commit; 0: none
	after   bool
	gone    context.Context
}

func newPower() *power {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	return &power{gone: gone}
}

func (p *power) plug(cfg *pgxpool.Config) { cfg.ConnConfig.Tracer = p }

type committing struct{}

// TraceQueryStart lets a statement through, or not.
func (p *power) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	commit := strings.EqualFold(strings.TrimSpace(q.SQL), "commit")
	if commit && !p.out {
		p.commits++
		if p.commits == p.pullAt && !p.after {
			p.out = true
		}
	}
	if p.out {
		return p.gone
	}
	if commit {
		return context.WithValue(ctx, committing{}, p.commits)
	}
	return ctx
}

// TraceQueryEnd pulls the plug after the commit that was named: it stands, and nobody was told.
func (p *power) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	n, ok := ctx.Value(committing{}).(int)
	p.mu.Lock()
	defer p.mu.Unlock()
	if ok && p.after && n == p.pullAt {
		p.out = true
	}
}

// pull ends the process, in the eyes of everybody else.
func (p *power) pull() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out = true
}

// isOut tells whether it was pulled, and starts it again.
func (p *power) restart() (wasOut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wasOut = p.out; wasOut {
		p.out, p.pullAt = false, 0
	}
	return wasOut
}

// arm pulls the plug at the n-th commit from now on, before or after it stands.
func (p *power) arm(n int, after bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commits, p.pullAt, p.after = 0, n, after
}

func (p *power) counted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.commits
}
