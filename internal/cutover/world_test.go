package cutover_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/reassign"
	"seatledger/internal/retire"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/pgtest"
)

var ada = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), Name: "Ada Example"}
var bob = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000003"), Name: "Bob Example"}

// market is a reseller in the middle of a year with a legacy provider, a new one, and
// customers that both know under different keys.
type market struct {
	testing.TB
	cutover.Service
	db       *postgres.DB
	clock    *clock.Fake
	old, new subscription.Provider
	bills    billing.Service
	retires  retire.Service
	run      uuid.UUID
	fatal    func(format string, args ...any)
}

// client is one customer, with what each provider lists for it.
type client struct {
	name         string
	id, contract uuid.UUID
	old, new     subscription.Account
	oldList      map[string]distributor.Subscription
	newList      map[string]distributor.Subscription
}

func newMarket(t testing.TB, today string) *market {
	t.Helper()
	db := pgtest.New(t)
	m := &market{TB: t, db: db.DB, clock: clock.NewFake(day(today).Start(time.UTC).Add(9 * time.Hour)), fatal: t.Fatalf}
	reviews := review.Reviewer{Clock: m.clock, Zone: time.UTC, Refreshed: cutover.PricesTouched(m.clock, time.UTC)}
	m.Service = cutover.Service{DB: db.DB, Clock: m.clock, Zone: time.UTC, Reviews: reviews,
		Mapping: &mapping.Service{DB: db.DB, Clock: m.clock, Zone: time.UTC, Reviews: reviews}}
	m.bills = billing.Service{Service: invoice.Service{DB: db.DB, Clock: m.clock, Zone: time.UTC}}
	moves := reassign.Service{DB: db.DB, Clock: m.clock, Zone: time.UTC, Reviews: reviews}
	m.retires = retire.Service{DB: db.DB, Clock: m.clock, Zone: time.UTC, Reviews: reviews, Ended: moves.Ended,
		Reopening: moves.MayReopen}
	m.old = m.provider("Legacy", distributor.StellrLegacy)
	m.new = m.provider("Stellr", distributor.Stellr)
	return m
}

func (m *market) provider(name, connector string) subscription.Provider {
	p := subscription.Provider{ID: uuid.Must(uuid.NewV7()), Connector: connector, Currency: "USD"}
	now := m.clock.Now()
	m.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, '100200', 'USD', true, ?, ?,
			?)`, p.ID, name, connector, connector == distributor.Stellr, name+".example", now, now, now)
	return p
}

// client makes a customer that both providers know, with a contract billed in advance.
func (m *market) client(name, refunds string) *client {
	m.Helper()
	c := &client{name: name, id: uuid.Must(uuid.NewV7()), contract: uuid.Must(uuid.NewV7()),
		oldList: map[string]distributor.Subscription{}, newList: map[string]distributor.Subscription{}}
	now := m.clock.Now()
	m.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, ?, 'person', ?, ?)`, c.id,
		name, now, now)
	m.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, bill_from, refunds, is_default, active, created_at, updated_at)
		VALUES (?, ?, 'Licences', 'USD', 'monthly', 'advance', 1, '2026-01-01', '2026-01-01', ?, true, true, ?,
			?)`, c.contract, c.id, refunds, now, now)
	c.old = m.account(m.old, c, "L-"+name)
	c.new = m.account(m.new, c, "N-"+name)
	return c
}

func (m *market) account(p subscription.Provider, c *client, external string) subscription.Account {
	a := subscription.Account{ID: uuid.Must(uuid.NewV7()), ExternalID: external, State: account.Mapped,
		CRMAccountID: uuid.NullUUID{UUID: c.id, Valid: true}}
	now := m.clock.Now()
	m.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
		first_seen_at, updated_at)
		VALUES (?, ?, ?, ?, 'active', 'mapped', ?, ?, ?)`, a.ID, p.ID, external, external, c.id, now, now)
	return a
}

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (m *market) exec(sql string, args ...any) {
	m.Helper()
	if err := m.db.Read(m.Context()).Exec(sql, args...).Error; err != nil {
		m.fatal("%s: %v", sql, err)
	}
}

// today moves the clock to the morning of a day.
func (m *market) today(s string) { m.clock.Set(day(s).Start(time.UTC).Add(9 * time.Hour)) }

