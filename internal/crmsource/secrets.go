package crmsource

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/crm/dataverse"
	"seatledger/internal/distributor"
	"seatledger/internal/secret"
)

// Mark tells that the secret is set, by whom and when: all a page may know of it.
type Mark struct {
	SetAt time.Time
	SetBy string
}

// Set tells whether there is one.
func (m Mark) Set() bool { return !m.SetAt.IsZero() }

// SecretMark tells whether the secret of a source is set.
func SecretMark(ctx context.Context, db *gorm.DB, id uuid.UUID) (Mark, error) {
	var m Mark
	err := db.WithContext(ctx).Raw(`SELECT set_at, set_by FROM crm_source_secrets WHERE source_id = ? AND name = ?`, id,
		ClientSecret).Scan(&m).Error
	return m, err
}

// saveSecret seals what was typed, removes what was cleared, and says which: set, removed or neither.
func (s *Service) saveSecret(tx *gorm.DB, by audit.Actor, id uuid.UUID, in Input) (string, error) {
	switch {
	case in.ClientSecret != "":
		sealed, err := s.Sealer.Seal(secret.SourceSecret(id, ClientSecret), in.ClientSecret)
		if err != nil {
			return "", err
		}
		return "set", tx.Exec(`INSERT INTO crm_source_secrets (source_id, name, sealed, set_at, set_by)
			VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (source_id, name) DO UPDATE
			SET sealed = excluded.sealed, set_at = excluded.set_at, set_by = excluded.set_by`,
			id, ClientSecret, sealed, s.Clock.Now(), by.Name).Error
	case in.ClientSecretClear:
		return "removed", tx.Exec(`DELETE FROM crm_source_secrets WHERE source_id = ? AND name = ?`, id,
			ClientSecret).Error
	}
	return "", nil
}

// connect opens a client with the source's secret.
func (s *Service) connect(ctx context.Context, src Source) (*dataverse.Client, error) {
	var rows []struct{ Sealed []byte }
	err := s.DB.Read(ctx).Raw(`SELECT sealed FROM crm_source_secrets WHERE source_id = ? AND name = ?`, src.ID,
		ClientSecret).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("secret of crm source: %w", err)
	}
	if len(rows) == 0 {
		return nil, &distributor.Error{Kind: distributor.BadCredentials, Op: "open",
			Message: "The client secret is not set.", Advice: "An administrator enters it on the source's edit page."}
	}
	plain, err := s.Sealer.Open(secret.SourceSecret(src.ID, ClientSecret), rows[0].Sealed)
	if err != nil {
		return nil, err
	}
	return s.Open(dataverse.Config{
		URL: src.URL, TokenURL: src.TokenURL, Tenant: src.Tenant, ClientID: src.ClientID, ClientSecret: plain,
		PageSize: src.PageSize, TenantColumn: src.TenantColumn,
	})
}
