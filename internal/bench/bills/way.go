package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/difference"
	"seatledger/internal/imports"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
	"seatledger/internal/supplier"
)

// The whole way of a bill through the server's rooms: the file taken in with its preview, applied, and compared with
// ledger, costs and invoices, all of it in a database that has them.

// way is one size.
type way struct {
	measured
	server          *embedded.Server
	steps           [][4]work // upload, preview, apply, compare
	references      []work
	most            uint64 // of this process, in bytes, above what it had before
	found, compared int
}

const wayDatabase = "bills_way"

var ann = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Name: "Ann Example"}

func (w *way) run(ctx context.Context, super *pgx.Conn, rounds int) error {
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	if err := w.makeBills(); err != nil {
		return err
	}
	for range rounds {
		if err := w.furnish(ctx, super); err != nil {
			return err
		}
		reference, err := w.spent(func() error { return w.copyIn(ctx, super) })
		if err != nil {
			return err
		}
		w.references = append(w.references, reference)
		if err := w.walk(ctx); err != nil {
			return err
		}
	}
	return nil
}

// walk takes the bill in and has it compared.
func (w *way) walk(ctx context.Context) error {
	cfg, err := w.server.PoolConfig(embedded.AppRole, wayDatabase)
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer db.Close()
	clk := clock.NewFake(time.Date(2026, 2, 5, 9, 0, 0, 0, time.UTC))
	kind := supplier.Service{DB: db, Clock: clk, Zone: time.UTC,
		Received: func(*gorm.DB, uuid.UUID) error { return nil }}.File(ann)
	files := imports.Service{DB: db, Clock: clk}
	stop := watch(&w.most)
	defer stop()
	var id, bill uuid.UUID
	var steps [4]work
	for i, step := range []func() error{
		func() (err error) { id, err = w.upload(ctx, files, kind); return err },
		func() error {
			answers := map[string]string{supplier.AskProvider: wayProvider}
			if _, err := files.Choose(ctx, ann, kind, imports.Choice{ID: id, Answers: answers}); err != nil {
				return err
			}
			_, err := files.Preview(ctx, kind, id)
			return err
		},
		func() error {
			if _, err := files.Apply(ctx, ann, kind, imports.Order{ID: id}); err != nil {
				return err
			}
			return db.Read(ctx).Raw(`SELECT id FROM supplier_bills`).Row().Scan(&bill)
		},
		func() error {
			return difference.Service{DB: db, Clock: clk, Zone: time.UTC}.Compare(ctx, bill)
		}} {
		if steps[i], err = w.spent(step); err != nil {
			return err
		}
	}
	w.steps = append(w.steps, steps)
	return db.Read(ctx).Raw(`SELECT compared, (SELECT count(*) FROM differences) FROM supplier_comparisons`).Row().
		Scan(&w.compared, &w.found)
}

func (w *way) upload(ctx context.Context, files imports.Service, kind imports.Streamer) (uuid.UUID, error) {
	f, err := os.Open(w.path("bill.csv"))
	if err != nil {
		return uuid.Nil, err
	}
	defer f.Close()
	id, err := files.UploadLong(ctx, ann, kind, "bill.csv", f)
	if id != uuid.Nil {
		err = nil // what is still to be said is said next
	}
	return id, err
}

// watch notes the most memory in use above what was before.
func watch(most *uint64) func() {
	runtime.GC()
	before := inUse()
	var seen atomic.Uint64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			seen.Store(max(seen.Load(), inUse()))
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		*most = max(*most, seen.Load()-min(seen.Load(), before))
	}
}

// inUse is what the heap takes; it is asked without stopping what runs.
func inUse() uint64 {
	m := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}
	metrics.Read(m)
	return m[0].Value.Uint64() + m[1].Value.Uint64()
}

func (w *way) say(out io.Writer, first uint64) {
	slices.SortFunc(w.steps, func(a, b [4]work) int { return cmp.Compare(all(a).clock, all(b).clock) })
	slices.SortFunc(w.references, func(a, b work) int { return cmp.Compare(a.clock, b.clock) })
	steps, reference := w.steps[len(w.steps)/2], w.references[len(w.references)/2]
	whole, in := all(steps), steps[0].plus(steps[1]).plus(steps[2])
	fmt.Fprintf(out, "the whole way, %d lines, of reading and COPY (wanted %.1f): %s by the clock, "+
		"%s by processor time; the import %s, %s; the comparison %s, %s\n", w.lines, wantedRatio,
		ratio(reference.clock, whole.clock),
		ratio(reference.processor(), whole.processor()), ratio(reference.clock, in.clock),
		ratio(reference.processor(), in.processor()), ratio(reference.clock, steps[3].clock),
		ratio(reference.processor(), steps[3].processor()))
	for i, name := range []string{"upload", "preview", "apply", "compare"} {
		fmt.Fprintf(out, "\t%-9s %s\n", name, steps[i])
	}
	fmt.Fprintf(out, "\t%-9s %s\n\t%d compared, %d differences; %d MB, %+d MB (wanted at most %d)\n", "reference",
		reference, w.compared, w.found, w.most>>20, (int64(w.most)-int64(first))>>20, wantedGrowth)
}

