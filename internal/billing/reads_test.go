package billing_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

var errEnough = errors.New("looked enough")

const readQuery = `SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)
	FROM pg_stat_xact_user_tables WHERE relname IN ('contract_stays', 'invoices', 'invoice_lines', 'invoice_coverage',
		'provider_accounts', 'crm_accounts', 'billing_contracts', 'license_changes', 'license_change_status')`

// reads counts the rows that drafting and billing the contract looks at, in a transaction that leaves nothing.
func (o *office) reads() int {
	o.Helper()
	if _, err := o.World.DB.Owner().Exec(o.Context(), "VACUUM ANALYZE"); err != nil {
		o.Fatal(err)
	}
	var before, after int
	err := o.World.DB.InTx(o.Context(), func(tx *gorm.DB) error {
		if err := tx.Exec(`DISCARD PLANS`).Error; err != nil {
			return err
		}
		if err := tx.Raw(readQuery).Row().Scan(&before); err != nil {
			return err
		}
		id, _, err := o.DraftIn(o.Context(), tx, billtest.Bea, billing.Order{Run: o.run(invoice.FullCycle, "")})
		if err != nil {
			return err
		}
		if err := o.BillIn(o.Context(), tx, billtest.Bea, invoice.Step{ID: id}); err != nil {
			return err
		}
		return errors.Join(tx.Raw(readQuery).Row().Scan(&after), errEnough)
	})
	if !errors.Is(err, errEnough) {
		o.Fatal(err)
	}
	return after - before
}

const crowd = 2000

// Thousands are drafted in one run: what is read for one may not grow with what stands of the others, drafts and
// billed invoices among it.
func TestWhatIsReadForABillDoesNotGrowWithOtherCustomers(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-20", billtest.Terms{})
	o.Add("S1", 7, "2026-01-01")
	o.Add("S2", 3, "2026-01-01")
	w := o.Beside("2026-01-20", billtest.Terms{})
	w.Add("S3", 5, "2026-01-01")
	other := office{w, billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}}
	first := other.draft(invoice.FullCycle, "")
	for _, sql := range []string{
		`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
			SELECT md5('a' || n)::uuid, 'Other ' || n, 'person', now(), now() FROM generate_series(1, @crowd) n`,
		`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
				start_date, refunds, payment_terms, is_default, active, created_at, updated_at)
			SELECT md5('k' || n)::uuid, md5('a' || n)::uuid, 'Licences', 'USD', 'monthly', 'advance', 1, '2026-01-01',
				'no', '30 days', false, true, now(), now() FROM generate_series(1, @crowd) n`,
		`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
				first_seen_at, updated_at)
			SELECT md5('p' || n)::uuid, @provider, 'P' || n, 'Other', 'active', 'mapped', md5('a' || n)::uuid, now(),
				now() FROM generate_series(1, @crowd) n`,
		`INSERT INTO subscriptions (id, provider_id, account_id, external_id, kind, quantity, billing_frequency, term,
				provider_status, state, hold_reason, product_name, first_seen_at, facts_at, updated_at, crm_account_id,
				contract_id)
			SELECT gen_random_uuid(), @provider, md5('p' || n)::uuid, 'X' || n, 'licence', 0, 'monthly', 'annual',
				'active', 'held', 'pending', 'Product', now(), now(), now(), md5('a' || n)::uuid,
				CASE n % 2 WHEN 0 THEN md5('k' || n)::uuid END FROM generate_series(1, @crowd) n`,
		`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end,
				run_to, after_seq, payment_terms, tax_code, drafted_by, drafted_at, number, number_text, number_series,
				issued_at)
			SELECT md5('i' || n)::uuid, md5('k' || n)::uuid, md5('a' || n)::uuid, kind, CASE n % 2 WHEN 0 THEN 'draft'
				ELSE 'billed' END, currency, total, period_start, period_end, run_to, after_seq, payment_terms,
				tax_code, drafted_by, drafted_at, CASE n % 2 WHEN 1 THEN 1000 + n END,
				CASE n % 2 WHEN 1 THEN 'X' || n ELSE '' END,
				CASE n % 2 WHEN 1 THEN 'X#' ELSE '' END, CASE n % 2 WHEN 1 THEN now() END
			FROM invoices, generate_series(1, @crowd) n WHERE id = @first`,
	} {
		w.Exec(sql, map[string]any{"crowd": crowd, "provider": w.Provider.ID, "first": first})
	}
	if rows := o.reads(); rows == 0 || rows > crowd/2 {
		t.Errorf("%d rows are read to bill 2 subscriptions beside %d others", rows, crowd)
	}
}
