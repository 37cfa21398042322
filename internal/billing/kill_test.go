package billing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"seatledger/internal/billing"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

// killAt lets an act run until it wants to write a table, and then cuts its
// connection: to the database that is what a kill -9 of the program is.
func (o *office) killAt(table string, act func(context.Context) error) {
	o.Helper()
	ctx, killer := o.Context(), o.killer()
	hold, err := o.World.DB.Owner().Begin(ctx)
	o.ok(err)
	_, err = hold.Exec(ctx, `LOCK TABLE `+table+` IN SHARE ROW EXCLUSIVE MODE`)
	o.ok(err)
	died := make(chan error, 1)
	go func() { died <- act(ctx) }()
	for killed := 0; killed == 0; {
		select {
		case err := <-died:
			o.Fatalf("it ended before it wrote %s: %v", table, err)
		default:
		}
		o.ok(killer.QueryRow(ctx, `SELECT count(*) FILTER (WHERE k)
			FROM (SELECT pg_terminate_backend(pid) AS k FROM pg_locks WHERE NOT granted
			AND relation = $1::text::regclass) l`, table).Scan(&killed))
	}
	if err := <-died; err == nil {
		o.Errorf("killed at %s, and yet it says it is done", table)
	}
	o.ok(hold.Rollback(ctx))
}

// killer is a connection that may see and end the others, as the server's own user.
func (o *office) killer() *pgx.Conn {
	o.Helper()
	conn, err := pgx.ConnectConfig(o.Context(), o.World.DB.AppConfig().ConnConfig)
	o.ok(err)
	_, err = conn.Exec(o.Context(), `SET ROLE NONE`)
	o.ok(err)
	o.Cleanup(func() { _ = conn.Close(context.WithoutCancel(o.Context())) })
	return conn
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// trace is all that billing writes.
func (o *office) trace() string {
	o.Helper()
	return o.Text(`SELECT md5(concat_ws('|', (SELECT string_agg(i::text, ',' ORDER BY id)
		FROM invoices i), (SELECT string_agg(l::text, ',' ORDER BY id) FROM invoice_lines l),
		(SELECT string_agg(c::text, ',' ORDER BY change_id)
		FROM invoice_line_changes c), (SELECT string_agg(v::text, ',' ORDER BY invoice_id, subscription_id)
		FROM invoice_coverage v),
		(SELECT string_agg(st::text, ',' ORDER BY change_id)
		FROM license_change_status st), (SELECT string_agg(billed_through::text, ',' ORDER BY id)
		FROM subscriptions), (SELECT last FROM invoice_numbers),
		(SELECT count(*) FROM audit_events), (SELECT count(*) FROM license_change_marks)))`)
}

func TestAKillInTheMiddleLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.Add("S1", 5, "2026-01-01")
	o.Add("S2", 3, "2026-02-10")
	draft := func(ctx context.Context) error {
		_, err := o.Service.Draft(ctx, billtest.Bea, billing.Order{Run: o.run(invoice.FullCycle, ""), Late: true})
		return err
	}
	dies := func(what string, act func(context.Context) error, tables ...string) {
		t.Helper()
		for _, table := range tables {
			before := o.trace()
			o.killAt(table, act)
			if o.trace() != before {
				t.Errorf("%s, killed at %s, left something behind", what, table)
			}
		}
	}
	dies("a draft", draft, "invoices", "invoice_lines", "invoice_line_changes", "invoice_coverage",
		"license_change_status", "license_change_marks", "audit_events")
	id := o.draft(invoice.FullCycle, "")
	dies("billing", func(ctx context.Context) error { return o.Bill(ctx, billtest.Bea, o.step(id)) }, "invoice_numbers",
		"audit_events")
	o.billed(id)
	if got := o.Text(`SELECT number FROM invoices WHERE id = ?`, id); got != "1" {
		t.Errorf("after the kills the first number is %s", got)
	}
	dies("a void", func(ctx context.Context) error { return o.Void(ctx, billtest.Bea, o.step(id)) },
		"license_change_status", "invoice_lines", "audit_events")
	o.void(id)
}

