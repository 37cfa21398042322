package invoice

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// New is what a run has reckoned, on its way to a draft.
type New struct {
	Contract contract.Contract
	Kind     Kind
	Total    decimal.Decimal
	Covers   contract.Period // what its lines cover
	RunTo    clock.Date
	Lines    []NewLine
	Stands   []Stand
	Moved    bool // what is paid of one bears on another: where billing stands is read anew
}

// NewLine is a line of it: of a subscription, or typed by hand.
type NewLine struct {
	SubscriptionID uuid.NullUUID
	TypedLineID    uuid.NullUUID
	Kind           history.Kind
	Product        string
	Part           string
	Period         contract.Period
	Seats          int
	Quantity       decimal.NullDecimal // of a typed line
	Price          ledger.Amount
	Amount         decimal.Decimal
	Exact          history.Parts
	TaxCode        string // of a typed line; empty: the contract's
	Changes        []uuid.UUID
}

// Stand is where a subscription stands once the draft is made.
type Stand struct {
	Subscription uuid.UUID
	Began        clock.Date // its first billable day
	After        clock.Date // first day that is not billed after it
	Days         SeatDays   // of all its days under the contract
	Forfeited    int        // seat-days first told as forfeited by it
	Paid         clock.Date // the day after the last that standing lines have, these included
	Unpaid       clock.Date // first day to be charged after it; zero: none is known
}

// SeatDays are the days of seats up to where billing stands: what is billed is what
// counts here and what is forfeited (RULES 8).
type SeatDays struct{ Billed, Held, Forfeited int }

// Add stores a draft, and tells on the ledger's rows what has become of them.
func Add(ctx context.Context, tx *gorm.DB, by audit.Actor, now time.Time, n New) (uuid.UUID, error) {
	id, k := uuid.Must(uuid.NewV7()), n.Contract
	err := tx.WithContext(ctx).Exec(`
		INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end,
			run_to, after_seq, payment_terms, tax_code, drafted_by, drafted_at)
		VALUES (?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM license_changes), ?, ?, ?, ?)`,
		id, k.ID, k.CRMAccountID, n.Kind, k.Currency, n.Total, n.Covers.From, n.Covers.To, n.RunTo,
		k.PaymentTerms, k.TaxCode, by.Name, now).Error
	if err != nil {
		return id, fmt.Errorf("draft invoice: %w", err)
	}
	if err := n.insertLines(ctx, tx, id); err != nil {
		return id, err
	}
	if err := n.insertStands(ctx, tx, id); err != nil {
		return id, err
	}
	why := fmt.Sprintf("on the invoice of %s up to %s", k.Name, n.Covers.To)
	subs, days := make([]uuid.UUID, len(n.Stands)), make([]ledger.Settled, len(n.Stands))
	for i, s := range n.Stands {
		subs[i], days[i] = s.Subscription, ledger.Settled{Subscription: s.Subscription, From: s.Began, To: s.After}
	}
	if err := ledger.Settle(ctx, tx, ledger.Settlement{By: by, Why: why, Invoice: id, Days: days}); err != nil {
		return id, err
	}
	if n.Moved {
		return id, RefreshThrough(ctx, tx, subs)
	}
	return id, n.noteBilled(ctx, tx)
}

func (n New) noteBilled(ctx context.Context, tx *gorm.DB) error {
	all := make([]subscription.BilledNext, len(n.Stands))
	for i, s := range n.Stands {
		all[i] = subscription.BilledNext{ID: s.Subscription, Paid: s.Paid, Unpaid: s.Unpaid}
	}
	if len(all) == 0 {
		return nil
	}
	return subscription.SetBilledNext(ctx, tx, all)
}

