package mapping

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/errs"
)

// uncredited is the condition of a line l that a customer has been billed for and did
// not get back: its invoice is not void, and no issued credit turns it around.
const uncredited = `l.live AND l.kind <> 'credit'
	AND NOT EXISTS (SELECT FROM invoice_lines b JOIN invoices k ON k.id = b.invoice_id
	WHERE b.credits_line_id = l.id AND b.live AND k.state IN ('billed', 'paid'))`

// onInvoice is the condition of a subscription s that a live invoice has (RULES 6): by
// its lines, or by rows of its ledger, as those of a reassigned history. Rows that
// another system has billed are on no invoice of ours: nothing here could be voided,
// and they stay marked, so they do not keep a wrong mapping in place.
const onInvoice = `(EXISTS (SELECT FROM invoice_lines l WHERE l.subscription_id = s.id AND ` + uncredited + `)
	OR EXISTS (SELECT FROM license_changes c JOIN license_change_status t ON t.change_id = c.id
	JOIN invoice_lines l ON l.invoice_id = t.invoice_id
		WHERE c.subscription_id = s.id AND ` + uncredited + `))`

// onOtherBill is the condition of a subscription s with rows that another system has billed.
const onOtherBill = `EXISTS (SELECT FROM license_changes c JOIN billed_elsewhere e ON e.change_id = c.id
	WHERE c.subscription_id = s.id)`

// noInvoices refuses to move what a live invoice was cut for.
func noInvoices(ctx context.Context, tx *gorm.DB, a account.Account) error {
	var n int
	err := tx.WithContext(ctx).Raw(`SELECT count(*) FROM subscriptions s WHERE s.account_id = ? AND `+onInvoice,
		a.ID).Scan(&n).Error
	if err != nil || n == 0 {
		return err
	}
	return errs.Newf(errs.Conflict,
		"%d subscriptions of %s stand on invoices that are not void. "+
			"Void those invoices first, or credit them and bill the credit, and then change the mapping. "+
			"Nothing was changed.", n, called(a))
}
