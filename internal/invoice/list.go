package invoice

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// ListRow is one invoice of the list.
type ListRow struct {
	Invoice
	Contract   string // as its document has it
	CRMAccount string
	Tax        decimal.NullDecimal
	Gross      decimal.NullDecimal // with tax, as its document has it; unknown before billing
	DueOn      clock.Date
	ExportedAt *time.Time
	Open       decimal.NullDecimal // what is still to be paid
}

// All is the list of all invoices; days are those of the zone. The columns of the file are
// those of CONTRACT, then ours. The amounts of a shared document stand on the invoice that
// has its number.
func All(zone *time.Location) *listing.List[ListRow] {
	made, ok := lists.Load(zone)
	if !ok {
		made, _ = lists.LoadOrStore(zone, listIn(zone))
	}
	return made.(*listing.List[ListRow]) //nolint:forcetypeassert // nothing else is stored
}

var lists sync.Map // by zone: each page asks for it

func listIn(zone *time.Location) *listing.List[ListRow] {
	return &listing.List[ListRow]{
		Name: "invoices", One: "invoice", Many: "invoices",
		Table: "invoices i", ID: "i.id", Default: "-number", Ways: true,
		Joins: "LEFT JOIN invoice_documents d ON d.invoice_id = coalesce(i.document_of, i.id)",
		Search: listing.Search{Label: "Search number, contract or customer",
			Where: "i.search_text LIKE ?", IDs: "i.id IN (SELECT invoices_like(?))"},
		Columns: columns(zone),
		Shown:   []string{"number", "state", "crm_account", "kind", "period_start", "due_on", "total", "open"},
		Card:    []string{"crm_account", "total"},
		Filters: []listing.Filter{
			{Name: "state", Label: "State", Counted: true, Where: "i.state = ?", Choices: []listing.Choice{
				{Value: string(Draft), Label: "Draft"}, {Value: string(Billed), Label: "Billed"},
				{Value: string(Paid), Label: "Paid"}, {Value: string(Void), Label: "Void"}}},
			{Name: "kind", Label: "Kind", Counted: true, Where: "i.kind = ?", Choices: []listing.Choice{
				{Value: string(FullCycle), Label: "Full cycle"}, {Value: string(ChangeLog), Label: "Change log"},
				{Value: string(Credit), Label: "Credit"}}},
			{Name: "month", Label: "Days of the month", IsDate: true, Where: inMonth("i"),
				Runs: listing.Runs{By: []string{"first_month", "last_month"}, Where: inMonth("i")}},
			{Name: "due_before", Label: "Due before", IsDate: true, Where: "i.due_key < ?",
				Runs: listing.Runs{By: []string{"due_month"}, Where: "i.due_month < CAST(? AS date)"}},
			{Name: "currency", Label: "Currency", IsCurrency: true, Counted: true, Where: "i.currency = ?"},
			{Name: "contract", Label: "Contract", IsID: true, Where: "i.contract_id = ?",
				NameSQL: "SELECT name FROM billing_contracts WHERE id = ?"},
			{Name: "crm_account", Label: "Customer", IsID: true, Where: "i.crm_account_id = ?",
				NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
		},
		Counts: "invoice_counts i",
		CountBy: []listing.CountBy{{Column: "state", SQL: "i.state"}, {Column: "kind", SQL: "i.kind"},
			{Column: "currency", SQL: "i.currency"}},
		Finer: listing.Finer{Filter: "month", Counts: "invoice_month_counts i", From: "invoices i",
			By: []listing.CountBy{{Column: "first_month", SQL: "i.first_month"},
				{Column: "last_month", SQL: "i.last_month"}, {Column: "due_month", SQL: "i.due_month"}}},
		Words: "search_text",
	}
}

// inMonth lets through what has a day in a month, by the calendar months of its first and its last day.
func inMonth(alias string) string {
	return strings.ReplaceAll(`t.first_month <= CAST(? AS date)
		AND t.last_month >= CAST(date_trunc('month', CAST(? AS date)) AS date)`, "t.", alias+".")
}

// A file has moments by the second.
func columns(zone *time.Location) []listing.Column[ListRow] {
	return []listing.Column[ListRow]{
		{Key: "id", SQL: "i.id", Kind: listing.Word, Into: func(r *ListRow) any { return &r.ID }},
		{Key: "number", Label: "Invoice", SQL: "i.number_text", Into: func(r *ListRow) any { return &r.NumberText },
			Sort: listing.Sort{Expr: "i.number_sort", Kind: paging.Text}},
		{Key: "contract", Label: "Contract", SQL: "i.contract_name", Into: func(r *ListRow) any { return &r.Contract }},
		{Key: "crm_account", Label: "Customer", SQL: "i.customer_name",
			Into: func(r *ListRow) any { return &r.CRMAccount },
			Sort: listing.Sort{Expr: "i.customer_key", Kind: paging.Text}},
		{Key: "kind", Label: "Kind", SQL: "i.kind", Kind: listing.Word, Into: func(r *ListRow) any { return &r.Kind }},
		{Key: "state", Label: "State", SQL: "i.state", Kind: listing.Word,
			Into: func(r *ListRow) any { return &r.State }},
		{Key: "currency", SQL: "i.currency", Kind: listing.Word, Into: func(r *ListRow) any { return &r.Currency }},
		{Key: "total", Label: "Total", SQL: "i.total", Kind: listing.Amount,
			Into: func(r *ListRow) any { return &r.Total }, Sort: listing.Sort{Expr: "i.total", Kind: paging.Numeric}},
		{Key: "period_start", Label: "Period", SQL: "i.period_start", Kind: listing.Day,
			Into: func(r *ListRow) any { return &r.PeriodStart },
			Sort: listing.Sort{Expr: "i.period_start", Kind: paging.Date}},
		{Key: "period_end", SQL: "i.period_end", Kind: listing.Day, Into: func(r *ListRow) any { return &r.PeriodEnd }},
		{Key: "issued_at", Label: "Billed on", SQL: "date_trunc('second', i.issued_at)", Kind: listing.Moment,
			Into: func(r *ListRow) any { return &r.IssuedAt }},
		{Key: "contract_id", SQL: "i.contract_id", Kind: listing.Word,
			Into: func(r *ListRow) any { return &r.ContractID }},
		{Key: "crm_account_id", SQL: "i.crm_account_id", Kind: listing.Word,
			Into: func(r *ListRow) any { return &r.CRMAccountID }},
		{Key: "drafted_at", Label: "Drafted", SQL: "date_trunc('second', i.drafted_at)", Kind: listing.Moment,
			Into: func(r *ListRow) any { return &r.DraftedAt },
			Sort: listing.Sort{Expr: "i.seq", Kind: paging.Integer}},
		{Key: "paid_at", SQL: "date_trunc('second', i.paid_at)", Kind: listing.Moment},
		{Key: "voided_at", SQL: "date_trunc('second', i.voided_at)", Kind: listing.Moment},
		{Key: "payment_terms", Label: "Payment terms", SQL: "i.payment_terms",
			Into: func(r *ListRow) any { return &r.PaymentTerms }},
		{Key: "tax_code", Label: "Tax code", SQL: "i.tax_code", Into: func(r *ListRow) any { return &r.TaxCode }},
		{Key: "credits_id", SQL: "i.credits_id", Kind: listing.Word},
		{Key: "forfeited_seat_days", Kind: listing.Whole,
			SQL: "(SELECT coalesce(sum(v.new_forfeited), 0) FROM invoice_coverage v WHERE v.invoice_id = i.id)"},
		{Key: "due_on", Label: "Due", SQL: "d.due_on", Kind: listing.Day,
			Into: func(r *ListRow) any { return &r.DueOn },
			Sort: listing.Sort{Expr: "i.due_key", Kind: paging.Date}},
		{Key: "paid_on", Kind: listing.Day, SQL: `CASE WHEN i.state = 'paid' THEN coalesce((SELECT max(p.paid_on)
			FROM invoice_payments p WHERE p.invoice_id = coalesce(i.document_of, i.id) AND p.undone_at IS NULL), ` +
			dayIn(zone, "i.paid_at") + ") END"},
		// What is still to be paid; unknown for a draft.
		{Key: "open", Label: "Open", Kind: listing.Amount, SQL: `CASE i.state WHEN 'billed' THEN
			CASE WHEN i.document_of IS NULL THEN i.open_amount END WHEN 'draft' THEN NULL ELSE 0 END`,
			Into: func(r *ListRow) any { return &r.Open }},
		{Key: "sent_at", Kind: listing.Moment, SQL: `(SELECT date_trunc('second', min(m.sent_at)) FROM mails m
			WHERE m.invoice_id = coalesce(i.document_of, i.id) AND m.kind = 'invoice')`},
		{Key: "exported_at", Label: "Exported on", Kind: listing.Moment, SQL: exportedAt,
			Into: func(r *ListRow) any { return &r.ExportedAt }},
		{Key: "tax", Label: "Tax", SQL: "CASE WHEN i.document_of IS NULL THEN d.tax END", Kind: listing.Amount,
			Into: func(r *ListRow) any { return &r.Tax }},
		{Key: "total_with_tax", Label: "With tax", SQL: "CASE WHEN i.document_of IS NULL THEN d.gross END",
			Kind: listing.Amount, Into: func(r *ListRow) any { return &r.Gross }},
	}
}

// exportedAt is when an invoice went into the books, where that was not taken back.
const exportedAt = `(SELECT date_trunc('second', e.made_at) FROM book_export_invoices x
	JOIN book_exports e ON e.id = x.export_id WHERE x.invoice_id = i.id AND x.taken_back_at IS NULL)`

// dayIn is the SQL of the day that a moment has in a zone.
func dayIn(zone *time.Location, moment string) string {
	return fmt.Sprintf("(%s AT TIME ZONE '%s')::date", moment, strings.ReplaceAll(zone.String(), "'", "''"))
}
