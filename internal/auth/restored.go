package auth

import (
	"context"

	"seatledger/internal/postgres"
)

// EndAllSessions ends every session there is: those that came back with a backup may have been ended since it was made.
func EndAllSessions(ctx context.Context, db *postgres.DB) (int64, error) {
	done := db.Read(ctx).Exec(`DELETE FROM sessions`)
	return done.RowsAffected, done.Error
}
