package renewal

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/paging"
)

// What happens on the day of a row.
type What string

// The things.
const (
	Ends    What = "ends"
	Renews  What = "renews"  // by itself
	Unknown What = "unknown" // ends or renews: the distributor does not say
	Reduce  What = "reduce"  // seats can be reduced until about the day
)

// Decision is what a person wants to be done.
type Decision string

// The decisions. The zero one is none yet.
const (
	None       Decision = ""
	Keep       Decision = "keep"
	TakeList   Decision = "list"
	AskFirst   Decision = "ask"
	ReduceTo   Decision = "reduce"
	windowDays          = 7 // 168 hours
)

// Row is one thing ahead.
type Row struct {
	ID             uuid.UUID
	SubscriptionID uuid.UUID
	Day            clock.Date
	What           What
	ReduceFrom     clock.Date // days on which Microsoft takes seats back, about; zero: it does not, or not known
	ReduceUntil    clock.Date
	CRMAccountID   uuid.NullUUID
	CRMAccount     string
	ContractID     uuid.NullUUID
	Contract       string
	Provider       string
	ExternalID     string
	Product        string
	PartNumber     string
	Term           string
	Frequency      string
	Seats          int
	UnitPrice      decimal.NullDecimal
	PricePeriod    money.Period
	Currency       string
	ListPrice      decimal.NullDecimal // of the contract's list on the day; unset: it has none
	ListUnit       money.Period
	ListCurrency   string
	Decision       Decision
	LeftSeats      *int // what is to be left of a reduction
	Owner          string
	Note           string
	Done           bool
	DecidedBy      string
	DecidedAt      *time.Time
	Version        int
}

// Furthest is how many days the list looks ahead.
const Furthest = 90

// Horizons are the numbers of days that the list can be narrowed to.
var Horizons = []int{7, 30, 60, Furthest}

// From asks the list as of a day.
func From(q listing.Query, today clock.Date) listing.Query {
	return q.Of(today, today.AddDays(Furthest))
}

// All is the list of what lies ahead of a day; ask it by From.
func All(today clock.Date) *listing.List[Row] {
	return &listing.List[Row]{
		Name: "renewals", One: "renewal", Many: "renewals",
		Table: "renewals r", ID: "r.id", Default: "day", Within: "r.day >= ? AND r.day <= ?",
		Joins: `JOIN subscriptions s ON s.id = r.subscription_id JOIN providers p ON p.id = s.provider_id
			LEFT JOIN crm_accounts a ON a.id = s.crm_account_id
			LEFT JOIN billing_contracts k ON k.id = s.contract_id
			LEFT JOIN renewal_decisions d ON d.subscription_id = r.subscription_id AND d.day = r.day
			LEFT JOIN LATERAL (SELECT i.unit_price, i.unit, l.currency FROM price_list_items i
				JOIN price_lists l ON l.id = i.price_list_id
				WHERE i.price_list_id = k.price_list_id AND i.product_id = s.product_id AND i.term = s.term
					AND i.billing_frequency = s.billing_frequency AND i.effective_from <= r.day
					AND (i.effective_to IS NULL OR i.effective_to > r.day)
				ORDER BY i.effective_from DESC LIMIT 1) i ON r.what <> 'reduce'`,
		Search: listing.Search{Label: "Search product, customer or id", Where: `r.subscription_id IN
			(SELECT subscriptions_like(?))`},
		Columns: columns,
		Shown: []string{"product", "day", "what", "crm_account", "seats", "decision", "owner", "unit_price",
			"list_price"},
		Card:    []string{"day", "decision"},
		Filters: filters(today),
	}
}

