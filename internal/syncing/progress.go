package syncing

import (
	"context"
	"sync"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

const saveEvery = time.Second

// progress counts accounts as they are finished and saves, at most once a second,
// how far every account is done: counts and mark always belong together, whatever
// order the workers finish in.
type progress struct {
	w  *worker
	mu sync.Mutex

	names   []string            // external ids of all accounts to read, in order
	results map[int]result      // finished, but one before them is not
	next    int                 // the first that is not finished
	counts  Counts              // of all before next
	unsaved map[string][]string // subscriptions seen since the last save, by account
	seen    map[string]struct{} // all subscriptions seen
	savedAt time.Time
	savedTo int // what was before next at the last save
}

// result is what reading one account came to.
type result struct {
	counts Counts // Done and Total are not used
	seen   []string
}

// openProgress goes on where an interrupted attempt was saved.
func (w *worker) openProgress(ctx context.Context) (*progress, error) {
	p := &progress{w: w, counts: w.run.Counts, results: map[int]result{}, unsaved: map[string][]string{},
		seen: map[string]struct{}{}, savedAt: w.s.Clock.Now()}
	if w.run.Attempt < 2 {
		return p, nil
	}
	var ids []string
	err := w.s.DB.Read(ctx).Raw(`SELECT unnest(external_ids) FROM sync_run_seen WHERE run_id = ?`,
		w.run.ID).Scan(&ids).Error
	for _, id := range ids {
		p.seen[id] = struct{}{}
	}
	return p, err
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

func (p *progress) take(r result) {
	delete(p.results, p.next)
	p.counts.add(r.counts)
	p.counts.Done++
	if p.w.run.whole() {
		p.unsaved[p.names[p.next]] = r.seen
	}
	for _, id := range r.seen {
		p.seen[id] = struct{}{}
	}
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

// save writes counts, mark and what was seen, under the lease.
func (p *progress) save(ctx context.Context) error {
	err := p.w.lease.Save(ctx, p.write)
	if err == nil {
		clear(p.unsaved)
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

// write stores the mark together with what was seen up to it: a resumed attempt
// skips those accounts, and without what they listed it would take it for gone.
func (p *progress) write(tx *gorm.DB) error {
	for account, ids := range p.unsaved {
		err := tx.Exec(`INSERT INTO sync_run_seen (run_id, account_external_id, external_ids) VALUES (?, ?, ?)
			ON CONFLICT (run_id, account_external_id) DO UPDATE
			SET external_ids = excluded.external_ids`, p.w.run.ID, account, postgres.Texts(ids)).Error
		if err != nil {
			return err
		}
	}
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
