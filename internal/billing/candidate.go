package billing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
)

// candidate is a subscription that a run of a contract looks at: those that are or
// were in the contract, and those of its customer that stand in none.
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
	WasHere       bool // some of its days are this contract's
	PriceWaits    bool
	BilledThrough clock.Date

	SignedOnce bool   // under this contract
	SignedNow  bool   // and the signature stands
	Lapsed     string // why the last one does not
	Checks     string // the standing verdict, as JSON
	Queued     bool   // the verdict is being refreshed
	Forfeited  int    // seat-days told as forfeited on live invoices
}

const candidatesQuery = `
	SELECT s.id, s.external_id, p.name AS provider, s.product_name, s.part_number, s.kind, s.state,
		coalesce(s.hold_reason, '') AS hold_reason,
	       s.contract_id, s.price_waits, s.billed_through, w.was_here, g.signed_once, g.signed_now, g.lapsed,
		coalesce(v.checks::text, '') AS checks,
	       EXISTS (SELECT FROM review_queue q WHERE q.subscription_id = s.id) AS queued,
	       coalesce((SELECT sum(c.new_forfeited) FROM invoice_coverage c JOIN invoices i ON i.id = c.invoice_id
	AND i.state <> 'void' AND i.id <> @but
	                 WHERE c.subscription_id = s.id AND i.contract_id = @contract), 0) AS forfeited
	FROM subscriptions s
	JOIN providers p ON p.id = s.provider_id
	JOIN provider_accounts a ON a.id = s.account_id
	LEFT JOIN subscription_reviews v ON v.subscription_id = s.id
	CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM contract_stays t WHERE t.subscription_id = s.id
	AND t.contract_id = @contract AND NOT t.set_aside)
		OR EXISTS (SELECT FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
		           WHERE l.subscription_id = s.id AND l.live AND i.contract_id = @contract) AS was_here) w
	LEFT JOIN LATERAL (
		SELECT count(*) > 0 AS signed_once, count(*) FILTER (WHERE lapsed_at IS NULL) > 0 AS signed_now,
		       coalesce((array_agg(lapsed_because ORDER BY signed_at DESC, id DESC))[1], '') AS lapsed
		FROM sign_offs WHERE subscription_id = s.id AND contract_id = @contract) g ON true
	WHERE s.id IN (SELECT subscription_id FROM contract_stays WHERE contract_id = @contract AND NOT set_aside
		UNION SELECT l.subscription_id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
		WHERE i.contract_id = @contract AND l.live)
	   OR s.contract_id IS NULL AND s.state <> 'inactive'
	AND (s.crm_account_id = @customer OR a.crm_account_id = @customer)
	ORDER BY s.id`

// candidates reads what a run looks at. The rows must be locked when it is more than a look.
func candidates(ctx context.Context, db *gorm.DB, k contract.Contract, but uuid.UUID) ([]candidate, error) {
	var all []candidate
	err := db.WithContext(ctx).Raw(candidatesQuery,
		map[string]any{"contract": k.ID, "customer": k.CRMAccountID, "but": but}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions to bill: %w", err)
	}
	return all, nil
}

// LockContract keeps the contract from another run, and its subscriptions from any change, until commit.
func LockContract(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	for _, sql := range []string{
		`SELECT FROM billing_contracts WHERE id = ? FOR NO KEY UPDATE`,
		`SELECT FROM subscriptions WHERE id IN (SELECT subscription_id FROM contract_stays WHERE contract_id = ?
			AND NOT set_aside)
			ORDER BY id FOR NO KEY UPDATE`,
	} {
		if err := tx.WithContext(ctx).Exec(sql, id).Error; err != nil {
			return fmt.Errorf("lock contract %s: %w", id, err)
		}
	}
	return nil
}

// name is what a person calls it.
func (c candidate) name() string {
	if c.ProductName == "" {
		return c.ExternalID
	}
	return c.ProductName
}

// failures are the findings of the standing verdict that stop billing (RULES 7):
// customer, contract, currency, twin.
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
// not: its last days are billed up to its end. A missing price stops its days only.
var stopping = map[string]bool{
	"customer.customer": true, "customer.moved": true, "contract.contract": true, "contract.currency": true,
	"pricing.twin": true,
}
