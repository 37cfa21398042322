// Package billtest gives tests of billing a customer with a contract, a manual
// provider and subscriptions that are signed off. It goes through the rooms, so that
// what it makes could stand in a real database.
package billtest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/pgtest"
)

// Bea bills.
var Bea = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Name: "Bea Example"}

// World is a database on a day, with one customer and one contract.
type World struct {
	testing.TB
	DB       *pgtest.DB
	Clock    *clock.Fake
	Customer uuid.UUID
	Contract uuid.UUID
	Provider subscription.Provider
	Account  subscription.Account
}

// Terms are what a test wants of the contract.
type Terms struct {
	Frequency string // monthly when empty
	Timing    string // advance when empty
	Day       int    // 1 when 0
	BillFrom  string // 2026-01-01 when empty
	Refunds   string // no when empty
}

// New makes the world on a day; its contract starts on 2026-01-01 and is billed in USD.
func New(t testing.TB, today string, k Terms) *World {
	t.Helper()
	return furnish(t, pgtest.New(t), today, k)
}

// Beside makes another world in the same database, with a customer, a contract, a
// provider and a clock of its own.
func (w *World) Beside(today string, k Terms) *World { return furnish(w.TB, w.DB, today, k) }

func furnish(t testing.TB, db *pgtest.DB, today string, k Terms) *World {
	t.Helper()
	on := Day(t, today)
	w := &World{TB: t, DB: db, Clock: clock.NewFake(on.Start(time.UTC).Add(9 * time.Hour)),
		Customer: uuid.Must(uuid.NewV7()), Contract: uuid.Must(uuid.NewV7())}
	now := w.Clock.Now()
	w.Exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, 'Contoso', 'person', ?, ?)`,
		w.Customer, now, now)
	w.Exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, bill_from, refunds, payment_terms, tax_code,
		is_default, active, created_at, updated_at)
		VALUES (?, ?, 'Licences', 'USD', ?, ?, ?, '2026-01-01', ?, ?, '30 days', 'S20', true, true, ?, ?)`,
		w.Contract, w.Customer, or(k.Frequency, "monthly"), or(k.Timing, "advance"), max(k.Day, 1),
		or(k.BillFrom, "2026-01-01"), or(k.Refunds, "no"), now, now)
	w.Provider = subscription.Provider{ID: uuid.Must(uuid.NewV7()), Connector: distributor.Manual, Currency: "USD"}
	w.Exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, 'manual', false, '', '', 'USD', true, ?, ?,
			?)`, w.Provider.ID, "By hand "+w.Provider.ID.String(), now, now, now)
	w.Account = subscription.Account{ID: uuid.Must(uuid.NewV7()), ExternalID: "A-1", State: account.Mapped,
		CRMAccountID: uuid.NullUUID{UUID: w.Customer, Valid: true}}
	w.Exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
		first_seen_at, updated_at)
		VALUES (?, ?, 'A-1', 'Contoso', 'active', 'mapped', ?, ?,
			?)`, w.Account.ID, w.Provider.ID, w.Customer, now, now)
	return w
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Day reads a date.
func Day(t testing.TB, s string) clock.Date {
	t.Helper()
	d, err := clock.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Exec runs a statement of set-up.
func (w *World) Exec(sql string, args ...any) {
	w.Helper()
	if err := w.DB.Read(w.Context()).Exec(sql, args...).Error; err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
}

// Tx runs a change that must succeed.
func (w *World) Tx(f func(tx *gorm.DB) error) {
	w.Helper()
	if err := w.DB.InTx(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

// Today moves the clock to the morning of a day.
func (w *World) Today(day string) { w.Clock.Set(Day(w, day).Start(time.UTC).Add(9 * time.Hour)) }

func (w *World) origin() ledger.Origin {
	return ledger.Origin{Source: ledger.FromPerson, By: Bea, At: w.Clock.Now()}
}

// Act is what Bea does to a subscription now.
func (w *World) Act(id uuid.UUID) subscription.Act {
	return subscription.Act{ID: id, Origin: w.origin(), Zone: time.UTC}
}

// Add makes a licence of so many seats from a day on, at 12 USD a month, and signs it off.
func (w *World) Add(external string, seats int, start string) uuid.UUID {
	w.Helper()
	id := w.AddUnpriced(external, seats, start)
	w.Price(id, "12", "")
	w.Sign(id)
	return id
}

// AddUnpriced makes a licence that has landed in the contract, without a price.
func (w *World) AddUnpriced(external string, seats int, start string) uuid.UUID {
	w.Helper()
	w.Sync(Record(external, seats, Day(w, start)))
	return w.ID(external)
}

// Record is a licence as a manual provider has it.
func Record(external string, seats int, start clock.Date) distributor.Subscription {
	return distributor.Subscription{ExternalID: external, AccountExternalID: "A-1", Vendor: "Microsoft",
		Kind: distributor.Licence, ProductName: "Product " + external, PartNumber: "PN-" + external,
		Quantity: seats, UnitCost: decimal.NewNullDecimal(decimal.NewFromInt(10)), CostPeriod: money.Month,
		Currency:  "USD",
		Frequency: distributor.Monthly, Term: distributor.Annual, Start: start, Status: distributor.StatusActive,
		StatusText: "active"}
}

// Sync takes records in, as a listing of the account would.
func (w *World) Sync(records ...distributor.Subscription) {
	w.Helper()
	w.Tx(func(tx *gorm.DB) error {
		res, err := subscription.SyncAccount(w.Context(), tx,
			subscription.Listing{Provider: w.Provider, Account: w.Account, Records: records, Zone: time.UTC,
				Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: w.Clock.Now()}})
		if err != nil {
			return err
		}
		return w.Reviewer().Refresh(w.Context(), tx, res.Touched)
	})
}

// ID finds a subscription by the distributor's id.
func (w *World) ID(external string) uuid.UUID {
	w.Helper()
	var id uuid.UUID
	if err := w.DB.Read(w.Context()).Raw(`SELECT id FROM subscriptions WHERE external_id = ?`,
		external).Row().Scan(&id); err != nil {
		w.Fatalf("subscription %s: %v", external, err)
	}
	return id
}

// Price sets a price per month from a day on, the day that the form proposes where none is named; later prices stay.
func (w *World) Price(id uuid.UUID, amount, on string) {
	w.Helper()
	p := subscription.Price{UnitPrice: decimal.NewNullDecimal(decimal.RequireFromString(amount)), Period: money.Month,
		Later: subscription.KeepLater, Gap: true}
	if on != "" {
		p.On = Day(w, on)
	}
	w.Tx(func(tx *gorm.DB) error {
		_, err := subscription.SetPrice(w.Context(), tx, w.Act(id), p)
		if err != nil {
			return err
		}
		return w.Reviewer().Refresh(w.Context(), tx, []uuid.UUID{id})
	})
}

// Seats changes the seats by hand from a day on.
func (w *World) Seats(id uuid.UUID, seats int, on string) {
	w.Helper()
	w.Tx(func(tx *gorm.DB) error {
		_, err := subscription.SetQuantity(w.Context(), tx, w.Act(id),
			subscription.Quantity{Seats: seats, On: Day(w, on)})
		if err != nil {
			return err
		}
		return w.Reviewer().Refresh(w.Context(), tx, []uuid.UUID{id})
	})
}

// Reviewer judges on the world's day.
func (w *World) Reviewer() review.Reviewer { return review.Reviewer{Clock: w.Clock, Zone: time.UTC} }

// Sign signs a subscription off.
func (w *World) Sign(id uuid.UUID) {
	w.Helper()
	w.Tx(func(tx *gorm.DB) error {
		out, err := w.Reviewer().Sign(w.Context(), tx, Bea, review.SignOff{IDs: []uuid.UUID{id}})
		if err == nil && out.Signed != 1 {
			w.Errorf("not signed: %+v", out.Refused)
		}
		return err
	})
}

// Text reads one value of the database as text.
func (w *World) Text(sql string, args ...any) string {
	w.Helper()
	var s string
	if err := w.DB.Read(w.Context()).Raw(`SELECT coalesce((`+sql+`)::text, '')`, args...).Row().Scan(&s); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	return s
}
