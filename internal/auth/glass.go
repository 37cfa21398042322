package auth

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/settings"
)

// glass is until when administrators come in by password, whatever else was chosen.
type glass struct {
	Until time.Time `json:"until"`
}

const (
	glassRow   = "break_glass"
	glassOpens = time.Hour
)

// GlassBroken is until when the door for administrators is open. It goes by the true time.
func GlassBroken(ctx context.Context, db *gorm.DB) (time.Time, error) {
	var g glass
	_, err := settings.Read(ctx, db, glassRow, &g)
	return g.Until, err
}

// BreakGlass opens the door for administrators with a password for an hour. It is for who runs the program, when an
// identity provider does not answer.
func (s Service) BreakGlass(ctx context.Context, by audit.Actor) (time.Time, error) {
	now, _ := clock.True(s.Clock)
	until := now.Add(glassOpens)
	return until, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var was glass
		saved, err := settings.Read(ctx, tx, glassRow, &was)
		if err != nil {
			return err
		}
		if err := settings.Write(ctx, tx, s.Clock, by, glassRow, saved.Version, glass{until}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "sign_in.glass_broken", ObjectType: "settings",
			ObjectID: glassRow, ObjectName: "Sign-in by password", After: map[string]any{"until": until.UTC().
					Format(time.RFC3339)}})
	})
}