// legacy is a licence as the legacy API has it: a SKU, a quantity and no dates.
func legacy(sku string, seats int) distributor.Subscription {
	return distributor.Subscription{ExternalID: "old-" + sku, Vendor: "Microsoft", Kind: distributor.Licence,
		ProductName: "Product " + sku, SKU: sku, Quantity: seats,
		UnitCost: decimal.NewNullDecimal(decimal.NewFromInt(10)), CostPeriod: money.Month, Currency: "USD",
		Frequency: distributor.FreqUnknown, Term: distributor.FreqUnknown,
		Status: distributor.StatusActive, StatusText: "active"}
}

// modern is the same licence as the comprehensive API has it.
func modern(sku string, seats int) distributor.Subscription {
	r := legacy(sku, seats)
	r.ExternalID, r.PartNumber = "new-"+sku, "PN-"+sku
	r.Frequency, r.Term = distributor.Monthly, distributor.Annual
	r.Start, r.End = day("2025-10-01"), day("2026-09-30")
	return r
}

func (m *market) origin() ledger.Origin {
	return ledger.Origin{Source: ledger.FromSync, By: audit.System, At: m.clock.Now()}
}

// syncOld and syncNew read what a provider lists for a customer.
func (m *market) syncOld(c *client, records ...distributor.Subscription) {
	m.Helper()
	m.sync(m.old, c.old, c.oldList, records)
}

func (m *market) syncNew(c *client, records ...distributor.Subscription) {
	m.Helper()
	m.sync(m.new, c.new, c.newList, records)
}

func (m *market) sync(p subscription.Provider, a subscription.Account, list map[string]distributor.Subscription,
	records []distributor.Subscription) {
	m.Helper()
	for _, r := range records {
		list[r.ExternalID] = r
	}
	var all []distributor.Subscription
	for _, r := range list {
		r.AccountExternalID = a.ExternalID
		r.ExternalID = a.ExternalID + "/" + r.ExternalID
		all = append(all, r)
	}
	m.must(m.db.InTx(m.Context(), func(tx *gorm.DB) error {
		res, err := subscription.SyncAccount(m.Context(), tx,
			subscription.Listing{Provider: p, Account: a, Records: all, Zone: time.UTC, Origin: m.origin()})
		if err != nil {
			return err
		}
		return m.Reviews.Refresh(m.Context(), tx, res.Touched)
	}))
}

func (m *market) must(err error) {
	m.Helper()
	if err != nil {
		m.fatal("%v", err)
	}
}

func (c *client) oldID(m *market, sku string) uuid.UUID {
	return m.id(c.old.ExternalID + "/old-" + sku)
}

func (c *client) newID(m *market, sku string) uuid.UUID {
	return m.id(c.new.ExternalID + "/new-" + sku)
}

func (m *market) id(external string) uuid.UUID {
	m.Helper()
	var id uuid.UUID
	if err := m.db.Read(m.Context()).Raw(`SELECT id FROM subscriptions WHERE external_id = ?`,
		external).Row().Scan(&id); err != nil {
		m.fatal("subscription %s: %v", external, err)
	}
	return id
}

func (m *market) sub(id uuid.UUID) subscription.Subscription {
	m.Helper()
	s, err := subscription.Get(m.Context(), m.db.Read(m.Context()), id)
	m.must(err)
	return s
}

func (m *market) act(id uuid.UUID) subscription.Act {
	return subscription.Act{ID: id, Zone: time.UTC,
		Origin: ledger.Origin{Source: ledger.FromPerson, By: ada, At: m.clock.Now()}}
}

// price sets a price a month from a day on.
func (m *market) price(id uuid.UUID, amount, on string) {
	m.Helper()
	m.must(m.db.InTx(m.Context(), func(tx *gorm.DB) error {
		h, err := history.One(m.Context(), tx, id)
		if err != nil {
			return err
		}
		_, err = subscription.SetPrice(m.Context(), tx, m.act(id),
			subscription.Price{UnitPrice: decimal.NewNullDecimal(decimal.RequireFromString(amount)),
				Period: money.Month, On: clock.Later(day(on), h.FirstDay()), Later: subscription.KeepLater,
				Gap: true})
		if err != nil {
			return err
		}
		return m.Reviews.Refresh(m.Context(), tx, []uuid.UUID{id})
	}))
}

