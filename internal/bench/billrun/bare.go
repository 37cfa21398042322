package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/postgres/embedded"
)

// written is what a run wrote of each contract: for each statement of the draft and of the bill, the rows as JSON.
type written struct {
	drafts, bills [][]string // a contract, a statement
}

// The statements of bare pgx, with the query that gives their rows from the database that a run has worked in: $1 is
// the invoice. What triggers write they write here too.
var draftStatements = []struct{ read, write string }{
	{`SELECT to_jsonb(i) || '{"state": "draft", "number": null, "number_text": "", "number_series": "",
		"issued_at": null, "version": 1}' FROM invoices i WHERE id = $1`,
		`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end,
			run_to, after_seq, payment_terms, tax_code, drafted_by, drafted_at)
		SELECT id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end, run_to,
			after_seq,
			payment_terms, tax_code, drafted_by, drafted_at FROM jsonb_populate_recordset(NULL::invoices, $1)`},
	{`SELECT to_jsonb(l) FROM invoice_lines l WHERE invoice_id = $1`,
		`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, product_name, part_number,
			from_date, to_date, seats, unit_price, price_period, currency, amount, exact, tax_code)
		SELECT id, invoice_id, position, subscription_id, kind, product_name, part_number, from_date, to_date, seats,
			unit_price, price_period, currency, amount, exact, tax_code
		FROM jsonb_populate_recordset(NULL::invoice_lines, $1)`},
	{`SELECT to_jsonb(c) FROM invoice_line_changes c JOIN invoice_lines l ON l.id = c.line_id WHERE invoice_id = $1`,
		`INSERT INTO invoice_line_changes SELECT * FROM jsonb_populate_recordset(NULL::invoice_line_changes, $1)`},
	{`SELECT to_jsonb(v) FROM invoice_coverage v WHERE invoice_id = $1`,
		`INSERT INTO invoice_coverage SELECT * FROM jsonb_populate_recordset(NULL::invoice_coverage, $1)`},
	{`SELECT to_jsonb(s) || jsonb_build_object('change_id', st.change_id, 'billing_state', st.billing_state,
		'invoice_id',
			st.invoice_id) FROM subscriptions s JOIN license_changes c ON c.subscription_id = s.id
			JOIN license_change_status st ON st.change_id = c.id
			WHERE s.id IN (SELECT subscription_id FROM invoice_coverage WHERE invoice_id = $1)
			AND st.billing_state <> 'open'`,
		`WITH marked AS (SELECT set_config('seatledger.actor', 'Ann Example', true), set_config('seatledger.why',
			'billed', true))
		UPDATE license_change_status st SET billing_state = n.billing_state, invoice_id = n.invoice_id
		FROM jsonb_populate_recordset(NULL::license_change_status, $1) n, marked WHERE n.change_id = st.change_id`},
	{`SELECT to_jsonb(s) FROM subscriptions s
		WHERE id IN (SELECT subscription_id FROM invoice_coverage WHERE invoice_id = $1)`,
		`UPDATE subscriptions s SET billed_through = n.billed_through
		FROM jsonb_populate_recordset(NULL::subscriptions, $1) n WHERE n.id = s.id`},
	{`SELECT to_jsonb(a) FROM audit_events a WHERE object_id = $1::text AND action = 'invoice.drafted'`,
		auditStatement},
}

const auditStatement = `INSERT INTO audit_events (at, actor_id, actor, action, object_type, object_id, object_name,
		before, after, request_id)
	SELECT at, actor_id, actor, action, object_type, object_id, object_name, before, after, request_id
	FROM jsonb_populate_recordset(NULL::audit_events, $1)`

