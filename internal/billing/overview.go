package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Overview is an invoice with all that its page shows.
type Overview struct {
	Invoice
	Contract   string
	CRMAccount string `gorm:"column:crm_account"`
	Street     string
	City       string
	StateName  string
	PostalCode string
	Country    string
	Credits    string // number of the invoice that it credits
	Lines      []LineRow
	Days       SeatDays // Billed: on this invoice; Forfeited: first told on it
	Followers  []Invoice
}

// Look reads an invoice for its page; errs.NotFound when there is none.
func Look(ctx context.Context, db *gorm.DB, id uuid.UUID) (Overview, error) {
	i, err := Get(ctx, db, id)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Invoice: i}
	db = db.WithContext(ctx)
	err = db.Raw(`SELECT k.name, a.name, a.street, a.city, a.state, a.postal_code, a.country,
		coalesce((SELECT number_text FROM invoices WHERE id = ?), ''),
			(SELECT coalesce(sum(seats * days) FILTER (WHERE kind IN ('cycle', 'catch_up')), 0) FROM invoice_lines
			WHERE invoice_id = ?),
			(SELECT coalesce(sum(new_forfeited), 0) FROM invoice_coverage WHERE invoice_id = ?)
		FROM billing_contracts k, crm_accounts a WHERE k.id = ?
		AND a.id = ?`, i.CreditsID, id, id, i.ContractID, i.CRMAccountID).Row().
		Scan(&o.Contract, &o.CRMAccount, &o.Street, &o.City, &o.StateName, &o.PostalCode, &o.Country, &o.Credits,
			&o.Days.Billed, &o.Days.Forfeited)
	if err != nil {
		return o, fmt.Errorf("invoice %s: %w", id, err)
	}
	o.Days.Held = o.Days.Billed - o.Days.Forfeited
	if o.Lines, err = LinesOf(ctx, db, id); err != nil {
		return o, err
	}
	err = db.Raw(`SELECT * FROM invoices WHERE credits_id = ? ORDER BY seq`, id).Scan(&o.Followers).Error
	if err != nil {
		return o, fmt.Errorf("credits of invoice %s: %w", id, err)
	}
	return o, nil
}
