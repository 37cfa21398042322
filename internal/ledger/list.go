package ledger

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// ListRow is one row of the list of changes.
type ListRow struct {
	ID             uuid.UUID
	SubscriptionID uuid.UUID
	ProviderID     uuid.UUID
	Provider       string
	ExternalID     string
	Product        string
	CRMAccount     string
	Event          Event
	Reason         Reason
	EffectiveAt    clock.Date
	RecordedAt     time.Time
	Delta          int
	QuantityAfter  int
	Counted        bool
	Estimated      bool
	UnitCost       decimal.NullDecimal
	CostPeriod     string
	CostCurrency   string
	UnitPrice      decimal.NullDecimal
	PricePeriod    string
	Currency       string
	Source         Source
	SyncRunID      uuid.NullUUID
	Actor          string
	Note           string
	BillingState   BillingState
	Refund         bool
	ElsewhereUntil clock.Date
}

// All is the list of all changes, in the order of recording or of effect. The columns of the
// file are those of CONTRACT, then ours. Its records are the rows of status, which carry what
// the list asks of the ledger's facts.
var All = &listing.List[ListRow]{
	Name: "changes", One: "change", Many: "changes",
	Table: "license_change_status st", ID: "st.change_id", Default: "-recorded_at",
	Joins: `
		JOIN license_changes c ON c.id = st.change_id
		JOIN subscriptions s ON s.id = st.change_subscription_id
		JOIN providers p ON p.id = st.change_provider_id
		LEFT JOIN crm_accounts a ON a.id = s.crm_account_id
		LEFT JOIN billed_elsewhere e ON e.change_id = st.change_id`,
	Search: listing.Search{
		Label: "Search product, customer, id, person or note",
		Where: `(SELECT s.product_key LIKE ? OR words_beside(s.search_text, s.product_key) LIKE ?
				FROM subscriptions s WHERE s.id = st.change_subscription_id)
			OR (SELECT lower(c.actor || ' ' || c.note) FROM license_changes c WHERE c.id = st.change_id
				AND (c.actor_id IS NOT NULL OR c.note <> '')) LIKE ?`,
		IDs: "st.change_id IN (SELECT changes_like(?))",
	},
	Columns: columns,
	Shown: []string{"effective_at", "product", "crm_account", "event", "delta", "quantity_after", "unit_price",
		"billing_state", "recorded_at"},
	Card:    []string{"product", "delta"},
	Filters: filters,
	Counts:  "change_counts st",
	CountBy: []listing.CountBy{{Column: "change_provider_id", SQL: "st.change_provider_id"},
		{Column: "change_event", SQL: "st.change_event"},
		{Column: "billing_state", SQL: "st.billing_state"}, {Column: "counted", SQL: "st.counted"},
		{Column: "change_estimated", SQL: "st.change_estimated"}},
}

var filters = []listing.Filter{
	{Name: "provider", Label: "Provider", Counted: true, Where: "st.change_provider_id = ?",
		ChoicesSQL: "SELECT id::text, name, lower(name) FROM providers", Steady: true},
	{Name: "event", Label: "Event", Counted: true, Where: "st.change_event = ?", Choices: []listing.Choice{
		{Value: string(Create), Label: "Create"}, {Value: string(Update), Label: "Update"},
		{Value: string(Product), Label: "Product"}, {Value: string(Price), Label: "Price"},
		{Value: string(Cost), Label: "Cost"}, {Value: string(Renew), Label: "Renew"},
		{Value: string(Deactivate), Label: "Deactivate"}, {Value: string(Activate), Label: "Activate"},
		{Value: string(Adjust), Label: "Adjust"}, {Value: string(Carry), Label: "Carry"}}},
	{Name: "billing_state", Label: "Billing", Counted: true, Where: "st.billing_state = ?",
		Choices: []listing.Choice{{Value: string(Open), Label: "Open"}, {Value: string(Invoiced), Label: "Invoiced"},
			{Value: string(Archived), Label: "Archived"}}},
	{Name: "counted", Label: "Counted", Counted: true, Choices: []listing.Choice{
		{Value: "yes", Label: "Yes", Where: "st.counted"}, {Value: "no", Label: "No", Where: "NOT st.counted"}}},
	{Name: "estimated", Label: "Estimated", Counted: true, Choices: []listing.Choice{
		{Value: "yes", Label: "Yes", Where: "st.change_estimated"},
		{Value: "no", Label: "No", Where: "NOT st.change_estimated"}}},
	{Name: "from", Label: "Effective from", IsDate: true, Where: "st.change_effective_at >= ?"},
	{Name: "to", Label: "Effective to", IsDate: true, Where: "st.change_effective_at <= ?"},
	{Name: "subscription", Label: "Subscription", IsID: true, Where: "st.change_subscription_id = ?",
		NameSQL: "SELECT external_id FROM subscriptions WHERE id = ?"},
	{Name: "run", Label: "One sync run", IsID: true, Where: "st.change_run_id = ?"},
}

