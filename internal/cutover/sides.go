package cutover

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/cutover/pairing"
)

// sides are the subscriptions of one customer that a run is about, with the standing
// decisions about them. What strayed to another customer since it was decided is among them.
type sides struct {
	Old, New []Side
	Pairs    []pairing.Pair
}

// Of old ones, those that go on, stand in a decision, were ended by a person (the
// wrong turn of ending one before it is billed), or ended since the run began; of new
// ones, those that go on. Of both, whatever stands in a decision, whoever's it is now.
const sideRows = `
	SELECT s.id, s.provider_id = r.old_provider_id AS is_old, s.external_id, s.product_id, s.product_name,
		s.part_number, s.sku, s.kind, s.quantity, s.billable_quantity AS billable,
	       s.term, s.billing_frequency AS frequency, s.start_date AS start, s.end_date AS "end", s.currency,
		s.unit_price, s.price_period, s.price_by_person,
	       s.unit_cost, s.cost_period, s.cost_currency, s.cost_currency_assumed AS cost_assumed, s.no_twin, s.twin_hold,
		s.account_id,
	       s.state, coalesce(s.hold_reason, '') AS hold_reason, coalesce(s.deactivated_by, '') AS deactivated_by,
		s.deactivated_on,
	       s.contract_id, coalesce(k.name, '') AS contract, s.frozen_from, s.billable_from, s.billed_through,
		s.history_since, coalesce(s.review, '') AS review, s.price_waits,
	       EXISTS (SELECT FROM invoice_lines l WHERE l.subscription_id = s.id AND l.live) AS billed,
	       s.crm_account_id IS DISTINCT
	FROM @customer AS strayed, a.state AS account_state, coalesce(w.name, '') AS whose
	FROM cutovers r JOIN subscriptions s ON s.provider_id IN (r.old_provider_id, r.new_provider_id) AND s.id IN (
		SELECT id FROM subscriptions WHERE crm_account_id = @customer
		UNION SELECT unnest(ARRAY[p.old_subscription_id, p.new_subscription_id]) FROM cutover_pairs p
		JOIN cutover_customers c ON c.id = p.customer_id
		WHERE c.cutover_id = @run AND c.crm_account_id = @customer AND p.undone_at IS NULL)
	JOIN provider_accounts a ON a.id = s.account_id
	LEFT JOIN billing_contracts k ON k.id = s.contract_id LEFT JOIN crm_accounts w ON w.id = s.crm_account_id
	WHERE r.id = @run AND (s.state <> 'inactive'
	   OR s.provider_id = r.old_provider_id
	AND (s.deactivated_by = 'person' OR s.deactivated_by = 'provider'
	AND s.deactivated_on >= CAST(r.created_at AS date))
	   OR EXISTS (SELECT FROM cutover_pairs p WHERE p.undone_at IS NULL
	AND s.id IN (p.old_subscription_id, p.new_subscription_id)))
	ORDER BY lower(s.product_name), s.external_id, s.id`

// sidesOf reads them. In a transaction that locks the customer's row, no decision about them changes meanwhile.
func sidesOf(ctx context.Context, db *gorm.DB, runID, crmAccountID uuid.UUID) (sides, error) {
	var out sides
	args := map[string]any{"run": runID, "customer": crmAccountID}
	var rows []struct {
		Side
		IsOld bool
	}
	if err := db.WithContext(ctx).Raw(sideRows, args).Scan(&rows).Error; err != nil {
		return out, fmt.Errorf("subscriptions of the cut-over: %w", err)
	}
	err := db.WithContext(ctx).Raw(`SELECT p.* FROM cutover_pairs p JOIN cutover_customers c ON c.id = p.customer_id
		WHERE c.cutover_id = @run AND c.crm_account_id = @customer AND p.undone_at IS NULL
		ORDER BY p.decided_at, p.id`, args).Scan(&out.Pairs).Error
	if err != nil {
		return out, fmt.Errorf("decisions of the cut-over: %w", err)
	}
	for _, r := range rows {
		if r.IsOld {
			out.Old = append(out.Old, r.Side)
			continue
		}
		out.New = append(out.New, r.Side)
	}
	out.needs()
	return out, nil
}

// needs marks what a person must still speak of: an old one that goes on; a new one
// that is held as a twin, or that goes on while the customer still has old ones.
func (s *sides) needs() {
	oldGoesOn := false
	for i := range s.Old {
		o := &s.Old[i]
		oldGoesOn = oldGoesOn || !o.Over() && !o.Strayed
		o.Needs = !o.Over() && s.pairOf(o.ID) == nil
	}
	for i := range s.New {
		n := &s.New[i]
		n.Needs = !n.Over() && s.pairOf(n.ID) == nil && !n.NoTwin && (n.TwinHold || oldGoesOn)
	}
}

// pairOf is the standing decision about a subscription; nil when there is none.
func (s *sides) pairOf(id uuid.UUID) *pairing.Pair {
	for i, p := range s.Pairs {
		if p.Old.UUID == id || p.New.UUID == id {
			return &s.Pairs[i]
		}
	}
	return nil
}

func (s *sides) find(id uuid.UUID) (side Side, old, found bool) {
	for _, o := range s.Old {
		if o.ID == id {
			return o, true, true
		}
	}
	for _, n := range s.New {
		if n.ID == id {
			return n, false, true
		}
	}
	return Side{}, false, false
}

func (s *sides) undecided() []Side {
	var out []Side
	for _, side := range append(append([]Side(nil), s.Old...), s.New...) {
		if side.Needs {
			out = append(out, side)
		}
	}
	return out
}

// proposals pairs what is undecided; an old one that a person ended by hand may be the
// twin of a new one that nobody has spoken of.
func (s *sides) proposals() []pairing.Proposal {
	var old, new []pairing.Side
	for _, o := range s.Old {
		if s.pairOf(o.ID) == nil {
			old = append(old, o.Side)
		}
	}
	for _, n := range s.New {
		if n.Needs {
			new = append(new, n.Side)
		}
	}
	return pairing.Propose(old, new)
}

// twins gives the pairs of a kind with both their sides.
func (s *sides) twins() []twinSides {
	var out []twinSides
	for _, p := range s.Pairs {
		if p.Kind == pairing.Twin {
			old, _, _ := s.find(p.Old.UUID)
			new, _, _ := s.find(p.New.UUID)
			out = append(out, twinSides{p, old, new})
		}
	}
	return out
}

type twinSides struct {
	pairing.Pair
	old, new Side
}

// leaving are the old ones of twins and endings, in the order of their ids.
func (s *sides) leaving() []leavingOld {
	var out []leavingOld
	for _, p := range s.Pairs {
		if p.Kind != pairing.New {
			old, _, _ := s.find(p.Old.UUID)
			out = append(out, leavingOld{Pair: p, old: old})
		}
	}
	return out
}

// leavingOld is an old subscription whose days end with the switch.
type leavingOld struct {
	pairing.Pair
	old      Side
	customer pairing.Step // how far its customer has come, where that matters
}
