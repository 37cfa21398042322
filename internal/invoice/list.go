package invoice

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/paging"
)

// Filter narrows the list of invoices. Empty fields do not narrow.
type Filter struct {
	Search   string // in number, contract and customer
	State    State
	Kind     Kind
	Contract uuid.UUID
	Customer uuid.UUID
}

// ListRow is one invoice of the list and of its CSV.
type ListRow struct {
	Invoice
	Contract   string
	CRMAccount string `gorm:"column:crm_account"`
	Forfeited  int    // seat-days first told as forfeited on it
	Tax        decimal.NullDecimal
	Gross      decimal.NullDecimal // with tax, as its document has it; unknown before billing
	DueOn      clock.Date
}

// Open is what is still to be paid; unknown for a draft.
func (r ListRow) Open() decimal.NullDecimal {
	switch {
	case r.State == Billed:
		return r.Gross
	case r.State == Draft:
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(decimal.Zero)
}

// Sorts are the keys of the list.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "i.id", Default: "-drafted_at", Keys: []paging.Sort{
		{Key: "drafted_at", Expr: "i.seq", Kind: paging.Integer},
	}}
}

// shown are contract and customer as the document has them, of a shared one as its section has.
const shown = `coalesce(part.says->>'contract', d.document->>'contract', k.name) AS contract,
	coalesce(nullif(part.says->>'for', ''), nullif(d.document->>'for', ''), d.document->'customer'->>'name', a.name)
		AS crm_account`

// The amounts of a shared document stand on the invoice that has its number.
const listed = `i.*, ` + shown + `,
	(SELECT coalesce(sum(v.new_forfeited), 0) FROM invoice_coverage v WHERE v.invoice_id = i.id) AS forfeited,
	CASE WHEN i.document_of IS NULL THEN d.tax END AS tax, CASE WHEN i.document_of IS NULL THEN d.gross END AS gross,
	d.due_on`

const documents = "LEFT JOIN invoice_documents d ON d.invoice_id = coalesce(i.document_of, i.id) " +
	"LEFT JOIN LATERAL (SELECT x AS says FROM jsonb_array_elements(d.document->'sections') x " +
	"WHERE x->>'invoice' = i.id::text) part ON true"

// List reads one page and the token of the next.
func List(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]ListRow, string, error) {
	var rows []ListRow
	behind, args := r.Where()
	if err := f.from(ctx, db).Where(behind,
		args...).Order(r.Order.SQL()).Limit(r.Limit()).Scan(&rows).Error; err != nil {
		return nil, "", fmt.Errorf("list invoices: %w", err)
	}
	return paging.Cut(r, rows, func(i ListRow) (any, uuid.UUID) { return i.Seq, i.ID })
}

// Each hands over every invoice of a filter in order, for the CSV.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(ListRow) error) error {
	rows, err := f.from(ctx, db).Order(o.SQL()).Rows()
	if err != nil {
		return fmt.Errorf("read invoices: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row ListRow
		if err := db.ScanRows(rows, &row); err != nil {
			return fmt.Errorf("read invoices: %w", err)
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (f Filter) from(ctx context.Context, db *gorm.DB) *gorm.DB {
	q := db.WithContext(ctx).Table("invoices i").Joins("JOIN billing_contracts k ON k.id = i.contract_id").
		Joins("JOIN crm_accounts a ON a.id = i.crm_account_id").
		Joins(documents).Select(listed)
	if f.Search != "" {
		q = q.Where("(lower(a.name || ' ' || k.name) LIKE ? OR lower(i.number_text) = lower(?))",
			like(f.Search), f.Search)
	}
	if f.State != "" {
		q = q.Where("i.state = ?", f.State)
	}
	if f.Kind != "" {
		q = q.Where("i.kind = ?", f.Kind)
	}
	if f.Contract != uuid.Nil {
		q = q.Where("i.contract_id = ?", f.Contract)
	}
	if f.Customer != uuid.Nil {
		q = q.Where("i.crm_account_id = ?", f.Customer)
	}
	return q
}

func like(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(s)) + "%"
}
