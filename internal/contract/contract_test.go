package contract_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/listing"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var bea = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Name: "Bea Example"}

type house struct {
	*testing.T
	contract.Service
	customer crm.Account
	list     price.List
	reviewed *[]uuid.UUID
}

func open(t *testing.T) house {
	t.Helper()
	db := pgtest.New(t).DB
	clk := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	customer, err := crm.Service{DB: db, Clock: clk}.Create(t.Context(), bea,
		crm.Input{Facts: crm.Facts{Name: "Contoso", ExternalID: "C-1"}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := price.Service{DB: db, Clock: clk}.CreateList(t.Context(), bea,
		price.ListInput{Name: "Standard", Currency: "usd"})
	if err != nil {
		t.Fatal(err)
	}
	var reviewed []uuid.UUID
	s := contract.Service{DB: db, Clock: clk,
		Touched: func(_ *gorm.DB, ids []uuid.UUID) error { reviewed = ids; return nil }}
	return house{T: t, Service: s, customer: customer, list: list, reviewed: &reviewed}
}

func (h house) form() contract.Input {
	return contract.Input{
		CRMAccount: h.customer.ID.String(), Name: "Contoso monthly", Currency: "usd", BillingFrequency: "monthly",
		Timing:     "advance",
		BillingDay: "last", PriceList: h.list.ID.String(), StartDate: "2026-01-01", BillFrom: "2026-02-01",
		Refunds:      "yes",
		PaymentTerms: "30 days", TaxCode: "S20", UsageRule: "Cost + 15 %", IsDefault: true,
	}
}

func (h house) create(in contract.Input) contract.Contract {
	h.Helper()
	c, err := h.Create(h.Context(), bea, in)
	if err != nil {
		h.Fatal(err)
	}
	return c
}

func (h house) get(id uuid.UUID) contract.Contract {
	h.Helper()
	c, err := contract.Get(h.Context(), h.DB.Read(h.Context()), id)
	if err != nil {
		h.Fatal(err)
	}
	return c
}

// subscribe puts a subscription with a price into a contract, as a landing would.
func (h house) subscribe(c contract.Contract) uuid.UUID {
	h.Helper()
	provider, account, subscription := uuid.New(), uuid.New(), uuid.New()
	err := h.DB.InTx(h.Context(), func(tx *gorm.DB) error {
		return errors.Join(
			tx.Exec(`INSERT INTO providers (id, name, connector, comprehensive_api, active, credentials_at, created_at,
				updated_at)
				VALUES (?, 'Hand', 'manual', false, true, now(), now(), now())`, provider).Error,
			tx.Exec(`INSERT INTO provider_accounts (id, provider_id, external_id, provider_status, state,
				crm_account_id, first_seen_at, updated_at)
				VALUES (?, ?, 'A', 'active', 'mapped', ?, now(), now())`, account, provider, c.CRMAccountID).Error,
			tx.Exec(`INSERT INTO subscriptions (id, provider_id, account_id, external_id, kind, quantity,
				billing_frequency, term, provider_status,
					first_seen_at, facts_at, crm_account_id, contract_id, unit_price, price_period, currency, state,
						updated_at)
				VALUES (?, ?, ?, 'S', 'licence', 0, 'annual', 'annual', 'active', now(), now(), ?, ?, 120, 'year',
					'USD', 'active', now())`,
				subscription, provider, account, c.CRMAccountID, c.ID).Error)
	})
	if err != nil {
		h.Fatal(err)
	}
	return subscription
}

func TestAContractKeepsAllItsTerms(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.create(h.form())
	got := h.get(made.ID)
	want := contract.Terms{
		CRMAccountID: h.customer.ID, Name: "Contoso monthly", Currency: "USD", BillingFrequency: contract.Monthly,
		Timing:     contract.Advance,
		BillingDay: contract.LastDay, PriceListID: uuid.NullUUID{UUID: h.list.ID, Valid: true},
		StartDate: clock.NewDate(2026, 1, 1),
		BillFrom:  clock.NewDate(2026, 2, 1), Refunds: contract.RefundsYes, PaymentTerms: "30", TaxCode: "S20",
		Language: contract.English, Renewal: contract.Propose, UsageRule: "cost+15%", IsDefault: true,
	}
	if d := cmp.Diff(want.Columns(), got.Terms.Columns()); d != "" || !got.Active {
		t.Error(d)
	}
}

func TestEveryProblemOfAContractIsToldAtItsField(t *testing.T) {
	t.Parallel()
	h := open(t)
	for field, change := range map[string]func(*contract.Input){
		"crm_account_id":    func(in *contract.Input) { in.CRMAccount = "Nobody" },
		"name":              func(in *contract.Input) { in.Name = " " },
		"currency":          func(in *contract.Input) { in.Currency = "dollars" },
		"price_list_id":     func(in *contract.Input) { in.Currency = "EUR" },
		"billing_frequency": func(in *contract.Input) { in.BillingFrequency = "weekly" },
		"usage_rule":        func(in *contract.Input) { in.UsageRule = "cost-5%" },
		"timing":            func(in *contract.Input) { in.Timing = "later" },
		"billing_day":       func(in *contract.Input) { in.BillingDay = "29" },
		"start_date":        func(in *contract.Input) { in.StartDate = "" },
		"end_date":          func(in *contract.Input) { in.EndDate = "2026-01-01" },
		"bill_from":         func(in *contract.Input) { in.BillFrom = "2025-12-31" },
		"refunds":           func(in *contract.Input) { in.Refunds = "maybe" },
	} {
		in := h.form()
		change(&in)
		if _, err := h.Create(t.Context(), bea, in); errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
	h.create(h.form())
	if _, err := h.Create(t.Context(), bea, h.form()); errs.FieldsOf(err)["name"] == "" {
		t.Errorf("a second contract of the same name: %v", err)
	}
}

func TestCurrencyAndCustomerAreFrozenWhileSubscriptionsStandInTheContract(t *testing.T) {
	t.Parallel()
	h := open(t)
	in := h.form()
	in.PriceList = ""
	c := h.create(in)
	in.Currency = "EUR"
	if err := h.Update(t.Context(), bea, contract.Edit{ID: c.ID, Version: 1, Input: in}); err != nil {
		t.Fatalf("an empty contract: %v", err)
	}
	in.Currency = "USD"
	if err := h.Update(t.Context(), bea, contract.Edit{ID: c.ID, Version: 2, Input: in}); err != nil {
		t.Fatal(err)
	}
	h.subscribe(c)
	in.Currency = "EUR"
	if err := h.Update(t.Context(), bea,
		contract.Edit{ID: c.ID, Version: 3, Input: in}); errs.FieldsOf(err)["currency"] == "" {
		t.Errorf("currency: %v", err)
	}
	other, err := crm.Service{DB: h.DB, Clock: h.Clock}.Create(t.Context(), bea,
		crm.Input{Facts: crm.Facts{Name: "Fabrikam"}})
	if err != nil {
		t.Fatal(err)
	}
	in.Currency, in.CRMAccount = "USD", other.ID.String()
	if err := h.Update(t.Context(), bea,
		contract.Edit{ID: c.ID, Version: 3, Input: in}); errs.FieldsOf(err)["crm_account_id"] == "" {
		t.Errorf("customer: %v", err)
	}
}

func TestAStaleContractFormIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.create(h.form())
	in := h.form()
	in.Name = "Renamed"
	if err := h.Update(t.Context(), bea, contract.Edit{ID: c.ID, Version: 1, Input: in}); err != nil {
		t.Fatal(err)
	}
	if err := h.Update(t.Context(), bea, contract.Edit{ID: c.ID, Version: 1, Input: in}); !errors.Is(err,
		contract.ErrStale) {
		t.Errorf("got %v", err)
	}
}

func TestDeactivatingAContractKeepsItsSubscriptionsAndHasThemReviewed(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.create(h.form())
	s := h.subscribe(c)
	for range 2 {
		if err := h.Deactivate(t.Context(), bea, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.get(c.ID); got.Active || got.DeactivatedAt == nil || got.Version != 2 {
		t.Errorf("got %+v", got)
	}
	if d := cmp.Diff([]uuid.UUID{s}, *h.reviewed); d != "" {
		t.Error(d)
	}
	if _, ok, err := contract.DefaultFor(h.DB.Read(t.Context()), h.customer.ID); ok || err != nil {
		t.Errorf("an inactive contract is still the default: %v %v", ok, err)
	}
	if err := h.Activate(t.Context(), bea, c.ID); err != nil {
		t.Fatal(err)
	}
	standing, err := contract.Standing(h.DB.Read(t.Context()), c.ID)
	if err != nil || standing.Active != 1 || len(standing.Monthly) != 1 {
		t.Errorf("standing %+v, %v", standing, err)
	}
}

func TestTheDefaultIsTheOnlyOneMarked(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.create(h.form())
	if c, ok, err := contract.DefaultFor(h.DB.Read(t.Context()), h.customer.ID); !ok || c.ID != first.ID || err != nil {
		t.Errorf("one default: %v %v", ok, err)
	}
	in := h.form()
	in.Name = "Second"
	h.create(in)
	if _, ok, err := contract.DefaultFor(h.DB.Read(t.Context()), h.customer.ID); ok || err != nil {
		t.Errorf("two defaults: %v %v", ok, err)
	}
	o, err := contract.Look(t.Context(), h.DB.Read(t.Context()), first.ID)
	if err != nil || o.OtherDefaults != 1 || o.CRMAccount != "Contoso" || o.PriceList != "Standard" {
		t.Errorf("overview %+v, %v", o, err)
	}
}

func TestContractsAreListedFilteredAndPaged(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, name := range []string{"b", "A", "c"} {
		in := h.form()
		in.Name = name
		h.create(in)
	}
	for _, c := range []struct {
		asked listtest.Asked
		want  []string
	}{
		{listtest.Asked{Sort: "name"}, []string{"A", "b", "c"}},
		{listtest.Asked{Sort: "-name", Values: listing.Values{"active": "yes", "default": "yes",
			"price_list": h.list.ID.String(), "crm_account": h.customer.ID.String()}}, []string{"c", "b", "A"}},
		{listtest.Asked{Sort: "start_date", Values: listing.Values{"active": "no"}}, nil},
		{listtest.Asked{Sort: "name", Search: "C-1"}, []string{"A", "b", "c"}},
		{listtest.Asked{Search: "zz"}, nil},
	} {
		c.asked.Size = 1
		var got []string
		for _, r := range listtest.Rows(t, h.DB, contract.All, c.asked) {
			got = append(got, r.Name)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%+v: %s", c, d)
		}
	}
}
