package syncing

import (
	"context"
	"errors"
	"sync"
	"time"

	"gorm.io/gorm"
)

const saveEvery = time.Second

// progress counts accounts as they are finished and saves, at most once a second,
// how far every account is done: counts and mark always belong together, whatever
// order the workers finish in.
type progress struct {
	w  *worker
	mu sync.Mutex

	names   []string       // external ids of all accounts to read, in order
	results map[int]result // finished, but one before them is not
	next    int            // the first that is not finished
	counts  Counts         // of all before next
	savedAt time.Time
	savedTo int // what was before next at the last save
}

// result is what reading one account came to.
type result struct {
	counts Counts // Done and Total are not used
}

// openProgress goes on where an interrupted attempt was saved.
func (w *worker) openProgress() *progress {
	return &progress{w: w, counts: w.run.Counts, results: map[int]result{}, savedAt: w.s.Clock.Now()}
}

// plan sets which accounts there are to read, in the order of their external id,
// and gives the index of the first that is still to do.
func (p *progress) plan(ctx context.Context, externalIDs []string) (int, error) {
	p.names = externalIDs
	p.counts.Total = len(externalIDs)
	for p.next < len(externalIDs) && p.w.run.SavedThrough != "" && externalIDs[p.next] <= p.w.run.SavedThrough {
		p.next++
	}
	p.counts.Done, p.savedTo = p.next, p.next
	return p.next, p.save(ctx)
}

// finish notes that the i-th account is done.
func (p *progress) finish(ctx context.Context, i int, r result) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.results[i] = r
	for {
		r, ok := p.results[p.next]
		if !ok {
			break
		}
		p.take(r)
	}
	if p.w.s.Clock.Now().Sub(p.savedAt) < saveEvery {
		return nil
	}
	return p.save(ctx)
}

// correct counts what a second asking came to in the place of an account's failure.
func (p *progress) correct(ctx context.Context, r result, also func(tx *gorm.DB) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Failed--
	p.counts.add(r.counts)
	return p.w.lease.Save(ctx, func(tx *gorm.DB) error { return errors.Join(also(tx), p.write(tx)) })
}

func (p *progress) take(r result) {
	delete(p.results, p.next)
	p.counts.add(r.counts)
	p.counts.Done++
	p.next++
}

func (c *Counts) add(o Counts) {
	c.Added += o.Added
	c.Changed += o.Changed
	c.Unchanged += o.Unchanged
	c.Gone += o.Gone
	c.Held += o.Held
	c.Failed += o.Failed
}

// save writes counts and mark, under the lease.
func (p *progress) save(ctx context.Context) error {
	err := p.w.lease.Save(ctx, p.write)
	if err == nil {
		p.savedTo = p.next
		p.savedAt = p.w.s.Clock.Now()
	}
	return err
}

func (p *progress) mark() string {
	if p.next == 0 || len(p.names) == 0 {
		return p.w.run.SavedThrough
	}
	return p.names[p.next-1]
}

// applied notes, at most once a second, that the attempt comes further although nothing more is read.
func (p *progress) applied(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w.s.Clock.Now().Sub(p.savedAt) < saveEvery {
		return nil
	}
	p.savedAt = p.w.s.Clock.Now()
	return p.w.lease.Save(ctx, p.w.lease.Progressed)
}

// write stores counts and mark: a resumed attempt skips the accounts up to it.
func (p *progress) write(tx *gorm.DB) error {
	if p.next > p.savedTo {
		if err := p.w.lease.Progressed(tx); err != nil {
			return err
		}
	}
	c := p.counts
	return tx.Exec(`UPDATE sync_runs
		SET total = ?, done = ?, added = ?, changed = ?, unchanged = ?, gone = ?, held = ?, failed = ?,
			saved_through = ? WHERE id = ?`,
		c.Total, c.Done, c.Added, c.Changed, c.Unchanged, c.Gone, c.Held, c.Failed, p.mark(), p.w.run.ID).Error
}
