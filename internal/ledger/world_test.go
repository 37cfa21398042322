package ledger_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/testkit/pgtest"
)

var (
	now = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)
	ada = audit.Actor{ID: uuid.MustParse("018f0000-0000-7000-8000-000000000001"), Name: "Ada Adler"}
)

func origin() ledger.Origin {
	return ledger.Origin{Source: ledger.FromSync, By: audit.System, At: now}
}

// world is a database with one subscription of five seats, held, and its ledger.
type world struct {
	t            testing.TB
	db           *pgtest.DB
	provider     uuid.UUID
	subscription uuid.UUID
	create       uuid.UUID
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t), provider: uuid.Must(uuid.NewV7()), subscription: uuid.Must(uuid.NewV7()),
		create: uuid.Must(uuid.NewV7())}
	account := uuid.Must(uuid.NewV7())
	w.tx(func(tx *gorm.DB) error {
		for _, e := range []error{
			tx.Exec(`INSERT INTO providers (id, name, connector, comprehensive_api, active, credentials_at, created_at,
				updated_at)
				VALUES (?, 'Stellr', 'stellr', true, true, ?, ?, ?)`, w.provider, now, now, now).Error,
			tx.Exec(`INSERT INTO provider_accounts (id, provider_id, external_id, provider_status, state, first_seen_at,
				updated_at)
				VALUES (?, ?, 'acme.example', 'active', 'unmapped', ?, ?)`, account, w.provider, now, now).Error,
			tx.Exec(`INSERT INTO subscriptions (id, provider_id, account_id, external_id, kind, quantity,
				billing_frequency, term, provider_status,
				state, hold_reason, product_name, first_seen_at, facts_at, updated_at)
				VALUES (?, ?, ?, 'S1', 'licence', 5, 'monthly', 'annual', 'active', 'held', 'unmapped',
					'Business Premium', ?, ?, ?)`,
				w.subscription, w.provider, account, now, now, now).Error,
			w.append(tx, ledger.Change{ID: w.create, Event: ledger.Create, EffectiveAt: date("2026-01-15"), Delta: 5,
				QuantityAfter: 5, Estimated: true}),
		} {
			if e != nil {
				return e
			}
		}
		return nil
	})
	return w
}

func (w *world) append(tx *gorm.DB, rows ...ledger.Change) error {
	for i := range rows {
		rows[i].SubscriptionID = w.subscription
	}
	return ledger.Append(w.t.Context(), tx, origin(), rows)
}

func (w *world) tx(f func(tx *gorm.DB) error) {
	w.t.Helper()
	if err := w.db.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) rows() []ledger.Entry {
	w.t.Helper()
	rows, err := ledger.Of(w.t.Context(), w.db.Read(w.t.Context()), w.subscription)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func (w *world) sums() (counted, kept, billable int) {
	w.t.Helper()
	err := w.db.Read(w.t.Context()).
		Raw(`SELECT (SELECT sum(c.delta) FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		WHERE st.counted AND c.subscription_id = s.id), s.ledger_quantity, s.billable_quantity FROM subscriptions s
		WHERE id = ?`, w.subscription).
		Row().Scan(&counted, &kept, &billable)
	if err != nil {
		w.t.Fatal(err)
	}
	return counted, kept, billable
}

func date(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}
