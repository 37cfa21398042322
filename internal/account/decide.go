package account

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Decision is a new mapping state with who decided, when and why.
type Decision struct {
	State         State
	CRMAccountID  uuid.NullUUID // with Mapped only
	ExcludeReason string        // with Excluded only
	By            string
	ByPerson      bool
	Why           string
	At            time.Time
}

// Decide stores a mapping decision. The database refuses a CRM account that another
// mapped account of the same provider holds (constraint provider_accounts_one_crm_account).
func Decide(ctx context.Context, tx *gorm.DB, id uuid.UUID, d Decision) error {
	return tx.WithContext(ctx).Exec(`
		UPDATE provider_accounts SET state = ?, crm_account_id = ?, exclude_reason = ?, decided_by = ?,
			decided_by_person = ?,
			decided_why = ?, decided_at = ?, version = version + 1, updated_at = ?
		WHERE id = ?`,
		d.State, d.CRMAccountID, d.ExcludeReason, d.By, d.ByPerson, d.Why, d.At, d.At, id).Error
}