// Two people bill while connections die at random moments.
func TestRandomKillsLeaveNumbersWholeAndNoRowTwice(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-02-02", billtest.Terms{})
	for i := range 4 {
		o.Add(fmt.Sprintf("S%d", i), i+2, "2026-01-01")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var killer, workers sync.WaitGroup
	died := 0
	killer.Go(func() { died = o.kill(ctx) })
	for n := range 2 {
		r := rand.New(rand.NewPCG(uint64(n), 11))
		workers.Go(func() {
			for range 40 {
				o.oneStep(r)
			}
		})
	}
	workers.Wait()
	stop()
	killer.Wait()
	for range 3 { // and work goes on
		o.oneStep(rand.New(rand.NewPCG(5, 5)))
	}
	if died == 0 {
		t.Error("no connection was cut")
	}
	for what, sql := range map[string]string{
		"numbers": `SELECT string_agg(number::text, ',')
			FROM (SELECT number, row_number() OVER (ORDER BY number) AS want FROM invoices WHERE number IS NOT NULL) n
			WHERE number <> want`,
		"the counter": `SELECT last FROM invoice_numbers
			WHERE last <> (SELECT count(*) FROM invoices WHERE number IS NOT NULL)`,
		"a row twice": `SELECT string_agg(c.change_id::text, ',')
			FROM (SELECT c.change_id FROM invoice_line_changes c JOIN invoice_lines l ON l.id = c.line_id AND l.live
			AND l.kind <> 'credit' GROUP BY 1 HAVING count(DISTINCT l.invoice_id) > 1) c`,
		"a total": `SELECT string_agg(i.id::text, ',') FROM invoices i
			WHERE total <> (SELECT coalesce(sum(amount), 0) FROM invoice_lines l WHERE l.invoice_id = i.id)`,
		"live lines": `SELECT string_agg(l.id::text, ',') FROM invoice_lines l
			JOIN invoices i ON i.id = l.invoice_id WHERE l.live = (i.state = 'void')`,
		"where it stands": `SELECT string_agg(s.external_id, ',') FROM subscriptions s
			WHERE s.billed_through IS DISTINCT
			FROM (SELECT max(through_after) FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id
			AND i.state <> 'void' WHERE v.subscription_id = s.id)`,
		"rows of no invoice": `SELECT string_agg(change_id::text, ',') FROM license_change_status st LEFT
			JOIN invoices i ON i.id = st.invoice_id AND i.state <> 'void' WHERE st.billing_state = 'invoiced'
			AND i.id IS NULL`,
	} {
		if got := o.Text(sql); got != "" {
			t.Errorf("%s: %s", what, got)
		}
	}
	if n := o.Text(`SELECT count(*) FROM invoices WHERE number IS NOT NULL`); n == "0" {
		t.Error("nothing was billed at all")
	}
}

// kill cuts a connection of the program every few milliseconds while it is in a
// transaction, which to the database is a kill -9 of the program. It counts them.
func (o *office) kill(ctx context.Context) (died int) {
	killer := o.killer()
	tick := time.NewTicker(70 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return died
		case <-tick.C:
			cut, err := killer.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
				ORDER BY random() LIMIT 1`)
			if err == nil {
				died += int(cut.RowsAffected())
			}
		}
	}
}

// oneStep does one thing to the newest invoice; that it fails, or dies, is part of the test.
func (o *office) oneStep(r *rand.Rand) {
	ctx := o.Context()
	if r.IntN(3) == 0 {
		o.World.Clock.Advance(9 * 24 * time.Hour)
	}
	if _, err := o.Service.Draft(ctx, billtest.Bea,
		billing.Order{Run: o.run(invoice.FullCycle, ""), Late: true}); errs.KindOf(err) == errs.Invalid {
		return
	}
	var ids []uuid.UUID
	if err := o.World.DB.Read(ctx).
		Raw(`SELECT id FROM invoices WHERE state IN ('draft', 'billed') ORDER BY seq DESC LIMIT 1`).Scan(&ids).
		Error; err != nil || len(ids) == 0 {
		return
	}
	if r.IntN(3) == 0 {
		_ = o.Void(ctx, billtest.Bea, o.step(ids[0]))
		return
	}
	_ = o.Bill(ctx, billtest.Bea, o.step(ids[0]))
}
