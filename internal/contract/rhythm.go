package contract

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// settled refuses another rhythm under invoices that were cut in this one: their
// periods and the next ones would overlap or leave days out (RULES 8). The database
// refuses it too. Void invoices do not count.
func settled(tx *gorm.DB, before Contract, after Terms) error {
	changed := rhythm(before.Terms, after)
	if len(changed) == 0 {
		return nil
	}
	live, err := liveInvoices(tx, before.ID)
	if err != nil || live.Count == 0 {
		return err
	}
	problems := errs.Fields{}
	for _, field := range changed {
		problems.Add(field, "%s", live.says())
	}
	return problems.Err()
}

// rhythm names the fields that differ and decide what an invoice of the contract takes in.
func rhythm(was, is Terms) []string {
	var out []string
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"crm_account_id", was.CRMAccountID != is.CRMAccountID}, {"currency", was.Currency != is.Currency},
		{"billing_frequency", was.BillingFrequency != is.BillingFrequency}, {"timing", was.Timing != is.Timing},
		{"billing_day", was.BillingDay != is.BillingDay},
		// Quarters and years are counted from the month of the start; months are not.
		{"start_date", was.StartDate != is.StartDate && was.BillingFrequency != Monthly},
		{"bill_from", was.BillFrom != is.BillFrom},
	} {
		if f.differs {
			out = append(out, f.name)
		}
	}
	return out
}

// invoiced is what stands of a contract's invoices; the newest is named.
type invoiced struct {
	Count  int
	Paid   int
	State  string
	Number string // as it is written; empty: a draft
	Until  string
}

func liveInvoices(tx *gorm.DB, contract uuid.UUID) (invoiced, error) {
	var found []invoiced
	err := tx.Raw(`SELECT count(*) OVER () AS count, count(*) FILTER (WHERE state = 'paid') OVER () AS paid, state,
		number_text AS number, period_end::text AS until
		FROM invoices WHERE contract_id = ? AND state <> 'void' ORDER BY seq DESC LIMIT 1`, contract).Scan(&found).Error
	if err != nil {
		return invoiced{}, fmt.Errorf("live invoices of contract %s: %w", contract, err)
	}
	if len(found) == 0 {
		return invoiced{}, nil
	}
	return found[0], nil
}

func (i invoiced) says() string {
	what := "A draft up to " + i.Until
	if i.Number != "" {
		what = fmt.Sprintf("Invoice %s (%s)", i.Number, i.State)
	}
	verb := "was"
	if i.Count > 1 {
		what, verb = fmt.Sprintf("%s and %d more", what, i.Count-1), "were"
	}
	remedy := "Void what was cut first, newest first, or"
	if i.Paid > 0 {
		remedy = "What is paid cannot be voided, so"
	}
	return fmt.Sprintf("%s %s cut with this setting, so it stays. %s make a new contract and move the subscriptions "+
		"there: their billing goes on where it stands.", what, verb, remedy)
}
