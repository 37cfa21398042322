package secret

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// stored is one sealed value in the database.
type stored struct {
	Provider uuid.UUID `gorm:"column:provider_id"` // zero for the check value
	Name     string    `gorm:"column:name"`
	Sealed   []byte    `gorm:"column:sealed"`
}

func (v stored) isCheck() bool { return v.Provider == uuid.Nil }

func (v stored) place() Place {
	if v.isCheck() {
		return checkPlace()
	}
	return ProviderSecret(v.Provider, v.Name)
}

// all reads every sealed value there is, the check value included. There are two per provider.
func all(ctx context.Context, db *postgres.DB) ([]stored, error) {
	var out []stored
	err := db.Read(ctx).Raw(`
		SELECT provider_id, name, sealed FROM provider_secrets
		UNION ALL
		SELECT '00000000-0000-0000-0000-000000000000'::uuid, 'check', sealed FROM master_key_check
		ORDER BY provider_id, name`).Scan(&out).Error
	return out, err
}

// swap puts a new sealing in the place of the old one, unless a person has changed
// the value meanwhile: then theirs stands.
func (v stored) swap(tx *gorm.DB, sealed []byte) error {
	if v.isCheck() {
		return tx.Exec(`UPDATE master_key_check SET sealed = ? WHERE sealed = ?`, sealed, v.Sealed).Error
	}
	return tx.Exec(`UPDATE provider_secrets SET sealed = ? WHERE provider_id = ? AND name = ? AND sealed = ?`,
		sealed, v.Provider, v.Name, v.Sealed).Error
}
