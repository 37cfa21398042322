package provider

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// ErrStale says that somebody else saved the provider after the form was opened.
var ErrStale = errs.New(errs.Conflict,
	"Somebody else changed this provider after you opened the form. Nothing was saved.")

// Create stores a new provider with its secrets. errs.Invalid with all field messages when the form does not fit.
func (s *Service) Create(ctx context.Context, by audit.Actor, in Input) (Provider, error) {
	p, err := s.provider(in, stored{})
	if err != nil {
		return p, err
	}
	now := s.Clock.Now()
	p.ID, p.Active, p.Version = uuid.Must(uuid.NewV7()), true, 1
	p.CreatedAt, p.UpdatedAt, p.CredentialsAt = now, now, now
	return p, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		set, err := s.saveSecrets(tx, by, p.ID, in)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, event("provider.created", p, nil, trail(p, set)))
	})
}

// Update stores an edited provider. A changed credential makes the last check
// stale; a changed host or reseller number has the next listing compared first.
// ErrStale when version is not the stored one. errs.Invalid with a message at
// confirm_identity when host or reseller number of a provider with accounts change
// and the input does not say that this is meant.
func (s *Service) Update(ctx context.Context, by audit.Actor, id uuid.UUID, version int, in Input) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := lock(tx, id)
		if err != nil {
			return err
		}
		if was.Version != version {
			return ErrStale
		}
		p, err := s.edited(ctx, tx, was, in)
		if err != nil {
			return err
		}
		set, err := s.saveSecrets(tx, by, id, in)
		if err != nil {
			return err
		}
		s.carry(&p, was, len(set) > 0)
		e := event("provider.changed", p, trail(was, nil), trail(p, set))
		if e.After == nil {
			return nil
		}
		if err := write(tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, e)
	})
}

// edited makes the provider that the input asks for, if it may become that.
func (s *Service) edited(ctx context.Context, tx *gorm.DB, was Provider, in Input) (Provider, error) {
	has, err := HasAccounts(tx, was.ID)
	if err != nil {
		return was, err
	}
	if err := in.settle(was, has); err != nil {
		return was, err
	}
	have, err := storedSecrets(ctx, tx, was.ID)
	if err != nil {
		return was, err
	}
	p, err := s.provider(in, have)
	if err != nil {
		return was, err
	}
	p.ID, p.IdentityChangedAt = was.ID, was.IdentityChangedAt
	if has {
		err = s.changeIdentity(ctx, tx, &p, change{was: was, confirmed: in.ConfirmIdentity})
	}
	return p, err
}

func lock(tx *gorm.DB, id uuid.UUID) (Provider, error) {
	var p Provider
	err := tx.Raw(`SELECT * FROM providers WHERE id = ? FOR UPDATE`, id).Scan(&p).Error
	if err == nil && p.ID == uuid.Nil {
		return p, errs.New(errs.NotFound, "There is no such provider.")
	}
	return p, err
}

func storedSecrets(ctx context.Context, tx *gorm.DB, id uuid.UUID) (stored, error) {
	marks, err := SecretMarks(ctx, tx, id)
	_, pw := marks[Password]
	_, app := marks[ApplicationSecret]
	return stored{password: pw, applicationSecret: app}, err
}

// carry brings over what a form does not hold, and ages the last check when a credential changed.
func (s *Service) carry(p *Provider, was Provider, secrets bool) {
	p.Version, p.UpdatedAt, p.CredentialsAt = was.Version+1, s.Clock.Now(), was.CredentialsAt
	if secrets || p.URL != was.URL || p.TokenURL != was.TokenURL || p.GrantType != was.GrantType ||
		p.UserName != was.UserName ||
		p.ApplicationID != was.ApplicationID || p.ResellerNumber != was.ResellerNumber || p.Connector != was.Connector {
		p.CredentialsAt = s.Clock.Now()
	}
}

func write(tx *gorm.DB, p Provider) error {
	return tx.Exec(`
		UPDATE providers SET name = ?, connector = ?, internal_name = ?, comprehensive_api = ?, user_name = ?, url = ?,
			host = ?, application_id = ?,
			reseller_number = ?, reseller_authorize_url = ?, delegated_admin_url = ?, token_url = ?, grant_type = ?,
				page_size = ?, concurrency = ?,
			currency = ?, cost_period = ?, end_date_means = ?, credentials_at = ?, identity_changed_at = ?, version = ?,
				updated_at = ?
		WHERE id = ?`,
		p.Name, p.Connector, p.InternalName, p.ComprehensiveAPI, p.UserName, p.URL, p.Host, p.ApplicationID,
		p.ResellerNumber, p.ResellerAuthorizeURL, p.DelegatedAdminURL, p.TokenURL, p.GrantType, p.PageSize,
		p.Concurrency,
		p.Currency, p.CostPeriod, p.EndDateMeans, p.CredentialsAt, p.IdentityChangedAt, p.Version, p.UpdatedAt,
		p.ID).Error
}

// saveSecrets seals what was typed, removes what was cleared, and names what changed.
func (s *Service) saveSecrets(tx *gorm.DB, by audit.Actor, id uuid.UUID, in Input) (map[string]string, error) {
	changed := map[string]string{}
	for _, f := range []struct {
		name  string
		plain distributor.Secret
		clear bool
	}{{Password, in.Password, in.PasswordClear}, {ApplicationSecret, in.ApplicationSecret, in.ApplicationSecretClear}} {
		switch {
		case f.plain != "":
			if err := s.setSecret(tx, by, id, f.name, f.plain); err != nil {
				return nil, err
			}
			changed[f.name] = "set"
		case f.clear:
			if err := clearSecret(tx, id, f.name); err != nil {
				return nil, err
			}
			changed[f.name] = "removed"
		}
	}
	return changed, nil
}

// trail is what the audit shows of a provider: never a secret, only that one was set.
func trail(p Provider, secrets map[string]string) map[string]any {
	t := map[string]any{
		"name": p.Name, "connector": p.Connector, "internal_name": p.InternalName, "user_name": p.UserName,
		"url":            p.URL,
		"application_id": p.ApplicationID, "reseller_number": p.ResellerNumber,
		"reseller_authorize_url": p.ResellerAuthorizeURL,
		"delegated_admin_url":    p.DelegatedAdminURL, "token_url": p.TokenURL, "grant": p.GrantType,
		"page_size":   p.PageSize,
		"concurrency": p.Concurrency, "currency": p.Currency, "cost_period": p.CostPeriod,
		"end_date_means": p.EndDateMeans,
	}
	for name, what := range secrets {
		t[name] = what
	}
	return t
}

// event holds what changed; nothing when before and after are the same.
func event(action string, p Provider, before, after map[string]any) audit.Event {
	e := audit.Event{Action: action, ObjectType: "provider", ObjectID: p.ID.String(), ObjectName: p.Name}
	if before == nil {
		e.After = after
		return e
	}
	was, is := map[string]any{}, map[string]any{}
	for k, v := range after {
		if fmt.Sprint(before[k]) != fmt.Sprint(v) {
			was[k], is[k] = before[k], v
		}
	}
	if len(is) > 0 {
		e.Before, e.After = was, is
	}
	return e
}
