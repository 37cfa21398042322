package cutovers_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var bea = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Name: "Bea Example"}

// move is the site with a provider kept by hand and a new one, which both have the
// seats of one customer: ten here, billed up to the next month, and as many there as a test says.
type move struct {
	*webtest.Site
	testing.TB
	client             *webtest.Client
	first, next        clock.Date // first days of this month and the next
	old, fresh         subscription.Provider
	customer, contract uuid.UUID
	oldID, newID       uuid.UUID
	run                string // its address
}

func open(t testing.TB, listed int) *move {
	t.Helper()
	m := &move{Site: webtest.Start(t, webtest.Options{}), TB: t, customer: uuid.Must(uuid.NewV7()),
		contract: uuid.Must(uuid.NewV7())}
	today := clock.Today(m.App.Clock, m.App.Zone)
	m.first = clock.NewDate(today.Year(), today.Month(), 1)
	m.next = m.first.AddMonths(1)
	now := m.App.Clock.Now()
	m.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, 'Contoso', 'person', ?, ?)`,
		m.customer, now, now)
	m.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, bill_from, refunds, is_default, active, created_at, updated_at)
		VALUES (?, ?, 'Licences', 'USD', 'monthly', 'advance', 1, ?, ?, 'no', true, true, ?,
			?)`, m.contract, m.customer, m.first, m.first, now, now)
	m.old, m.fresh = m.provider("By hand", distributor.Manual), m.provider("Cloud", distributor.Stellr)
	m.exec(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, started_at,
		finished_at) VALUES (?, ?, 'accounts', 'person', 'succeeded', 'Bea', ?, ?,
			?)`, uuid.Must(uuid.NewV7()), m.fresh.ID, now, now, now)
	m.oldID = m.list(m.old, "S1", 10)
	m.price(m.oldID)
	m.sign(m.oldID)
	m.bill()
	m.newID = m.list(m.fresh, "N1", listed)
	m.exec(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, started_at,
		finished_at) VALUES (?, ?, 'subscriptions', 'person', 'succeeded', 'Bea', ?, ?,
			?)`, uuid.Must(uuid.NewV7()), m.fresh.ID, now, now, now)
	m.client = m.SignIn(auth.Operator)
	return m
}

func (m *move) exec(sql string, args ...any) {
	m.TB.Helper()
	m.must(m.DB.Read(m.Context()).Exec(sql, args...).Error)
}

func (m *move) must(err error) {
	m.TB.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *move) provider(name, connector string) subscription.Provider {
	p := subscription.Provider{ID: uuid.Must(uuid.NewV7()), Connector: connector, Currency: "USD"}
	now := m.App.Clock.Now()
	m.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, currency, active, credentials_at,
		checked_at, check_result, created_at, updated_at)
		VALUES (?, ?, ?, ?, '', 'USD', true, ?, ?, 'passed', ?,
			?)`, p.ID, name, connector, connector == distributor.Stellr, now, now, now, now)
	return p
}

// list lets a provider list a licence of so many seats since the first of the month.
func (m *move) list(p subscription.Provider, external string, seats int) uuid.UUID {
	m.TB.Helper()
	now := m.App.Clock.Now()
	a := subscription.Account{ID: uuid.Must(uuid.NewV7()), ExternalID: "A-" + external, State: account.Mapped,
		CRMAccountID: uuid.NullUUID{UUID: m.customer, Valid: true}}
	m.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
		first_seen_at, updated_at) VALUES (?, ?, ?, 'Contoso', 'active', 'mapped', ?, ?, ?)`,
		a.ID, p.ID, a.ExternalID, m.customer, now, now)
	r := distributor.Subscription{ExternalID: external, AccountExternalID: a.ExternalID, Vendor: "Microsoft",
		Kind: distributor.Licence, ProductName: "Business Premium", PartNumber: "PN-1", Quantity: seats,
		UnitCost: decimal.NewNullDecimal(decimal.NewFromInt(10)), CostPeriod: money.Month, Currency: "USD",
		Frequency: distributor.Monthly, Term: distributor.Annual, Start: m.first, Status: distributor.StatusActive,
		StatusText: "active"}
	m.must(m.DB.InTx(m.Context(), func(tx *gorm.DB) error {
		res, err := subscription.SyncAccount(m.Context(), tx,
			subscription.Listing{Provider: p, Account: a, Records: []distributor.Subscription{r}, Zone: time.UTC,
				Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: now}})
		if err != nil {
			return err
		}
		return m.App.Reviews.Refresh(m.Context(), tx, res.Touched)
	}))
	var id uuid.UUID
	m.must(m.DB.Read(m.Context()).Raw(`SELECT id FROM subscriptions WHERE external_id = ?`, external).Row().Scan(&id))
	return id
}

func (m *move) price(id uuid.UUID) {
	m.TB.Helper()
	act := subscription.Act{ID: id, Zone: time.UTC,
		Origin: ledger.Origin{Source: ledger.FromPerson, By: bea, At: m.App.Clock.Now()}}
	m.must(m.DB.InTx(m.Context(), func(tx *gorm.DB) error {
		if _, err := subscription.SetPrice(m.Context(), tx, act,
			subscription.Price{UnitPrice: decimal.NewNullDecimal(decimal.NewFromInt(12)), Period: money.Month,
				On: m.first}); err != nil {
			return err
		}
		return m.App.Reviews.Refresh(m.Context(), tx, []uuid.UUID{id})
	}))
}

func (m *move) sign(id uuid.UUID) {
	m.TB.Helper()
	m.must(m.DB.InTx(m.Context(), func(tx *gorm.DB) error {
		out, err := m.App.Reviews.Sign(m.Context(), tx, bea, review.SignOff{IDs: []uuid.UUID{id}})
		if err == nil && out.Signed != 1 {
			m.Errorf("not signed: %+v", out.Refused)
		}
		return err
	}))
}

func (m *move) bill() {
	m.TB.Helper()
	id, err := m.App.Billing.Draft(m.Context(), bea,
		billing.Order{Run: billing.Run{ContractID: m.contract, End: m.next}, Late: true})
	m.must(err)
	m.must(m.App.Billing.Bill(m.Context(), bea, invoice.Step{ID: id}))
}

// begin begins the run through its form.
func (m *move) begin() *webtest.Page {
	m.TB.Helper()
	p := m.client.Get("/cutovers").Follow("New cut-over").FormTo("/cutovers").Set("name", "Spring move",
		"old_provider_id", m.old.ID.String(), "new_provider_id", m.fresh.ID.String(), "switch_day",
		m.next.String()).Submit().Next()
	m.run = p.URL.Path
	return p
}

func (m *move) page() *webtest.Page {
	return m.client.Get(m.run + "/customers/" + m.customer.String())
}

// pair says, on the customer's page, that the old one goes on as the new one.
func (m *move) pair() {
	m.TB.Helper()
	m.page().Form(`form[action$="/pairs"]:has(select[name="choice"])`).Set("choice",
		m.newID.String()).Submit().Next().Shows("goes on as", "1 decision was kept")
}

// take takes a step through the button of the customer's page and the question after it.
func (m *move) take(step string, more ...string) *webtest.Page {
	m.TB.Helper()
	ask := m.page().FormTo(m.run + "/" + step).Submit().Want(200)
	return ask.FormTo(m.run + "/" + step).Set(more...).Submit()
}

func (m *move) post(path string, pairs ...string) *webtest.Page {
	m.TB.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	if !strings.HasPrefix(path, "/cutovers") {
		path = m.run + path
	}
	return m.client.Post(path, v)
}