func (n New) insertLines(ctx context.Context, tx *gorm.DB, invoice uuid.UUID) error {
	var lines, changes []map[string]any
	for i, l := range n.Lines {
		id := uuid.Must(uuid.NewV7())
		lines = append(lines, map[string]any{
			"id": id, "invoice_id": invoice, "position": i + 1, "subscription_id": l.SubscriptionID,
			"typed_line_id": l.TypedLineID, "kind": l.Kind, "product_name": l.Product, "part_number": l.Part,
			"from_date": l.Period.From, "to_date": l.Period.To, "seats": l.Seats, "quantity": l.Quantity,
			"unit_price": l.Price.Value.Decimal, "price_period": l.Price.Period, "currency": n.Contract.Currency,
			"amount": l.Amount, "exact": l.Exact.Decimal, "tax_code": l.TaxCode,
		})
		for _, c := range l.Changes {
			changes = append(changes, map[string]any{"line_id": id, "change_id": c})
		}
	}
	err := insert(ctx, tx, `
		INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, typed_line_id, kind, product_name,
			part_number, from_date, to_date, seats, quantity, unit_price, price_period, currency, amount, exact,
			tax_code)
		SELECT id, invoice_id, position, subscription_id, typed_line_id, kind, product_name, part_number, from_date,
			to_date, seats, quantity, unit_price, price_period, currency, amount, exact, tax_code
		FROM jsonb_to_recordset(?::jsonb) AS l (id uuid, invoice_id uuid, position integer, subscription_id uuid,
			typed_line_id uuid, kind text, product_name text, part_number text, from_date date, to_date date,
			seats integer, quantity numeric, unit_price numeric, price_period text, currency text, amount numeric,
			exact numeric, tax_code text)`, lines)
	if err != nil {
		return err
	}
	return insert(ctx, tx, `INSERT INTO invoice_line_changes (line_id, change_id)
		SELECT line_id, change_id FROM jsonb_to_recordset(?::jsonb) AS c (line_id uuid, change_id uuid)`, changes)
}

func (n New) insertStands(ctx context.Context, tx *gorm.DB, invoice uuid.UUID) error {
	var rows []map[string]any
	for _, s := range n.Stands {
		rows = append(rows, map[string]any{
			"invoice_id": invoice, "subscription_id": s.Subscription, "began": s.Began, "through_after": s.After,
			"billed_days": s.Days.Billed, "held_days": s.Days.Held, "forfeited_days": s.Days.Forfeited,
			"new_forfeited": s.Forfeited,
		})
	}
	return insert(ctx, tx, `
		INSERT INTO invoice_coverage (invoice_id, subscription_id, began, through_after, billed_days, held_days,
			forfeited_days, new_forfeited)
		SELECT invoice_id, subscription_id, began, through_after, billed_days, held_days, forfeited_days, new_forfeited
		FROM jsonb_to_recordset(?::jsonb) AS c (invoice_id uuid, subscription_id uuid, began date, through_after date,
			billed_days bigint, held_days bigint, forfeited_days bigint, new_forfeited bigint)`, rows)
}

func insert(ctx context.Context, tx *gorm.DB, sql string, rows []map[string]any) error {
	if len(rows) == 0 {
		return nil
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := tx.WithContext(ctx).Exec(sql, string(doc)).Error; err != nil {
		return fmt.Errorf("draft invoice: %w", err)
	}
	return nil
}

// Same tells whether a stored draft holds the lines that one made now would hold.
func Same(ctx context.Context, db *gorm.DB, id uuid.UUID, n New) (bool, error) {
	var stored, fresh []string
	err := db.WithContext(ctx).Raw(`SELECT concat_ws(' ', coalesce(subscription_id, typed_line_id), kind, from_date,
		to_date, seats, trim_scale(coalesce(quantity, 0)), trim_scale(unit_price), trim_scale(amount))
		FROM invoice_lines WHERE invoice_id = ? ORDER BY position`, id).Scan(&stored).Error
	if err != nil {
		return false, fmt.Errorf("lines of draft %s: %w", id, err)
	}
	for _, l := range n.Lines {
		of := l.SubscriptionID.UUID
		if l.TypedLineID.Valid {
			of = l.TypedLineID.UUID
		}
		fresh = append(fresh, fmt.Sprint(of, " ", l.Kind, " ", l.Period.From, " ", l.Period.To, " ", l.Seats, " ",
			l.Quantity.Decimal, " ", l.Price.Value.Decimal, " ", l.Amount))
	}
	return slices.Equal(fresh, stored), nil
}
