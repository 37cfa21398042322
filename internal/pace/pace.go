// Package pace bounds how often one person, or one token, asks for what is dear: files, uploads, and runs with their
// previews. All processes on a database count together. It knows no page and no role.
package pace

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Kind is a sort of what is dear.
type Kind string

// The kinds.
const (
	Files   Kind = "files"
	Uploads Kind = "uploads"
	Runs    Kind = "runs" // and their previews
)

// Window is the time in which asking is counted. It begins with the first ask.
const Window = 10 * time.Minute

// Most is how often one person may ask within Window. A person never comes near it; a program that has gone wrong, or
// somebody who takes all there is, does.
func (k Kind) Most() int {
	switch k {
	case Files:
		return 1200
	case Uploads:
		return 300
	case Runs:
		return 600
	}
	return 0
}

// Book counts.
type Book struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// Ask counts one ask, unless it is one too many: then it is not counted, and wait is how long until the next.
func (b Book) Ask(ctx context.Context, who uuid.UUID, k Kind) (wait time.Duration, err error) {
	now, _ := clock.True(b.Clock)
	db := b.DB.Read(ctx)
	done := db.Exec(`INSERT INTO paces AS p (who, kind, since, asked) VALUES (@who, @kind, @now, 1)
		ON CONFLICT (who, kind) DO UPDATE SET since = CASE WHEN p.since > @from THEN p.since ELSE @now END,
			asked = CASE WHEN p.since > @from THEN p.asked + 1 ELSE 1 END
		WHERE p.since <= @from OR p.asked < @most`,
		map[string]any{"who": who, "kind": k, "now": now, "from": now.Add(-Window), "most": k.Most()})
	if done.Error != nil || done.RowsAffected > 0 {
		return 0, done.Error
	}
	var since time.Time
	err = db.Raw(`SELECT since FROM paces WHERE who = ? AND kind = ?`, who, k).Scan(&since).Error
	return max(time.Second, since.Add(Window).Sub(now)), err
}

// Sweep forgets what does not count any more. A job calls it.
func (b Book) Sweep(ctx context.Context) error {
	now, _ := clock.True(b.Clock)
	return b.DB.Read(ctx).Exec(`DELETE FROM paces WHERE since <= ?`, now.Add(-Window)).Error
}
