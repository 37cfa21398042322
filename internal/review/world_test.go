package review_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/pgtest"
)

var ada = audit.Actor{ID: uuid.MustParse("018f0000-0000-7000-8000-000000000001"), Name: "Ada Example"}

// world is a database with the rooms whose writes a review follows.
type world struct {
	testing.TB
	db        *pgtest.DB
	clock     *clock.Fake
	reviews   review.Reviewer
	mapping   mapping.Service
	contracts contract.Service
	prices    price.Service
	made      int // histories begun in this world
}

// side is one provider with its account and what it lists now.
type side struct {
	provider subscription.Provider
	account  subscription.Account
	listed   map[string]distributor.Subscription
}

func newWorld(t testing.TB) *world {
	t.Helper()
	clk := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	w := &world{TB: t, db: pgtest.New(t), clock: clk, reviews: review.Reviewer{Clock: clk, Zone: time.UTC}}
	touched := func(tx *gorm.DB, ids []uuid.UUID) error { return w.reviews.Refresh(tx.Statement.Context, tx, ids) }
	w.mapping = mapping.Service{DB: w.db.DB, Clock: clk, Zone: time.UTC, Reviews: w.reviews}
	w.contracts = contract.Service{DB: w.db.DB, Clock: clk, Touched: touched}
	w.prices = price.Service{DB: w.db.DB, Clock: clk, Touched: touched}
	return w
}

// priceList is a list with one item, for the product of record.
func (w *world) priceList(name string) (list, item uuid.UUID) {
	w.Helper()
	l, err := w.prices.CreateList(w.Context(), ada, price.ListInput{Name: name, Currency: "USD"})
	if err != nil {
		w.Fatal(err)
	}
	i, err := w.prices.AddItem(w.Context(), ada, l.ID, itemInput("22"))
	if err != nil {
		w.Fatal(err)
	}
	return l.ID, i.ID
}