// sign signs subscriptions off, and tells how many it could.
func (m *market) sign(ids ...uuid.UUID) int {
	m.Helper()
	n := 0
	m.must(m.db.InTx(m.Context(), func(tx *gorm.DB) error {
		out, err := m.Reviews.Sign(m.Context(), tx, ada, review.SignOff{IDs: ids})
		n = out.Signed + out.Already
		for _, r := range out.Refused {
			m.Logf("not signed: %s: %s", r.ExternalID, r.Why)
		}
		return err
	}))
	return n
}

// bill drafts and bills a cycle of a customer.
func (m *market) bill(c *client, end string) error {
	id, err := m.bills.Draft(m.Context(), ada,
		billing.Order{Run: billing.Run{ContractID: c.contract, End: day(end)}, Late: true})
	if err != nil {
		return err
	}
	return m.bills.Bill(m.Context(), ada, invoice.Step{ID: id})
}

// text reads one value of the database.
func (m *market) text(sql string, args ...any) string {
	m.Helper()
	var s string
	if err := m.db.Read(m.Context()).Raw(`SELECT coalesce((`+sql+`)::text, '')`, args...).Row().Scan(&s); err != nil {
		m.fatal("%s: %v", sql, err)
	}
	return s
}

// settled makes a customer whose legacy seats are billed to last month's end and whose new ones have arrived.
func (m *market) settled(name string, seats map[string]int) *client {
	m.Helper()
	m.today("2026-01-01")
	c := m.client(name, "no")
	for sku, n := range seats {
		m.syncOld(c, legacy(sku, n))
		m.price(c.oldID(m, sku), "12", "2026-01-01")
		m.sign(c.oldID(m, sku))
	}
	for _, end := range []string{"2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"} {
		m.today(day(end).AddDays(-20).String())
		m.must(m.bill(c, end))
	}
	m.today("2026-06-10")
	for sku, n := range seats {
		m.syncNew(c, modern(sku, n))
	}
	return c
}

func (m *market) start(switchDay string) {
	m.Helper()
	var err error
	m.run, err = m.Start(m.Context(), ada, cutover.Beginning{Name: "To Stellr", OldProviderID: m.old.ID,
		NewProviderID: m.new.ID, SwitchDay: day(switchDay)})
	m.must(err)
}

type step func(*market, *client) (cutover.Report, error)

func exact(m *market, c *client) (cutover.Report, error) {
	return m.AcceptExact(m.Context(), ada, m.run, []uuid.UUID{c.id})
}
func confirm(m *market, c *client) (cutover.Report, error) {
	return m.Confirm(m.Context(), ada, m.run, []uuid.UUID{c.id})
}
func moved(m *market, c *client) (cutover.Report, error) {
	return m.Reassign(m.Context(), ada, m.run, []uuid.UUID{c.id})
}
func retired(m *market, c *client) (cutover.Report, error) {
	return m.RetireOld(m.Context(), ada, m.run, []uuid.UUID{c.id})
}
func undo(m *market, c *client) (cutover.Report, error) {
	return m.UndoStep(m.Context(), ada, m.run, []uuid.UUID{c.id})
}

// do takes a step that must succeed.
func (m *market) do(c *client, s step) {
	m.Helper()
	r, err := s(m, c)
	m.must(err)
	if len(r.Done) != 1 {
		m.fatal("not done: already %v, refused %v", r.Already, r.Refused)
	}
}

// refused takes a step that must be refused, and gives the reason.
func (m *market) refused(c *client, s step) string {
	m.Helper()
	r, err := s(m, c)
	m.must(err)
	if len(r.Refused) != 1 {
		m.fatal("not refused: %+v", r)
	}
	return r.Refused[0].Why
}

func (m *market) conflict(err error) string {
	m.Helper()
	if errs.KindOf(err) != errs.Conflict {
		m.fatal("no conflict: %v", err)
	}
	return errs.Public(err)
}

func (m *market) ledgerOf(id uuid.UUID) string {
	m.Helper()
	return m.text(`SELECT string_agg(concat_ws(' ', c.effective_at, c.event, c.delta, st.billing_state, CASE
		WHEN NOT st.counted THEN 'aside' END), E'\n' ORDER BY c.effective_at, c.seq)
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id WHERE c.subscription_id = ?`, id)
}
