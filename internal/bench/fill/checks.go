package fill

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// onePerRow are triggers that would read or write once for each row. The steps write what these would have written,
// and check sees at the end, over all rows at once, that what they hold holds. Every other trigger runs.
var onePerRow = []string{
	"count_active_contracts", "count_mapped_accounts", "invoice_document_made", "subscriptions_contract_stay_insert",
	"subscriptions_billable_from_insert", "subscriptions_ledger_guard_insert", "ledger_quantity_on_insert",
	"subscriptions_ledger_sums", "audit_chain", "mark_words", "subscription_billed_days", "invoice_line_cost",
	"license_change_facts",
}

// triggers switches those that look or write row by row off or on: ours, and the references'.
func (f *filler) triggers(ctx context.Context, to string) error {
	rows, err := f.super.Query(ctx, `SELECT format('ALTER TABLE %s `+to+` TRIGGER %I', tgrelid::regclass, tgname)
		FROM pg_trigger WHERE tgname = ANY ($1) OR tgfoid IN ('"RI_FKey_check_ins"'::regproc)`, onePerRow)
	if err != nil {
		return fmt.Errorf("fill triggers: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("fill triggers: %w", err)
	}
	if _, err := f.super.Exec(ctx, strings.Join(all, "; ")); err != nil {
		return fmt.Errorf("fill triggers: %w", err)
	}
	return nil
}

// references gives for each foreign key the query that finds a row which refers to nothing.
const references = `
SELECT format('SELECT %L WHERE EXISTS (SELECT FROM %s c WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s))',
	k.conname, k.conrelid::regclass, string_agg(format('c.%I IS NOT NULL', c.attname), ' AND '), k.confrelid::regclass,
	string_agg(format('p.%I = c.%I', p.attname, c.attname), ' AND '))
FROM pg_constraint k, LATERAL unnest(k.conkey, k.confkey) u (child, parent),
	LATERAL (SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = child) c,
	LATERAL (SELECT attname FROM pg_attribute WHERE attrelid = k.confrelid AND attnum = parent) p
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace GROUP BY k.oid, k.conname, k.conrelid, k.confrelid`

const unequal = `SELECT 'subscriptions_ledger_sums' WHERE EXISTS (SELECT FROM subscriptions s
	LEFT JOIN (SELECT c.subscription_id AS id, sum(c.delta) AS seats FROM license_changes c
		JOIN license_change_status t ON t.change_id = c.id AND t.counted GROUP BY 1) l USING (id)
	WHERE s.ledger_quantity <> s.billable_quantity OR coalesce(l.seats, 0) <> s.ledger_quantity)`

// check finds what the triggers that were off would have refused.
func (f *filler) check(ctx context.Context) error {
	rows, err := f.super.Query(ctx, references)
	if err != nil {
		return fmt.Errorf("fill check: %w", err)
	}
	checks, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("fill check: %w", err)
	}
	rows, err = f.super.Query(ctx, strings.Join(append(checks, unequal), " UNION ALL "))
	if err != nil {
		return fmt.Errorf("fill check: %w", err)
	}
	broken, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("rows that cannot be: %s", strings.Join(broken, ", "))
	}
	return err
}
