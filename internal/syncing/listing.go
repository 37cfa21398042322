package syncing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
)

// Listed is one subscription as the distributor has it, in a contract's preview.
type Listed struct {
	ExternalID string             `json:"external_id"`
	Product    string             `json:"product"`
	PartNumber string             `json:"part_number"`
	Vendor     string             `json:"vendor"`
	Quantity   int                `json:"quantity"`
	Cost       string             `json:"cost,omitempty"`
	CostPeriod string             `json:"cost_period,omitempty"`
	Currency   string             `json:"currency,omitempty"`
	Start      string             `json:"start,omitempty"`
	End        string             `json:"end,omitempty"`
	Status     distributor.Status `json:"status"`
}

// ContractListing is the last look at what the distributor has for a contract's customer.
type ContractListing struct {
	ProviderID uuid.UUID
	RunID      uuid.UUID
	ListedAt   time.Time
	Items      []Listed
}

// listing only looks: it stores what the distributor has for the contract's customer
// and touches nothing else.
func (w *worker) listing(ctx context.Context) outcome {
	ts, err := w.targets(ctx)
	if err != nil {
		return failure(err)
	}
	if len(ts) == 0 {
		return outcome{Failed, "The contract's customer has no mapped account at this provider.",
			"Map the account first."}
	}
	if _, err := w.progress.plan(ctx, []string{ts[0].ExternalID}); err != nil {
		return failure(err)
	}
	got, err := w.conn.Subscriptions(ctx, ts[0].ExternalID)
	if err != nil {
		return failure(err)
	}
	if err := w.storeListing(ctx, got); err != nil {
		return failure(err)
	}
	if err := w.progress.finish(ctx, 0, result{}); err != nil {
		return failure(err)
	}
	return outcome{state: Succeeded,
		message: fmt.Sprintf("%d subscriptions listed; nothing was changed.", len(got.Subscriptions))}
}

func (w *worker) storeListing(ctx context.Context, got distributor.SubscriptionListing) error {
	items := make([]Listed, 0, len(got.Subscriptions))
	for _, s := range got.Subscriptions {
		items = append(items, listedOf(s))
	}
	b, err := json.Marshal(items)
	if err != nil {
		return err
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO contract_listings (contract_id, provider_id, run_id, listed_at, items)
			VALUES (?, ?, ?, ?, ?::jsonb)
			ON CONFLICT (contract_id, provider_id) DO UPDATE
			SET run_id = excluded.run_id, listed_at = excluded.listed_at, items = excluded.items`,
			w.run.ContractID, w.provider.ID, w.run.ID, w.s.Clock.Now(), string(b)).Error
	})
}

func listedOf(s distributor.Subscription) Listed {
	l := Listed{ExternalID: s.ExternalID, Product: s.ProductName, PartNumber: s.PartNumber, Vendor: s.Vendor,
		Quantity:   s.Quantity,
		CostPeriod: string(s.CostPeriod), Currency: s.Currency, Start: s.Start.String(), End: s.End.String(),
		Status: s.Status}
	if s.UnitCost.Valid {
		l.Cost = s.UnitCost.Decimal.String()
	}
	return l
}

// Listings reads the last looks for a contract, one per provider.
func Listings(ctx context.Context, db *gorm.DB, contractID uuid.UUID) ([]ContractListing, error) {
	var rows []struct {
		ProviderID uuid.UUID
		RunID      uuid.UUID
		ListedAt   time.Time
		Items      string
	}
	err := db.WithContext(ctx).Raw(`SELECT provider_id, run_id, listed_at, items FROM contract_listings
		WHERE contract_id = ? ORDER BY provider_id`, contractID).Scan(&rows).Error
	out := make([]ContractListing, 0, len(rows))
	for _, r := range rows {
		l := ContractListing{ProviderID: r.ProviderID, RunID: r.RunID, ListedAt: r.ListedAt}
		err = errors.Join(err, json.Unmarshal([]byte(r.Items), &l.Items))
		out = append(out, l)
	}
	return out, err
}
