package provider

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// ErrStale says that somebody else saved the provider after the form was opened.
var ErrStale = errs.New(errs.Conflict,
	"Somebody else changed this provider after you opened the form. Nothing was saved.")

// Create stores a new provider with its secrets. errs.Invalid with all field messages when the form does not fit.
func (s *Service) Create(ctx context.Context, by audit.Actor, in Input) (Provider, error) {
	p, err := s.provider(in, nil)
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
		set, err := s.saveSecrets(tx, by, p, nil, in)
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
		have, err := storedSecrets(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := s.edited(ctx, tx, edit{was: was, have: have, in: in})
		if err != nil {
			return err
		}
		set, err := s.saveSecrets(tx, by, p, have, in)
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

// edit is what a form would make of a standing provider.
type edit struct {
	was  Provider
	have stored
	in   Input
}

// edited makes the provider that the input asks for, if it may become that. What is
// asked, about secrets and about whose accounts these are, is asked at once.
func (s *Service) edited(ctx context.Context, tx *gorm.DB, e edit) (Provider, error) {
	has, err := HasAccounts(tx, e.was.ID)
	if err != nil {
		return e.was, err
	}
	if err := e.in.settle(e.was, has); err != nil {
		return e.was, err
	}
	p, refused := s.provider(e.in, e.have)
	if errs.KindOf(refused) != errs.Invalid && refused != nil {
		return p, refused
	}
	p.ID, p.IdentityChangedAt = e.was.ID, e.was.IdentityChangedAt
	if has && p.Host != "" {
		err = s.changeIdentity(ctx, tx, &p, change{was: e.was, confirmed: e.in.ConfirmIdentity})
	}
	return p, together(refused, err)
}

// together gives all messages of two refusals of a form.
func together(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case errs.KindOf(b) != errs.Invalid:
		return b
	}
	all := errs.Fields{}
	for _, err := range []error{a, b} {
		for field, message := range errs.FieldsOf(err) {
			all.Add(field, "%s", message)
		}
	}
	return all.Err()
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
	have := stored{}
	for name, m := range marks {
		have[name] = m.SentTo
	}
	return have, err
}

// carry brings over what a form does not hold, and ages the last check when a credential changed.
func (s *Service) carry(p *Provider, was Provider, secrets bool) {
	p.Version, p.UpdatedAt, p.CredentialsAt = was.Version+1, s.Clock.Now(), was.CredentialsAt
	if secrets || p.URL != was.URL || p.TokenAddress() != was.TokenAddress() || p.GrantType != was.GrantType ||
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
			currency = ?, currency_by_host = ?, cost_period = ?, end_date_means = ?, credentials_at = ?,
				identity_changed_at = ?, version = ?,
				updated_at = ?
		WHERE id = ?`,
		p.Name, p.Connector, p.InternalName, p.ComprehensiveAPI, p.UserName, p.URL, p.Host, p.ApplicationID,
		p.ResellerNumber, p.ResellerAuthorizeURL, p.DelegatedAdminURL, p.TokenURL, p.GrantType, p.PageSize,
		p.Concurrency,
		p.Currency, p.CurrencyByHost, p.CostPeriod, p.EndDateMeans, p.CredentialsAt, p.IdentityChangedAt,
		p.Version, p.UpdatedAt,
		p.ID).Error
}

// saveSecrets seals what was typed, removes what was cleared, and names what changed. A
// secret that the provider's API has no use for goes when its servers change.
func (s *Service) saveSecrets(tx *gorm.DB, by audit.Actor, p Provider, have stored,
	in Input) (map[string]string, error) {
	changed := map[string]string{}
	for _, f := range in.secrets() {
		was, standing := have[f.name]
		switch {
		case f.plain != "":
			if err := s.setSecret(tx, by, p, f.name, f.plain); err != nil {
				return nil, err
			}
			changed[f.name] = "set"
		case f.clear, standing && was != p.sentTo():
			if err := clearSecret(tx, p.ID, f.name); err != nil {
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
		"delegated_admin_url":    p.DelegatedAdminURL, "token_url": p.TokenAddress(), "grant": p.GrantType,
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
