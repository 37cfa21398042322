package invoice

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Overview is an invoice with all that its page shows.
type Overview struct {
	Invoice
	Contract   string
	CRMAccount string `gorm:"column:crm_account"`
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
	err = db.Raw(`SELECT k.name, a.name,
		coalesce((SELECT number_text FROM invoices WHERE id = ?), ''),
			(SELECT coalesce(sum(seats * days) FILTER (WHERE kind IN ('cycle', 'catch_up')), 0) FROM invoice_lines
			WHERE invoice_id = ?),
			(SELECT coalesce(sum(new_forfeited), 0) FROM invoice_coverage WHERE invoice_id = ?)
		FROM billing_contracts k, crm_accounts a WHERE k.id = ?
		AND a.id = ?`, i.CreditsID, id, id, i.ContractID, i.CRMAccountID).Row().
		Scan(&o.Contract, &o.CRMAccount, &o.Credits,
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

// Beside are the other invoices on the document of one that was issued.
func Beside(ctx context.Context, db *gorm.DB, i Invoice) ([]ListRow, error) {
	if i.IssuedAt == nil {
		return nil, nil
	}
	lead := i.ID
	if i.DocumentOf.Valid {
		lead = i.DocumentOf.UUID
	}
	rows, err := All(time.UTC).Some(ctx, db, "(i.id = ? OR i.document_of = ?) AND i.id <> ?", "i.seq", lead, lead, i.ID)
	if err != nil {
		return nil, fmt.Errorf("invoices beside %s: %w", i.ID, err)
	}
	return rows, nil
}

// Forfeited are the seat-days told as forfeited on live invoices of contracts, by contract and
// subscription, as though one of the invoices had never been drafted.
func Forfeited(ctx context.Context, db *gorm.DB, contracts []uuid.UUID,
	but uuid.UUID) (map[uuid.UUID]map[uuid.UUID]int, error) {
	var rows []struct {
		ContractID uuid.UUID
		ID         uuid.UUID
		Days       int
	}
	err := db.WithContext(ctx).Raw(`SELECT k.id AS contract_id, c.subscription_id AS id, sum(c.new_forfeited) AS days
		FROM unnest(CAST(? AS uuid[])) AS k (id)
		CROSS JOIN LATERAL (SELECT id FROM invoices WHERE contract_id = k.id AND state <> 'void' AND id <> ? OFFSET 0) i
		CROSS JOIN LATERAL (SELECT subscription_id, new_forfeited FROM invoice_coverage
			WHERE invoice_id = i.id OFFSET 0) c
		GROUP BY k.id, c.subscription_id HAVING sum(c.new_forfeited) <> 0`,
		postgres.IDs(contracts), but).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("forfeited days of %d contracts: %w", len(contracts), err)
	}
	all := map[uuid.UUID]map[uuid.UUID]int{}
	for _, r := range rows {
		if all[r.ContractID] == nil {
			all[r.ContractID] = map[uuid.UUID]int{}
		}
		all[r.ContractID][r.ID] = r.Days
	}
	return all, nil
}

// AnyBilled tells whether an invoice was ever billed and stands.
func AnyBilled(ctx context.Context, db *gorm.DB) (billed bool, err error) {
	err = db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM invoices WHERE state IN ('billed', 'paid'))`).Row().
		Scan(&billed)
	return billed, err
}
