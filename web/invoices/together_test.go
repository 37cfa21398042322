package invoices_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/billtest"
)

// second is another contract of the desk's customer, with 5 seats of its own from a day on.
func (d *desk) second(name, from string) *billtest.World {
	d.Helper()
	w := d.Beside(from, billtest.Terms{})
	d.Exec(`UPDATE billing_contracts SET crm_account_id = ?, name = ? WHERE id = ?`, d.Customer, name, w.Contract)
	d.Exec(`UPDATE billing_contracts SET is_default = id = ?`, w.Contract)
	d.Exec(`UPDATE provider_accounts SET crm_account_id = ? WHERE id = ?`, d.Customer, w.Account.ID)
	w.Customer, w.Account.CRMAccountID.UUID = d.Customer, d.Customer
	w.Add("T-"+name, 5, from)
	return w
}

func (d *desk) draftOf(contract uuid.UUID, end string) string {
	d.Helper()
	return d.post("/contracts/"+contract.String()+"/invoices", url.Values{"kind": {"full_cycle"},
		"period_end": {end}, "earlier": {"on"}}, http.StatusSeeOther).Header().Get("Location")
}

func (d *desk) pdf(path string) []byte {
	d.Helper()
	return d.do(httptest.NewRequest(http.MethodGet, path+".pdf", nil), http.StatusOK).Body.Bytes()
}

func idOf(path string) string { return strings.TrimPrefix(path, "/invoices/") }

func (d *desk) bothDrafts() (first, other string) {
	d.Helper()
	d.Add("S1", 10, "2026-11-01")
	w := d.second("Services", "2026-11-01")
	first, other = d.draftOf(d.Contract, "2026-12-01"), d.draftOf(w.Contract, "2026-12-01")
	return first, other
}

func TestContractsOfOneCustomerShareADocument(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-11-20", billtest.Terms{})
	first, other := d.bothDrafts()
	has(t, d.text(first), "Bill together", "Services")
	d.post(first+"/together", url.Values{"with": {idOf(other)}}, http.StatusSeeOther)
	has(t, d.text(other), "Contract Licences: 120.00 USD", "Contract Services: 60.00 USD", "180.00 USD")
	d.post(other+"/bill", url.Values{}, http.StatusSeeOther)
	if got := d.Text(`SELECT string_agg(concat_ws(' ', number_text, state, total::numeric(9,2)), ', ' ORDER BY seq)
		FROM invoices`); got != "1 billed 120.00, 1 billed 60.00" {
		t.Error(got)
	}
	if got := d.Text(`SELECT count(*) || ' ' || sum(gross)::numeric(9,2) FROM invoice_documents`); got != "1 180.00" {
		t.Error(got)
	}
	paper := d.pdf(first)
	if !bytes.Equal(paper, d.pdf(other)) {
		t.Error("the two addresses give other papers")
	}
	file := strings.Join(d.file(first+".csv"), "\n")
	has(t, file, "Services", "Licences", ",180,0,180,", "total,")
	has(t, strings.Join(d.file("/invoice-lines.csv"), "\n"), ",Licences,", ",Services,")
	has(t, d.text(first), "On the same document", "Services", "Invoice 1", "180.00 USD")
	if open := strings.Join(d.file("/invoices.csv"), "\n"); strings.Count(open, ",180") == 0 {
		t.Error("the list does not know what is open:", open)
	}
	if cmd := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-", "-"); cmd.Err == nil {
		cmd.Stdin = bytes.NewReader(paper)
		text, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		has(t, strings.Join(strings.Fields(string(text)), " "), "Contract Licences: 120.00 USD",
			"Contract Services: 60.00 USD", "Total 180.00 USD")
	}
	page := d.text(other)
	d.Exec(`UPDATE crm_accounts SET name = 'Renamed'`)
	d.Exec(`UPDATE billing_contracts SET name = name || ' renamed', payment_terms = '5'`)
	if !bytes.Equal(paper, d.pdf(other)) || file != strings.Join(d.file(other+".csv"), "\n") {
		t.Error("what is out has changed with a name")
	}
	has(t, page, "Contract Services: 60.00 USD")
	if lines := strings.Join(d.file("/invoice-lines.csv"), "\n"); strings.Contains(lines, "enamed") {
		t.Error("lines name what is renamed", lines)
	}
	d.post(first+"/pay", url.Values{}, http.StatusSeeOther)
	if got := d.Text(`SELECT string_agg(state, ' ') FROM invoices`); got != "paid paid" {
		t.Error(got)
	}
	d.post(other+"/void", url.Values{"reason": {"wrong"}}, http.StatusConflict)
}

