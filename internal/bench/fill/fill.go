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

// atOnce is how many subscriptions come in with their ledger in one transaction: the sums of the ledger
// are compared at its end.
const atOnce = 50_000

// Fill puts n rows into each of the large lists, with n/20 customers, over a connection of the owner. super may also
// switch off the references' triggers.
func Fill(ctx context.Context, db, super *pgx.Conn, n int, out io.Writer) error {
	f := filler{db: db, super: super, n: n, out: out}
	if err := f.exec(ctx, "prepare", prepare); err != nil {
		return err
	}
	if err := f.triggers(ctx, "DISABLE"); err != nil {
		return err
	}
	indexes, err := f.dropIndexes(ctx)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if err := f.step(ctx, s); err != nil {
			return err
		}
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
	n     int
	out   io.Writer
	began time.Time
}

type step struct {
	name    string
	chunked bool
	sql     []string // $n is the number of rows; $from and $to are the chunk
}

func (f *filler) step(ctx context.Context, s step) error {
	f.began = time.Now()
	chunk := f.n
	if s.chunked {
		chunk = min(chunk, atOnce)
	}
	for from := 0; from < f.n; from += chunk {
		err := pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error {
			for _, sql := range s.sql {
				sql = strings.NewReplacer("$n", fmt.Sprint(f.n), "$c", fmt.Sprint(f.n/20), "$from", fmt.Sprint(from),
					"$to", fmt.Sprint(min(from+chunk, f.n)-1)).Replace(sql)
				if _, err := tx.Exec(ctx, sql); err != nil {
					return fmt.Errorf("%.90s: %w", sql, err)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("fill %s: %w", s.name, err)
		}
	}
	f.say(s.name)
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

// makeIndexes makes them over two connections at once: those of words on one, for the database makes these alone.
func (f *filler) makeIndexes(ctx context.Context, all []string) error {
	second, err := pgx.ConnectConfig(ctx, f.db.Config())
	if err != nil {
		return fmt.Errorf("fill indexes: %w", err)
	}
	defer second.Close(ctx)
	if _, err := second.Exec(ctx, "SET synchronous_commit = off; SET maintenance_work_mem = '1GB'"); err != nil {
		return fmt.Errorf("fill indexes: %w", err)
	}
	build := func(db *pgx.Conn, words bool) error {
		for _, sql := range all {
			if strings.Contains(sql, " USING gin ") != words {
				continue
			}
			if _, err := db.Exec(ctx, sql); err != nil {
				return fmt.Errorf("fill index: %.90s: %w", sql, err)
			}
		}
		return nil
	}
	ended := make(chan error, 1)
	go func() { ended <- build(second, true) }()
	return errors.Join(build(f.db, false), <-ended)
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
