package syncing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Figures are what a run came to in seats and money. The counts are nil for runs from
// before they were kept, and until a run has ended.
type Figures struct {
	SeatsLost   *int
	SeatsGained *int
	Ended       *int           // subscriptions that had seats and have none
	MoneyMonth  []money.Amount `gorm:"serializer:json"` // what the cost changes by a month
	Uncosted    *int           // subscriptions left out of it: their cost a month is not known
	Calls       int            // made to the distributor
}

// Known tells whether the figures were kept.
func (f Figures) Known() bool { return f.SeatsLost != nil && f.SeatsGained != nil }

// Lost is how many seats were lost; 0 where that is not known.
func (f Figures) Lost() int { return or0(f.SeatsLost) }

// Gained is how many seats were gained; 0 where that is not known.
func (f Figures) Gained() int { return or0(f.SeatsGained) }

func or0(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

const rowsOfRuns = `SELECT r.id, r.provider_id, p.name AS provider, r.kind, r.trigger, r.state, r.requested_by,
	r.requested_at, r.started_at, r.finished_at,
	r.total, r.done, r.added, r.changed, r.unchanged, r.gone, r.held, r.failed, r.message, r.advice,
		` + figureColumns + `
	FROM sync_runs r JOIN providers p ON p.id = r.provider_id WHERE `

const figureColumns = `r.seats_lost, r.seats_gained, r.ended, r.money_month, r.uncosted, r.calls`

// FiguresOf reads what a run came to.
func FiguresOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Figures, error) {
	var f Figures
	err := db.WithContext(ctx).Raw(`SELECT `+figureColumns+` FROM sync_runs r WHERE r.id = ?`, id).Scan(&f).Error
	return f, err
}

// keepFigures reckons and stores what a run came to, in the transaction that ends it.
func keepFigures(ctx context.Context, tx *gorm.DB, id uuid.UUID) (ledger.Figures, error) {
	f, err := ledger.FiguresOf(ctx, tx, id)
	if err != nil {
		return f, err
	}
	sums, err := json.Marshal(f.MoneyMonth)
	if err != nil {
		return f, err
	}
	return f, tx.WithContext(ctx).Exec(`UPDATE sync_runs SET seats_lost = ?, seats_gained = ?, ended = ?,
		money_month = ?::jsonb, uncosted = ? WHERE id = ?`,
		f.SeatsLost, f.SeatsGained, f.Ended, string(sums), f.Uncosted, id).Error
}

// Before is the run that another is compared with: the last one of the same provider,
// kind and reach that was read to its end; false when there is none.
func Before(ctx context.Context, db *gorm.DB, r Run) (Row, bool, error) {
	var found []Row
	err := db.WithContext(ctx).Raw(rowsOfRuns+`r.provider_id = ? AND r.kind = ? AND r.requested_at < ?
		AND r.state IN ('succeeded', 'partial') AND r.account_id IS NOT DISTINCT FROM ?
		AND r.contract_id IS NOT DISTINCT FROM ? AND r.only_accounts = '[]' AND r.only_external_ids = '[]'
		ORDER BY r.requested_at DESC, r.id DESC LIMIT 1`,
		r.ProviderID, r.Kind, r.RequestedAt, r.AccountID, r.ContractID).Scan(&found).Error
	if err != nil {
		return Row{}, false, fmt.Errorf("find the run before: %w", err)
	}
	return append(found, Row{})[0], len(found) > 0, nil
}

// Took is how long a run worked; false while it has not ended.
func Took(from, to *time.Time) (time.Duration, bool) {
	if from == nil || to == nil {
		return 0, false
	}
	return to.Sub(*from), true
}
