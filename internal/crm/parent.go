package crm

import (
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// checked reads a whole form, so that a person sees all of its problems at once.
func checked(tx *gorm.DB, self uuid.UUID, in Input) (Facts, uuid.NullUUID, error) {
	problems := errs.Fields{}
	facts, err := in.Facts.Check()
	maps.Copy(problems, errs.FieldsOf(err))
	parent, err := findParent(tx, self, tidy(in.Parent))
	if err != nil && errs.KindOf(err) != errs.Invalid {
		return facts, parent, err
	}
	maps.Copy(problems, errs.FieldsOf(err))
	return facts, parent, problems.Err()
}

// findParent finds the account that a person named as the parent. A ring of
// parents is refused; the lock keeps two people from closing one together.
func findParent(tx *gorm.DB, self uuid.UUID, named string) (uuid.NullUUID, error) {
	if named == "" {
		return uuid.NullUUID{}, nil
	}
	id, err := Find(tx, named)
	if err != nil {
		return uuid.NullUUID{}, atParent(err)
	}
	if id == self {
		return uuid.NullUUID{}, atParent(errs.New(errs.Invalid, "An account cannot be its own parent."))
	}
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('crm_accounts.parent_id'))").Error; err != nil {
		return uuid.NullUUID{}, fmt.Errorf("lock parents: %w", err)
	}
	below, err := isBelow(tx, id, self)
	if err != nil {
		return uuid.NullUUID{}, err
	}
	if below {
		return uuid.NullUUID{}, atParent(errs.New(errs.Invalid,
			"That account stands below this one, so it cannot be its parent as well."))
	}
	return uuid.NullUUID{UUID: id, Valid: true}, nil
}

// isBelow tells whether account stands somewhere below top.
func isBelow(tx *gorm.DB, account, top uuid.UUID) (bool, error) {
	var below bool
	err := tx.Raw(`WITH RECURSIVE up AS (
			SELECT id, parent_id FROM crm_accounts WHERE id = ?
			UNION SELECT p.id, p.parent_id FROM crm_accounts p JOIN up ON p.id = up.parent_id)
		SELECT EXISTS (SELECT 1 FROM up WHERE id = ?)`, account, top).Scan(&below).Error
	if err != nil {
		return false, fmt.Errorf("parents of %s: %w", account, err)
	}
	return below, nil
}

func atParent(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind == errs.Internal {
		return err
	}
	f := errs.Fields{}
	f.Add("parent_id", "%s", e.Public)
	return f.Err()
}
