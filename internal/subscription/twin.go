package subscription

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/subscription/plan"
)

// candidate is a subscription that lands and may be another provider's again.
type candidate struct {
	N            int           `json:"n"`
	ProviderID   uuid.UUID     `json:"provider_id"`
	CRMAccountID uuid.UUID     `json:"crm_account_id"`
	ProductID    uuid.NullUUID `json:"product_id"`
	SKU          string        `json:"sku"`
	VendorID     string        `json:"vendor_id"`
	ExternalID   string        `json:"external_id"`
	Start        any           `json:"start_date"`
	FirstSeen    time.Time     `json:"first_seen"`
	Ended        bool          `json:"ended"`
}

func candidateOf(n int, s Subscription, crmAccountID uuid.UUID) candidate {
	return candidate{N: n, ProviderID: s.ProviderID, CRMAccountID: crmAccountID, ProductID: s.ProductID, SKU: s.SKU,
		VendorID: s.VendorSubscriptionID, ExternalID: s.ExternalID, Start: date(s.Start), FirstSeen: s.FirstSeenAt,
		Ended: plan.Ends(s.Status)}
}

// twins tells which candidates have an active subscription of the same product,
// under any other provider, for the same customer (RULES 3); or come from the new
// provider of a cut-over while the customer has old subscriptions that nobody has
// spoken of or that still count: there the products need not be known as the same (RULES 9);
// or bear the vendor's subscription id of an earlier one of the same provider: first
// seen before it, or else begun before it (RULES 3).
func twins(ctx context.Context, db *gorm.DB, asked []candidate) (map[int]bool, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	doc, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	var found []int
	err = db.WithContext(ctx).Raw(`
		WITH w AS (SELECT * FROM jsonb_to_recordset(?::jsonb) AS x (n integer, provider_id uuid, crm_account_id uuid,
			product_id uuid, sku text,
			vendor_id text, external_id text, start_date date, first_seen timestamptz, ended boolean))
		SELECT w.n FROM w
		WHERE EXISTS (SELECT FROM subscriptions o WHERE o.crm_account_id = w.crm_account_id AND o.state = 'active'
		              AND o.provider_id <> w.provider_id
		AND (o.product_id = w.product_id OR o.sku = w.sku AND w.sku <> ''))
		   OR EXISTS (SELECT FROM cutovers r JOIN subscriptions o ON o.provider_id = r.old_provider_id
		AND o.crm_account_id = w.crm_account_id
		              WHERE r.state = 'open' AND r.new_provider_id = w.provider_id
		AND (o.state <> 'inactive' OR o.deactivated_by = 'person'
		              AND NOT EXISTS (SELECT FROM cutover_pairs p WHERE p.old_subscription_id = o.id
		AND p.undone_at IS NULL)))
		   OR w.vendor_id <> '' AND EXISTS (SELECT FROM subscriptions o WHERE o.provider_id = w.provider_id
		AND o.vendor_subscription_id = w.vendor_id
		              AND o.external_id <> w.external_id AND o.state <> 'inactive'
		              AND (o.first_seen_at, coalesce(o.start_date, 'infinity'), o.external_id) < (w.first_seen,
			coalesce(w.start_date, 'infinity'), w.external_id))
		   OR w.vendor_id <> '' AND EXISTS (SELECT FROM w e WHERE e.provider_id = w.provider_id
		AND e.vendor_id = w.vendor_id AND e.n <> w.n AND NOT e.ended
		              AND (e.first_seen, coalesce(e.start_date, 'infinity'), e.external_id) < (w.first_seen,
			coalesce(w.start_date, 'infinity'), w.external_id))`, string(doc)).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look for twins: %w", err)
	}
	set := make(map[int]bool, len(found))
	for _, n := range found {
		set[n] = true
	}
	return set, nil
}
