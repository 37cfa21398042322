package site_test

import (
	"strings"
	"testing"
)

// bill invoices the contract of a subscription that was signed off, from this month
// on, and ends the subscription here.
func (w *walk) bill() {
	w.t.Helper()
	s := w.admin.Get("/subscriptions.csv?review=signed&state=active").Records()[0]
	contract := "/contracts/" + s["contract_id"]
	w.admin.Get(contract+"/edit").FormTo(contract).Set("bill_from",
		w.App.Clock.Now().Format("2006-01")+"-01").Submit().Next()
	draft := w.admin.Get(contract).Follow("New invoice").FormTo(contract + "/invoices").Submit().Next()
	draft.Shows("A draft")
	w.admin.Get(draft.Path()).FormTo(draft.URL.Path + "/bill").Submit().Next().Shows("Invoice 1")
	w.admin.Get(contract).Follow("Add a line").FormTo(contract+"/lines").Set("text", "Support, gold", "unit_amount",
		"49.90", "every", "cycle").Submit().Next().Shows("Support, gold")
	ended := "/subscriptions/" + s["id"]
	w.admin.Get(ended).Follow("Deactivate").FormTo(ended + "/deactivate").Submit().Next().Shows("inactive")
	w.extra = append([]string{draft.URL.Path, contract, ended + "/activate", "/invoices/before"}, w.extra...)
}

// exportAll takes what was billed into the books.
func (w *walk) exportAll() {
	w.t.Helper()
	w.admin.Get("/books/neutral").Follow("Preview an export").FormTo("/invoices/export").Submit().Next().
		Shows("Export 1, Neutral CSV", "neutral-1-invoices")
}

// The file of lines and the list of invoices agree, and the rows of the ledger name their invoice.
func TestASignedSubscriptionIsBilledThroughPagesAlone(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.bill()
	invoices, lines := w.admin.Get("/invoices.csv").Records(), w.admin.Get("/invoice-lines.csv").Records()
	if len(invoices) != 1 || len(lines) == 0 || invoices[0]["number"] != "1" || invoices[0]["state"] != "billed" {
		t.Fatalf("%v %v", invoices, lines)
	}
	named := ""
	for _, l := range lines {
		if l["invoice_id"] != invoices[0]["id"] || l["amount"] == "" {
			t.Errorf("%v", l)
		}
		named += l["change_ids"] + ";"
	}
	for _, c := range w.admin.Get("/changes.csv?billing_state=invoiced").Records() {
		if c["invoice_id"] != invoices[0]["id"] || !strings.Contains(named, c["id"]) {
			t.Errorf("%v", c)
		}
	}
	for _, s := range w.admin.Get("/subscriptions.csv").Records() {
		if (s["billed_through"] != "") != strings.Contains(linesOf(lines, s["id"]), s["id"]) {
			t.Errorf("%s is billed through %q", s["external_id"], s["billed_through"])
		}
	}
}

func linesOf(lines []map[string]string, subscription string) string {
	for _, l := range lines {
		if l["subscription_id"] == subscription {
			return subscription
		}
	}
	return ""
}
