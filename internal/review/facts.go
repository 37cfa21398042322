package review

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// Facts are all that a verdict reads, of one subscription, as one query gives them.
type Facts struct {
	SubscriptionID uuid.UUID
	ExternalID     string
	ProductName    string
	Connector      string
	ProviderID     uuid.UUID
	Provider       string

	AccountID          uuid.UUID
	Account            string
	AccountState       account.State
	AccountStatus      account.Status
	MappedCRMAccountID uuid.NullUUID
	MappedCRMAccount   string
	CRMAccountID       uuid.NullUUID
	CRMAccount         string
	MovedFrom          string

	State              subscription.State
	HoldReason         subscription.HoldReason
	ProviderStatus     distributor.Status
	ProviderStatusText string
	MissingConfirmed   bool

	ContractID           uuid.NullUUID
	Contract             string
	ContractCRMAccountID uuid.NullUUID
	ContractActive       bool
	ContractCurrency     string
	ContractFrequency    string
	ContractPriceListID  uuid.NullUUID
	ContractStart        clock.Date
	ContractEnd          clock.Date

	Vendor               string
	Kind                 distributor.Kind
	ProductID            uuid.NullUUID
	PartNumber           string
	Term                 distributor.Term
	TermText             string
	BillingFrequency     distributor.Frequency
	BillingFrequencyText string
	StartDate            clock.Date
	EndDate              clock.Date
	TermStart            clock.Date // of the current term
	Quantity             int
	BillableQuantity     int
	LedgerQuantity       int

	UnitPrice       decimal.NullDecimal
	PricePeriod     money.Period
	Currency        string
	PriceByPerson   bool
	PriceListItemID uuid.NullUUID
	ItemPrice       decimal.NullDecimal
	ItemUnit        money.Period
	ItemPriceListID uuid.NullUUID
	ItemProductID   uuid.NullUUID
	ItemTerm        distributor.Term
	ItemFrequency   distributor.Frequency
	ItemFrom        clock.Date
	ItemTo          clock.Date // first day on which it is no longer in force
	ItemOvertaken   bool       // a newer item was in force when the term began
	ProposedPrice   decimal.NullDecimal
	ProposedUnit    money.Period
	Follows         decimal.NullDecimal // percent above its list, which its price follows
	TermUndecided   bool                // a new term or product began, and nobody has set or kept a price since

	UnitCost            decimal.NullDecimal
	CostPeriod          money.Period
	CostCurrency        string
	CostCurrencyAssumed bool
	CostPeriodAssumed   bool
	SuggestedPrice      decimal.NullDecimal

	UsageRule contract.UsageRule // of the contract that it is in

	TwinProvider   string
	TwinExternalID string
	TwinID         uuid.NullUUID

	// Evidence that it is there twice, or goes on under another id (RULES 3).
	VendorSubscriptionID string
	SameID               uuid.NullUUID // an active one of the same provider with the same vendor's id
	SameExternalID       string
	SuccessorID          uuid.NullUUID // of the same product, customer and provider, beginning where this one ends
	SuccessorExternalID  string
	SuccessorStart       clock.Date
	PredecessorID        uuid.NullUUID // ending where this one begins
	PredecessorExternal  string
	PredecessorEnd       clock.Date

	// Dates that were given but cannot be read, and ends (RULES 2 and 3).
	StartText   string // empty where the start can be read, or a person said it
	EndText     string
	Undated     bool // no seat counts until the start is said
	AutoRenew   distributor.YesNo
	AtEnd       distributor.AtEnd
	EndsOn      clock.Date
	EndMeans    plan.EndDate // as set on the provider
	SignedOnce  bool         // under the contract that it is in
	BegunOn     clock.Date   // of a ledger that begins on the day it was first seen, for want of a start; else zero
	FirstSeenAt time.Time

	// Today is the billing day of the judgement; it is not read from the database.
	Today clock.Date `gorm:"-"`

	// What a sync could not see (RULES 3).
	NoLongerSent string     // fields whose last values stand, comma-separated
	MissedSince  clock.Date // not seen since, and not proved gone
	MissedWhy    string
	Deactivated  subscription.DeactivatedBy
}

