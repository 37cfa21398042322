package syncing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Preview is what one provider has for a contract's customer, as last listed, beside
// what is stored of it here now.
type Preview struct {
	Place
	Listing *ContractListing // nil: never listed
	Known   map[string]Known // by the distributor's id; what is not in it is not here yet
}

// Known is a listed subscription as it stands here.
type Known struct {
	ID         uuid.UUID
	ExternalID string
	AccountID  uuid.UUID
	Quantity   int
	State      string
	NeverLand  bool // left unticked in a contract's sync
	ContractID uuid.NullUUID
	Contract   string
}

// Previews reads them for a contract, by the provider's name. A provider where the
// customer is no longer mapped is left out, with its listing.
func Previews(ctx context.Context, db *gorm.DB, contractID, crmAccountID uuid.UUID) ([]Preview, error) {
	places, err := Places(ctx, db, crmAccountID)
	if err != nil {
		return nil, err
	}
	listings, err := Listings(ctx, db, contractID)
	if err != nil {
		return nil, fmt.Errorf("what was last listed for a contract: %w", err)
	}
	out := make([]Preview, len(places))
	for i, p := range places {
		out[i].Place = p
		for j := range listings {
			if listings[j].ProviderID == p.ProviderID {
				out[i].Listing = &listings[j]
			}
		}
		if out[i].Known, err = known(ctx, db, p.ProviderID, contractID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// known finds what is stored of the subscriptions of a listing, whoever's they are here.
func known(ctx context.Context, db *gorm.DB, providerID, contractID uuid.UUID) (map[string]Known, error) {
	var rows []Known
	err := db.WithContext(ctx).Raw(`SELECT s.id, s.external_id, s.account_id, s.quantity, s.state, s.never_land,
		s.contract_id, coalesce(c.name, '') AS contract
		FROM contract_listings l CROSS
		JOIN LATERAL (SELECT DISTINCT i->>'external_id' AS external_id FROM jsonb_array_elements(l.items) i) listed
		JOIN subscriptions s ON s.provider_id = l.provider_id AND s.external_id = listed.external_id
		LEFT JOIN billing_contracts c ON c.id = s.contract_id
		WHERE l.provider_id = ? AND l.contract_id = ?`, providerID, contractID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what is here of a listing: %w", err)
	}
	by := make(map[string]Known, len(rows))
	for _, k := range rows {
		by[k.ExternalID] = k
	}
	return by, nil
}