func all(steps [4]work) (sum work) {
	for _, s := range steps {
		sum = sum.plus(s)
	}
	return sum
}

func ratio(reference, ours time.Duration) string {
	return fmt.Sprintf("%.2f", reference.Seconds()/ours.Seconds())
}

const wayProvider = "0190a000-0000-7000-8000-00000000000a"

// furnish makes the database anew, as a copy of one that was made once: what the bill is about, as it stands after a
// month.
func (w *way) furnish(ctx context.Context, super *pgx.Conn) error {
	model := fmt.Sprintf("bills_%d", w.lines)
	var known bool
	if err := super.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND NOT datallowconn)",
		model).Scan(&known); err != nil {
		return err
	}
	if !known {
		if err := w.makeModel(ctx, super, model); err != nil {
			return err
		}
	}
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + wayDatabase + " WITH (FORCE)",
		"CREATE DATABASE " + wayDatabase + " TEMPLATE " + model + " OWNER " + embedded.OwnerRole, "CHECKPOINT"} {
		if _, err := super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return w.migrate(ctx, wayDatabase) // the model may be of an earlier day
}

func (w *way) migrate(ctx context.Context, database string) error {
	cfg, err := w.server.PoolConfig(embedded.OwnerRole, database)
	if err != nil {
		return err
	}
	owner, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer owner.Close()
	return postgres.Migrate(ctx, owner)
}

// makeModel fills a database that nobody connects to from then on. What was broken off is begun anew.
func (w *way) makeModel(ctx context.Context, super *pgx.Conn, model string) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + model + " WITH (FORCE)",
		"CREATE DATABASE " + model + " TEMPLATE template0 OWNER " + embedded.OwnerRole} {
		if _, err := super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	cfg, err := w.server.PoolConfig(embedded.Superuser, model)
	if err != nil {
		return err
	}
	db, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	if _, err := db.Exec(ctx, fmt.Sprintf("ALTER SCHEMA public OWNER TO %s; "+
		"REVOKE ALL ON SCHEMA public FROM public; GRANT USAGE ON SCHEMA public TO %s",
		embedded.OwnerRole, embedded.AppRole)); err != nil {
		return err
	}
	if err := w.migrate(ctx, model); err != nil {
		return err
	}
	for _, sql := range append([]string{`SET session_replication_role = replica`}, records(w.subscriptions())...) {
		if _, err := db.Exec(ctx, sql); err != nil {
			return errors.Join(err, errors.New(sql))
		}
	}
	if err := db.Close(ctx); err != nil {
		return err
	}
	_, err = super.Exec(ctx, "ALTER DATABASE "+model+" ALLOW_CONNECTIONS false")
	return err
}

// subscriptions are how many the bill has.
func (m *measured) subscriptions() int {
	n := 0
	for rows := 0; rows < m.lines; n++ {
		rows++
		if n%8 == 7 {
			rows += 2
		}
	}
	return n
}

