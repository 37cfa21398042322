package contract

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/postgres"
)

// done is what an import did to one contract.
type done struct {
	ContractID uuid.UUID `json:"id"`
	Version    int       `json:"version"` // after it
	Before     *Input    `json:"before"`  // its form as it stood; nil: the import made it
}

// remember keeps what the import did to each contract.
func remember(tx *gorm.DB, importID uuid.UUID, all []done) error {
	if len(all) == 0 {
		return nil
	}
	doc, err := json.Marshal(all)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO contract_import_changes (import_id, contract_id, version, before)
		SELECT ?, x.id, x.version, nullif(x.before, 'null')
		FROM jsonb_to_recordset(?::jsonb) AS x (id uuid, version integer, before jsonb)`, importID, string(doc)).Error
	if err != nil {
		return fmt.Errorf("keep what the import did: %w", err)
	}
	return nil
}

func doneBy(tx *gorm.DB, importID uuid.UUID) ([]done, error) {
	var rows []struct {
		ContractID uuid.UUID
		Version    int
		Before     *string
	}
	err := tx.Raw(`SELECT c.contract_id, c.version, c.before::text AS before FROM contract_import_changes c
		JOIN billing_contracts k ON k.id = c.contract_id JOIN crm_accounts a ON a.id = k.crm_account_id
		WHERE c.import_id = ? ORDER BY lower(a.name), lower(k.name), k.id`, importID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what the import did: %w", err)
	}
	all := make([]done, len(rows))
	for i, r := range rows {
		all[i] = done{ContractID: r.ContractID, Version: r.Version}
		if r.Before == nil {
			continue
		}
		if err := json.Unmarshal([]byte(*r.Before), &all[i].Before); err != nil {
			return nil, fmt.Errorf("what stood before the import: %w", err)
		}
	}
	return all, nil
}

// undoing gathers which contracts are taken back, which go back to their terms, and which stay.
type undoing struct {
	tx      *gorm.DB
	plan    imports.Undo
	remove  []Contract
	restore []Edit
}

// PlanUndo compares what an import did with what stands. A contract that it made is taken back unless something was
// put on it, as one of many that were made in one step is; one that it changed goes back to its terms where the rules
// still allow them. What was changed after the import stays.
func (k importKind) PlanUndo(tx *gorm.DB, importID uuid.UUID) (imports.Undo, error) {
	all, err := doneBy(tx, importID)
	if err != nil {
		return imports.Undo{}, err
	}
	u := &undoing{tx: tx}
	for _, d := range all {
		if err := u.take(d); err != nil {
			return imports.Undo{}, err
		}
	}
	u.plan.Removed, u.plan.Restored = len(u.remove), len(u.restore)
	u.plan.Write = func(tx *gorm.DB) error { return k.writeUndo(tx, u) }
	return u.plan, nil
}

func (u *undoing) take(d done) error {
	c, err := get(u.tx, d.ContractID, "")
	if err != nil {
		return err
	}
	label, err := labelOf(u.tx, c)
	if err != nil {
		return err
	}
	row := imports.Row{Label: label, Outcome: imports.Refused}
	switch {
	case c.Version != d.Version:
		row.Reason = "It is kept: it was changed after the import."
	case d.Before == nil:
		if row.Reason, err = keeps(unused(u.tx, c.ID)); err != nil {
			return err
		}
		if row.Reason == "" {
			u.remove = append(u.remove, c)
			return nil
		}
	default:
		return u.takeChanged(c, *d.Before, row)
	}
	u.plan.Rows = append(u.plan.Rows, row)
	return nil
}

func (u *undoing) takeChanged(c Contract, before Input, row imports.Row) error {
	terms, err := edited(u.tx, c, before)
	if err == nil {
		err = u.free(c, terms)
	}
	if why := refusal(err); why != "" {
		row.Reason = "It is kept: " + why
		u.plan.Rows = append(u.plan.Rows, row)
		return nil
	}
	if err != nil {
		return err
	}
	row.Outcome, row.Changes = imports.Changed, changes(difference(c.Terms, terms))
	u.plan.Rows = append(u.plan.Rows, row)
	u.restore = append(u.restore, Edit{ID: c.ID, Version: c.Version, Input: before})
	return nil
}

// free refuses a name that another contract of the customer has by now.
func (u *undoing) free(c Contract, back Terms) error {
	var taken bool
	err := u.tx.Raw(`SELECT EXISTS (SELECT FROM billing_contracts WHERE crm_account_id = ? AND lower(name) = lower(?)
		AND id <> ?)`, back.CRMAccountID, back.Name, c.ID).Row().Scan(&taken)
	if err == nil && taken {
		err = errs.Fields{"name": fmt.Sprintf("another contract of the customer is called %q by now.", back.Name)}.Err()
	}
	return err
}

// keeps is why a rule keeps what an import made; empty: nothing does.
func keeps(err error) (string, error) {
	if why := refusal(err); why != "" {
		return "It is kept: " + why + ".", nil
	}
	return "", err
}

func labelOf(tx *gorm.DB, c Contract) (string, error) {
	var customer string
	err := tx.Raw(`SELECT name FROM crm_accounts WHERE id = ?`, c.CRMAccountID).Row().Scan(&customer)
	return imports.Isolated(customer) + " " + imports.Isolated(c.Name), postgres.Translate(err)
}

func (k importKind) writeUndo(tx *gorm.DB, u *undoing) error {
	for _, c := range u.remove {
		if err := k.takeBack(tx, k.by, c); err != nil {
			return err
		}
	}
	for _, e := range u.restore {
		if err := k.updateIn(tx, k.by, e); err != nil {
			return err
		}
	}
	return nil
}
