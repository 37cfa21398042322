package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// BookOf reads the book of one subscription, and the currency it is billed in. A
// subscription without a contract has a book without a rhythm: its From and Floor are not known.
func BookOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Book, string, error) {
	var contractID uuid.NullUUID
	err := db.WithContext(ctx).Raw(`SELECT contract_id FROM subscriptions WHERE id = ?`, id).Row().Scan(&contractID)
	if err != nil {
		return Book{}, "", fmt.Errorf("contract of %s: %w", id, err)
	}
	r := rhythm{Grid: Grid{Day: 1, Months: 1, Start: clock.NewDate(2000, 1, 1)}}
	if contractID.Valid {
		if r, err = rhythmOf(ctx, db, contractID.UUID); err != nil {
			return Book{}, "", err
		}
	}
	var found []candidate
	err = db.WithContext(ctx).Raw(`SELECT `+candidateColumns+candidateJoins+` WHERE s.id = @id`, map[string]any{"contract": r.ID, "currency": r.Currency, "id": id}).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return Book{}, "", err
	}
	rows, err := ledgers(ctx, db, []uuid.UUID{id})
	return found[0].book(rows[id], r), r.Currency, err
}

// book is the ledger of a candidate under a contract.
func (c candidate) book(rows []Row, r rhythm) Book {
	b := Book{Rows: rows, Current: c.price(), OneTime: c.Kind == "one_time", Grid: r.Grid, Through: c.BilledThrough, Began: c.Began,
		From: later(r.BillFrom, c.BillableFrom), Floor: r.BillFrom}
	for _, day := range []clock.Date{c.Began, c.OriginFloor} {
		if !day.IsZero() {
			b.Floor = earlier(b.Floor, day)
		}
	}
	if c.Succeeds {
		b.Floor = later(r.BillFrom, c.BillableFrom)
	}
	for i, row := range b.Rows {
		if row.Undated {
			b.Rows[i].Elsewhere = r.Cycle(row.On).To
		}
	}
	return b
}
