package billing_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/typedline"
)

func (o *office) used(text, cost, currency string) error {
	return o.World.DB.InTx(o.Context(), func(tx *gorm.DB) error {
		_, err := o.typed().AddUsedIn(o.Context(), tx, billtest.Bea, o.Contract, typedline.Used{Text: text,
			Cost: decimal.RequireFromString(cost), Currency: currency, On: clock.NewDate(2026, 2, 3)})
		return err
	})
}

// RULES 4: usage is billed by the contract's rule alone, and carried at what it cost.
func TestUsageIsBilledOnByTheContractsRuleAlone(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	if err := o.used("Virtual machines", "80.01", "USD"); errs.KindOf(err) != errs.Conflict ||
		!strings.Contains(errs.Public(err), "Enter a rule for usage") {
		t.Errorf("usage without a rule: %v", err)
	}
	o.Exec(`UPDATE billing_contracts SET usage_rule = 'cost+15%' WHERE id = ?`, o.Contract)
	if err := o.used("Virtual machines", "80.01", "EUR"); errs.KindOf(err) != errs.Conflict ||
		!strings.Contains(errs.Public(err), "Nothing is converted") {
		t.Errorf("usage in other money: %v", err)
	}
	for _, cost := range []string{"80.01", "-8.00"} {
		if err := o.used("Virtual machines", cost, "USD"); err != nil {
			t.Fatal(err)
		}
	}
	o.Exec(`UPDATE billing_contracts SET usage_rule = 'elsewhere' WHERE id = ?`, o.Contract) // what is typed stays
	draft := o.draft(invoice.FullCycle, "2026-03-01")
	o.wantTyped(draft, "Virtual machines typed 2026-02-03 2026-02-04 1 92.01; "+
		"Virtual machines typed 2026-02-03 2026-02-04 1 -9.2")
	if got := o.Text(`SELECT string_agg(concat_ws(' ', trim_scale(cost), cost_currency), '; ' ORDER BY position)
		FROM invoice_lines WHERE invoice_id = ?`, draft); got != "80.01 USD; -8 USD" {
		t.Errorf("the lines cost %q", got)
	}
}
