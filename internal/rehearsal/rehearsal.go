// Package rehearsal tries a dialect on a provider and writes nothing: the provider is
// asked with it, what is stored is read again with it, and what would become of the
// subscriptions is counted. It reads through the port and knows no wire format.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
)

// Service is what a rehearsal needs.
type Service struct {
	DB   *postgres.DB
	Wire func(connector string) distributor.Wire
	// ConnectIn opens a connector that reads in a given dialect.
	ConnectIn func(ctx context.Context, p provider.Provider, d distributor.Dialect) (distributor.Connector, error)
}

// A person waits for a rehearsal. What the distributor does not answer in this time is read from the store.
const limit = 20 * time.Second

// Try tells what version v would change beside the one in force.
func (s Service) Try(ctx context.Context, p provider.Provider, now, v dialect.Version) (dialect.Trial, error) {
	var t dialect.Trial
	before, err := now.Dialect()
	if err != nil {
		return t, err
	}
	after, err := v.Dialect()
	if err != nil {
		return t, err
	}
	conn, err := s.ConnectIn(ctx, p, after)
	if err != nil {
		return t, err
	}
	asking, stop := context.WithTimeout(ctx, limit)
	defer stop()
	got, err := s.ask(asking, p, conn)
	if err != nil {
		return failed(err), ctx.Err()
	}
	c := &comparison{p: p, wire: s.Wire(p.Connector), before: before, after: after, live: got.rows,
		endBefore: p.EndDate(), endAfter: v.EndDate}
	if c.endAfter == "" {
		c.endAfter = p.EndDateSeen
	}
	c.t = dialect.Trial{Customers: got.customers, Read: len(got.rows), Known: got.known, Fields: map[string]int{},
		EndDates: map[string]int{}}
	if err := c.stored(ctx, s.DB); err != nil {
		return t, err
	}
	return c.t, c.unreadable(ctx, s.DB)
}

func failed(err error) dialect.Trial {
	var e *distributor.Error
	if errors.As(err, &e) {
		return dialect.Trial{Failure: e.Message, Advice: e.Advice}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return dialect.Trial{Failure: fmt.Sprintf("The distributor did not list its customers within %d s.",
			int(limit.Seconds())), Advice: "Try again."}
	}
	return dialect.Trial{Failure: errs.Public(err), Advice: "Try again; if it lasts, look in the log."}
}

// answer is what the distributor said: for each account that was asked, its records by id.
type answer struct {
	customers, known int
	rows             map[string]map[string][]byte // account -> subscription -> record
}

// ask lists the customers, then the subscriptions of known accounts as far as the time goes.
// An account that fails is read from the store instead, unless the first ones all fail.
func (s Service) ask(ctx context.Context, p provider.Provider, conn distributor.Connector) (answer, error) {
	got := answer{rows: map[string]map[string][]byte{}}
	listing, err := conn.Accounts(ctx)
	if err != nil {
		return got, err
	}
	got.customers = len(listing.Accounts)
	var ids []string
	err = s.DB.Read(ctx).Raw(`SELECT external_id FROM provider_accounts WHERE provider_id = ?
		AND provider_status <> 'gone' ORDER BY external_id COLLATE "C"`, p.ID).Scan(&ids).Error
	if err != nil {
		return got, err
	}
	got.known = len(ids)
	if len(ids) == 0 { // nothing was synced yet: what is listed is tried
		for _, a := range listing.Accounts[:min(10, len(listing.Accounts))] {
			ids = append(ids, a.ExternalID)
		}
	}
	return got, readAll(ctx, p, conn, ids, &got)
}

// firstAll is how many accounts may fail, with none read, before the dialect counts as one that reads nothing.
const firstAll = 5

func readAll(ctx context.Context, p provider.Provider, conn distributor.Connector, ids []string, got *answer) error {
	var mu sync.Mutex
	failures := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, p.Concurrency))
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			l, err := conn.Subscriptions(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && ctx.Err() == nil {
				failures++
				if len(got.rows) == 0 && failures >= min(firstAll, len(ids)) {
					return err
				}
			}
			if err == nil && l.Complete {
				got.rows[id] = byID(l)
			}
			return nil
		})
	}
	return g.Wait()
}

func byID(l distributor.SubscriptionListing) map[string][]byte {
	rows := map[string][]byte{}
	for _, s := range l.Subscriptions {
		rows[s.ExternalID] = s.Raw
	}
	for _, b := range l.Bad {
		if b.ExternalID != "" {
			rows[b.ExternalID] = b.Raw
		}
	}
	return rows
}