// records are the statements that make what makeBills writes about n subscriptions: eight for each customer.
func records(n int) []string {
	last := n - 1
	of := `FROM generate_series(0, ` + fmt.Sprint(last) + `) n`
	ofCustomers := `FROM generate_series(0, ` + fmt.Sprint(last/8) + `) c`
	const (
		at     = `'2026-02-01 09:00+00'::timestamptz`
		seats  = `(1 + n % 60)`
		billed = `(1 + n % 60 + (n % 100 = 99)::int)`
		price  = `(3.1 * (1 + n % 19))`
	)
	id := func(what, of string) string { return `md5('` + what + `' || ` + of + `)::uuid` }
	sub, customer, contract, account := id("s", "n"), id("c", "n / 8"), id("k", "n / 8"), id("a", "n / 8")
	part := `'CFQ7TTC0' || lpad((n % 400)::text, 4, '0') || ':0001:P1Y:M'`
	change := func(what, event, day, delta, after, more, values string) string {
		return `INSERT INTO license_changes (id, subscription_id, event, effective_at, recorded_at, delta,
		quantity_after,
			estimated, source, actor` + more + `) SELECT ` + id(what, "n") + `, ` + sub + `, '` + event + `', '` +
			day +
			`', ` + at + `, ` + delta + `, ` + after + `, false, 'sync', 'system'` + values + ` ` + of
	}
	line := func(what, kind, position, from, seats string) string {
		return `INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, part_number, from_date,
		to_date,
			seats, unit_price, price_period, currency, amount, exact, invoice_seq, invoice_contract_id,
			invoice_crm_account_id) SELECT ` + id(what, "n") + `, ` + id("i", "n / 8") + `, ` + position + `, ` +
			sub +
			`, '` + kind + `', ` + part + `, '` + from + `', '2026-02-01', ` + seats + `, ` + price + ` + 1.5,
			'month', 'USD', ` +
			seats + ` * (` + price + ` + 1.5), ` + seats + ` * (` + price + ` + 1.5), n / 8 + 1, ` + contract + `, ` +
			customer + ` ` + of
	}
	return []string{
		`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
			credentials_at, created_at, updated_at) VALUES ('` + wayProvider + `', 'Read', 'stellr', true,
			'distributor.example', '1', 'USD', true, ` + at + `, ` + at + `, ` + at + `)`,
		`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
			SELECT ` + id("c", "c") + `, 'Customer ' || c, 'person', ` + at + `, ` + at + ` ` + ofCustomers,
		`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
			start_date, bill_from, refunds, payment_terms, is_default, active, created_at, updated_at)
			SELECT ` + id("k", "c") + `, ` + id("c", "c") + `, 'Licences', 'USD', 'monthly', 'advance', 1,
			'2026-01-01',
			'2026-01-01', 'no', '30 days', true, true, ` + at + `, ` + at + ` ` + ofCustomers,
		`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
			first_seen_at, updated_at) SELECT ` + id("a", "c") + `, '` + wayProvider + `', 'C' || c, 'Customer ' || c,
			'active', 'mapped', ` + id("c", "c") + `, ` + at + `, ` + at + ` ` + ofCustomers,
		`INSERT INTO subscriptions (id, provider_id, account_id, external_id, vendor, kind, product_name, part_number,
			quantity, ledger_quantity, unit_cost, cost_period, cost_currency, billing_frequency, term,
			provider_status,
			first_seen_at, facts_at, crm_account_id, contract_id, state, updated_at, currency)
			SELECT ` + sub + `, '` + wayProvider + `', ` + account + `, '5f0c2a9e-' || lpad(to_hex(n % 4096), 4,
			'0') ||
			'-4b7d-8a51-' || lpad(to_hex(n), 12, '0'), 'Microsoft', 'licence', 'Product ' || n % 400, ` + part + `,
			q, q, ` +
			price + `, 'month', 'USD', 'monthly', 'annual', 'active', ` + at + `, ` + at + `, ` + customer + `, ` +
			contract + `, 'active', ` + at + `, 'USD' FROM (SELECT n, ` + seats + ` + 2 * (n % 8 = 7)::int AS q ` +
			of + `) n`,
		change("create", "create", "2026-01-01", seats, seats, `, unit_cost, cost_period, cost_currency`,
			`, `+price+`, 'month', 'USD'`),
		change("price", "price", "2026-01-01", "0", seats, `, unit_price, price_period, currency, price_from`,
			`, `+price+` + 1.5, 'month', 'USD', 'person'`),
		change("update", "update", "2026-01-21", "2", seats+` + 2`, "", "") + ` WHERE n % 8 = 7`,
		`INSERT INTO license_change_status (change_id, counted, billing_state, change_seq, change_subscription_id,
			change_provider_id, change_event, change_effective_at, change_estimated)
			SELECT id, true, 'invoiced', seq, subscription_id, '` + wayProvider + `', event, effective_at, false
			FROM license_changes`,
		`INSERT INTO contract_stays (subscription_id, contract_id) SELECT ` + sub + `, ` + contract + ` ` + of,
		`INSERT INTO sign_offs (id, subscription_id, fingerprint, facts, contract_id, verdict, signed_by, signed_at)
			SELECT ` + id("g", "n") + `, ` + sub + `, '', '{}', ` + contract + `, 'ok', 'Ann Example', ` + at + `
			` + of,
		`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end,
			drafted_by, drafted_at) SELECT ` + id("i", "c") + `, ` + id("k", "c") + `, ` + id("c", "c") + `,
			'full_cycle',
			'draft', 'USD', 0, '2026-01-01', '2026-02-01', 'Ann Example', ` + at + ` ` + ofCustomers,
		line("l", "cycle", "n % 8 + 1", "2026-01-01", billed),
		line("m", "catch_up", "9", "2026-01-21", "2") + ` WHERE n % 8 = 7`,
		`VACUUM ANALYZE`,
	}
}