func itemInput(amount string) price.ItemInput {
	return price.ItemInput{Vendor: "Microsoft", PartNumber: "CFQ7TTC0LCHC:0002", Unit: "month", Term: "annual",
		BillingFrequency: "monthly", UnitPrice: amount, EffectiveFrom: "2026-01-01"}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if err := w.db.Read(w.Context()).Exec(sql, args...).Error; err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) customer(name string) uuid.UUID {
	w.Helper()
	id, now := uuid.Must(uuid.NewV7()), w.clock.Now()
	w.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, ?, 'person', ?, ?)`, id,
		name, now, now)
	return id
}

func contractInput(customer uuid.UUID, name string, list uuid.UUID) contract.Input {
	return contract.Input{CRMAccount: customer.String(), Name: name, Currency: "USD", PriceList: list.String(),
		StartDate: "2026-01-01", IsDefault: true}
}

func (w *world) contract(customer uuid.UUID, name string, list uuid.UUID) contract.Contract {
	w.Helper()
	c, err := w.contracts.Create(w.Context(), ada, contractInput(customer, name, list))
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) side(name string) *side {
	w.Helper()
	now := w.clock.Now()
	s := &side{provider: subscription.Provider{ID: uuid.Must(uuid.NewV7()), Connector: distributor.Stellr,
		Currency: "USD"},
		account: subscription.Account{ID: uuid.Must(uuid.NewV7()), ExternalID: "A-" + name},
		listed:  map[string]distributor.Subscription{}}
	w.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, 'stellr', true, ?, '1', 'USD', true, ?, ?, ?)`, s.provider.ID, name, name, now, now, now)
	w.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
		updated_at)
		VALUES (?, ?, ?, ?, 'active', 'unmapped', ?,
			?)`, s.account.ID, s.provider.ID, s.account.ExternalID, name+".example", now, now)
	return s
}

func (w *world) origin() ledger.Origin {
	return ledger.Origin{Source: ledger.FromSync, By: audit.System, At: w.clock.Now()}
}

// sync brings in what a side lists now, and closes what it lacks, as a run over all accounts does.
func (w *world) sync(s *side) {
	w.Helper()
	var records []distributor.Subscription
	listed := postgres.Texts{}
	for id, r := range s.listed {
		records, listed = append(records, r), append(listed, id)
	}
	err := w.db.InTx(w.Context(), func(tx *gorm.DB) error {
		res, err := subscription.SyncAccount(w.Context(), tx,
			subscription.Listing{Provider: s.provider, Account: s.account, Records: records, Zone: time.UTC,
				Origin: w.origin()})
		if err != nil {
			return err
		}
		if err := w.reviews.Refresh(w.Context(), tx, res.Touched); err != nil {
			return err
		}
		var gone []uuid.UUID
		err = tx.Raw(`SELECT id FROM subscriptions WHERE provider_id = ? AND external_id <> ALL (?::text[])
			AND provider_status <> 'missing' AND NOT (state = 'inactive' AND deactivated_by = 'provider') ORDER BY id`,
			s.provider.ID, listed).Scan(&gone).Error
		if err != nil || len(gone) == 0 {
			return err
		}
		res, err = subscription.MarkGone(w.Context(), tx, s.provider, gone, w.origin(), time.UTC)
		if err != nil {
			return err
		}
		return w.reviews.Refresh(w.Context(), tx, res.Touched)
	})
	if err != nil {
		w.Fatal(err)
	}
}

// record is a Microsoft subscription of five seats in its first year.
func record(external string, change ...func(*distributor.Subscription)) distributor.Subscription {
	d := distributor.Subscription{
		ExternalID: external, Vendor: "Microsoft", Kind: distributor.Licence, ProductName: "Business Premium",
		PartNumber: "CFQ7TTC0LCHC:0002", SKU: "900100", Quantity: 5,
		UnitCost: amount("18.7"), CostPeriod: money.Month, Currency: "USD", Frequency: distributor.Monthly,
		Term:  distributor.Annual,
		Start: day("2026-01-15"), End: day("2027-01-14"), Status: distributor.StatusActive, StatusText: "Active",
	}
	for _, c := range change {
		c(&d)
	}
	d.Raw, _ = json.Marshal(map[string]any{"all": fmt.Sprintf("%+v", d)})
	return d
}

func (w *world) id(external string) uuid.UUID {
	w.Helper()
	var id uuid.UUID
	if err := w.db.Read(w.Context()).Raw(`SELECT id FROM subscriptions WHERE external_id = ?`,
		external).Row().Scan(&id); err != nil {
		w.Fatalf("subscription %s: %v", external, err)
	}
	return id
}

func (w *world) word(external string) string {
	w.Helper()
	var s string
	if err := w.db.Read(w.Context()).Raw(`SELECT coalesce(review, '') FROM subscriptions WHERE external_id = ?`,
		external).Row().Scan(&s); err != nil {
		w.Fatal(err)
	}
	return s
}

// act does something to a subscription as a person, with its review in the same transaction.
func (w *world) act(external string, do func(*gorm.DB, subscription.Act) (subscription.Subscription, error)) error {
	id := w.id(external)
	return w.db.InTx(w.Context(), func(tx *gorm.DB) error {
		a := subscription.Act{ID: id, Zone: time.UTC,
			Origin: ledger.Origin{Source: ledger.FromPerson, By: ada, At: w.clock.Now()}}
		if _, err := do(tx, a); err != nil {
			return err
		}
		return w.reviews.Refresh(w.Context(), tx, []uuid.UUID{id})
	})
}

func (w *world) sign(s review.SignOff) (out review.Outcome, err error) {
	err = w.db.InTx(w.Context(), func(tx *gorm.DB) error {
		out, err = w.reviews.Sign(w.Context(), tx, ada, s)
		return err
	})
	return out, err
}

func (w *world) mustSign(externals ...string) review.Outcome {
	w.Helper()
	var ids []uuid.UUID
	for _, e := range externals {
		ids = append(ids, w.id(e))
	}
	out, err := w.sign(review.SignOff{IDs: ids, Note: "checked"})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// settled is a world with one customer, whose subscriptions S-1 and S-2 are ok.
func settled(t testing.TB) (*world, *side, contract.Contract) {
	t.Helper()
	w := newWorld(t)
	customer := w.customer("Contoso Ltd")
	list, _ := w.priceList("Standard")
	c := w.contract(customer, "Contoso monthly", list)
	s := w.side("Northwind")
	s.listed["S-1"], s.listed["S-2"] = record("S-1"), record("S-2")
	w.sync(s)
	if err := w.mapping.Map(t.Context(), ada,
		mapping.Choice{AccountID: s.account.ID, CRMAccountID: customer}); err != nil {
		t.Fatal(err)
	}
	return w, s, c
}
