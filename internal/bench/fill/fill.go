// Package fill makes a database of many records that could have come about: every
// constraint of the schema holds for them, and nothing is random, so that two
// runs measure the same rows. It knows the tables, and no rule about them.
package fill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Least is the fewest rows, of which every size is a multiple.
const Least = 2000

// hands are the connections that fill beside the first: one for the trail, and those that fill with it.
const hands = 3

// atOnce is how many subscriptions come in with their ledger in one transaction: the sums of the ledger
// are compared at its end.
const atOnce = 50_000

// Fill puts n rows into each of the large lists, with n/20 customers, over a connection of the owner. super may also
// switch off the references' triggers.
func Fill(ctx context.Context, db, super *pgx.Conn, n int, out io.Writer) error {
	f := filler{db: db, super: super, n: n, out: out, hands: []*pgx.Conn{db}}
	for range hands {
		more, err := pgx.ConnectConfig(ctx, db.Config())
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		defer more.Close(ctx)
		f.hands = append(f.hands, more)
	}
	for _, h := range f.hands {
		if _, err := h.Exec(ctx, prepare); err != nil {
			return fmt.Errorf("fill prepare: %w", err)
		}
	}
	if err := f.triggers(ctx, "DISABLE"); err != nil {
		return err
	}
	indexes, err := f.dropIndexes(ctx)
	if err != nil {
		return err
	}
	first, trail := f.hands[:hands], f.hands[hands]
	chained := make(chan error, 1)
	go func() { chained <- f.carryOut(ctx, trail, chain, 0, n-1) }() // the trail needs nothing else
	f.hands = first
	for _, s := range steps {
		if err := f.step(ctx, s); err != nil {
			return err
		}
	}
	if err := <-chained; err != nil {
		return err
	}
	if err := f.makeIndexes(ctx, indexes); err != nil {
		return err
	}
	f.say("indexes")
	if err := f.triggers(ctx, "ENABLE"); err != nil {
		return err
	}
	if err := f.exec(ctx, "vacuum", "VACUUM ANALYZE"); err != nil {
		return err
	}
	f.say("vacuum")
	err = f.check(ctx)
	f.say("check")
	return err
}

type filler struct {
	db    *pgx.Conn
	super *pgx.Conn
	hands []*pgx.Conn
	n     int
	out   io.Writer
	began time.Time
}

type step struct {
	name    string
	chunked bool     // in parts, several at a time; not where each row locks its customer
	sql     []string // $n is the number of rows; $from and $to are the chunk
}

func (f *filler) step(ctx context.Context, s step) error {
	f.began = time.Now()
	chunk := f.n
	if s.chunked {
		chunk = min(chunk, atOnce)
	}
	from := make(chan int, f.n/chunk+1)
	for i := 0; i < f.n; i += chunk {
		from <- i
	}
	close(from)
	hands := f.hands
	if !s.chunked {
		hands = hands[:1]
	}
	err := atOnceBy(hands, func(db *pgx.Conn) error {
		for i := range from {
			if err := f.carryOut(ctx, db, s, i, min(i+chunk, f.n)-1); err != nil {
				return err
			}
		}
		return nil
	})
	f.say(s.name)
	return err
}

// atOnceBy has each connection do something at the same time.
func atOnceBy(hands []*pgx.Conn, do func(*pgx.Conn) error) error {
	ended := make(chan error, len(hands))
	for _, db := range hands {
		go func() { ended <- do(db) }()
	}
	var all error
	for range hands {
		all = errors.Join(all, <-ended)
	}
	return all
}

// carryOut does a step for the records from one number to another.
func (f *filler) carryOut(ctx context.Context, db *pgx.Conn, s step, from, to int) error {
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		for _, sql := range s.sql {
			sql = strings.NewReplacer("$n", fmt.Sprint(f.n), "$c", fmt.Sprint(f.n/20), "$from", fmt.Sprint(from),
				"$to", fmt.Sprint(to)).Replace(sql)
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("%.90s: %w", sql, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("fill %s: %w", s.name, err)
	}
	return nil
}

func (f *filler) say(what string) {
	fmt.Fprintf(f.out, "  %-14s %6.1f s\n", what, time.Since(f.began).Seconds())
	f.began = time.Now()
}

func (f *filler) exec(ctx context.Context, what, sql string) error {
	if _, err := f.db.Exec(ctx, sql); err != nil {
		return fmt.Errorf("fill %s: %.90s: %w", what, sql, err)
	}
	return nil
}

// makeIndexes makes them over all connections at once.
func (f *filler) makeIndexes(ctx context.Context, all []string) error {
	left := make(chan string, len(all))
	for _, words := range []bool{true, false} { // those of words take longest
		for _, sql := range all {
			if strings.Contains(sql, " USING gin ") == words {
				left <- sql
			}
		}
	}
	close(left)
	return atOnceBy(f.hands, func(db *pgx.Conn) error {
		for sql := range left {
			if _, err := db.Exec(ctx, sql); err != nil {
				return fmt.Errorf("fill index: %.90s: %w", sql, err)
			}
		}
		return nil
	})
}

// dropIndexes takes away what no constraint stands on, and gives how it is made again.
func (f *filler) dropIndexes(ctx context.Context) ([]string, error) {
	rows, err := f.db.Query(ctx, `SELECT c.relname, pg_get_indexdef(i.indexrelid)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
		WHERE t.relname IN ('crm_accounts', 'provider_accounts', 'billing_contracts', 'subscriptions',
		'license_changes',
			'license_change_status', 'subscription_reviews', 'sign_offs', 'invoices', 'invoice_lines', 'audit_events')
		AND c.relname NOT IN ('license_changes_subscription', 'sign_offs_subscription') -- triggers look in them
		AND NOT i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`)
	if err != nil {
		return nil, err
	}
	var names, made []string
	var name, sql string
	_, err = pgx.ForEachRow(rows, []any{&name, &sql}, func() error {
		names, made = append(names, pgx.Identifier{name}.Sanitize()), append(made, sql)
		return nil
	})
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return made, f.exec(ctx, "indexes", "DROP INDEX "+strings.Join(names, ", "))
}
