package difference_test

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// A long bill takes hardly more memory than a short one, and each seat that lacks in it is found. SEATLEDGER_LONG has
// it at full length.
//
//nolint:paralleltest // it measures
func TestALongBillIsComparedInLittleMemory(t *testing.T) {
	lengths := []int{1_000, 3_000}
	if os.Getenv("SEATLEDGER_LONG") != "" {
		lengths = []int{10_000, 100_000}
	}
	var grown [2]uint64
	for i, n := range lengths {
		d := open(t)
		bill := d.long(n)
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		var most atomic.Uint64
		done := make(chan struct{})
		go func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(20 * time.Millisecond):
				}
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most.Store(max(most.Load(), now.HeapInuse))
			}
		}()
		begin := time.Now()
		d.compare(bill)
		took := time.Since(begin)
		close(done)
		grown[i] = most.Load() - before.HeapInuse
		found := d.Text(`SELECT string_agg(kind || ' ' || n, ', ')
			FROM (SELECT kind, count(*) AS n FROM differences GROUP BY 1) k`)
		t.Logf("%d lines: %v, %d MB; %s", n, took, grown[i]>>20, found)
		if want := fmt.Sprintf("quantity %d", n/100); found != want {
			t.Errorf("%d lines: %s, want %s", n, found, want)
		}
		begin = time.Now()
		d.compare(bill)
		t.Logf("%d lines again: %v", n, time.Since(begin))
	}
	if more := int64(grown[1]) - int64(grown[0]); more > 50<<20 {
		t.Errorf("%d MB more for %d lines than for %d", more>>20, lengths[1], lengths[0])
	}
}

// long makes a bill of so many lines of as many subscriptions, each on an invoice; one in a hundred has a seat less
// there.
func (d *desk) long(n int) uuid.UUID {
	d.Helper()
	now := d.Clock.Now()
	d.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end,
		drafted_by, drafted_at) VALUES (?, ?, ?, 'full_cycle', 'draft', 'USD', 0, '2026-10-01', '2026-11-01',
		'Bea Example', ?)`,
		d.Customer, d.Contract, d.Customer, now)
	// What triggers keep of them for lists is nothing to a comparison.
	for _, table := range []string{"subscriptions", "sign_offs"} {
		d.owns(`ALTER TABLE ` + table + ` DISABLE TRIGGER USER`)
		defer d.owns(`ALTER TABLE ` + table + ` ENABLE TRIGGER USER`)
	}
	for at := 0; at < n; at += 5_000 {
		d.Exec(`INSERT INTO subscriptions (id, provider_id, account_id, external_id, vendor, kind, product_name,
		part_number,
				quantity, billing_frequency, term, provider_status, first_seen_at, facts_at, crm_account_id,
				contract_id, state, updated_at)
			SELECT gen_random_uuid(), ?, ?, 'L-' || i, 'Microsoft', 'licence', 'Product', 'P-' || i % 400, 0,
			'unknown', 'unknown', 'active', ?, ?, ?, ?,
				'active', ? FROM generate_series(?::int, ?::int) i`, d.Provider.ID, d.Account.ID, now, now,
			d.Customer, d.Contract, now, at, min(at+4_999, n-1))
		d.Exec(`INSERT INTO sign_offs (id, subscription_id, fingerprint, facts, contract_id, verdict, signed_by,
		signed_at)
			SELECT gen_random_uuid(), s.id, '', '{}', ?, 'ok', 'Bea Example', ? FROM generate_series(?::int, ?::int) i
			JOIN subscriptions s ON s.external_id = 'L-' || i`, d.Contract, now, at, min(at+4_999, n-1))
		d.Exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, part_number, from_date,
		to_date, seats,
				unit_price, price_period, currency, amount, exact)
			SELECT gen_random_uuid(), ?, i + 1, s.id, 'catch_up', s.part_number, '2026-10-01', '2026-11-01', 10 - (i
			% 100 = 0)::int, 12, 'month', 'USD',
				12 * (10 - (i % 100 = 0)::int), 0 FROM generate_series(?::int, ?::int) i JOIN subscriptions s ON
				s.external_id = 'L-' || i`,
			d.Customer, at, min(at+4_999, n-1))
	}
	id := uuid.Must(uuid.NewV7())
	d.Exec(`INSERT INTO supplier_bills (id, provider_id, layout, name, month, from_on, to_on, lines, digest, at,
		actor)
		VALUES (?, ?, 'neutral', 'long.csv', '2026-10-01', '2026-10-01', '2026-11-01', ?, ?, ?, 'Bea Example')`, id,
		d.Provider.ID, n,
		fmt.Sprint(n), now)
	for at := 0; at < n; at += 20_000 {
		d.Exec(`INSERT INTO supplier_bill_lines (id, bill_id, place, line, customer, subscription_external_id,
		part_number, product,
				billing_frequency, charge, from_on, to_on, quantity, unit_price, amount, currency)
			SELECT gen_random_uuid(), ?, i + 1, 'A' || i, 'Contoso', 'L-' || i, 'P-' || i % 400, 'Product',
			'monthly', 'cycleCharge', '2026-10-01', '2026-11-01',
				10, 10, 100, 'USD' FROM generate_series(?::int, ?::int) i`, id, at, min(at+19_999, n-1))
	}
	return id
}
