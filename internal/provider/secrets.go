package provider

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
)

// Names of the secrets of a provider.
const (
	Password          = "password"
	ApplicationSecret = "application_secret"
)

// SecretMark tells that a secret is set, by whom and when: all a page may know of it.
type SecretMark struct {
	Name   string
	SetAt  time.Time
	SetBy  string
	SentTo string // the servers it was given for, as distributor.SecretFor names them
}

// SecretMarks tells which secrets of a provider are set.
func SecretMarks(ctx context.Context, db *gorm.DB, id uuid.UUID) (map[string]SecretMark, error) {
	var rows []SecretMark
	err := db.WithContext(ctx).Raw(`SELECT name, set_at, set_by, sent_to FROM provider_secrets WHERE provider_id = ?`,
		id).Scan(&rows).Error
	marks := make(map[string]SecretMark, len(rows))
	for _, r := range rows {
		marks[r.Name] = r
	}
	return marks, err
}

// sentTo names the servers that a provider's secrets reach: where it signs in, and the
// API that the token is shown to.
func (p Provider) sentTo() string { return distributor.SecretFor(p.TokenAddress(), p.URL) }

// setSecret seals a secret in its place, for the servers that the provider has.
func (s *Service) setSecret(tx *gorm.DB, by audit.Actor, p Provider, name string, plain distributor.Secret) error {
	sealed, err := s.Sealer.Seal(secret.ProviderSecret(p.ID, name, p.sentTo()), plain)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO provider_secrets (provider_id, name, sealed, sent_to, set_at, set_by)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (provider_id, name) DO UPDATE SET sealed = excluded.sealed, sent_to = excluded.sent_to,
			set_at = excluded.set_at, set_by = excluded.set_by`,
		p.ID, name, sealed, p.sentTo(), s.Clock.Now(), by.Name).Error
}

func clearSecret(tx *gorm.DB, id uuid.UUID, name string) error {
	return tx.Exec(`DELETE FROM provider_secrets WHERE provider_id = ? AND name = ?`, id, name).Error
}

// openSecrets opens what was given for the servers that p has, and nothing else: the
// seal itself refuses others, whatever the rows of provider and secret say by now.
func (s *Service) openSecrets(ctx context.Context, db *gorm.DB, p Provider) (map[string]distributor.Secret, error) {
	var rows []struct {
		Name   string
		Sealed []byte
		SentTo string
	}
	if err := db.WithContext(ctx).Raw(`SELECT name, sealed, sent_to FROM provider_secrets WHERE provider_id = ?
		ORDER BY name`, p.ID).Scan(&rows).Error; err != nil {
		return nil, err
	}
	plain := make(map[string]distributor.Secret, len(rows))
	for _, r := range rows {
		if r.SentTo != p.sentTo() {
			if p.sends(r.Name) {
				return nil, notGivenFor(r.Name, r.SentTo, p.sentTo())
			}
			continue
		}
		open, err := s.Sealer.Open(secret.ProviderSecret(p.ID, r.Name, p.sentTo()), r.Sealed)
		if err != nil {
			return nil, err
		}
		plain[r.Name] = open
	}
	return plain, nil
}

// sends tells whether the sign-in needs a secret.
func (p Provider) sends(name string) bool {
	if name == ApplicationSecret {
		return p.Connector == distributor.Stellr
	}
	return p.Connector == distributor.StellrLegacy || p.GrantType == PasswordGrant
}

// said are the secrets as the form names them.
var said = map[string]string{Password: "password", ApplicationSecret: "application secret"}

func notGivenFor(name, was, is string) error {
	message := "The " + said[name] + " was given for " + distributor.SaidFor(was) + " and is not sent to " +
		distributor.SaidFor(is) + ". Nothing was sent."
	if was == "" {
		message = "For which server the " + said[name] + " was given is not known, so it is not sent to " +
			distributor.SaidFor(is) + ". Nothing was sent."
	}
	return &distributor.Error{Kind: distributor.NeedsCredentials, Op: "token", Message: message,
		Advice: "An administrator types it again on the provider's edit page."}
}

// typeAgain asks for each stored secret that the new addresses would send elsewhere.
func typeAgain(p Provider, in Input, have stored, problems errs.Fields) {
	for _, f := range in.secrets() {
		was, standing := have[f.name]
		if !standing || f.plain != "" || f.clear || was == p.sentTo() || !p.onForm(f.name) {
			continue
		}
		remedy := "Type it again for the new address."
		if !p.sends(f.name) {
			remedy = "Type it again for the new address, or remove it."
		}
		if was == "" {
			problems.Add(f.name, "It is not known for which server the %s was given; %s. %s", said[f.name],
				distributor.Elsewhere(was, p.sentTo()), remedy)
			continue
		}
		problems.Add(f.name, "The %s was given for %s; %s. Nothing was saved and nothing sent. %s", said[f.name],
			distributor.SaidFor(was), distributor.Elsewhere(was, p.sentTo()), remedy)
	}
}

// onForm tells whether the form of the provider's API asks for a secret at all.
func (p Provider) onForm(name string) bool {
	return name == Password || p.Connector == distributor.Stellr
}

// typedSecret is a secret as a form sends it.
type typedSecret struct {
	name  string
	plain distributor.Secret
	clear bool
}

func (in Input) secrets() []typedSecret {
	return []typedSecret{{Password, in.Password, in.PasswordClear},
		{ApplicationSecret, in.ApplicationSecret, in.ApplicationSecretClear}}
}

// Secrets lets secrets of an older database be bound to their servers.
func (s *Service) Secrets() secret.Binder {
	return secret.Binder{Find: unbound, Put: func(tx *gorm.DB, u secret.Unbound, sealed []byte) error {
		return tx.Exec(`UPDATE provider_secrets SET sealed = ?, sent_to = ?
			WHERE provider_id = ?::uuid AND name = ? AND sealed = ?`,
			sealed, u.Is.For, u.Is.Row, u.Is.Column, u.Sealed).Error
	}}
}

func unbound(tx *gorm.DB) ([]secret.Unbound, error) {
	var rows []struct {
		Provider
		Secret string
		Sealed []byte
	}
	err := tx.Raw(`SELECT p.*, s.name AS secret, s.sealed FROM provider_secrets s
		JOIN providers p ON p.id = s.provider_id
		WHERE s.sent_to = ''`).Scan(&rows).Error
	out := make([]secret.Unbound, 0, len(rows))
	for _, r := range rows {
		out = append(out, secret.Unbound{Sealed: r.Sealed, Was: secret.ProviderSecret(r.ID, r.Secret, ""),
			Is: secret.ProviderSecret(r.ID, r.Secret, r.sentTo())})
	}
	return out, err
}