var billStatements = []struct{ read, write string }{
	{`SELECT to_jsonb(i) FROM invoices i WHERE id = $1`, `UPDATE invoice_numbers SET last = n.number, year = 2026
		FROM jsonb_populate_recordset(NULL::invoices, $1) n`},
	{`SELECT to_jsonb(i) FROM invoices i WHERE id = $1`, `UPDATE invoices i SET state = 'billed', number = n.number,
		number_text = n.number_text, number_series = n.number_series, issued_at = n.issued_at, version = 2
		FROM jsonb_populate_recordset(NULL::invoices, $1) n WHERE n.id = i.id`},
	{`SELECT to_jsonb(d) FROM invoice_documents d WHERE invoice_id = $1`,
		`INSERT INTO invoice_documents (invoice_id, document, net, tax, gross, due_on, made_at)
		SELECT invoice_id, document, net, tax, gross, due_on, made_at
		FROM jsonb_populate_recordset(NULL::invoice_documents, $1)`},
	{`SELECT to_jsonb(a) FROM audit_events a WHERE object_id = $1::text AND action = 'invoice.billed'`, auditStatement},
}

// read gives the rows that a run wrote.
func (b *bench) read(ctx context.Context, run uuid.UUID) (w written, err error) {
	db, err := b.connect(ctx, work)
	if err != nil {
		return w, err
	}
	defer db.Close(ctx)
	rows, err := db.Query(ctx, `SELECT i.id::text FROM billing_run_contracts c JOIN invoices i ON i.id = c.invoice_id
		WHERE run_id = $1 ORDER BY i.number`, run)
	if err != nil {
		return w, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return w, err
	}
	for _, id := range ids {
		var draft, bill []string
		for _, s := range draftStatements {
			text, err := recordset(ctx, db, s.read, id)
			if err != nil {
				return w, err
			}
			draft = append(draft, text)
		}
		for _, s := range billStatements {
			text, err := recordset(ctx, db, s.read, id)
			if err != nil {
				return w, err
			}
			bill = append(bill, text)
		}
		w.drafts, w.bills = append(w.drafts, draft), append(w.bills, bill)
	}
	return w, nil
}

func recordset(ctx context.Context, db *pgx.Conn, sql, id string) (text string, err error) {
	err = db.QueryRow(ctx, `SELECT coalesce(jsonb_agg(r), '[]')::text FROM (`+sql+`) AS x (r)`, id).Scan(&text)
	return text, err
}

// workers is how many contracts are written at a time, as a run does.
const workers = 3

// bare writes the rows of a run, each statement with the rows of one contract, all of a contract in one batch and
// transaction.
func (b *bench) bare(ctx context.Context, w written) (took [2]time.Duration, err error) {
	if err := b.fresh(ctx); err != nil {
		return took, err
	}
	cfg, err := b.server.PoolConfig(embedded.AppRole, work)
	if err != nil {
		return took, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return took, err
	}
	defer pool.Close()
	began := time.Now()
	err = each(w.drafts, func(of []string) error {
		return batch(ctx, pool, of, func(i int) string { return draftStatements[i].write })
	})
	took[0] = time.Since(began)
	if err != nil {
		return took, fmt.Errorf("bare drafts: %w", err)
	}
	began = time.Now()
	for _, of := range w.bills { // numbers come one after the other
		if err := batch(ctx, pool, of, func(i int) string { return billStatements[i].write }); err != nil {
			return took, fmt.Errorf("bare bills: %w", err)
		}
	}
	took[1] = time.Since(began)
	return took, err
}

func each(all [][]string, do func([]string) error) error {
	todo, failed := make(chan []string), make(chan error, workers)
	var busy sync.WaitGroup
	for range workers {
		busy.Go(func() {
			for of := range todo {
				if err := do(of); err != nil {
					failed <- err
					for range todo { // nothing more is written
						continue
					}
				}
			}
		})
	}
	for _, of := range all {
		todo <- of
	}
	close(todo)
	busy.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func batch(ctx context.Context, pool *pgxpool.Pool, rows []string, write func(int) string) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		for i, text := range rows {
			if text != "[]" {
				b.Queue(write(i), text)
			}
		}
		return tx.SendBatch(ctx, b).Close()
	})
}
