package crm

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// usesOf says what hangs on accounts, for those on which anything does. Which tables
// refer to accounts is asked of the database itself, so that a table that comes later
// is not forgotten; what follows an account by itself does not count.
func usesOf(tx *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	uses := map[uuid.UUID]string{}
	if len(ids) == 0 {
		return uses, nil
	}
	var refers []struct{ Tab, Col string }
	err := tx.Raw(`SELECT c.conrelid::regclass::text AS tab, quote_ident(a.attname) AS col
		FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.confrelid = 'crm_accounts'::regclass AND c.contype = 'f' AND c.confdeltype <> 'c'
		ORDER BY 1, 2`).Scan(&refers).Error
	if err != nil {
		return nil, fmt.Errorf("who refers to crm accounts: %w", err)
	}
	for _, r := range refers {
		var used []uuid.UUID
		err := tx.Raw(`SELECT DISTINCT `+r.Col+` FROM `+r.Tab+` WHERE `+r.Col+` = ANY (?::uuid[])`,
			postgres.IDs(ids)).Scan(&used).Error
		if err != nil {
			return nil, fmt.Errorf("uses of crm accounts in %s: %w", r.Tab, err)
		}
		for _, id := range used {
			if uses[id] == "" {
				uses[id] = useIn(r.Tab)
			}
		}
	}
	return uses, nil
}

func useIn(table string) string {
	switch table {
	case "provider_accounts":
		return "a provider account is mapped to it"
	case "billing_contracts":
		return "it has a billing contract"
	case "mapping_refusals":
		return "somebody said that it is not a provider account's customer"
	case "mapping_decisions":
		return "a provider account was once mapped to it, and that can be undone"
	case "crm_accounts":
		return "another account stands below it"
	case "crm_source_records":
		return "a CRM source feeds it"
	case "invoices":
		return "it has invoices"
	}
	return "it is used (" + strings.ReplaceAll(table, "_", " ") + ")"
}
