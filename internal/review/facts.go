package review

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
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

	UnitCost            decimal.NullDecimal
	CostPeriod          money.Period
	CostCurrency        string
	CostCurrencyAssumed bool
	CostPeriodAssumed   bool
	SuggestedPrice      decimal.NullDecimal

	TwinProvider   string
	TwinExternalID string
	TwinID         uuid.NullUUID

	// Today is the billing day of the judgement; it is not read from the database.
	Today clock.Date `gorm:"-"`
}

func factsOf(ctx context.Context, db *gorm.DB, today clock.Date, ids []uuid.UUID) ([]Facts, error) {
	var fs []Facts
	err := db.WithContext(ctx).Raw(`SELECT f.*, s.provider_id, s.cost_period_assumed FROM review_facts f JOIN subscriptions s ON s.id = f.subscription_id
		WHERE f.subscription_id = ANY (?::uuid[]) ORDER BY f.subscription_id`, postgres.IDs(ids)).Scan(&fs).Error
	for i := range fs {
		fs[i].Today = today
	}
	return fs, err
}

// waits tells whether the review has anything to say: an ended subscription is out of
// it, unless it vanished and nobody has confirmed that (RULES 3).
func (f Facts) waits() bool { return f.State != subscription.Inactive || f.vanished() }

func (f Facts) vanished() bool {
	return f.ProviderStatus == distributor.StatusMissing && !f.MissingConfirmed
}

// twin is the double that the verdict speaks of, so that a change there is judged
// here too; of one that vanished the verdict says nothing else.
func (f Facts) twin() uuid.NullUUID {
	if f.vanished() {
		return uuid.NullUUID{}
	}
	return f.TwinID
}
