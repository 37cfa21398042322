package invoices_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/testkit/billtest"
)

// An annual contract in advance without refunds, at 11.81 a month: 30 seats, 29 from 12
// March, 31 from 10 August. The year of 30 is 4,251.60. One of the two that join takes back
// the seat that is paid already; the other's 22 days of August and four months are 55.62,
// so that the year comes to 4,307.22, and not to 4,362.84 for 32 seats that nobody held.
// The next year is 31 seats, 4,393.32.
func TestOnAnAnnualContractASeatThatComesBackIsNotPaidTwice(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-01-05", billtest.Terms{Frequency: "annual"})
	id := d.AddUnpriced("S1", 30, "2026-01-01")
	d.Price(id, "11.81", "")
	d.Sign(id)
	year := d.draft("2027-01-01")
	has(t, d.text(year), "4,251.60 USD")
	d.Today("2026-03-12")
	d.Seats(id, 29, "2026-03-12")
	has(t, d.text(d.runs()+"/new?kind=change_log&period_end=2026-03-13"), "Nothing is due", "Seat-days billed 0")
	d.Today("2026-08-10")
	d.Seats(id, 31, "2026-08-10")
	has(t, d.text(d.runs()+"/new?kind=change_log&period_end=2026-08-11"), "55.62")
	d.post(d.runs(), url.Values{"kind": {"change_log"}, "period_end": {"2026-08-11"}, "earlier": {"on"}},
		http.StatusSeeOther)
	d.Today("2026-12-15")
	d.draft("2028-01-01")
	var got []string
	for _, l := range d.file("/invoice-lines.csv")[1:] {
		cells := strings.Split(l, ",")
		got = append(got, strings.Join([]string{cells[3], cells[5], cells[6], cells[8], cells[11]}, " "))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"catch_up 2026-08-10 2027-01-01 1 55.62", "cycle 2026-01-01 2027-01-01 30 4251.6",
		"cycle 2027-01-01 2028-01-01 31 4393.32"}, got); diff != "" {
		t.Error(diff)
	}
}
