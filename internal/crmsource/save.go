package crmsource

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// ErrStale says that somebody else saved the source after the form was opened.
var ErrStale = errs.New(errs.Conflict,
	"Somebody else changed this CRM source after you opened the form. Nothing was saved.")

// Create stores a new source with its secret. errs.Invalid with all field messages when the form does not fit.
func (s *Service) Create(ctx context.Context, by audit.Actor, in Input) (Source, error) {
	src, err := s.source(in, Mark{})
	if err != nil {
		return src, err
	}
	now := s.Clock.Now()
	src.ID, src.Active, src.Version = uuid.Must(uuid.NewV7()), true, 1
	src.CreatedAt, src.UpdatedAt, src.CredentialsAt = now, now, now
	return src, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO crm_sources (id, name, url, tenant, client_id, token_url, page_size, tenant_column,
			nightly, active, credentials_at, version, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			src.ID, src.Name, src.URL, src.Tenant, src.ClientID, src.TokenURL, src.PageSize, src.TenantColumn,
			src.Nightly, src.Active, now, 1, now, now).Error
		if err == nil {
			err = s.schedule(tx, src)
		}
		if err != nil {
			return err
		}
		secret, err := s.saveSecret(tx, by, src, in)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, event("crm_source.created", src, nil, trail(src, secret)))
	})
}

// Edit is a changed form: the version it was opened at, and its values.
type Edit struct {
	ID      uuid.UUID
	Version int
	Input   Input
}

// Update stores an edited source. A changed credential makes the last check stale; a
// changed organisation or column has everything read again. ErrStale when somebody saved in between.
func (s *Service) Update(ctx context.Context, by audit.Actor, e Edit) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := lock(tx, e.ID)
		if err != nil {
			return err
		}
		if was.Version != e.Version {
			return ErrStale
		}
		mark, err := SecretMark(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		src, err := s.source(e.Input, mark)
		if err != nil {
			return err
		}
		src.ID = e.ID
		secret, err := s.saveSecret(tx, by, src, e.Input)
		if err != nil {
			return err
		}
		s.carry(&src, was, secret != "")
		ev := event("crm_source.changed", src, trail(was, ""), trail(src, secret))
		if ev.After == nil {
			return nil
		}
		if err := errors.Join(write(tx, src), s.schedule(tx, src)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, ev)
	})
}

// carry brings over what a form does not hold, ages the check, and forgets where the
// next reading would go on when it would miss something.
func (s *Service) carry(src *Source, was Source, secret bool) {
	src.ID, src.Active, src.Version, src.UpdatedAt, src.CredentialsAt = was.ID, was.Active, was.Version+1,
		s.Clock.Now(), was.CredentialsAt
	src.AccountsDelta, src.ContactsDelta, src.CompareFirst = was.AccountsDelta, was.ContactsDelta, was.CompareFirst
	if secret || src.URL != was.URL || src.Tenant != was.Tenant || src.ClientID != was.ClientID ||
		src.TokenURL != was.TokenURL || src.TenantColumn != was.TenantColumn {
		src.CredentialsAt = s.Clock.Now()
	}
	if src.URL != was.URL || src.TenantColumn != was.TenantColumn {
		src.AccountsDelta, src.ContactsDelta = "", ""
	}
	if host(src.URL) != host(was.URL) {
		src.CompareFirst = true
	}
}

func write(tx *gorm.DB, s Source) error {
	return tx.Exec(`UPDATE crm_sources
		SET name = ?, url = ?, tenant = ?, client_id = ?, token_url = ?, page_size = ?, tenant_column = ?, nightly = ?,
			credentials_at = ?, accounts_delta = ?, contacts_delta = ?, compare_first = ?, version = ?,
				updated_at = ? WHERE id = ?`,
		s.Name, s.URL, s.Tenant, s.ClientID, s.TokenURL, s.PageSize, s.TenantColumn, s.Nightly,
		s.CredentialsAt, s.AccountsDelta, s.ContactsDelta, s.CompareFirst, s.Version, s.UpdatedAt, s.ID).Error
}

// SetActive lets a source be read or not. What it brought stays either way.
func (s *Service) SetActive(ctx context.Context, by audit.Actor, id uuid.UUID, active bool) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		src, err := lock(tx, id)
		if err != nil || src.Active == active {
			return err
		}
		src.Active = active
		err = tx.Exec(`UPDATE crm_sources SET active = ?, version = version + 1, updated_at = ? WHERE id = ?`,
			active, s.Clock.Now(), id).Error
		if err == nil {
			err = s.schedule(tx, src)
		}
		if err != nil {
			return err
		}
		action := "crm_source.activated"
		if !active {
			action = "crm_source.deactivated"
		}
		return audit.Record(ctx, tx, s.Clock, by,
			audit.Event{Action: action, ObjectType: "crm_source", ObjectID: id.String(), ObjectName: src.Name})
	})
}

// trail is what the audit shows of a source: never the secret, only that it was set.
func trail(s Source, secret string) map[string]any {
	t := map[string]any{"name": s.Name, "url": s.URL, "tenant": s.Tenant, "client_id": s.ClientID,
		"token_url": s.TokenURL,
		"page_size": s.PageSize, "tenant_column": s.TenantColumn, "nightly": s.Nightly}
	if secret != "" {
		t[ClientSecret] = secret
	}
	return t
}

// event holds what changed; nothing when before and after are the same.
func event(action string, s Source, before, after map[string]any) audit.Event {
	e := audit.Event{Action: action, ObjectType: "crm_source", ObjectID: s.ID.String(), ObjectName: s.Name}
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