func TestAPartOfASharedDocumentIsCreditedAndTheWholeIsVoided(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-11-20", billtest.Terms{})
	first, other := d.bothDrafts()
	d.post(first+"/together", url.Values{"with": {idOf(other)}}, http.StatusSeeOther)
	d.post(first+"/bill", url.Values{}, http.StatusSeeOther)
	credit := d.post(other+"/credit", url.Values{"again": {"yes"}, "reason": {"wrong seats"}},
		http.StatusSeeOther).Header().Get("Location")
	d.post(credit+"/bill", url.Values{}, http.StatusSeeOther)
	text := d.text(credit)
	has(t, text, "Credit note 2", "Corrects", "Invoice 1", "-60.00 USD")
	if strings.Contains(text, "Licences") {
		t.Error("the other contract's part is on the credit note", text)
	}
	// The paper is void as a whole or not at all: a credit rests on one of its parts.
	has(t, d.post(first+"/void", url.Values{}, http.StatusConflict).Body.String(), "later credit")
	if got := d.Text(`SELECT string_agg(state, ' ' ORDER BY seq) FROM invoices`); got != "billed billed billed" {
		t.Error(got)
	}
	d.post(credit+"/void", url.Values{}, http.StatusSeeOther)
	d.post(first+"/void", url.Values{"reason": {"wrong"}}, http.StatusSeeOther)
	if got := d.Text(`SELECT string_agg(state || ' ' || number, ', ' ORDER BY seq) FROM invoices`); got !=
		"void 1, void 1, void 2" {
		t.Error(got)
	}
	if got := d.Text(`SELECT count(*) FROM invoice_lines WHERE live`); got != "0" {
		t.Errorf("%s lines still live", got)
	}
}

func TestWhatCannotShareADocumentIsSaidBeforeBilling(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-11-20", billtest.Terms{})
	d.Add("S1", 10, "2026-11-01")
	w := d.second("Services", "2026-11-01")
	first := d.draftOf(d.Contract, "2026-12-01")
	for _, c := range []struct{ set, back, end, says string }{
		{`payment_terms = 'eom+5'`, `payment_terms = '30 days'`, "2026-12-01", "payment terms"},
		{`tax_code = 'R5'`, `tax_code = 'S20'`, "2026-12-01", "tax code"},
		{`billing_day = 15`, `billing_day = 1`, "2026-12-15", "billing day"},
	} {
		d.Exec(`UPDATE billing_contracts SET `+c.set+` WHERE id = ?`, w.Contract)
		other := d.draftOf(w.Contract, c.end)
		has(t, d.text(first), "cannot", c.says)
		refused := d.post(first+"/together", url.Values{"with": {idOf(other)}}, http.StatusConflict)
		has(t, refused.Body.String(), c.says)
		d.post(other+"/void", url.Values{}, http.StatusSeeOther)
		d.Exec(`UPDATE billing_contracts SET `+c.back+` WHERE id = ?`, w.Contract)
	}
	if text := d.text(first); strings.Contains(text, "Bill together") {
		t.Error("void drafts are offered", text)
	}
	other := d.draftOf(w.Contract, "2026-12-01")
	with := url.Values{"with": {idOf(other)}}
	d.Exec(`UPDATE billing_contracts SET language = 'fr' WHERE name = 'Services'`)
	has(t, d.post(first+"/together", with, http.StatusConflict).Body.String(), "another language")
	d.Exec(`UPDATE billing_contracts SET language = 'en' WHERE name = 'Services'`)
	d.post(first+"/together", with, http.StatusSeeOther)
	// What has changed since they were put together is refused before a number is given.
	d.Exec(`UPDATE billing_contracts SET language = 'fr' WHERE name = 'Services'`)
	has(t, d.post(other+"/bill", url.Values{}, http.StatusConflict).Body.String(), "another language")
	d.post(first+"/together", url.Values{}, http.StatusSeeOther)
	d.post(other+"/bill", url.Values{}, http.StatusSeeOther)
	if got := d.Text(`SELECT string_agg(state, ' ' ORDER BY seq) FROM invoices WHERE state <> 'void'`); got !=
		"draft billed" {
		t.Error(got)
	}
	d.post(first+"/together", with, http.StatusConflict)
	d.post(first+"/together", url.Values{"with": {"nonsense"}}, http.StatusUnprocessableEntity)
}

// Contracts that say so come together by themselves, and a draft drawn anew stays with the others.
func TestContractsBilledTogetherJoinInEitherOrder(t *testing.T) {
	t.Parallel()
	for _, turned := range []bool{false, true} {
		d := open(t, "2026-11-20", billtest.Terms{})
		d.Add("S1", 10, "2026-11-01")
		w := d.second("Services", "2026-11-01")
		d.Exec(`UPDATE billing_contracts SET bill_together = true`)
		order := []uuid.UUID{d.Contract, w.Contract}
		if turned {
			order[0], order[1] = order[1], order[0]
		}
		first, other := d.draftOf(order[0], "2026-12-01"), d.draftOf(order[1], "2026-12-01")
		again := d.post(first+"/redraw", url.Values{}, http.StatusSeeOther).Header().Get("Location")
		d.post(other+"/bill", url.Values{}, http.StatusSeeOther)
		has(t, d.text(again), "Contract Licences: 120.00 USD", "Contract Services: 60.00 USD", "180.00 USD")
		// A draft that is voided leaves the others, which go out alone.
		first, other = d.draftOf(order[0], "2027-01-01"), d.draftOf(order[1], "2027-01-01")
		d.post(first+"/void", url.Values{}, http.StatusSeeOther)
		d.post(other+"/bill", url.Values{}, http.StatusSeeOther)
		text := d.text(other)
		if !strings.Contains(text, "Invoice 2") || strings.Contains(text, "On the same document") {
			t.Error(text)
		}
	}
}
