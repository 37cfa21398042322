package difference

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
	"seatledger/internal/reconcile"
)

// State is how far a difference has come.
type State string

// The states (CONTRACT).
const (
	Todo      State = "todo"
	Accepted  State = "accepted"
	Billed    State = "billed"
	Disputed  State = "disputed"
	Dismissed State = "dismissed"
)

// Row is one difference.
type Row struct {
	ID             uuid.UUID
	BillID         uuid.UUID
	Bill           string
	Kind           Kind
	CRMAccountID   uuid.NullUUID
	Customer       string
	SubscriptionID uuid.NullUUID
	ExternalID     string
	Product        string
	PartNumber     string
	Month, Once    decimal.Decimal
	Currency       string
	Since          clock.Date
	State          State
	Why            string
	Reached        Reached
	Times          int // bills in a row that have it
	FirstBill      string
	FoundAt        time.Time
	GoneAt         *time.Time
	Reason         string
	UntilOn        clock.Date
	Reference      string
	CreditLineID   uuid.NullUUID
	RuleID         uuid.NullUUID
	DecidedAt      *time.Time
	DecidedBy      string
	DecidedOnce    decimal.NullDecimal
	AgainWhy       string
	Owner          string
	Note           string
	Version        int
	ProviderID     uuid.NullUUID
	Provider       string
	Trace          string
	Subject        string
}

// KindWords say a kind in plain words.
var KindWords = map[Kind]string{
	reconcile.OnlyOnBill: "Only on the bill", reconcile.OnlyHere: "Only here", reconcile.Quantity: "Quantity",
	reconcile.Price: "Price", reconcile.Period: "Period", Term: "Term or frequency", reconcile.Currency: "Currency",
	ChargedAfterEnd: "Charged after its end", reconcile.Double: "Double", Unmapped: "Customer unmapped",
	reconcile.NotBilledOn: "Not billed on", reconcile.BilledBelowCost: "Billed below cost",
	Unsigned:     "Sign-off missing",
	RenewalPrice: "Renewal price not passed on", UsageWithoutRule: "Usage without a rule",
}

// Kinds are all kinds, in the order of CONTRACT.
var Kinds = []Kind{reconcile.OnlyOnBill, reconcile.OnlyHere, reconcile.Quantity, reconcile.Price, reconcile.Period,
	Term,
	reconcile.Currency, ChargedAfterEnd, reconcile.Double, Unmapped, reconcile.NotBilledOn, reconcile.BilledBelowCost,
	Unsigned, RenewalPrice, UsageWithoutRule}

// StateWords say a state in plain words.
var StateWords = map[State]string{Todo: "To do", Accepted: "Accepted", Billed: "Billed", Disputed: "Disputed",
	Dismissed: "Dismissed"}

// States are all states.
var States = []State{Todo, Accepted, Billed, Disputed, Dismissed}

// All is the list of differences: those that stand, and those that somebody has decided. The columns of the file are
// those of CONTRACT, then ours.
var All = &listing.List[Row]{
	Name: "differences", One: "difference", Many: "differences", Table: "differences d", ID: "d.id",
	Default: "-once_amount",
	Within:  "d.shown", Ways: true,
	Joins: `JOIN supplier_bills b ON b.id = d.bill_id JOIN supplier_bills f ON f.id = d.first_bill_id
		LEFT JOIN providers p ON p.id = d.provider_id`,
	Search:  listing.Search{Label: "Search customer, product, id, reference or owner", Where: "d.search_text LIKE ?"},
	Columns: columns,
	Shown: []string{"kind", "crm_account", "product", "once_amount", "month_amount", "since", "reached", "state",
		"owner"},
	Card:    []string{"crm_account", "once_amount"},
	Filters: filters(),
}

