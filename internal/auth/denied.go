package auth

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// Denied notes in the trail that somebody asked for what their role does not allow.
func (s Sessions) Denied(ctx context.Context, u User, method, route string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return audit.Record(ctx, tx, s.Clock, u.Actor(), audit.Event{
			Action: "access.denied", ObjectType: "route", ObjectID: method + " " + route, ObjectName: route,
			After: map[string]any{"role": u.Role},
		})
	})
}
