package billing_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/webtest"
)

// billAll drafts and bills all that is due, and gives the invoice of each contract.
func (h *house) billAll() map[string]string {
	h.t.Helper()
	run := h.press(h.see("/billing"), "/billing-runs", "step", "draft")
	run = h.press(run, run.URL.Path+"/bill")
	out := map[string]string{}
	for _, r := range h.clerk.Get(run.URL.Path + ".csv").Records() {
		if r["state"] != "billed" {
			h.t.Errorf("%v", r)
		}
		out[r["contract_id"]] = r["invoice_id"]
	}
	return out
}

// credit gives an invoice back whole, to be billed again, and bills the credit note.
func (h *house) credit(invoice string) {
	h.t.Helper()
	p := h.clerk.Post("/invoices/"+invoice+"/credit", url.Values{"again": {"yes"}}).Want(http.StatusSeeOther)
	note := p.Location()[strings.LastIndex(p.Location(), "/")+1:]
	h.clerk.Post("/invoices/"+note+"/bill", nil).Want(http.StatusSeeOther)
}

// What is credited to be billed again is as though never billed (RULES 8): it is due on the day of the credit, and a
// run drafts it.
func TestWhatIsCreditedToBeBilledAgainIsDueAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	billed := h.billAll()
	h.see("/billing").Shows("Nothing is due")
	first := h.worlds[1].Contract.String()
	h.credit(billed[first]) // of Customer 001: 2 seats at 12.00
	h.see("/billing").Shows("1 contract: 24.00 USD", "Customer 001")
	again := h.billAll()
	if len(again) != 1 || again[first] == "" || again[first] == billed[first] {
		t.Errorf("billed again: %v", again)
	}
	h.see("/billing").Shows("Nothing is due")
}

// The same of contracts that nothing else falls due of: one that has ended and is billed in arrears, one that its
// subscription has left, and one that is deactivated, which is told with what to do.
func TestWhatAFormerContractIsToBillAgainIsDueAtOnce(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{At: time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)})
	h := &house{Site: s, t: t, clerk: s.SignIn(auth.Billing)}
	for _, name := range []string{"Ended", "Left", "Off"} {
		w := (&billtest.World{TB: t, DB: s.DB}).Beside("2026-02-03", billtest.Terms{Timing: "arrears"})
		w.Exec(`UPDATE crm_accounts SET name = ? WHERE id = ?`, name, w.Customer)
		w.Exec(`UPDATE billing_contracts SET tax_code = '' WHERE id = ?`, w.Contract)
		w.Add(name, 2, "2026-01-01")
		h.worlds = append(h.worlds, w)
	}
	ended, left, off := h.worlds[0], h.worlds[1], h.worlds[2]
	billed := h.billAll() // January
	ended.Exec(`UPDATE billing_contracts SET end_date = '2026-02-01' WHERE id = ?`, ended.Contract)
	next := uuid.New()
	left.Exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, bill_from, refunds, is_default, active, created_at, updated_at)
		SELECT ?, crm_account_id, 'Next', currency,
		billing_frequency, timing, billing_day, start_date, '2026-02-01', refunds, false, true, created_at,
		updated_at
		FROM billing_contracts WHERE id = ?`, next, left.Contract)
	h.clerk.Post("/subscriptions/"+left.ID("Left").String()+"/contract",
		url.Values{"contract_id": {next.String()}, "effective_on": {"2026-02-01"}}).Want(http.StatusSeeOther)
	h.credit(billed[ended.Contract.String()])
	h.credit(billed[left.Contract.String()])
	h.credit(billed[off.Contract.String()])
	off.Exec(`UPDATE billing_contracts SET active = false, deactivated_at = now() WHERE id = ?`, off.Contract)
	h.see("/billing").Shows("2 contracts: 48.00 USD", "The contract Licences is deactivated. Activate it first")
	again := h.billAll()
	if again[ended.Contract.String()] == "" || again[left.Contract.String()] == "" || len(again) != 2 {
		t.Errorf("billed again: %v", again)
	}
}
