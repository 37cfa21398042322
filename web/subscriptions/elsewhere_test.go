package subscriptions_test

import (
	"net/http"
	"net/url"
	"testing"
)

// Of 13 seats another system has billed the 4 that joined on 20 October, up to December. That there were 13 from the
// 10th on is entered later: the 10 days before the 20th are charged, and from there on 9 as before. At 10.00 a seat,
// October is 90.00 and 4 x 10.00 x 10 / 31.
func TestSeatsBilledElsewhereStaySoAfterAnEarlierEntryOfTheSameQuantity(t *testing.T) {
	t.Parallel()
	for entered, october := range map[string]string{"13": "102.9", "11": "96.45"} {
		h := newHouseAt(t, "2026-11-05")
		h.byHand("A1,S-1,PN-1,Ware,9,1,month,USD,annual,monthly,2026-10-01,")
		h.billFrom("2026-10-01")
		h.price("S-1", "10")
		at := "/subscriptions/" + h.sub("S-1")["id"]
		seats := func(quantity, on string) {
			h.admin.Post(at+"/quantity", url.Values{"quantity": {quantity}, "effective_at": {on}, "refund": {"no"},
				"note": {"counted again"}}).Want(http.StatusSeeOther)
		}
		seats("13", "2026-10-20")
		for _, r := range h.admin.Get("/changes.csv?subscription=" + h.sub("S-1")["id"]).Records() {
			if r["delta"] == "4" {
				h.admin.Post("/changes/billed-elsewhere", url.Values{"id": {r["id"]}, "reference": {"X-4711"},
					"through": {"2026-12-01"}}).Want(http.StatusSeeOther)
			}
		}
		seats(entered, "2026-10-10")
		h.sign("S-1")
		for _, month := range [][2]string{{"2026-11-01", october}, {"2026-12-01", "90"}, {"2027-01-01", "130"}} {
			if total := h.bill(month[0]); total != month[1] {
				t.Errorf("%s from the 10th on: up to %s %s, want %s", entered, month[0], total, month[1])
			}
		}
	}
}
