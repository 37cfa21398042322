package supplier

import (
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// ListRow is one bill of the list.
type ListRow struct {
	ID          uuid.UUID
	Month       clock.Date
	Called      string
	Provider    string
	ProviderID  uuid.NullUUID
	Layout      Layout
	Preliminary bool
	State       State
	Lines       int
	Amounts     string // by currency, without tax: "1234.5 EUR, 10 USD"
	At          time.Time
	Actor       string
}

// All is the list of bills.
var All = &listing.List[ListRow]{
	Name: "supplier-bills", One: "bill", Many: "bills", Table: "supplier_bills b", ID: "b.id", Default: "-month",
	Joins:   "LEFT JOIN providers p ON p.id = b.provider_id",
	Columns: billColumns,
	Shown:   []string{"number", "month", "provider", "amounts", "lines", "state", "layout", "received_at"},
	Card:    []string{"month", "amounts"},
	Ways:    true,
	Filters: []listing.Filter{
		{Name: "state", Label: "State", Where: "true", Choices: []listing.Choice{
			{Value: string(Standing), Label: "Standing", Where: "b.aside_at IS NULL"},
			{Value: "preliminary", Label: "Preliminary", Where: "b.aside_at IS NULL AND b.preliminary"},
			{Value: string(Aside), Label: "Set aside", Where: "b.aside_at IS NOT NULL"}}},
		{Name: "provider", Label: "Provider", Where: "b.provider_id = CAST(? AS uuid)",
			ChoicesSQL: `SELECT id::text, name,
			lower(name) FROM providers`},
		{Name: "month", Label: "Month, by its first day", IsDate: true, Where: "b.month = CAST(? AS date)"},
	},
}

var billColumns = []listing.Column[ListRow]{
	{Key: "id", SQL: "b.id", Kind: listing.Word, Into: func(r *ListRow) any { return &r.ID }},
	{Key: "number", Label: "Bill", SQL: "CASE WHEN b.number <> '' THEN b.number ELSE b.name END",
		Into: func(r *ListRow) any { return &r.Called }},
	{Key: "month", Label: "Month", SQL: "b.month", Kind: listing.Day, Into: func(r *ListRow) any { return &r.Month },
		Sort: listing.Sort{Expr: "b.month", Kind: paging.Date}},
	{Key: "provider_id", SQL: "b.provider_id", Kind: listing.Word, Into: func(r *ListRow) any {
		return &r.ProviderID
	}},
	{Key: "provider", Label: "Provider", SQL: "coalesce(p.name, '')",
		Into: func(r *ListRow) any { return &r.Provider }},
	{Key: "layout", Label: "Came as", SQL: "b.layout", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.Layout }},
	{Key: "preliminary", SQL: "b.preliminary", Kind: listing.YesNo,
		Into: func(r *ListRow) any { return &r.Preliminary }},
	{Key: "state", Label: "State", SQL: "CASE WHEN b.aside_at IS NULL THEN 'standing' ELSE 'aside' END",
		Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.State }},
	{Key: "from", SQL: "b.from_on", Kind: listing.Day},
	{Key: "to", SQL: "b.to_on", Kind: listing.Day},
	{Key: "lines", Label: "Lines", SQL: "b.lines", Kind: listing.Whole, Into: func(r *ListRow) any {
		return &r.Lines
	}},
	{Key: "amounts", Label: "Without tax",
		SQL: `coalesce((SELECT string_agg(trim_scale(x.amount)::text || ' ' || x.currency,
		', ' ORDER BY x.currency) FROM supplier_bill_sums x WHERE x.bill_id = b.id), '')`,
		Into: func(r *ListRow) any { return &r.Amounts }},
	{Key: "document_total", SQL: "b.document_total", Kind: listing.Amount},
	{Key: "document_currency", SQL: "b.document_currency", Kind: listing.Word},
	{Key: "file", SQL: "b.name"},
	{Key: "replaces_id", SQL: "b.replaces_id", Kind: listing.Word},
	{Key: "received_at", Label: "Received", SQL: "date_trunc('second', b.at)", Kind: listing.Moment,
		Into: func(r *ListRow) any { return &r.At }, Sort: listing.Sort{Expr: "b.at", Kind: paging.Time}},
	{Key: "received_by", SQL: "b.actor", Into: func(r *ListRow) any { return &r.Actor }},
	{Key: "aside_why", SQL: "b.aside_why"},
}

// LineRow is one line of the list of a bill's lines.
type LineRow struct {
	Line
	Matched, Kind, Difference, State string
}

