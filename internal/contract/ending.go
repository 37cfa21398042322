package contract

import (
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// ending settles what becomes of billed days from a new end on (RULES 8): with refund
// they are credited by the next run, without they stay charged. Where there are such
// days a person must say which; a refund only where the contract's setting gives one.
func ending(tx *gorm.DB, before Contract, t *Terms, answer string) error {
	t.EndRefund = before.EndRefund
	if t.EndDate == before.EndDate {
		return nil
	}
	if answer != "" && answer != "yes" && answer != "no" {
		return errs.Fields{"end_refund": "Choose No refund or Apply refund."}.Err()
	}
	given, err := refundsOf(tx, *t)
	if err != nil {
		return err
	}
	t.EndRefund = given && answer != "no"
	if t.EndDate.IsZero() {
		t.EndRefund = false
		return nil
	}
	paid, err := paidTo(tx, before)
	switch {
	case err != nil || !t.EndDate.Before(paid):
		return err
	case answer == "":
		return errs.Fields{"end_refund": fmt.Sprintf("Days up to %s are billed already. "+
			"Say whether those from %s on are refunded, or stay charged.", paid.AddDays(-1), t.EndDate)}.Err()
	case answer == "yes" && !given:
		return errs.Fields{"end_refund": "The contract's setting gives no refunds. " +
			"Choose No refund, or change the setting first."}.Err()
	}
	return nil
}

// refundsOf is whether reductions are refunded: by the contract's setting, or where that leaves it to the global one,
// by that.
func refundsOf(tx *gorm.DB, t Terms) (bool, error) {
	if t.Refunds != RefundsGlobal {
		return t.Refunds == RefundsYes, nil
	}
	var given bool
	err := tx.Raw(`SELECT coalesce((SELECT (value->>'refunds')::boolean FROM settings WHERE name = 'general'), false)`).
		Row().Scan(&given)
	if err != nil {
		return false, fmt.Errorf("global refund setting: %w", err)
	}
	return given, nil
}

// paidTo is the day after the last that standing lines of the contract have; zero: they have none.
func paidTo(tx *gorm.DB, c Contract) (clock.Date, error) {
	var to clock.Date
	err := tx.Raw(`SELECT max(l.to_date) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
		WHERE i.contract_id = ? AND l.standing AND l.kind <> 'credit'`, c.ID).Row().Scan(&to)
	if err != nil {
		return to, fmt.Errorf("paid days of contract %s: %w", c.ID, err)
	}
	return to, nil
}
