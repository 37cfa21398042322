package foureyes

import (
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
)

// insert stores a request, unless the same one stands.
func insert(tx *gorm.DB, r Request) (bool, error) {
	texts := make([]any, 3)
	for i, v := range []any{r.Facts, r.Money, r.Form} {
		b, err := json.Marshal(v)
		if err != nil {
			return false, err
		}
		texts[i] = string(b)
	}
	done := tx.Exec(`INSERT INTO four_eyes_requests (id, kind, object_type, object_id, object_name, digest, facts,
		money,
			unpriced, path, form, asked_at, asked_by, asked_by_name, expires_at, state)
		VALUES (?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, nullif(?::jsonb, 'null'), ?, ?, ?, ?, ?)
		ON CONFLICT (asked_by, digest) WHERE state IN ('open', 'granted') DO NOTHING`,
		r.ID, r.Kind, r.ObjectType, r.ObjectID, r.ObjectName, r.Digest, texts[0], texts[1], r.Unpriced, r.Path,
		texts[2],
		r.AskedAt, r.AskedBy, r.AskedByName, r.ExpiresAt, r.State)
	if done.Error != nil {
		return false, fmt.Errorf("ask a second person: %w", done.Error)
	}
	return done.RowsAffected > 0, nil
}
