package mapping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/pgtest"
)

var (
	olga = audit.Actor{ID: uuid.MustParse("018f0000-0000-7000-8000-000000000001"), Name: "Olga Example"}
	pete = audit.Actor{ID: uuid.MustParse("018f0000-0000-7000-8000-000000000002"), Name: "Pete Example"}
)

var morning = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

// world is a database with providers, accounts and customers to map.
type world struct {
	t     testing.TB
	db    *pgtest.DB
	clock *clock.Fake
	*mapping.Service
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t), clock: clock.NewFake(morning)}
	w.Service = &mapping.Service{DB: w.db.DB, Clock: w.clock, Zone: time.UTC,
		Reviews: review.Reviewer{Clock: w.clock, Zone: time.UTC}, CRM: crm.Service{DB: w.db.DB, Clock: w.clock},
		Enqueue: noQueue}
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if err := w.db.Read(w.t.Context()).Exec(sql, args...).Error; err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

// lines gives the rows of a query, one string each.
func (w *world) lines(sql string, args ...any) []string {
	w.t.Helper()
	var out []string
	if err := w.db.Read(w.t.Context()).Raw(sql, args...).Scan(&out).Error; err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func (w *world) provider(name string) uuid.UUID {
	w.t.Helper()
	id, now := uuid.Must(uuid.NewV7()), w.clock.Now()
	w.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, 'stellr', true, ?, '1', 'USD', true, ?, ?, ?)`, id, name, name, now, now, now)
	return id
}

// facts of an account or a customer.
type facts struct{ name, domain, tenant string }

func (w *world) account(provider uuid.UUID, external string, f facts) uuid.UUID {
	w.t.Helper()
	id, now := uuid.Must(uuid.NewV7()), w.clock.Now()
	w.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, domain, tenant_id, provider_status,
		state, first_seen_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, 'active', 'unmapped', ?,
			?)`, id, provider, external, f.name, f.domain, f.tenant, now, now)
	return id
}

func (w *world) customer(f facts) uuid.UUID {
	w.t.Helper()
	id, now := uuid.Must(uuid.NewV7()), w.clock.Now()
	w.exec(`INSERT INTO crm_accounts (id, name, website, domain, tenant_id, source, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, 'person', ?, ?)`,
		id, f.name, f.domain, f.domain, f.tenant, now, now)
	return id
}

func (w *world) gone(account uuid.UUID) {
	w.t.Helper()
	w.exec(`UPDATE provider_accounts SET provider_status = 'gone', gone_at = ? WHERE id = ?`, w.clock.Now(), account)
}

// contract makes one with a price list that has the one product at the price.
func (w *world) contract(customer uuid.UUID, name, price string, isDefault bool) uuid.UUID {
	w.t.Helper()
	id, list, now := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), w.clock.Now()
	w.exec(`INSERT INTO price_lists (id, name, currency, active, created_at, updated_at)
		VALUES (?, ?, 'USD', true, ?, ?)`, list, "List "+list.String(), now, now)
	w.exec(`INSERT INTO products (id, vendor, part_number, created_at, updated_at) VALUES (?, 'Microsoft', 'CFQ7', ?, ?)
		ON CONFLICT (lower(vendor), lower(part_number)) DO NOTHING`, uuid.Must(uuid.NewV7()), now, now)
	w.exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		SELECT ?, ?, p.id, 'month', 'annual', 'monthly', ?, '2024-01-01', ?, ? FROM products p
		WHERE part_number = 'CFQ7'`, uuid.Must(uuid.NewV7()), list, price, now, now)
	w.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		price_list_id, start_date, refunds,
		is_default, active, created_at, updated_at)
		VALUES (?, ?, ?, 'USD', 'monthly', 'advance', 1, ?, '2024-01-01', 'global', ?, true, ?, ?)`,
		id, customer, name, list, isDefault, now, now)
	return id
}

// sync reports one subscription of an account.
func (w *world) sync(provider, accountID uuid.UUID, external string, seats int) uuid.UUID {
	w.t.Helper()
	var acc subscription.Account
	if err := w.db.Read(w.t.Context()).
		Raw(`SELECT id, external_id, state, crm_account_id FROM provider_accounts WHERE id = ?`,
			accountID).Scan(&acc).Error; err != nil {
		w.t.Fatal(err)
	}
	record := distributor.Subscription{ExternalID: external, AccountExternalID: acc.ExternalID, Vendor: "Microsoft",
		Kind: distributor.Licence, ProductName: "Business Standard",
		PartNumber: "CFQ7", Quantity: seats, UnitCost: decimal.NewNullDecimal(decimal.RequireFromString("10")),
		CostPeriod: money.Month, Currency: "USD",
		Term: distributor.Annual, Frequency: distributor.Monthly, Start: clock.NewDate(2026, 5, 1),
		Status: distributor.StatusActive}
	var id uuid.UUID
	w.tx(func(tx *gorm.DB) error {
		res, err := subscription.SyncAccount(w.t.Context(), tx,
			subscription.Listing{Provider: subscription.Provider{ID: provider, Connector: "stellr", Currency: "USD"},
				Account: acc, Records: []distributor.Subscription{record}, Zone: time.UTC,
				Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: w.clock.Now()}})
		if err != nil {
			return err
		}
		id = res.Touched[0]
		return w.Reviews.Refresh(w.t.Context(), tx, res.Touched)
	})
	return id
}

func (w *world) tx(f func(tx *gorm.DB) error) {
	w.t.Helper()
	if err := w.db.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// state is how an account stands, in words.
func (w *world) state(account uuid.UUID) string {
	w.t.Helper()
	return w.lines(`SELECT concat_ws(' ', a.state, c.name, nullif(a.exclude_reason, '')) FROM provider_accounts a LEFT
		JOIN crm_accounts c ON c.id = a.crm_account_id WHERE a.id = ?`, account)[0]
}

// subs are the subscriptions of an account with all that a mapping decides of them.
func (w *world) subs(account uuid.UUID) string {
	w.t.Helper()
	return strings.Join(w.lines(`SELECT concat_ws(' ', s.external_id, s.state, s.hold_reason, c.name, b.name,
		s.unit_price, s.price_period, s.currency, s.price_list_item_id, s.price_by_person, s.twin_hold)
		FROM subscriptions s LEFT JOIN crm_accounts c ON c.id = s.crm_account_id LEFT
		JOIN billing_contracts b ON b.id = s.contract_id WHERE s.account_id = ? ORDER BY 1`, account), "\n")
}

// ledgerRows counts the rows that are no prices: landing fills those by itself.
func (w *world) ledgerRows() string {
	w.t.Helper()
	return fmt.Sprint(w.lines(`SELECT count(*)::text FROM license_changes WHERE event <> 'price'`))
}
