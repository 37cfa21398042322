package billing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// candidate is a subscription that a run of a contract looks at: those in the
// contract, and those of its customer that stand in none.
type candidate struct {
	ID            uuid.UUID
	ExternalID    string
	Provider      string
	ProductName   string
	PartNumber    string
	Kind          string
	State         string
	HoldReason    string
	ContractID    uuid.NullUUID
	UnitPrice     decimal.NullDecimal
	PricePeriod   money.Period
	Currency      string
	BillableFrom  clock.Date
	BilledThrough clock.Date
	FrozenFrom    clock.Date
	DeactivatedBy string
	DeactivatedOn clock.Date
	HandedOver    clock.Date // first day that a confirmed cut-over gives to another

	SignedOnce bool   // under this contract
	SignedNow  bool   // and the signature stands
	Lapsed     string // why the last one does not
	Checks     string // the standing verdict, as JSON
	Queued     bool   // the verdict is being refreshed

	Succeeds    bool       // it has another's history, and that one's days before billable_from are not its own
	OriginFloor clock.Date // it has another's history with what was not billed, back to this day
	Taken       bool       // its history went to another, with what was not billed: that one bills it

	Began     clock.Date // first day on a live invoice
	Exact     decimal.Decimal
	Billed    decimal.Decimal
	Days      int // seat-days on live invoices
	Forfeited int // seat-days told as forfeited on live invoices
}

const candidateColumns = `s.id, s.external_id, p.name AS provider, s.product_name, s.part_number, s.kind, s.state, coalesce(s.hold_reason, '') AS hold_reason, s.contract_id,
	s.unit_price, s.price_period, s.currency, s.billable_from, s.billed_through, s.frozen_from,
	coalesce(s.deactivated_by, '') AS deactivated_by, s.deactivated_on,
	(SELECT d.day FROM cutover_pairs d WHERE d.old_subscription_id = s.id AND d.undone_at IS NULL) AS handed_over,
	g.signed_once, g.signed_now, g.lapsed, coalesce(v.checks::text, '') AS checks,
	EXISTS (SELECT FROM review_queue q WHERE q.subscription_id = s.id) AS queued,
	EXISTS (SELECT FROM reassignments r WHERE r.target_id = s.id AND r.undone_at IS NULL AND NOT r.taken) AS succeeds,
	(SELECT r.floor FROM reassignments r WHERE r.target_id = s.id AND r.undone_at IS NULL AND r.taken) AS origin_floor,
	EXISTS (SELECT FROM reassignments r WHERE r.source_id = s.id AND r.undone_at IS NULL AND r.taken) AS taken,
	b.began, b.forfeited, l.exact, l.billed, l.days`

const candidateJoins = ` FROM subscriptions s
	JOIN providers p ON p.id = s.provider_id
	JOIN provider_accounts a ON a.id = s.account_id
	LEFT JOIN subscription_reviews v ON v.subscription_id = s.id
	LEFT JOIN LATERAL (
		SELECT count(*) > 0 AS signed_once, count(*) FILTER (WHERE lapsed_at IS NULL) > 0 AS signed_now,
		       coalesce((array_agg(lapsed_because ORDER BY signed_at DESC, id DESC))[1], '') AS lapsed
		FROM sign_offs WHERE subscription_id = s.id AND contract_id = @contract) g ON true
	LEFT JOIN LATERAL (
		SELECT min(c.began) AS began, coalesce(sum(c.new_forfeited), 0) AS forfeited
		FROM invoice_coverage c JOIN invoices i ON i.id = c.invoice_id AND i.state <> 'void' WHERE c.subscription_id = s.id) b ON true
	LEFT JOIN LATERAL (
		SELECT coalesce(sum(exact), 0) AS exact, coalesce(sum(amount), 0) AS billed,
		       coalesce(sum(seats * days) FILTER (WHERE kind IN ('cycle', 'catch_up')), 0) AS days
		FROM invoice_lines WHERE subscription_id = s.id AND live AND kind <> 'credit' AND currency = @currency) l ON true`

const candidatesOfContract = `
	WHERE s.contract_id = @contract
	   OR s.contract_id IS NULL AND s.state <> 'inactive' AND (s.crm_account_id = @customer OR a.crm_account_id = @customer)
	ORDER BY lower(s.product_name), s.id`

// candidates reads what a run looks at. The rows must be locked when it is more than a look.
func candidates(ctx context.Context, db *gorm.DB, k contract.Contract) ([]candidate, error) {
	var all []candidate
	err := db.WithContext(ctx).Raw(`SELECT `+candidateColumns+candidateJoins+candidatesOfContract,
		map[string]any{"contract": k.ID, "currency": k.Currency, "customer": k.CRMAccountID}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions to bill: %w", err)
	}
	return all, nil
}

// lockCandidates keeps the contract from another run, and its subscriptions from any change, until commit.
func lockCandidates(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	for _, sql := range []string{
		`SELECT FROM billing_contracts WHERE id = ? FOR NO KEY UPDATE`,
		`SELECT FROM subscriptions WHERE contract_id = ? ORDER BY id FOR NO KEY UPDATE`,
	} {
		if err := tx.WithContext(ctx).Exec(sql, id).Error; err != nil {
			return fmt.Errorf("lock contract %s: %w", id, err)
		}
	}
	return nil
}

// closing is the first day that is no longer its own, once a person or a cut-over has
// said so; zero: it goes on, or its end came from the provider alone and may be taken back.
func (c candidate) closing() clock.Date {
	switch {
	case c.DeactivatedBy == "person" || c.DeactivatedBy == "cutover":
		return c.DeactivatedOn
	case c.DeactivatedBy == "":
		return c.FrozenFrom
	}
	return c.HandedOver
}

// Name is what a person calls it.
func (c candidate) name() string {
	if c.ProductName == "" {
		return c.ExternalID
	}
	return c.ProductName
}

func (c candidate) price() ledger.Amount {
	return ledger.Amount{Value: c.UnitPrice, Period: c.PricePeriod, Currency: c.Currency}
}

// failures are the findings of the standing verdict that stop billing (RULES 7):
// customer, contract, currency, missing price, twin.
func (c candidate) failures() []string {
	var checks []struct{ Group, Code, Verdict, Says string }
	if c.Checks == "" || json.Unmarshal([]byte(c.Checks), &checks) != nil {
		return nil
	}
	var says []string
	for _, k := range checks {
		if k.Verdict == "fail" && stopping[k.Group+"."+k.Code] {
			says = append(says, k.Says)
		}
	}
	return says
}

// Of the review's findings, those that stop billing. A contract that has ended does
// not: its last days are billed up to its end.
var stopping = map[string]bool{
	"customer.customer": true, "customer.moved": true, "contract.contract": true, "contract.currency": true, "pricing.price": true, "pricing.twin": true,
}
