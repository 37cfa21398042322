package subscriptions_test

import (
	"net/http"
	"net/url"
	"testing"
)

// An amount that cannot be stored is refused in the preview, naming its line; the others are billed. 2,147,483,647
// seats are what a record may say; prices of 99,999,999,999,999 are refused where they are typed.
func TestAnAmountBeyondWhatCanBeStoredIsNamedAndTheOthersAreBilled(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-07-20")
	h.byHand("A1,H1,PN-H,Hugeware,2147483647,1,month,USD,annual,monthly,2026-07-01,",
		"A1,H2,PN-2,Halfware,60,1,month,USD,annual,monthly,2026-07-01,",
		"A1,H3,PN-3,Otherhalf,60,1,month,USD,annual,monthly,2026-07-01,",
		"A1,H4,PN-4,Ordinary,10,1,month,USD,annual,monthly,2026-07-01,")
	huge := "/subscriptions/" + h.sub("H1")["id"]
	for _, price := range []string{"99999999999999", "10000000000", "1e30"} {
		h.admin.Post(huge+"/price", url.Values{"unit_price": {price}, "price_period": {"month"}}).
			Want(http.StatusUnprocessableEntity)
	}
	for id, price := range map[string]string{"H1": "9999999999.99", "H2": "9999999999", "H3": "9999999999", "H4": "10"} {
		h.price(id, price)
		h.sign(id)
	}
	h.preview("2026-08-01").Shows("Hugeware", "over the limit of 1000000000000", "Otherhalf", "599,999,999,940.00")
	if total := h.bill("2026-08-01"); total != "600000000040" {
		t.Errorf("billed %s", total)
	}
	for _, path := range []string{huge, "/subscriptions", "/subscriptions.csv", "/", h.contract, "/changes",
		"/subscriptions?contract=x", "/invoices", "/invoice-lines"} {
		if page := h.admin.Look(path); page.Status >= http.StatusInternalServerError {
			t.Errorf("%s answers %d", path, page.Status)
		}
	}
}
