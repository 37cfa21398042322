package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
)

// FactsOf reads the distributor's record as facts of ours.
func FactsOf(d distributor.Account) Facts {
	f := Facts{
		Name: d.Name, Domain: d.Domain, TenantID: d.TenantID, Email: d.Email, Phone: d.Phone,
		Street: d.Street, City: d.City, State: d.State, PostalCode: d.PostalCode, Country: d.Country,
		Status: Discontinued, StatusText: d.StatusText,
	}
	if d.Active {
		f.Status = Active
	}
	return f
}

// Differs tells whether a stored account must be written for a record. An account
// that was gone and is listed again differs.
func (a Account) Differs(d distributor.Account) bool {
	return a.Facts != FactsOf(d) || a.RawHash != distributor.Meaning(d.Raw)
}

// New stores an account that was never seen before, unmapped.
func New(ctx context.Context, tx *gorm.DB, providerID uuid.UUID, d distributor.Account,
	now time.Time) (uuid.UUID, error) {
	ids, err := NewMany(ctx, tx, providerID, []distributor.Account{d}, now)
	if err != nil {
		return uuid.Nil, err
	}
	return ids[0], nil
}

// NewMany stores accounts that were never seen before, unmapped, in one statement. It gives their ids in turn.
func NewMany(ctx context.Context, tx *gorm.DB, providerID uuid.UUID, ds []distributor.Account,
	now time.Time) ([]uuid.UUID, error) {
	ids, all := make([]uuid.UUID, len(ds)), make([]Account, len(ds))
	for i, d := range ds {
		ids[i] = uuid.Must(uuid.NewV7())
		all[i] = Account{
			ID: ids[i], ProviderID: providerID, ExternalID: d.ExternalID, Facts: FactsOf(d), Mapping: Unmapped,
			Raw: d.Raw, RawHash: distributor.Meaning(d.Raw), RequestID: d.RequestID, Version: 1, FirstSeenAt: now,
			UpdatedAt: now,
		}
	}
	if err := tx.WithContext(ctx).Create(&all).Error; err != nil {
		return nil, fmt.Errorf("store accounts from %s: %w", ds[0].ExternalID, err)
	}
	return ids, nil
}

// Update stores what the distributor says now. The mapping is not touched: it is a person's.
func Update(ctx context.Context, tx *gorm.DB, id uuid.UUID, d distributor.Account, now time.Time) error {
	f := FactsOf(d)
	raw := any(nil)
	if len(d.Raw) > 0 {
		raw = string(d.Raw)
	}
	return tx.WithContext(ctx).Exec(`
		UPDATE provider_accounts SET name = ?, domain = ?, tenant_id = ?, email = ?, phone = ?, street = ?, city = ?,
			state_region = ?,
			postal_code = ?, country = ?, provider_status = ?, provider_status_text = ?, gone_at = NULL,
			raw = ?::jsonb, raw_hash = ?, request_id = ?, version = version + 1, updated_at = ?
		WHERE id = ?`,
		f.Name, f.Domain, f.TenantID, f.Email, f.Phone, f.Street, f.City, f.State, f.PostalCode, f.Country, f.Status,
		f.StatusText,
		raw, distributor.Meaning(d.Raw), d.RequestID, now, id).Error
}

// MarkGone says that a complete listing lacked the account. Its mapping and its
// subscriptions stay as they are (RULES 3 and 6).
func MarkGone(ctx context.Context, tx *gorm.DB, id uuid.UUID, now time.Time) error {
	return tx.WithContext(ctx).Exec(`
		UPDATE provider_accounts SET provider_status = 'gone', gone_at = ?, version = version + 1, updated_at = ?
		WHERE id = ? AND provider_status <> 'gone'`, now, now, id).Error
}
