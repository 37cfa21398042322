package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Refusal is a no that stands.
type Refusal struct {
	ActID        uuid.UUID
	AccountID    uuid.UUID
	CRMAccountID uuid.NullUUID `gorm:"column:crm_account_id"` // none: to all that were shown
	CRMAccount   string
	At           time.Time
	Actor        string
}

// Answers are what people said about an unmapped account without deciding it.
type Answers struct {
	Refusals     []Refusal
	SnoozeID     uuid.NullUUID
	SnoozedUntil clock.Date
	Snoozer      string
}

// AnswersAbout reads the noes and the snooze of an account that stand.
func AnswersAbout(ctx context.Context, db *gorm.DB, accountID uuid.UUID) (Answers, error) {
	var a Answers
	err := db.WithContext(ctx).Raw(`SELECT r.act_id, r.account_id, r.crm_account_id, coalesce(c.name,
		'') AS crm_account, r.at, r.actor
		FROM mapping_refusals r LEFT JOIN crm_accounts c ON c.id = r.crm_account_id
		WHERE r.account_id = ? AND r.revoked_at IS NULL AND r.lapsed_at IS NULL
		ORDER BY r.at DESC, r.id DESC`, accountID).Scan(&a.Refusals).Error
	if err != nil {
		return a, fmt.Errorf("noes about account %s: %w", accountID, err)
	}
	var z struct {
		ID    uuid.NullUUID
		Until clock.Date
		Actor string
	}
	err = db.WithContext(ctx).Raw(`SELECT id, until, actor FROM mapping_snoozes WHERE account_id = ?
		AND ended_at IS NULL`, accountID).Scan(&z).Error
	a.SnoozeID, a.SnoozedUntil, a.Snoozer = z.ID, z.Until, z.Actor
	return a, err
}
