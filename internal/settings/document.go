package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
)

// Saved says of a stored document of choices when and by whom it was saved.
// Version is 0 while nothing was ever saved.
type Saved struct {
	Version   int
	UpdatedAt time.Time
	UpdatedBy string
}

// Read fills doc with what is stored under a name. What is not stored is left as it is.
func Read(ctx context.Context, db *gorm.DB, name string, doc any) (Saved, error) {
	var stored struct {
		Saved
		Value string
	}
	found := db.WithContext(ctx).Raw(`SELECT value, version, updated_at, updated_by FROM settings WHERE name = ?`,
		name).Scan(&stored)
	if found.Error != nil || found.RowsAffected == 0 {
		return Saved{}, found.Error
	}
	if err := json.Unmarshal([]byte(stored.Value), doc); err != nil {
		return Saved{}, fmt.Errorf("settings %s: %w", name, err)
	}
	return stored.Saved, nil
}

// Write stores a document over the version it was read at, or ErrStale. The trail is the caller's.
func Write(ctx context.Context, tx *gorm.DB, clk clock.Clock, by audit.Actor, name string, version int, doc any) error {
	value, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	done := tx.WithContext(ctx).Exec(`
		INSERT INTO settings AS was (name, value, version, updated_at, updated_by)
		VALUES (@row, CAST(@value AS jsonb), 1, @now, @by)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = was.version + 1,
			updated_at = excluded.updated_at, updated_by = excluded.updated_by
		WHERE was.version = @version`,
		map[string]any{"row": name, "value": string(value), "now": clk.Now(), "by": by.Name, "version": version})
	if done.Error == nil && done.RowsAffected == 0 {
		return ErrStale
	}
	return done.Error
}
