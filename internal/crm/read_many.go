package crm

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

func byIDs(db *gorm.DB, ids []uuid.UUID) ([]*Account, error) {
	var found []*Account
	err := db.Raw("SELECT "+columns+" FROM crm_accounts a WHERE a.id = ANY (?::uuid[])",
		postgres.IDs(ids)).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read crm accounts: %w", err)
	}
	return found, nil
}

func provenances(db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]Provenance, error) {
	var rows []struct {
		ID      uuid.UUID
		Origins Origins
		Offers  Offers
	}
	err := db.Raw("SELECT id, origins, offers FROM crm_accounts WHERE id = ANY (?::uuid[])",
		postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("where values come from: %w", err)
	}
	out := make(map[uuid.UUID]Provenance, len(rows))
	for _, r := range rows {
		out[r.ID] = Provenance{r.Origins, r.Offers}
	}
	return out, nil
}

// externalIDs tells which account has which external id.
func externalIDs(db *gorm.DB) (map[string]uuid.UUID, error) {
	var rows []struct {
		ID         uuid.UUID
		ExternalID string
	}
	if err := db.Raw("SELECT id, external_id FROM crm_accounts WHERE external_id IS NOT NULL").Scan(&rows).
		Error; err != nil {
		return nil, fmt.Errorf("external ids: %w", err)
	}
	out := make(map[string]uuid.UUID, len(rows))
	for _, r := range rows {
		out[r.ExternalID] = r.ID
	}
	return out, nil
}
