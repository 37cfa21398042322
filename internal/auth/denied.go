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

// Refused notes that somebody who is nobody here was refused, once a minute of a place.
func (s Sessions) Refused(ctx context.Context, address, why string) error {
	place := Place(address)
	return audit.Folds{DB: s.DB, Clock: s.Clock}.Note(ctx, stranger(), "refused "+why+" "+place, audit.Event{
		Action: "access.refused", ObjectType: "place", ObjectID: place, ObjectName: why})
}
