package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/contract"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/typedline"
)

// material is all that the plans of some contracts are made of, read in a fixed number of statements
// however many they are. A plan of one contract is made of the same.
type material struct {
	books     map[uuid.UUID][]book // by contract
	typed     map[uuid.UUID]typedline.Book
	grown     map[uuid.UUID]*Growth // by subscription
	customers map[uuid.UUID]string
}

// book is a subscription that a run looks at, with its history.
type book struct {
	review.Candidate
	history   history.History
	forfeited int // seat-days told as forfeited on live invoices of the contract
}

// gather reads the material of some contracts, as though one invoice had not been made.
func gather(ctx context.Context, db *gorm.DB, of []rhythm, but uuid.UUID) (material, error) {
	m := material{customers: map[uuid.UUID]string{}}
	contracts, ids, customers := make([]contract.Contract, len(of)), make([]uuid.UUID, len(of)), postgres.IDs{}
	for i, r := range of {
		contracts[i], ids[i], customers = r.Contract, r.ID, append(customers, r.CRMAccountID)
	}
	subscriptions, err := m.readBooks(ctx, db, ids, but)
	if err != nil {
		return m, err
	}
	if m.typed, err = typedline.Load(ctx, db, contracts, but); err != nil {
		return m, err
	}
	if m.grown, err = grown(ctx, db, subscriptions, but); err != nil {
		return m, err
	}
	return m, m.readSurroundings(ctx, db, customers)
}

func (m *material) readBooks(ctx context.Context, db *gorm.DB, ids []uuid.UUID, but uuid.UUID) ([]uuid.UUID, error) {
	candidates, err := review.CandidatesOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	forfeited, err := invoice.Forfeited(ctx, db, ids, but)
	if err != nil {
		return nil, err
	}
	var all []uuid.UUID
	for _, some := range candidates {
		for _, c := range some {
			all = append(all, c.ID)
		}
	}
	histories, err := history.Load(ctx, db, all)
	if err != nil {
		return nil, err
	}
	m.books = make(map[uuid.UUID][]book, len(ids))
	for k, some := range candidates {
		books := make([]book, len(some))
		for i, c := range some {
			h := histories[c.ID]
			if but != uuid.Nil {
				h = h.WithoutInvoice(but)
			}
			books[i] = book{c, h, forfeited[k][c.ID]}
		}
		m.books[k] = books
	}
	return all, nil
}

func (m *material) readSurroundings(ctx context.Context, db *gorm.DB, customers postgres.IDs) error {
	var rows []struct {
		ID   uuid.UUID
		Name string
	}
	db = db.WithContext(ctx)
	if err := db.Raw(`SELECT id, name FROM crm_accounts WHERE id = ANY (CAST(? AS uuid[]))`, customers).
		Scan(&rows).Error; err != nil {
		return fmt.Errorf("customers to bill: %w", err)
	}
	for _, r := range rows {
		m.customers[r.ID] = r.Name
	}
	return nil
}

// unmapped counts the subscriptions that no contract can bill, as nobody knows yet whose they are.
func unmapped(ctx context.Context, db *gorm.DB) (n int, err error) {
	err = db.WithContext(ctx).Raw(`SELECT count(*) FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE a.state = 'unmapped' AND s.state <> 'inactive'`).Row().Scan(&n)
	return n, err
}
