package auth

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Restored is what came back with a backup and was ended, since it may have been ended or spent after the backup was
// made.
type Restored struct {
	Sessions int64
	Links    int64 // by mail, and half-way sign-ins
	Codes    int64 // recovery codes that seemed unused
}

// EndRestored ends every session, voids every link, question and half-way sign-in, and takes back every recovery code:
// one that was spent since would open again.
func EndRestored(ctx context.Context, db *postgres.DB) (Restored, error) {
	var out Restored
	err := db.InTx(ctx, func(tx *gorm.DB) error {
		for table, n := range map[string]*int64{"sessions": &out.Sessions, "sign_in_links": &out.Links,
			"recovery_codes": &out.Codes, "sign_in_steps": nil, "passkey_challenges": nil, "held_forms": nil,
			"enrolments": nil, "reset_requests": nil, "account_news": nil} {
			done := tx.Exec(`DELETE FROM ` + table)
			if done.Error != nil {
				return done.Error
			}
			if n != nil {
				*n = done.RowsAffected
			}
		}
		return nil
	})
	return out, err
}