// evidence is what other subscriptions of the same provider say of one. Of those that
// begin where it ends, one with as many seats is the likeliest.
const evidence = `(SELECT w.percent FROM price_follows w
	WHERE w.subscription_id = s.id) AS follows,
		(SELECT k.usage_rule FROM billing_contracts k WHERE k.id = s.contract_id) AS usage_rule, s.no_longer_sent,
		s.deactivated_by AS deactivated,
		b.since AS missed_since, b.why AS missed_why,
		s.vendor_subscription_id, s.undated, s.auto_renew, s.at_end, s.ends_on, s.first_seen_at,
		CASE WHEN s.start_said_for <> s.start_text THEN s.start_text ELSE '' END AS start_text,
		CASE WHEN s.end_said_for <> s.end_text THEN s.end_text ELSE '' END AS end_text,
		EXISTS (SELECT FROM sign_offs g WHERE g.subscription_id = s.id
		AND g.contract_id = s.contract_id AND NOT g.taken_back) AS signed_once,
		(SELECT min(c.effective_at) FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
			WHERE c.subscription_id = s.id AND c.event = 'create' AND c.estimated AND st.counted) AS begun_on,
		coalesce(nullif(pr.end_date_means, ''), pr.end_date_seen) AS end_means, same.id AS same_id,
			same.external_id AS same_external_id,
		next.id AS successor_id, next.external_id AS successor_external_id, next.start_date AS successor_start,
		past.id AS predecessor_id, past.external_id AS predecessor_external, past.end_date AS predecessor_end
	FROM review_facts f JOIN subscriptions s ON s.id = f.subscription_id JOIN providers pr ON pr.id = s.provider_id
	LEFT JOIN subscription_absences b ON b.subscription_id = s.id
	LEFT JOIN LATERAL (SELECT o.id, o.external_id FROM subscriptions o
		WHERE s.vendor_subscription_id <> '' AND s.state <> 'inactive' AND NOT s.no_twin
		AND o.provider_id = s.provider_id
			AND o.vendor_subscription_id = s.vendor_subscription_id AND o.id <> s.id AND o.state = 'active'
			AND (s.twin_hold OR NOT o.no_twin)
		ORDER BY o.first_seen_at, o.id LIMIT 1) same ON true
	LEFT JOIN LATERAL (SELECT o.id, o.external_id, o.start_date FROM subscriptions o
		WHERE s.state <> 'inactive' AND s.ends_on IS NULL AND o.crm_account_id = s.crm_account_id
		AND o.provider_id = s.provider_id AND o.id <> s.id AND o.state <> 'inactive'
			AND (o.product_id = s.product_id OR s.sku <> '' AND o.sku = s.sku) AND o.start_date BETWEEN s.end_date
			AND s.end_date + 1
		ORDER BY o.quantity <> s.quantity, o.id LIMIT 1) next ON true
	LEFT JOIN LATERAL (SELECT o.id, o.external_id, o.end_date FROM subscriptions o
		WHERE s.state <> 'inactive' AND o.ends_on IS NULL AND o.crm_account_id = s.crm_account_id
		AND o.provider_id = s.provider_id AND o.id <> s.id AND o.state <> 'inactive'
			AND (o.product_id = s.product_id OR s.sku <> '' AND o.sku = s.sku) AND s.start_date BETWEEN o.end_date
			AND o.end_date + 1
		ORDER BY o.quantity <> s.quantity, o.id LIMIT 1) past ON true`

func factsOf(ctx context.Context, db *gorm.DB, today clock.Date, ids []uuid.UUID) ([]Facts, error) {
	var fs []Facts
	err := db.WithContext(ctx).Raw(`SELECT f.*, s.provider_id, s.cost_period_assumed, `+subscription.UndecidedTerm+
		` AS term_undecided, `+evidence+`
		WHERE f.subscription_id = ANY (?::uuid[]) ORDER BY f.subscription_id`, postgres.IDs(ids)).Scan(&fs).Error
	for i := range fs {
		fs[i].Today = today
	}
	return fs, err
}

// waits tells whether the review has anything to say: an ended subscription is out of
// it, unless it vanished and nobody has confirmed that (RULES 3).
// So is one that came to its typed end before anybody signed it: its days are to be billed.
func (f Facts) waits() bool {
	return f.State != subscription.Inactive || f.vanished() || f.endedUnsigned() || f.endUnsaid()
}

// endUnsaid tells whether it has ended by a status that the distributor no longer sends.
func (f Facts) endUnsaid() bool {
	return f.State == subscription.Inactive && f.Deactivated == subscription.ByProvider &&
		plan.Facts{NoLongerSent: f.NoLongerSent}.StatusUnsent()
}

// endedUnsigned tells whether it closed by itself at the end that a person typed, in a
// contract under which it was never signed.
func (f Facts) endedUnsigned() bool { return f.cameToItsEnd() && f.ContractID.Valid && !f.SignedOnce }

// cameToItsEnd tells whether it closed by itself at the end that a person typed.
func (f Facts) cameToItsEnd() bool {
	return f.State == subscription.Inactive && !f.EndsOn.IsZero() && f.ProviderStatus == distributor.StatusExpired
}

func (f Facts) vanished() bool {
	return f.ProviderStatus == distributor.StatusMissing && !f.MissingConfirmed
}

// twin is the other subscription that the verdict speaks of, one at most, so that a
// change there is judged here too; of one that vanished the verdict says nothing else.
func (f Facts) twin() uuid.NullUUID {
	if f.vanished() {
		return uuid.NullUUID{}
	}
	for _, other := range []uuid.NullUUID{f.TwinID, f.SameID, f.SuccessorID, f.PredecessorID} {
		if other.Valid {
			return other
		}
	}
	return uuid.NullUUID{}
}
