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
	SetAt  time.Time
	SetBy  string
	SentTo string // the servers it was given for, as distributor.SecretFor names them
}

// Set tells whether there is one.
func (m Mark) Set() bool { return !m.SetAt.IsZero() }

// SecretMark tells whether the secret of a source is set.
func SecretMark(ctx context.Context, db *gorm.DB, id uuid.UUID) (Mark, error) {
	var m Mark
	err := db.WithContext(ctx).Raw(`SELECT set_at, set_by, sent_to FROM crm_source_secrets
		WHERE source_id = ? AND name = ?`, id,
		ClientSecret).Scan(&m).Error
	return m, err
}

// saveSecret seals what was typed, removes what was cleared, and says which: set, removed or neither.
func (s *Service) saveSecret(tx *gorm.DB, by audit.Actor, src Source, in Input) (string, error) {
	switch {
	case in.ClientSecret != "":
		sealed, err := s.Sealer.Seal(secret.SourceSecret(src.ID, ClientSecret, src.sentTo()), in.ClientSecret)
		if err != nil {
			return "", err
		}
		return "set", tx.Exec(`INSERT INTO crm_source_secrets
			(source_id, name, sealed, sent_to, set_at, set_by) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (source_id, name) DO UPDATE SET sealed = excluded.sealed, sent_to = excluded.sent_to,
				set_at = excluded.set_at, set_by = excluded.set_by`,
			src.ID, ClientSecret, sealed, src.sentTo(), s.Clock.Now(), by.Name).Error
	case in.ClientSecretClear:
		return "removed", tx.Exec(`DELETE FROM crm_source_secrets WHERE source_id = ? AND name = ?`, src.ID,
			ClientSecret).Error
	}
	return "", nil
}

// sentTo names the servers that the secret reaches: where it signs in, and the
// organisation that the token is shown to.
func (s Source) sentTo() string {
	token := s.TokenURL
	if token == "" {
		token = dataverse.TokenURL(s.Tenant)
	}
	return distributor.SecretFor(token, s.URL)
}

func notGivenFor(was, is string) string {
	if was == "" {
		return "For which server the client secret was given is not known, so it is not sent to " +
			distributor.SaidFor(is) + "."
	}
	return "The client secret was given for " + distributor.SaidFor(was) + " and is not sent to " +
		distributor.SaidFor(is) + "."
}

// Secrets lets secrets of an older database be bound to their servers.
func (s *Service) Secrets() secret.Binder {
	return secret.Binder{Find: unbound, Put: func(tx *gorm.DB, u secret.Unbound, sealed []byte) error {
		return tx.Exec(`UPDATE crm_source_secrets SET sealed = ?, sent_to = ?
			WHERE source_id = ?::uuid AND name = ? AND sealed = ?`,
			sealed, u.Is.For, u.Is.Row, u.Is.Column, u.Sealed).Error
	}}
}

func unbound(tx *gorm.DB) ([]secret.Unbound, error) {
	var rows []struct {
		Source
		Secret string
		Sealed []byte
	}
	err := tx.Raw(`SELECT c.*, s.name AS secret, s.sealed FROM crm_source_secrets s
		JOIN crm_sources c ON c.id = s.source_id WHERE s.sent_to = ''`).Scan(&rows).Error
	out := make([]secret.Unbound, 0, len(rows))
	for _, r := range rows {
		out = append(out, secret.Unbound{Sealed: r.Sealed, Was: secret.SourceSecret(r.ID, r.Secret, ""),
			Is: secret.SourceSecret(r.ID, r.Secret, r.sentTo())})
	}
	return out, err
}

// connect opens a client with the source's secret.
func (s *Service) connect(ctx context.Context, src Source) (*dataverse.Client, error) {
	var rows []struct {
		Sealed []byte
		SentTo string
	}
	err := s.DB.Read(ctx).Raw(`SELECT sealed, sent_to FROM crm_source_secrets WHERE source_id = ? AND name = ?`, src.ID,
		ClientSecret).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("secret of crm source: %w", err)
	}
	if len(rows) == 0 {
		return nil, &distributor.Error{Kind: distributor.NeedsCredentials, Op: "open",
			Message: "The client secret is not set.", Advice: "An administrator enters it on the source's edit page."}
	}
	if rows[0].SentTo != src.sentTo() {
		return nil, &distributor.Error{Kind: distributor.NeedsCredentials, Op: "open",
			Message: notGivenFor(rows[0].SentTo, src.sentTo()) + " Nothing was sent.",
			Advice:  "An administrator types it again on the source's edit page."}
	}
	plain, err := s.Sealer.Open(secret.SourceSecret(src.ID, ClientSecret, src.sentTo()), rows[0].Sealed)
	if err != nil {
		return nil, err
	}
	return s.Open(dataverse.Config{
		URL: src.URL, TokenURL: src.TokenURL, Tenant: src.Tenant, ClientID: src.ClientID, ClientSecret: plain,
		PageSize: src.PageSize, TenantColumn: src.TenantColumn,
	})
}
