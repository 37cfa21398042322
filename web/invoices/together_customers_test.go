package invoices_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/billtest"
)

// house is two customers with a contract each, the second one's with 5 seats, and a
// company above them that no contract is of.
type house struct {
	*desk
	sister *billtest.World
	parent uuid.UUID
}

func openHouse(t *testing.T) *house {
	t.Helper()
	d := open(t, "2026-11-20", billtest.Terms{})
	h := &house{desk: d, sister: d.Beside("2026-11-20", billtest.Terms{}), parent: uuid.Must(uuid.NewV7())}
	now := d.Clock.Now()
	d.Exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
		VALUES (?, 'Contoso Holding', 'person', ?, ?)`, h.parent, now, now)
	d.Exec(`UPDATE crm_accounts SET name = 'Contoso North' WHERE id = ?`, d.Customer)
	d.Exec(`UPDATE crm_accounts SET name = 'Contoso South' WHERE id = ?`, h.sister.Customer)
	d.Exec(`UPDATE billing_contracts SET name = 'Services' WHERE id = ?`, h.sister.Contract)
	d.Add("S1", 10, "2026-11-01")
	h.sister.Add("T1", 5, "2026-11-01")
	return h
}

// under puts a customer below the company, which is billed for it or not.
func (h *house) under(customer uuid.UUID, billed bool) {
	h.Helper()
	h.Exec(`UPDATE crm_accounts SET parent_id = ?, bill_to_parent = ? WHERE id = ?`, h.parent, billed, customer)
}

func (h *house) drafts() (north, south string) {
	h.Helper()
	return h.draftOf(h.Contract, "2026-12-01"), h.draftOf(h.sister.Contract, "2026-12-01")
}

func TestTwoCustomersBilledToOneParentShareADocument(t *testing.T) {
	t.Parallel()
	for _, said := range []bool{true, false} { // by their contracts, or by a person on the draft
		h := openHouse(t)
		h.under(h.Customer, true)
		h.under(h.sister.Customer, true)
		if said {
			h.Exec(`UPDATE billing_contracts SET bill_together = true`)
		}
		north, south := h.drafts()
		if !said {
			h.post(north+"/together", url.Values{"with": {idOf(south)}}, http.StatusSeeOther)
		}
		h.post(south+"/bill", url.Values{}, http.StatusSeeOther)
		has(t, h.text(north), "Contoso Holding", "Contoso North", "Contoso South", "120.00 USD", "60.00 USD",
			"180.00 USD", "Invoice 1")
		if got := h.Text(`SELECT count(*) || ' ' || min(gross)::numeric(9,2) FROM invoice_documents`); got != "1 180.00" {
			t.Errorf("documents: %s", got)
		}
		if got := h.Text(`SELECT string_agg(DISTINCT number_text, ' ') FROM invoices`); got != "1" {
			t.Errorf("numbers: %s", got)
		}
		// The days stay each customer's: a credit of one takes nothing of the other.
		credit := h.post(south+"/credit", url.Values{"again": {"yes"}, "reason": {"wrong seats"}},
			http.StatusSeeOther).Header().Get("Location")
		h.post(credit+"/bill", url.Values{}, http.StatusSeeOther)
		text := h.text(credit)
		has(t, text, "Contoso Holding", "-60.00 USD", "Invoice 1")
		if strings.Contains(text, "Contoso North") {
			t.Errorf("the other customer is on the credit note: %s", text)
		}
	}
}

// Only who is billed as one shares: not strangers, and not a customer of whom the
// parent is known but not billed.
func TestCustomersBilledApartNeverShareADocument(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(h *house){
		"strangers":               func(*house) {},
		"one parent, not billed":  func(h *house) { h.under(h.Customer, false); h.under(h.sister.Customer, false) },
		"one of two is billed so": func(h *house) { h.under(h.Customer, true); h.under(h.sister.Customer, false) },
	} {
		h := openHouse(t)
		set(h)
		h.Exec(`UPDATE billing_contracts SET bill_together = true`)
		north, south := h.drafts()
		if text := h.text(north); strings.Contains(text, "Contoso South") {
			t.Errorf("%s: the other's draft is offered: %s", name, text)
		}
		h.post(north+"/together", url.Values{"with": {idOf(south)}}, http.StatusConflict)
		h.post(north+"/bill", url.Values{}, http.StatusSeeOther)
		h.post(south+"/bill", url.Values{}, http.StatusSeeOther)
		if got := h.Text(`SELECT string_agg(number_text, ' ' ORDER BY number) FROM invoices`); got != "1 2" {
			t.Errorf("%s: numbers %s", name, got)
		}
		for path, other := range map[string]string{north: "Contoso South", south: "Contoso North"} {
			if text := h.text(path); strings.Contains(text, other) {
				t.Errorf("%s: %s shows %s", name, path, other)
			}
		}
	}
}

// The parent's own contract shares with those of the customers that it is billed for.
func TestAParentsOwnContractSharesWithItsCustomers(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.parent = h.sister.Customer
	h.under(h.Customer, true)
	north, south := h.drafts()
	h.post(north+"/together", url.Values{"with": {idOf(south)}}, http.StatusSeeOther)
	h.post(north+"/bill", url.Values{}, http.StatusSeeOther)
	has(t, h.text(south), "Contoso South", "Contoso North", "180.00 USD")
}

// Of one customer, or of two billed to one parent: what is in two currencies is two documents.
func TestTwoCurrenciesNeverShareADocument(t *testing.T) {
	t.Parallel()
	for _, parent := range []bool{false, true} {
		h := openHouse(t)
		other := h.sister
		if parent {
			h.under(h.Customer, true)
			h.under(h.sister.Customer, true)
		} else {
			other = h.second("Abroad", "2026-11-01")
		}
		h.Exec(`UPDATE billing_contracts SET currency = 'EUR' WHERE id = ?`, other.Contract)
		id := h.Text(`SELECT id::text FROM subscriptions WHERE contract_id = ?`, other.Contract)
		other.Price(uuid.MustParse(id), "12", "2026-11-01")
		other.Sign(uuid.MustParse(id))
		h.Exec(`UPDATE billing_contracts SET bill_together = true`)
		dollars, euros := h.draftOf(h.Contract, "2026-12-01"), h.draftOf(other.Contract, "2026-12-01")
		has(t, h.text(dollars), "It is in EUR, this one in USD.")
		has(t, h.post(dollars+"/together", url.Values{"with": {idOf(euros)}}, http.StatusConflict).Body.String(),
			"It is in EUR, this one in USD.")
		h.post(dollars+"/bill", url.Values{}, http.StatusSeeOther)
		h.post(euros+"/bill", url.Values{}, http.StatusSeeOther)
		if got := h.Text(`SELECT string_agg(concat_ws(' ', number_text, currency, total::numeric(9,2)), ', '
			ORDER BY number) FROM invoices`); got != "1 USD 120.00, 2 EUR 60.00" {
			t.Errorf("parent %v: %s", parent, got)
		}
		for path, foreign := range map[string]string{dollars: "EUR", euros: "USD"} {
			if text := h.text(path); strings.Contains(text, foreign) {
				t.Errorf("parent %v: %s shows %s: %s", parent, path, foreign, text)
			}
		}
	}
}
