package invoice

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/paging"
)

// LineFilter narrows the list of invoice lines. Empty fields do not narrow.
type LineFilter struct {
	Search       string // in product, part number and customer
	Invoice      uuid.UUID
	Contract     uuid.UUID
	Customer     uuid.UUID
	Subscription uuid.UUID
	State        State // of the invoice
	Kind         history.Kind
}

// LineRow is one stored line with what its invoice says of itself.
type LineRow struct {
	ID             uuid.UUID
	Seq            int64 // of its invoice
	InvoiceID      uuid.UUID
	NumberText     string
	State          State
	Contract       string
	CRMAccount     string `gorm:"column:crm_account"`
	Position       int
	Kind           history.Kind
	SubscriptionID uuid.UUID     // nil: a typed line's
	TypedLineID    uuid.NullUUID // set: typed by hand
	ExternalID     string
	ProductName    string
	PartNumber     string
	ChangeIDs      string // with a ; between them
	FromDate       clock.Date
	ToDate         clock.Date
	Days           int
	Seats          int
	Quantity       decimal.Decimal // seats, or what was typed
	UnitPrice      decimal.Decimal
	PricePeriod    string
	Amount         decimal.Decimal
	Currency       string
	TaxCode        string
	CreditsLineID  uuid.NullUUID // of a credit: the line it gives back
	Again          *bool         // of a credit: to be billed again, or goodwill
	Forfeited      int           // seat-days first told as forfeited on this invoice, on the subscription's first line
}

// LineSorts are the keys of the list of lines: the order of the invoices.
func LineSorts() paging.Sorts {
	return paging.Sorts{ID: "l.id", Default: "-drafted_at",
		Keys: []paging.Sort{{Key: "drafted_at", Expr: "i.seq", Kind: paging.Integer}}}
}

const lineColumns = `l.id, i.seq, l.invoice_id, i.number_text, i.state, ` + shown + `, l.position,
		l.kind, l.subscription_id, l.typed_line_id, coalesce(s.external_id, '') AS external_id, l.product_name,
			l.part_number,
	(SELECT coalesce(string_agg(c.change_id::text, ';' ORDER BY c.change_id), '') FROM invoice_line_changes c
	WHERE c.line_id = l.id) AS change_ids,
	l.from_date, l.to_date, l.days, l.seats, coalesce(l.quantity, l.seats) AS quantity, l.unit_price, l.price_period,
		l.amount, l.currency,
	coalesce(nullif(l.tax_code, ''), i.tax_code) AS tax_code, l.credits_line_id, l.again,
	CASE WHEN EXISTS (SELECT FROM invoice_lines o WHERE o.invoice_id = l.invoice_id
	AND o.subscription_id = l.subscription_id AND o.position < l.position) THEN 0
	     ELSE coalesce((SELECT v.new_forfeited FROM invoice_coverage v WHERE v.invoice_id = l.invoice_id
	AND v.subscription_id = l.subscription_id), 0) END AS forfeited`

// Lines reads one page of lines and the token of the next.
func Lines(ctx context.Context, db *gorm.DB, f LineFilter, r paging.Request) ([]LineRow, string, error) {
	var rows []LineRow
	behind, args := r.Where()
	if err := f.from(ctx, db).Where(behind,
		args...).Order(r.Order.SQL()).Limit(r.Limit()).Scan(&rows).Error; err != nil {
		return nil, "", fmt.Errorf("list invoice lines: %w", err)
	}
	return paging.Cut(r, rows, func(l LineRow) (any, uuid.UUID) { return l.Seq, l.ID })
}

// EachLine hands over every line of a filter in order, for the CSV.
func EachLine(ctx context.Context, db *gorm.DB, f LineFilter, o paging.Order, do func(LineRow) error) error {
	rows, err := f.from(ctx, db).Order(o.SQL()).Rows()
	if err != nil {
		return fmt.Errorf("read invoice lines: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row LineRow
		if err := db.ScanRows(rows, &row); err != nil {
			return fmt.Errorf("read invoice lines: %w", err)
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// LinesOf reads the lines of one invoice in their order.
func LinesOf(ctx context.Context, db *gorm.DB, invoice uuid.UUID) ([]LineRow, error) {
	var rows []LineRow
	if err := (LineFilter{Invoice: invoice}).from(ctx, db).Order("l.position").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("lines of invoice %s: %w", invoice, err)
	}
	return rows, nil
}

func (f LineFilter) from(ctx context.Context, db *gorm.DB) *gorm.DB {
	q := db.WithContext(ctx).Table("invoice_lines l").Joins("JOIN invoices i ON i.id = l.invoice_id").
		Joins("LEFT JOIN subscriptions s ON s.id = l.subscription_id").
		Joins("JOIN billing_contracts k ON k.id = i.contract_id").
		Joins("JOIN crm_accounts a ON a.id = i.crm_account_id").
		Joins(documents).Select(lineColumns)
	if f.Search != "" {
		q = q.Where("lower(l.product_name || ' ' || l.part_number || ' ' || a.name || ' ' || coalesce(s.external_id, "+
			"'')) LIKE ?", like(f.Search))
	}
	for column, id := range map[string]uuid.UUID{"l.invoice_id": f.Invoice, "i.contract_id": f.Contract,
		"i.crm_account_id": f.Customer, "l.subscription_id": f.Subscription} {
		if id != uuid.Nil {
			q = q.Where(column+" = ?", id)
		}
	}
	if f.State != "" {
		q = q.Where("i.state = ?", f.State)
	}
	if f.Kind != "" {
		q = q.Where("l.kind = ?", f.Kind)
	}
	return q
}
