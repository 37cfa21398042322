package review

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/postgres"
)

// Candidate is a subscription that a run of a contract looks at: those that are or
// were in the contract, and those of its customer that stand in none.
type Candidate struct {
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
	UsageRule     contract.UsageRule // of the contract that runs

	SignedOnce bool   // under this contract
	SignedNow  bool   // and the signature stands
	Lapsed     string // why the last one does not
	Checks     string // the standing verdict, as JSON
	Queued     bool   // the verdict is being refreshed
}

// All of it is looked up contract by contract (OFFSET 0 keeps it so): what it reads does not grow with the records of
// others.
const candidatesQuery = `
	WITH asked AS (SELECT k.id, k.crm_account_id FROM unnest(CAST(@contracts AS uuid[])) AS n (id)
		CROSS JOIN LATERAL (SELECT id, crm_account_id FROM billing_contracts WHERE id = n.id OFFSET 0) k),
	stayed AS (SELECT k.id AS run, t.subscription_id FROM asked k
			CROSS JOIN LATERAL (SELECT subscription_id FROM contract_stays
				WHERE contract_id = k.id AND NOT set_aside OFFSET 0) t
		UNION SELECT k.id, l.subscription_id FROM asked k
			CROSS JOIN LATERAL (SELECT id FROM invoices WHERE contract_id = k.id OFFSET 0) i
			CROSS JOIN LATERAL (SELECT subscription_id FROM invoice_lines
				WHERE invoice_id = i.id AND live AND subscription_id IS NOT NULL OFFSET 0) l),
	looked AS (SELECT run, subscription_id, true AS was_here FROM stayed
		UNION ALL SELECT k.id, s.id, false FROM asked k
			CROSS JOIN LATERAL (SELECT o.id FROM subscriptions o WHERE o.crm_account_id = k.crm_account_id
					AND o.contract_id IS NULL AND o.state <> 'inactive'
				UNION SELECT o.id FROM provider_accounts a
				CROSS JOIN LATERAL (SELECT id FROM subscriptions WHERE account_id = a.id AND contract_id IS NULL
					AND state <> 'inactive' OFFSET 0) o
				WHERE a.crm_account_id = k.crm_account_id) s
			WHERE NOT EXISTS (SELECT FROM stayed w WHERE w.run = k.id AND w.subscription_id = s.id))
	SELECT w.run, s.id, s.external_id, p.name AS provider, s.product_name, s.part_number, s.kind, s.state,
		coalesce(s.hold_reason, '') AS hold_reason,
		(SELECT k.usage_rule FROM billing_contracts k WHERE k.id = w.run) AS usage_rule,
	       s.contract_id, s.price_waits, s.billed_through, w.was_here, g.signed_once, g.signed_now, g.lapsed,
		coalesce(v.checks::text, '') AS checks,
	       EXISTS (SELECT FROM review_queue q WHERE q.subscription_id = s.id) AS queued
	FROM looked w
	CROSS JOIN LATERAL (SELECT * FROM subscriptions WHERE id = w.subscription_id OFFSET 0) s
	JOIN providers p ON p.id = s.provider_id
	LEFT JOIN LATERAL (SELECT checks FROM subscription_reviews WHERE subscription_id = s.id OFFSET 0) v ON true
	LEFT JOIN LATERAL (
		SELECT count(*) > 0 AS signed_once, count(*) FILTER (WHERE lapsed_at IS NULL) > 0 AS signed_now,
		       coalesce((array_agg(lapsed_because ORDER BY signed_at DESC, id DESC))[1], '') AS lapsed
		FROM sign_offs WHERE subscription_id = s.id AND contract_id = w.run AND NOT taken_back) g ON true
	ORDER BY s.id`

// CandidatesOf reads what the runs of contracts look at, by contract. The rows must be locked when it is more
// than a look.
func CandidatesOf(ctx context.Context, db *gorm.DB, contracts []uuid.UUID) (map[uuid.UUID][]Candidate, error) {
	var rows []struct {
		Run uuid.UUID
		Candidate
	}
	err := db.WithContext(ctx).Raw(candidatesQuery, map[string]any{"contracts": postgres.IDs(contracts)}).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions to bill: %w", err)
	}
	all := make(map[uuid.UUID][]Candidate, len(contracts))
	for _, r := range rows {
		all[r.Run] = append(all[r.Run], r.Candidate)
	}
	return all, nil
}

// Name is what a person calls it.
func (c Candidate) Name() string {
	if c.ProductName == "" {
		return c.ExternalID
	}
	return c.ProductName
}

// failures are the findings of the standing verdict that stop billing (RULES 7):
// customer, contract, currency, twin.
func (c Candidate) failures() []string {
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

// Reason is why a run leaves a subscription out, or some of its days (RULES 7 and 8).
type Reason string

// The reasons, in the order in which they are looked for.
const (
	Usage       Reason = "usage"
	NoContract  Reason = "no_contract"
	Held        Reason = "held"
	NotSigned   Reason = "not_signed"
	Failing     Reason = "review"
	Reviewing   Reason = "reviewing"
	PriceWaits  Reason = "price_waits"
	notLeftOut  Reason = ""
	heldBecause        = "It is held: "
)

var holds = map[string]string{
	"unmapped": "its account is not mapped to a customer.", "excluded": "its account is excluded.",
	"pending": "it is pending at the distributor.",
	"twin":    "a person must say first whether it is there twice.",
	"cutover": "a cut-over holds it until its switch.",
}

// Stops tells why a subscription is not billed in a contract, in a sentence; empty when it is.
func (c Candidate) Stops(contract uuid.UUID) (Reason, string) {
	here := c.ContractID.UUID == contract
	switch failures := c.failures(); {
	case c.Kind == "usage":
		return Usage, usage(c.UsageRule)
	case !here && !c.WasHere:
		return NoContract, "It stands in no contract."
	case c.State == "held":
		return Held, heldBecause + holds[c.HoldReason]
	case !c.SignedOnce:
		return NotSigned, "Nobody has signed it off under this contract yet."
	case c.Queued:
		return Reviewing, "Its review is being made again. Run again in a moment."
	case here && c.State == "active" && len(failures) > 0:
		return Failing, failures[0]
	case c.PriceWaits:
		return PriceWaits, "A cut-over changed its price, and nobody has acknowledged that yet."
	}
	return notLeftOut, ""
}
