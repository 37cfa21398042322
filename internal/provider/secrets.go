package provider

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/secret"
)

// Names of the secrets of a provider.
const (
	Password          = "password"
	ApplicationSecret = "application_secret"
)

// SecretMark tells that a secret is set, by whom and when: all a page may know of it.
type SecretMark struct {
	Name  string
	SetAt time.Time
	SetBy string
}

// SecretMarks tells which secrets of a provider are set.
func SecretMarks(ctx context.Context, db *gorm.DB, id uuid.UUID) (map[string]SecretMark, error) {
	var rows []SecretMark
	err := db.WithContext(ctx).Raw(`SELECT name, set_at, set_by FROM provider_secrets WHERE provider_id = ?`,
		id).Scan(&rows).Error
	marks := make(map[string]SecretMark, len(rows))
	for _, r := range rows {
		marks[r.Name] = r
	}
	return marks, err
}

// setSecret seals a secret in its place.
func (s *Service) setSecret(tx *gorm.DB, by audit.Actor, id uuid.UUID, name string, plain distributor.Secret) error {
	sealed, err := s.Sealer.Seal(secret.ProviderSecret(id, name), plain)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO provider_secrets (provider_id, name, sealed, set_at, set_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (provider_id, name) DO UPDATE
		SET sealed = excluded.sealed, set_at = excluded.set_at, set_by = excluded.set_by`,
		id, name, sealed, s.Clock.Now(), by.Name).Error
}

func clearSecret(tx *gorm.DB, id uuid.UUID, name string) error {
	return tx.Exec(`DELETE FROM provider_secrets WHERE provider_id = ? AND name = ?`, id, name).Error
}

func (s *Service) openSecrets(ctx context.Context, db *gorm.DB, id uuid.UUID) (map[string]distributor.Secret, error) {
	var rows []struct {
		Name   string
		Sealed []byte
	}
	if err := db.WithContext(ctx).Raw(`SELECT name, sealed FROM provider_secrets WHERE provider_id = ?`,
		id).Scan(&rows).Error; err != nil {
		return nil, err
	}
	plain := make(map[string]distributor.Secret, len(rows))
	for _, r := range rows {
		p, err := s.Sealer.Open(secret.ProviderSecret(id, r.Name), r.Sealed)
		if err != nil {
			return nil, err
		}
		plain[r.Name] = p
	}
	return plain, nil
}
