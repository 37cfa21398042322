package crm

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Figures looks after how many mapped provider accounts and active contracts a CRM account has, which its row keeps.
type Figures struct{}

// AddUp has nothing to add up.
func (Figures) AddUp(context.Context, *postgres.DB) error { return nil }

const figures = `SELECT (SELECT count(*) FROM provider_accounts a WHERE a.crm_account_id = c.id
	AND a.state = 'mapped') AS accounts,
	(SELECT count(*) FROM billing_contracts b WHERE b.crm_account_id = c.id AND b.active) AS contracts`

// Mend makes right what rows keep wrongly, and tells how many did. Those that look wrong are locked first and counted
// after: whoever changes what is counted holds their row too.
func (Figures) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		var ids []string
		err := tx.Raw(`SELECT c.id::text FROM crm_accounts c, LATERAL (` + figures + `) f
			WHERE (c.mapped_accounts, c.active_contracts) <> (f.accounts, f.contracts) ORDER BY c.id
			FOR UPDATE OF c`).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		done := tx.Exec(`UPDATE crm_accounts u SET mapped_accounts = f.accounts, active_contracts = f.contracts
			FROM crm_accounts c, LATERAL (`+figures+`) f WHERE u.id = c.id AND c.id = ANY (?::uuid[])
			AND (u.mapped_accounts, u.active_contracts) <> (f.accounts, f.contracts)`, postgres.Texts(ids))
		counts = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, 0, fmt.Errorf("mend what CRM accounts keep: %w", err)
	}
	return counts, 0, nil
}