// Lines is the list of the lines of one bill (Query.Of), with what the comparison found of each: the subscription
// that it is about, and the difference that weighs most, one to do before others.
var Lines = &listing.List[LineRow]{
	Name: "lines", One: "line", Many: "lines", Table: "supplier_bill_lines l", ID: "l.id", Default: "place",
	Within: "l.bill_id = ?", Columns: lineList,
	Joins: `LEFT JOIN supplier_matches m ON m.bill_id = l.bill_id AND m.line_id = l.id
		LEFT JOIN LATERAL (SELECT d.id, d.kind, d.state FROM difference_lines x JOIN differences d ON d.id =
		x.difference_id
			WHERE x.line_id = l.id AND d.shown ORDER BY d.state = 'todo' DESC, abs(d.once_amount) DESC, d.id LIMIT
			1) d ON true`,
	Shown: []string{"line", "customer", "product", "charge", "from", "quantity", "unit_price", "amount", "matched",
		"kind"},
	Card: []string{"customer", "amount"},
	Filters: []listing.Filter{
		{Name: "what", Label: "What", Where: "true", Choices: []listing.Choice{
			{Value: "credit", Label: "Credits", Where: "l.amount < 0"},
			{Value: "usage", Label: "Usage", Where: "l.usage"},
			{Value: "once", Label: "Charged once", Where: "l.to_on IS NULL"}}},
		{Name: "currency", Label: "Currency", IsCurrency: true, Where: "l.currency = ?"},
	},
}

var lineList = []listing.Column[LineRow]{
	{Key: "line", Label: "Line", SQL: "l.line", Into: func(r *LineRow) any { return &r.Line.Line }},
	{Key: "place", SQL: "l.place", Kind: listing.Whole, Into: func(r *LineRow) any { return &r.Place }, Unfiled: true,
		Sort: listing.Sort{Expr: "l.place", Kind: paging.Integer}},
	{Key: "customer", Label: "Customer", SQL: "l.customer", Into: func(r *LineRow) any { return &r.Customer }},
	{Key: "subscription_external_id", Label: "Subscription", SQL: "l.subscription_external_id",
		Into: func(r *LineRow) any { return &r.SubscriptionExternalID }},
	{Key: "part_number", Label: "Part number", SQL: "l.part_number",
		Into: func(r *LineRow) any { return &r.PartNumber }},
	{Key: "charge", Label: "Charge", SQL: "l.charge", Into: func(r *LineRow) any { return &r.Charge }},
	{Key: "from", Label: "Days", SQL: "l.from_on", Kind: listing.Day, Into: func(r *LineRow) any {
		return &r.FromOn
	}},
	{Key: "to", SQL: "l.to_on", Kind: listing.Day, Into: func(r *LineRow) any { return &r.ToOn }},
	{Key: "quantity", Label: "Quantity", SQL: "l.quantity", Kind: listing.Amount,
		Into: func(r *LineRow) any { return &r.Quantity }},
	{Key: "unit_price", Label: "Unit price", SQL: "l.unit_price", Kind: listing.Amount,
		Into: func(r *LineRow) any { return &r.UnitPrice }},
	{Key: "amount", Label: "Amount", SQL: "l.amount", Kind: listing.Amount,
		Into: func(r *LineRow) any { return &r.Amount }},
	{Key: "currency", SQL: "l.currency", Kind: listing.Word, Into: func(r *LineRow) any { return &r.Currency }},
	{Key: "matched", Label: "Matched", SQL: "coalesce(m.subscription_id::text, '')", Kind: listing.Word,
		Into: func(r *LineRow) any { return &r.Matched }},
	{Key: "kind", Label: "Difference", SQL: "coalesce(d.kind, '')", Kind: listing.Word, Into: func(r *LineRow) any {
		return &r.Kind
	}},
	{Key: "difference", SQL: "coalesce(d.id::text, '')", Kind: listing.Word, Into: func(r *LineRow) any {
		return &r.Difference
	}},
	{Key: "state", SQL: "coalesce(d.state, '')", Kind: listing.Word, Into: func(r *LineRow) any { return &r.State }},
	{Key: "customer_external_id", SQL: "l.customer_external_id",
		Into: func(r *LineRow) any { return &r.CustomerExternalID }},
	{Key: "tenant_id", SQL: "l.tenant_id", Into: func(r *LineRow) any { return &r.TenantID }},
	{Key: "vendor_subscription_id", SQL: "l.vendor_subscription_id",
		Into: func(r *LineRow) any { return &r.VendorSubscriptionID }},
	{Key: "order_id", SQL: "l.order_id", Into: func(r *LineRow) any { return &r.OrderID }},
	{Key: "product", Label: "Product", SQL: "l.product", Into: func(r *LineRow) any { return &r.Product }},
	{Key: "term", SQL: "l.term", Into: func(r *LineRow) any { return &r.Term }},
	{Key: "billing_frequency", SQL: "l.billing_frequency", Into: func(r *LineRow) any { return &r.BillingFrequency }},
	{Key: "usage", SQL: "l.usage", Kind: listing.YesNo, Into: func(r *LineRow) any { return &r.Usage }},
	{Key: "tax", SQL: "l.tax", Kind: listing.Amount, Into: func(r *LineRow) any { return &r.Tax }},
	{Key: "price_currency", SQL: "l.price_currency", Kind: listing.Word,
		Into: func(r *LineRow) any { return &r.PriceCurrency }},
	{Key: "exchange_rate", SQL: "l.exchange_rate", Kind: listing.Amount,
		Into: func(r *LineRow) any { return &r.ExchangeRate }},
	{Key: "reference", SQL: "l.reference", Into: func(r *LineRow) any { return &r.Reference }},
}
