package invoice

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// LineRow is one stored line with what its invoice says of itself.
type LineRow struct {
	ID             uuid.UUID
	InvoiceID      uuid.UUID
	NumberText     string
	State          State
	Contract       string
	CRMAccount     string
	Position       int
	Kind           history.Kind
	SubscriptionID uuid.UUID     // nil: a typed line's
	TypedLineID    uuid.NullUUID // set: typed by hand
	ExternalID     string
	ProductName    string
	PartNumber     string
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
	DraftedAt      time.Time     // its invoice
}

// AllLines is the list of the lines of all invoices, in the order of the invoices. The columns
// of the file are those of CONTRACT, then ours; id is line_id under its older name.
var AllLines = &listing.List[LineRow]{
	Name: "invoice-lines", One: "line", Many: "lines",
	Table: "invoice_lines l", ID: "l.id", Default: "-drafted_at",
	Joins: `JOIN invoices i ON i.id = l.invoice_id LEFT JOIN subscriptions s ON s.id = l.subscription_id`,
	Search: listing.Search{
		Label: "Search product, part number, customer, contract or number",
		Where: "l.search_text LIKE ? OR (SELECT i.search_text FROM invoices i WHERE i.id = l.invoice_id) LIKE ?",
		IDs:   "l.id IN (SELECT invoice_lines_like(?))",
	},
	Columns: lineColumns,
	Shown: []string{"product", "drafted_at", "crm_account", "from", "days", "quantity", "unit_price",
		"amount"},
	Card: []string{"crm_account", "amount"},
	Filters: []listing.Filter{
		{Name: "state", Label: "Invoice", Where: "l.invoice_id IN (SELECT id FROM invoices WHERE state = ?)",
			Counted: true, Kept: "l.state = ?",
			Choices: []listing.Choice{{Value: string(Draft), Label: "Draft"}, {Value: string(Billed), Label: "Billed"},
				{Value: string(Paid), Label: "Paid"}, {Value: string(Void), Label: "Void", Where: "NOT l.live",
					Kept: "l.state = 'void'"},
				{Value: "issued", Label: "Billed or paid", Kept: "l.state IN ('billed', 'paid')",
					Where: "l.invoice_id IN (SELECT id FROM invoices WHERE state IN ('billed', 'paid'))"}}},
		{Name: "kind", Label: "Line", Counted: true, Where: "l.kind = ?", Choices: []listing.Choice{
			{Value: "cycle", Label: "Cycle"}, {Value: "catch_up", Label: "Catch-up"},
			{Value: "price", Label: "Price difference"}, {Value: "once", Label: "Purchase"},
			{Value: "typed", Label: "Typed by hand"}, {Value: "credit", Label: "Credit"}}},
		{Name: "month", Label: "Days of the month", IsDate: true, Where: inMonth("l"),
			Runs: listing.Runs{By: []string{"first_month", "last_month"}, Where: inMonth("l")}},
		{Name: "currency", Label: "Currency", IsCurrency: true, Counted: true, Where: "l.currency = ?"},
		{Name: "invoice", Label: "One invoice", IsID: true, Where: "l.invoice_id = ?"},
		{Name: "contract", Label: "Contract", IsID: true, Where: "l.invoice_contract_id = ?",
			NameSQL: "SELECT name FROM billing_contracts WHERE id = ?"},
		{Name: "crm_account", Label: "Customer", IsID: true, Where: "l.invoice_crm_account_id = ?",
			NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
		{Name: "subscription", Label: "Subscription", IsID: true, Where: "l.subscription_id = ?",
			NameSQL: "SELECT external_id FROM subscriptions WHERE id = ?"},
	},
	Counts: "invoice_line_counts l",
	CountBy: []listing.CountBy{{Column: "kind", SQL: "l.kind"}, {Column: "currency", SQL: "l.currency"},
		{Column: "state", SQL: "(SELECT state FROM invoices i WHERE i.id = l.invoice_id)"}},
	Finer: listing.Finer{Filter: "month", Counts: "invoice_line_month_counts l", From: "invoice_lines l",
		By: []listing.CountBy{{Column: "first_month", SQL: "l.first_month"},
			{Column: "last_month", SQL: "l.last_month"}}},
	Words: "search_text",
}

var lineColumns = []listing.Column[LineRow]{
	{Key: "line_id", SQL: "l.id", Kind: listing.Word, Into: func(r *LineRow) any { return &r.ID }},
	{Key: "invoice_id", SQL: "l.invoice_id", Kind: listing.Word, Into: func(r *LineRow) any { return &r.InvoiceID }},
	{Key: "subscription_id", SQL: "l.subscription_id", Kind: listing.Word,
		Into: func(r *LineRow) any { return &r.SubscriptionID }},
	{Key: "kind", Label: "Kind", SQL: "l.kind", Kind: listing.Word, Into: func(r *LineRow) any { return &r.Kind }},
	{Key: "change_ids", Kind: listing.Word, SQL: `(SELECT coalesce(string_agg(c.change_id::text, ';'
		ORDER BY c.change_id), '') FROM invoice_line_changes c WHERE c.line_id = l.id)`},
	{Key: "from", Label: "Period", SQL: "l.from_date", Kind: listing.Day,
		Into: func(r *LineRow) any { return &r.FromDate }},
	{Key: "to", SQL: "l.to_date", Kind: listing.Day, Into: func(r *LineRow) any { return &r.ToDate }},
	{Key: "days", Label: "Days", SQL: "l.days", Kind: listing.Whole, Into: func(r *LineRow) any { return &r.Days }},
	{Key: "seats", SQL: "l.seats", Kind: listing.Whole, Into: func(r *LineRow) any { return &r.Seats }},
	{Key: "unit_price", Label: "Unit price", SQL: "l.unit_price", Kind: listing.Amount,
		Into: func(r *LineRow) any { return &r.UnitPrice }},
	{Key: "price_period", SQL: "l.price_period", Kind: listing.Word,
		Into: func(r *LineRow) any { return &r.PricePeriod }},
	{Key: "amount", Label: "Amount", SQL: "l.amount", Kind: listing.Amount,
		Into: func(r *LineRow) any { return &r.Amount }, Sort: listing.Sort{Expr: "l.amount", Kind: paging.Numeric}},
	{Key: "currency", SQL: "l.currency", Kind: listing.Word, Into: func(r *LineRow) any { return &r.Currency }},
	{Key: "credits_line_id", SQL: "l.credits_line_id", Kind: listing.Word,
		Into: func(r *LineRow) any { return &r.CreditsLineID }},
	{Key: "again", SQL: "CASE WHEN l.again THEN 'true' WHEN NOT l.again THEN 'false' ELSE '' END", Kind: listing.Word},
	{SQL: "l.again", Into: func(r *LineRow) any { return &r.Again }},
	{Key: "id", SQL: "l.id", Kind: listing.Word},
	{Key: "invoice_number", SQL: "i.number_text", Into: func(r *LineRow) any { return &r.NumberText }},
	{Key: "invoice_state", SQL: "i.state", Kind: listing.Word, Into: func(r *LineRow) any { return &r.State }},
	{Key: "position", SQL: "l.position", Kind: listing.Whole, Into: func(r *LineRow) any { return &r.Position }},
	{Key: "contract", Label: "Contract", SQL: "i.contract_name", Into: func(r *LineRow) any { return &r.Contract }},
	{Key: "crm_account", Label: "Customer", SQL: "i.customer_name", Into: func(r *LineRow) any { return &r.CRMAccount },
		Sort: listing.Sort{Expr: "l.customer_key", Kind: paging.Text}},
	{Key: "external_id", Label: "Id", SQL: "coalesce(s.external_id, '')",
		Into: func(r *LineRow) any { return &r.ExternalID }},
	{Key: "product", Label: "Subscription", SQL: "l.product_name",
		Into: func(r *LineRow) any { return &r.ProductName }},
	{Key: "part_number", Label: "Part number", SQL: "l.part_number",
		Into: func(r *LineRow) any { return &r.PartNumber }},
	{Key: "tax_code", Label: "Tax code", SQL: "coalesce(nullif(l.tax_code, ''), i.tax_code)",
		Into: func(r *LineRow) any { return &r.TaxCode }},
	// Those first told as forfeited on the invoice stand on the subscription's first line.
	{Key: "forfeited_seat_days", Kind: listing.Whole, SQL: `CASE WHEN EXISTS (SELECT FROM invoice_lines o
		WHERE o.invoice_id = l.invoice_id AND o.subscription_id = l.subscription_id AND o.position < l.position) THEN 0
		ELSE coalesce((SELECT v.new_forfeited FROM invoice_coverage v WHERE v.invoice_id = l.invoice_id
			AND v.subscription_id = l.subscription_id), 0) END`},
	{Key: "typed_line_id", SQL: "l.typed_line_id", Kind: listing.Word,
		Into: func(r *LineRow) any { return &r.TypedLineID }},
	{Key: "quantity", Label: "Seats", SQL: "coalesce(l.quantity, l.seats)", Kind: listing.Amount,
		Into: func(r *LineRow) any { return &r.Quantity }},
	{Key: "cost", SQL: "round(l.cost, 6)", Kind: listing.Amount},
	{Key: "cost_currency", SQL: "l.cost_currency", Kind: listing.Word},
	{Key: "drafted_at", Label: "Invoice", SQL: "i.drafted_at", Kind: listing.Moment, Unfiled: true,
		Into: func(r *LineRow) any { return &r.DraftedAt },
		Sort: listing.Sort{Expr: "l.invoice_seq", Kind: paging.Integer}},
}

// LinesOf reads the lines of one invoice in their order.
func LinesOf(ctx context.Context, db *gorm.DB, invoice uuid.UUID) ([]LineRow, error) {
	return AllLines.Some(ctx, db, "l.invoice_id = ?", "l.position", invoice)
}
