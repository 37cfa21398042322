package secret

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// The kinds of the value that proves the key, and of the mail server's password.
const (
	kindCheck = "check"
	kindMail  = "mail"
	kindSign  = "signer"
	kindSSO   = "sso"
	kindTOTP  = "totp"
	kindHook  = "webhook"
)

// stored is one sealed value in the database.
type stored struct {
	Kind   string    // provider, source, mail, sso, webhook, signer, totp or check
	Owner  uuid.UUID `gorm:"column:owner"` // zero for the check value
	Name   string    `gorm:"column:name"`
	Sealed []byte    `gorm:"column:sealed"`
	SentTo string    `gorm:"column:sent_to"` // the servers it was sealed for
}

func (v stored) place() Place {
	switch v.Kind {
	case kindCheck:
		return checkPlace()
	case "source":
		return SourceSecret(v.Owner, v.Name, v.SentTo)
	case kindMail:
		return MailSecret(v.SentTo)
	case kindSSO:
		return SSOSecret(v.SentTo)
	case kindHook:
		return WebhookSecret(v.Owner, v.Name, v.SentTo)
	case kindSign:
		return SignerSecret(v.Owner)
	case kindTOTP:
		return FactorSecret(v.Owner)
	}
	return ProviderSecret(v.Owner, v.Name, v.SentTo)
}

// all reads every sealed value there is, the check value included. There are two per provider, one per CRM source, one
// of the mail server, one of the identity provider, up to three per webhook, one that signs the audit trail, and one
// per authenticator app.
func all(ctx context.Context, db *postgres.DB) ([]stored, error) {
	var out []stored
	err := db.Read(ctx).Raw(`
		SELECT 'provider' AS kind, provider_id AS owner, name, sealed, sent_to FROM provider_secrets
		UNION ALL
		SELECT 'source', source_id, name, sealed, sent_to FROM crm_source_secrets
		UNION ALL
		SELECT 'mail', '00000000-0000-0000-0000-000000000000'::uuid, name, sealed, sent_to FROM mail_secrets
		UNION ALL
		SELECT 'sso', '00000000-0000-0000-0000-000000000000'::uuid, name, sealed, sent_to FROM sso_secrets
		UNION ALL
		SELECT 'webhook', webhook_id, name, sealed, sent_to FROM webhook_secrets
		UNION ALL
		SELECT 'signer', id, 'sealed', sealed, sent_to FROM audit_signers
		UNION ALL
		SELECT 'totp', id, 'sealed', sealed, sent_to FROM totp_factors
		UNION ALL
		SELECT 'check', '00000000-0000-0000-0000-000000000000'::uuid, 'check', sealed, '' FROM master_key_check
		ORDER BY kind, owner, name`).Scan(&out).Error
	return out, err
}

// swap puts a new sealing in the place of the old one, unless a person has changed
// the value meanwhile: then theirs stands.
func (v stored) swap(tx *gorm.DB, sealed []byte) error {
	switch v.Kind {
	case kindCheck:
		return tx.Exec(`UPDATE master_key_check SET sealed = ? WHERE sealed = ?`, sealed, v.Sealed).Error
	case "source":
		return tx.Exec(`UPDATE crm_source_secrets SET sealed = ? WHERE source_id = ? AND name = ? AND sealed = ?`,
			sealed, v.Owner, v.Name, v.Sealed).Error
	case kindHook:
		return tx.Exec(`UPDATE webhook_secrets SET sealed = ? WHERE webhook_id = ? AND name = ? AND sealed = ?`,
			sealed, v.Owner, v.Name, v.Sealed).Error
	case kindSign:
		return tx.Exec(`UPDATE audit_signers SET sealed = ? WHERE id = ? AND sealed = ?`, sealed, v.Owner,
			v.Sealed).Error
	case kindSSO:
		return tx.Exec(`UPDATE sso_secrets SET sealed = ? WHERE sealed = ?`, sealed, v.Sealed).Error
	case kindTOTP:
		return tx.Exec(`UPDATE totp_factors SET sealed = ? WHERE id = ? AND sealed = ?`, sealed, v.Owner,
			v.Sealed).Error
	case kindMail:
		return tx.Exec(`UPDATE mail_secrets SET sealed = ? WHERE sealed = ?`, sealed, v.Sealed).Error
	}
	return tx.Exec(`UPDATE provider_secrets SET sealed = ? WHERE provider_id = ? AND name = ? AND sealed = ?`,
		sealed, v.Owner, v.Name, v.Sealed).Error
}