func filters(today clock.Date) []listing.Filter {
	within := listing.Filter{Name: "within", Label: "Within", Where: "r.day <= ?", Args: func(v string) []any {
		n, _ := strconv.Atoi(v)
		return []any{today.AddDays(n)}
	}}
	for _, n := range Horizons {
		s := strconv.Itoa(n)
		within.Choices = append(within.Choices, listing.Choice{Value: s, Label: s + " days"})
	}
	const decided = `EXISTS (SELECT FROM renewal_decisions d WHERE d.subscription_id = r.subscription_id
		AND d.day = r.day
		AND d.decision `
	return []listing.Filter{within,
		{Name: "what", Label: "What", Where: "r.what = ?", Choices: []listing.Choice{{Value: "ends", Label: "Ends"},
			{Value: "renews", Label: "Renews by itself"}, {Value: "unknown", Label: "Ends or renews"},
			{Value: "reduce", Label: "Can be reduced"}}},
		{Name: "decision", Label: "Decision", Choices: []listing.Choice{
			{Value: "open", Label: "To decide", Where: "NOT " + decided + "<> '')"},
			{Value: "todo", Label: "To do", Where: decided + "IN ('list', 'ask', 'reduce') AND NOT d.done)"},
			{Value: "keep", Label: "Keep", Where: decided + "= 'keep')"},
			{Value: "list", Label: "Take the list price", Where: decided + "= 'list')"},
			{Value: "ask", Label: "Ask the customer", Where: decided + "= 'ask')"},
			{Value: "reduce", Label: "Reduce", Where: decided + "= 'reduce')"}}},
		{Name: "crm_account", Label: "Customer", IsID: true, Where: `r.subscription_id IN (SELECT id FROM subscriptions
			WHERE crm_account_id = ?)`, NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
		{Name: "subscription", Label: "Subscription", IsID: true, Where: "r.subscription_id = ?",
			NameSQL: "SELECT external_id FROM subscriptions WHERE id = ?"},
	}
}

var columns = []listing.Column[Row]{
	{SQL: "r.id", Into: func(r *Row) any { return &r.ID }},
	{Key: "subscription_id", SQL: "r.subscription_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.SubscriptionID }},
	{Key: "day", Label: "Day", SQL: "r.day", Kind: listing.Day, Into: func(r *Row) any { return &r.Day },
		Sort: listing.Sort{Expr: "r.day", Kind: paging.Date}},
	{Key: "what", Label: "What", SQL: "r.what", Kind: listing.Word, Into: func(r *Row) any { return &r.What }},
	{Key: "reduce_from", SQL: window("r.day", "s.term_start"), Kind: listing.Day,
		Into: func(r *Row) any { return &r.ReduceFrom }},
	{Key: "reduce_until", SQL: window("r.day + 7", "r.day"), Kind: listing.Day,
		Into: func(r *Row) any { return &r.ReduceUntil }},
	{Key: "crm_account_id", SQL: "s.crm_account_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.CRMAccountID }},
	{Key: "crm_account", Label: "Customer", SQL: "coalesce(a.name, '')",
		Into: func(r *Row) any { return &r.CRMAccount }},
	{Key: "contract_id", SQL: "s.contract_id", Kind: listing.Word, Into: func(r *Row) any { return &r.ContractID }},
	{Key: "contract", Label: "Contract", SQL: "coalesce(k.name, '')", Into: func(r *Row) any { return &r.Contract }},
	{Key: "provider", Label: "Provider", SQL: "p.name", Into: func(r *Row) any { return &r.Provider }},
	{Key: "external_id", Label: "Id", SQL: "s.external_id", Into: func(r *Row) any { return &r.ExternalID }},
	{Key: "product", Label: "Subscription", SQL: "s.product_name", Into: func(r *Row) any { return &r.Product }},
	{Key: "part_number", Label: "Part number", SQL: "s.part_number", Into: func(r *Row) any { return &r.PartNumber }},
	{Key: "term", Label: "Term", SQL: "s.term", Kind: listing.Word, Into: func(r *Row) any { return &r.Term }},
	{Key: "billing_frequency", Label: "Billed", SQL: "s.billing_frequency", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Frequency }},
	{Key: "seats", Label: "Seats", SQL: "s.quantity", Kind: listing.Whole, Into: func(r *Row) any { return &r.Seats }},
	{Key: "unit_price", Label: "Price", SQL: "s.unit_price", Kind: listing.Amount,
		Into: func(r *Row) any { return &r.UnitPrice }},
	{Key: "price_period", SQL: "s.price_period", Kind: listing.Word, Into: func(r *Row) any { return &r.PricePeriod }},
	{Key: "currency", SQL: "s.currency", Kind: listing.Word, Into: func(r *Row) any { return &r.Currency }},
	{Key: "list_price", Label: "List price", SQL: "i.unit_price", Kind: listing.Amount,
		Into: func(r *Row) any { return &r.ListPrice }},
	{Key: "list_period", SQL: "coalesce(i.unit, '')", Kind: listing.Word,
		Into: func(r *Row) any { return &r.ListUnit }},
	{Key: "list_currency", SQL: "coalesce(i.currency, '')", Kind: listing.Word,
		Into: func(r *Row) any { return &r.ListCurrency }},
	{Key: "decision", Label: "Decision", SQL: "coalesce(d.decision, '')", Kind: listing.Word,
		Into: func(r *Row) any { return &r.Decision }},
	{Key: "left_seats", SQL: "d.seats", Kind: listing.Whole, Into: func(r *Row) any { return &r.LeftSeats }},
	{Key: "owner", Label: "Owner", SQL: "coalesce(d.owner, '')", Into: func(r *Row) any { return &r.Owner }},
	{Key: "note", Label: "Note", SQL: "coalesce(d.note, '')", Into: func(r *Row) any { return &r.Note }},
	{Key: "done", Label: "Done", SQL: "coalesce(d.done, false)", Kind: listing.YesNo,
		Into: func(r *Row) any { return &r.Done }},
	{Key: "decided_by", Label: "Decided by", SQL: "coalesce(d.decided_by, '')",
		Into: func(r *Row) any { return &r.DecidedBy }},
	{Key: "decided_at", Label: "Decided", SQL: "d.decided_at", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.DecidedAt }},
	{SQL: "coalesce(d.version, 0)", Into: func(r *Row) any { return &r.Version }},
}

// window is the SQL of a day of the window: after a renewal of Microsoft's, or the one that is open now.
func window(renewal, open string) string {
	return "CASE WHEN r.what = 'reduce' THEN " + open +
		" WHEN r.what <> 'ends' AND lower(s.vendor) LIKE 'microsoft%' THEN " +
		renewal + " END"
}
