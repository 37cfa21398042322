package invoices_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

// By hand: 10 seats at 12.00 USD a month go on 16 November into a contract in euros, at
// 9.00 a month. Half of November is 60.00 USD here and 45.00 EUR there.
func TestAMoveBetweenContractsOfTwoCurrenciesInMidCycleBillsEachItsOwnDays(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-11-20", billtest.Terms{})
	id := d.Add("S1", 10, "2026-11-01")
	euros := d.second("Abroad", "2026-11-01").Contract
	d.Exec(`UPDATE billing_contracts SET currency = 'EUR' WHERE id = ?`, euros)
	d.Tx(func(tx *gorm.DB) error {
		_, err := subscription.SetContractFrom(t.Context(), tx, d.Act(id), uuid.NullUUID{UUID: euros, Valid: true},
			billtest.Day(t, "2026-11-16"))
		return err
	})
	d.Price(id, "9", "2026-11-16")
	d.Sign(id)
	left, entered := d.draftOf(d.Contract, "2026-12-01"), d.draftOf(euros, "2026-12-01")
	d.post(left+"/bill", url.Values{}, http.StatusSeeOther)
	d.post(entered+"/bill", url.Values{}, http.StatusSeeOther)
	for path, want := range map[string][2]string{left: {"60.00 USD", "EUR"}, entered: {"45.00 EUR", "USD"}} {
		text := d.text(path)
		has(t, text, want[0])
		if strings.Contains(text, want[1]) {
			t.Errorf("%s shows the other's currency: %s", path, text)
		}
	}
	lines := strings.Join(d.file("/invoice-lines.csv"), "\n")
	has(t, lines, "2026-11-01,2026-11-16,15,10,12,month,60,USD", "2026-11-16,2026-12-01,15,10,9,month,45,EUR")
}
