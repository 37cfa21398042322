package subscriptions_test

import (
	"net/http"
	"strings"
	"testing"
)

const (
	trialPart = "CFQ7TTC0LCHC:0002:P1M:T"
	paidPart  = "CFQ7TTC0LCHC:0002:P1Y:M"
)

// trial is 25 seats on trial from October on, as they stand after the price of 0 was typed
// and signed.
func (h *house) trial() {
	h.t.Helper()
	row := licence("S-1", "mfgPartNo", trialPart, "productName", "Project Plan", "startDate", "2026-10-01",
		"endDate", "2026-10-31")
	row["quantity"], row["unitPrice"] = 25, 0
	h.wire.list(row)
	h.run("/sync-subscriptions")
	if kind := h.sub("S-1")["kind"]; kind != "trial" {
		h.t.Fatalf("the trial is a %s", kind)
	}
	h.billFrom("2026-10-01")
	h.price("S-1", "0")
	h.sign("S-1")
}

// converts turns the trial into a year at a cost of 18.94, from 15 October on.
func (h *house) converts() map[string]string {
	h.t.Helper()
	row := licence("S-1", "mfgPartNo", paidPart, "productName", "Project Plan", "startDate", "2026-10-15",
		"endDate", "2027-10-14")
	row["quantity"], row["unitPrice"] = 25, 18.94
	h.wire.list(row)
	h.run("/sync-subscriptions")
	return h.sub("S-1")
}

// A trial of 25 seats that converts on 15 October is not billed on at 0.00: the invoice ends
// with the trial, the rest waits for a price. At 22.00 the 17 days left of October are 301.61.
func TestATrialThatConvertsIsNotBilledOnAtNothing(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-20")
	h.trial()
	s := h.converts()
	if s["review"] != "fail" || s["unit_price"] != "" || s["kind"] != "licence" {
		t.Fatalf("converted: %v", s)
	}
	h.preview("2026-11-01").Shows("It has no price from 2026-10-15 on")
	if total := h.bill("2026-11-01"); total != "0" {
		t.Errorf("billed %s", total)
	}
	for _, l := range h.admin.Get("/invoice-lines.csv").Records() {
		if l["to"] > "2026-10-15" {
			t.Errorf("days of the paid product are billed: %v", l)
		}
	}
	h.price("S-1", "22")
	h.sign("S-1")
	h.admin.Post(h.contract+"/invoices", map[string][]string{"period_end": {"2026-12-01"},
		"kind": {"full_cycle"}}).Want(http.StatusUnprocessableEntity).Shows("301.61", "550.00")
	if total := h.bill("2026-12-01"); total != "851.61" { // 301.61 of October, 550.00 of November
		t.Errorf("billed %s once it has a price", total)
	}
}

// Where the contract's list has the paid product, its price holds from the conversion on, and that is said.
func TestATrialThatConvertsTakesTheListsPriceAndSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-20")
	h.priced(paidPart, "Project Plan", "20")
	h.trial()
	s := h.converts()
	if s["unit_price"] != "20" || s["review"] == "fail" {
		t.Fatalf("converted: %v", s)
	}
	h.admin.Get("/subscriptions/" + s["id"]).Shows("from the list, for another product or term")
	if total := h.bill("2026-11-01"); total != "274.19" { // 25 x 20.00 x 17/31
		t.Errorf("billed %s", total)
	}
}

// A price below cost is asked about: the review fails until a person keeps it.
func TestATrialThatConvertsBelowCostIsAskedAbout(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-20")
	h.priced(paidPart, "Project Plan", "18")
	h.trial()
	h.belowCost(h.converts())
}

// swapped is eight seats at 10.00 that were billed for October, and become another
// product, at a cost of 9.50, on 20 November without a new term.
func (h *house) swapped() map[string]string {
	h.t.Helper()
	h.wire.list(licence("S-1"))
	h.run("/sync-subscriptions")
	h.billFrom("2026-10-01")
	h.price("S-1", "10")
	h.sign("S-1")
	if total := h.bill("2026-11-01"); total != "80" {
		h.t.Fatalf("October: %s", total)
	}
	row := licence("S-1", "mfgPartNo", paidPart, "productName", "Project Plan")
	row["unitPrice"] = 9.5
	h.wire.list(row)
	h.run("/sync-subscriptions")
	return h.sub("S-1")
}

// What becomes another product is not billed on at the price of the one before: of November 19 days are billed, 50.67.
func TestAProductSwapIsNotBilledOnAtTheOldProductsPrice(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-20")
	s := h.swapped()
	if s["review"] != "fail" || s["unit_price"] != "" {
		t.Fatalf("swapped: %v", s)
	}
	h.preview("2026-12-01").Shows("It has no price from 2026-11-20 on")
	if total := h.bill("2026-12-01"); total != "50.67" { // 8 x 10.00 x 19/30
		t.Errorf("billed %s", total)
	}
}

func TestAProductSwapTakesTheListsPriceOfTheNewProduct(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-20")
	h.priced(paidPart, "Project Plan", "12")
	s := h.swapped()
	if s["unit_price"] != "12" || s["review"] == "fail" {
		t.Fatalf("swapped: %v", s)
	}
	if total := h.bill("2026-12-01"); total != "85.87" { // 8 x 10.00 x 19/30 + 8 x 12.00 x 11/30
		t.Errorf("billed %s", total)
	}
}

func TestAProductSwapBelowCostIsAskedAbout(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-20")
	h.priced(paidPart, "Project Plan", "9")
	h.belowCost(h.swapped())
}

// belowCost shows that a price below cost fails the review, is not signed and stands among a run's
// exceptions, until a person keeps it.
func (h *house) belowCost(s map[string]string) {
	h.t.Helper()
	record := "/subscriptions/" + s["id"]
	page := h.admin.Get(record)
	if s["review"] != "fail" || !strings.Contains(page.Text(), "sold below cost") {
		h.t.Fatalf("below cost: %v\n%s", s, page.Text())
	}
	h.admin.Post("/subscriptions/sign-off", map[string][]string{"id": {s["id"]}}).Want(http.StatusConflict)
	page.FormTo(record + "/price/keep").Submit().Next()
	if now := h.sub("S-1"); now["review"] != "warn" {
		h.t.Errorf("kept: %v", now)
	}
}