func filters() []listing.Filter {
	kind := listing.Filter{Name: "kind", Label: "Kind", Where: "d.kind = ?"}
	for _, k := range Kinds {
		kind.Choices = append(kind.Choices, listing.Choice{Value: string(k), Label: KindWords[k]})
	}
	state := listing.Filter{Name: "state", Label: "State", Where: "d.state = ?"}
	for _, s := range States {
		state.Choices = append(state.Choices, listing.Choice{Value: string(s), Label: StateWords[s]})
	}
	return []listing.Filter{kind, state,
		{Name: "bill", Label: "Bill", IsID: true, Where: "d.bill_id = ?",
			NameSQL: "SELECT name FROM supplier_bills WHERE id = ?"},
		{Name: "crm_account", Label: "Customer", IsID: true, Where: "d.crm_account_id = ?",
			NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
		{Name: "subscription", Label: "Subscription", IsID: true, Where: "d.subscription_id = ?",
			NameSQL: "SELECT external_id FROM subscriptions WHERE id = ?"},
	}
}

var columns = []listing.Column[Row]{
	{Key: "id", SQL: "d.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "kind", Label: "Kind", SQL: "d.kind", Kind: listing.Word, Into: func(r *Row) any { return &r.Kind }},
	{Key: "bill", Label: "Bill", SQL: "b.name", Into: func(r *Row) any { return &r.Bill }},
	{Key: "crm_account", Label: "Customer", SQL: "d.customer", Into: func(r *Row) any { return &r.Customer }},
	{Key: "subscription_id", SQL: "d.subscription_id", Kind: listing.Word,
		Into: func(r *Row) any { return &r.SubscriptionID }},
	{Key: "part_number", Label: "Part number", SQL: "d.part_number", Into: func(r *Row) any { return &r.PartNumber }},
	{Key: "month_amount", Label: "A month", SQL: "d.month_amount", Kind: listing.Amount,
		Into: func(r *Row) any { return &r.Month }, Sort: listing.Sort{Expr: "d.month_amount", Kind: paging.Numeric}},
	{Key: "once_amount", Label: "On this bill", SQL: "d.once_amount", Kind: listing.Amount,
		Into: func(r *Row) any { return &r.Once }, Sort: listing.Sort{Expr: "d.once_amount", Kind: paging.Numeric}},
	{Key: "currency", SQL: "d.currency", Kind: listing.Word, Into: func(r *Row) any { return &r.Currency }},
	{Key: "since", Label: "Since", SQL: "d.since", Kind: listing.Day, Into: func(r *Row) any { return &r.Since },
		Sort: listing.Sort{Expr: "d.since", Kind: paging.Date}},
	{Key: "state", Label: "State", SQL: "d.state", Kind: listing.Word, Into: func(r *Row) any { return &r.State }},
	{Key: "why", Label: "Why", SQL: "d.why", Into: func(r *Row) any { return &r.Why }},
	{Key: "bill_id", SQL: "d.bill_id", Kind: listing.Word, Into: func(r *Row) any { return &r.BillID }},
	{Key: "crm_account_id", SQL: "d.crm_account_id", Kind: listing.Word, Into: func(r *Row) any {
		return &r.CRMAccountID
	}},
	{Key: "external_id", Label: "Id", SQL: "d.external_id", Into: func(r *Row) any { return &r.ExternalID }},
	{Key: "product", Label: "Product", SQL: "d.product", Into: func(r *Row) any { return &r.Product }},
	{Key: "reached", Label: "On our invoice", SQL: "d.reached", Kind: listing.Word, Into: func(r *Row) any {
		return &r.Reached
	}},
	{Key: "bills", Label: "Bills in a row", SQL: "d.times", Kind: listing.Whole, Into: func(r *Row) any {
		return &r.Times
	}},
	{Key: "first_bill", Label: "Since bill", SQL: "f.name", Into: func(r *Row) any { return &r.FirstBill }},
	{Key: "provider", Label: "Provider", SQL: "coalesce(p.name, '')", Into: func(r *Row) any { return &r.Provider }},
	{Key: "owner", Label: "Owner", SQL: "d.owner", Into: func(r *Row) any { return &r.Owner }},
	{Key: "note", Label: "Note", SQL: "d.note", Into: func(r *Row) any { return &r.Note }},
	{Key: "reason", Label: "Reason", SQL: "d.reason", Into: func(r *Row) any { return &r.Reason }},
	{Key: "until", SQL: "d.until_on", Kind: listing.Day, Into: func(r *Row) any { return &r.UntilOn }},
	{Key: "reference", Label: "Reference", SQL: "d.reference", Into: func(r *Row) any { return &r.Reference }},
	{Key: "decided_by", Label: "Decided by", SQL: "d.decided_by", Into: func(r *Row) any { return &r.DecidedBy }},
	{Key: "decided_at", Label: "Decided", SQL: "date_trunc('second', d.decided_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.DecidedAt }},
	{Key: "found_at", Label: "Found", SQL: "date_trunc('second', d.found_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.FoundAt }},
	{Key: "gone_at", Label: "Gone", SQL: "date_trunc('second', d.gone_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.GoneAt }},
	{SQL: "d.again_why", Into: func(r *Row) any { return &r.AgainWhy }},
	{SQL: "d.credit_line_id", Into: func(r *Row) any { return &r.CreditLineID }},
	{SQL: "d.rule_id", Into: func(r *Row) any { return &r.RuleID }},
	{SQL: "d.decided_once", Into: func(r *Row) any { return &r.DecidedOnce }},
	{SQL: "d.provider_id", Into: func(r *Row) any { return &r.ProviderID }},
	{SQL: "coalesce(d.trace::text, '')", Into: func(r *Row) any { return &r.Trace }},
	{SQL: "d.subject", Into: func(r *Row) any { return &r.Subject }},
	{SQL: "d.version", Into: func(r *Row) any { return &r.Version }},
}

// Name is what a person calls it.
func (r Row) Name() string {
	name := r.Product
	if name == "" {
		name = r.ExternalID
	}
	if name == "" {
		name = r.PartNumber
	}
	return KindWords[r.Kind] + ": " + name
}

// Comes tells of a difference that comes back: this many bills in a row have it.
const Comes = 3
