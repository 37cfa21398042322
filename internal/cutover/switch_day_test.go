package cutover_test

import (
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/subscription"
)

func (m *market) from(id uuid.UUID) string { return m.sub(id).BillableFrom.String() }

// Every subscription of the new provider of a customer with a switch day, paired or not.
func TestEveryNewSubscriptionIsBilledFromTheSwitchDay(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.syncNew(c, modern("E5", 3), modern("E7", 2), modern("E9", 1))
	m.must(m.db.InTx(m.Context(), func(tx *gorm.DB) error {
		_, err := subscription.DeclareNoTwin(m.Context(), tx, m.act(c.newID(m, "E7")))
		return err
	}))
	m.start("2026-06-01")
	m.do(c, exact)
	for _, d := range []cutover.Decision{
		{Kind: pairing.New, New: c.newID(m, "E5")},
		{Kind: pairing.New, New: c.newID(m, "E9"), FromStart: true, Confirmed: c.name},
	} {
		d.CRMAccountID = c.id
		m.must(m.Decide(t.Context(), ada, m.run, d))
	}
	m.do(c, confirm)
	want := map[string]string{"E3": "2026-06-01", "E5": "2026-06-01", "E7": "2026-06-01", "E9": ""}
	for sku, day := range want {
		if got := m.from(c.newID(m, sku)); got != day {
			t.Errorf("%s is billed from %q, want %q", sku, got, day)
		}
	}
	m.do(c, undo)
	for sku := range want {
		if got := m.from(c.newID(m, sku)); got != "" {
			t.Errorf("%s, taken back: %q", sku, got)
		}
	}
	m.do(c, confirm)
	m.do(c, moved)
	m.sign(c.newID(m, "E3"))
	m.do(c, retired)
	m.syncNew(c, modern("LATE", 4))
	if got := m.from(c.newID(m, "LATE")); got != "2026-06-01" {
		t.Errorf("listed only after the switch, it is billed from %q", got)
	}
	m.must(m.Decide(t.Context(), ada, m.run, cutover.Decision{CRMAccountID: c.id, Kind: pairing.New,
		New: c.newID(m, "LATE"), FromStart: true, Confirmed: c.name}))
	if got := m.from(c.newID(m, "LATE")); got != "" {
		t.Errorf("from its start: %q", got)
	}
}

func TestFromItsStartIsSaidByNameAndOnlyOfANewOne(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	d := cutover.Decision{CRMAccountID: c.id, Kind: pairing.New, New: c.newID(m, "E3"), FromStart: true}
	m.conflict(m.Decide(t.Context(), ada, m.run, d))
	d.Confirmed = "Contoso Ltd"
	if err := m.Decide(t.Context(), ada, m.run, d); errs.FieldsOf(err)["confirm"] == "" {
		t.Errorf("another name: %v", err)
	}
	ended := cutover.Decision{CRMAccountID: c.id, Kind: pairing.Ended, Old: c.oldID(m, "E3"), FromStart: true,
		Confirmed: c.name}
	if err := m.Decide(t.Context(), ada, m.run, ended); errs.FieldsOf(err)["from_start"] == "" {
		t.Errorf("an old one from its start: %v", err)
	}
	if v := m.view(c); len(v.Pairs) != 0 {
		t.Errorf("%+v", v.Pairs)
	}
}

// list puts the customer's contract on a price list with this price for the new one, and lets it land there.
func (m *market) listPrice(c *client, sku, amount string) {
	m.Helper()
	list, id := uuid.Must(uuid.NewV7()), c.newID(m, sku)
	m.exec(`INSERT INTO price_lists (id, name, currency, active, created_at, updated_at)
		VALUES (?, ?, 'USD', true, now(), now())`, list, "List of "+c.name)
	m.exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		SELECT ?, ?, product_id, 'month', 'annual', 'monthly', CAST(? AS numeric), '2020-01-01', now(), now()
		FROM subscriptions WHERE id = ?`, uuid.Must(uuid.NewV7()), list, amount, id)
	m.exec(`UPDATE billing_contracts SET price_list_id = ? WHERE id = ?`, list, c.contract)
}

func TestANegotiatedPriceGoesOverWhateverTheListSays(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*market, *client){
		"the new one has a price of the list": func(m *market, c *client) {},
		"the new one was in no contract until now": func(m *market, c *client) {
			m.exec(`UPDATE subscriptions SET contract_id = NULL WHERE id = ?`, c.newID(m, "E3"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t, "2026-01-01")
			c := m.settled("contoso", map[string]int{"E3": 10})
			m.listPrice(c, "E3", "13.50")
			m.land(c, "E3")
			set(m, c)
			if now := m.sub(c.newID(m, "E3")); name == "the new one has a price of the list" &&
				(now.UnitPrice.Decimal.String() != "13.5" || now.PriceByPerson) {
				t.Fatalf("landed at %s", now.UnitPrice.Decimal)
			}
			m.start("2026-06-01")
			m.do(c, exact)
			if v := m.view(c); len(v.TakesOver) != 1 || v.TakesOver[0].UnitPrice.Decimal.String() != "12" ||
				!v.TakesOver[0].Negotiated {
				t.Errorf("the preview says %+v", v.TakesOver)
			}
			m.do(c, confirm)
			if now := m.sub(c.newID(m, "E3")); now.UnitPrice.Decimal.String() != "12" || !now.PriceByPerson {
				t.Errorf("the new one is at %s", now.UnitPrice.Decimal)
			}
			m.do(c, moved)
			m.sign(c.newID(m, "E3"))
			m.do(c, retired)
			m.must(m.bill(c, "2026-07-01"))
			if got := m.text(`SELECT sum(amount) FROM invoice_lines WHERE subscription_id = ?`,
				c.newID(m, "E3")); got != "120.000000" {
				t.Errorf("June was billed at %s", got)
			}
		})
	}
}

// land lets the new one land in the customer's contract at the price of its list.
func (m *market) land(c *client, sku string) {
	m.Helper()
	id := c.newID(m, sku)
	m.must(m.db.InTx(m.Context(), func(tx *gorm.DB) error {
		for _, to := range []uuid.NullUUID{{}, {UUID: c.contract, Valid: true}} {
			if _, err := subscription.SetContract(m.Context(), tx, m.act(id), to); err != nil {
				return err
			}
		}
		return m.Reviews.Refresh(m.Context(), tx, []uuid.UUID{id})
	}))
}

func TestAPriceThatAPersonSetForTheNewOneStays(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.land(c, "E3")
	m.price(c.newID(m, "E3"), "14", "2026-06-01")
	m.start("2026-06-01")
	m.do(c, exact)
	m.do(c, confirm)
	if now := m.sub(c.newID(m, "E3")); now.UnitPrice.Decimal.String() != "14" {
		t.Errorf("the new one is at %s", now.UnitPrice.Decimal)
	}
}

func TestAnotherProductThatEndsBesideANewOneAsksNobody(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	r := modern("E5", 10)
	r.Kind = distributor.Licence
	m.syncNew(c, r)
	m.start("2026-06-01")
	for _, d := range []cutover.Decision{{Kind: pairing.Ended, Old: c.oldID(m, "E3")},
		{Kind: pairing.New, New: c.newID(m, "E5")}} {
		d.CRMAccountID = c.id
		m.must(m.Decide(t.Context(), ada, m.run, d))
	}
}
