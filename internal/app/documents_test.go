package app_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/app"
	"seatledger/internal/config"
	"seatledger/internal/document"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A database whose invoices were billed by a version that kept no documents: the start makes them.
func TestTheStartMakesTheDocumentsOfOlderInvoices(t *testing.T) {
	t.Parallel()
	w := billtest.New(t, "2026-11-02", billtest.Terms{})
	id, sub := uuid.Must(uuid.NewV7()), w.Add("S1", 10, "2026-11-01")
	w.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end, drafted_by, drafted_at, number, number_text, number_series, issued_at)
		VALUES (?, ?, ?, 'change_log', 'billed', 'USD', 120, '2026-11-01', '2026-12-01', 'Bea', now(), 7, '7', '#',
			'2026-11-02T09:00:00Z')`, id, w.Contract, w.Customer)
	w.Exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, product_name, from_date,
		to_date, seats, unit_price, price_period, currency, amount, exact)
		VALUES (gen_random_uuid(), ?, 1, ?, 'cycle', 'Product S1', '2026-11-01', '2026-12-01', 10, 12, 'month', 'USD',
			120, 0)`, id, sub)
	key := filepath.Join(t.TempDir(), "master.key")
	if _, err := secret.CreateFile(key); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{config.Prefix + "DATABASE_URL": w.DB.AppURL(), config.Prefix + "MASTER_KEY_FILE": key}
	cfg, err := config.Load(func(name string) string { return vars[name] })
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Start(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for deadline := time.After(30 * time.Second); ; {
		d, err := document.Of(t.Context(), a.DB.Read(t.Context()), id)
		if err == nil {
			if d.Number != "7" || d.IssuedOn.String() != "2026-11-02" || d.MadeOn.IsZero() ||
				d.Gross.String() != "120" {
				t.Errorf("%s of %s, made on %s, %s", d.Number, d.IssuedOn, d.MadeOn, d.Gross)
			}
			return
		}
		select {
		case <-deadline:
			t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