var columns = []listing.Column[ListRow]{
	{Key: "id", SQL: "st.change_id", Kind: listing.Word, Into: func(r *ListRow) any { return &r.ID }},
	{Key: "subscription_id", SQL: "st.change_subscription_id", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.SubscriptionID }},
	{Key: "provider_id", SQL: "st.change_provider_id", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.ProviderID }},
	{Key: "external_id", Label: "Id", SQL: "s.external_id", Into: func(r *ListRow) any { return &r.ExternalID }},
	{Key: "event", Label: "Event", SQL: "st.change_event", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.Event }},
	{Key: "reason", Label: "Reason", SQL: "coalesce(c.reason, '')", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.Reason }},
	{Key: "effective_at", Label: "Effective", SQL: "st.change_effective_at", Kind: listing.Day,
		Into: func(r *ListRow) any { return &r.EffectiveAt },
		Sort: listing.Sort{Expr: "st.change_effective_at", Kind: paging.Date}},
	{Key: "recorded_at", Label: "Recorded", SQL: "c.recorded_at", Kind: listing.Moment,
		Into: func(r *ListRow) any { return &r.RecordedAt },
		Sort: listing.Sort{Expr: "st.change_seq", Kind: paging.Integer}},
	{Key: "delta", Label: "Change", SQL: "c.delta", Kind: listing.Whole,
		Into: func(r *ListRow) any { return &r.Delta }},
	{Key: "quantity_after", Label: "After", SQL: "c.quantity_after", Kind: listing.Whole,
		Into: func(r *ListRow) any { return &r.QuantityAfter }},
	{Key: "counted", Label: "Counted", SQL: "st.counted", Kind: listing.YesNo,
		Into: func(r *ListRow) any { return &r.Counted }},
	{Key: "estimated", Label: "Estimated", SQL: "st.change_estimated", Kind: listing.YesNo,
		Into: func(r *ListRow) any { return &r.Estimated }},
	{Key: "unit_cost", Label: "Cost", SQL: "c.unit_cost", Kind: listing.Amount,
		Into: func(r *ListRow) any { return &r.UnitCost }},
	{Key: "unit_price", Label: "Price", SQL: "c.unit_price", Kind: listing.Amount,
		Into: func(r *ListRow) any { return &r.UnitPrice }},
	{Key: "currency", SQL: "c.currency", Kind: listing.Word, Into: func(r *ListRow) any { return &r.Currency }},
	{Key: "source", Label: "Source", SQL: "c.source", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.Source }},
	{Key: "billing_state", Label: "Billing", SQL: "st.billing_state", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.BillingState }},
	{Key: "invoice_id", SQL: "st.invoice_id", Kind: listing.Word},
	{Key: "origin_change_id", SQL: "c.origin_change_id", Kind: listing.Word},
	{Key: "refund", SQL: "c.refund", Kind: listing.YesNo, Into: func(r *ListRow) any { return &r.Refund }},
	{Key: "replaces_id", SQL: "c.replaces_id", Kind: listing.Word},
	{Key: "set_aside", SQL: "NOT st.counted", Kind: listing.YesNo},
	{Key: "elsewhere_until", Label: "Billed elsewhere to", SQL: "e.until", Kind: listing.Day,
		Into: func(r *ListRow) any { return &r.ElsewhereUntil }},
	{Key: "cost_period", SQL: "c.cost_period", Kind: listing.Word, Into: func(r *ListRow) any { return &r.CostPeriod }},
	{Key: "cost_currency", SQL: "c.cost_currency", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.CostCurrency }},
	{Key: "price_period", SQL: "c.price_period", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.PricePeriod }},
	{Key: "actor", Label: "By", SQL: "c.actor", Into: func(r *ListRow) any { return &r.Actor }},
	{Key: "note", Label: "Note", SQL: "c.note", Into: func(r *ListRow) any { return &r.Note }},
	{Key: "sync_run_id", SQL: "st.change_run_id", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.SyncRunID }},
	{Key: "provider", Label: "Provider", SQL: "p.name", Into: func(r *ListRow) any { return &r.Provider }},
	{Key: "product", Label: "Subscription", SQL: "s.product_name", Into: func(r *ListRow) any { return &r.Product }},
	{Key: "crm_account", Label: "Customer", SQL: "coalesce(a.name, '')",
		Into: func(r *ListRow) any { return &r.CRMAccount }},
}
