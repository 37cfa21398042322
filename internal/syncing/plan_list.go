package syncing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/syncing/guard"

	"github.com/shopspring/decimal"
)

// PlannedRow is one planned change as a list shows it.
type PlannedRow struct {
	AccountExternalID string
	AccountName       string
	ExternalID        string
	SubjectID         uuid.NullUUID
	Name              string
	Kinds             postgres.Texts
	Words             string
	SeatsBefore       int
	SeatsAfter        int
	MonthBefore       decimal.NullDecimal
	MonthAfter        decimal.NullDecimal
	CurrencyBefore    string
	CurrencyAfter     string
	Since             clock.Date
	State             RowState
	Why               string
}

// PlannedShown is how many of them a run's page lists, the weightiest first.
const PlannedShown = 200

// PlannedRows lists what a run changed or would change: what is in doubt, went, came back or moved first, then by
// seats. It leaves out what is only new and passed, or concerns details.
func PlannedRows(ctx context.Context, db *gorm.DB, r Run) (rows []PlannedRow, total int, err error) {
	telling := `AND (state <> 'applied' OR kinds && '{gone,ended,back,moved,surge,renumbered,twin}')`
	if r.State == Planned || r.State == Stopped || r.AppliesRunID != nil {
		telling = ""
	}
	var found []struct {
		PlannedRow
		Total int
	}
	err = db.WithContext(ctx).Raw(`SELECT `+plannedColumns+`, count(*) OVER () AS total
		FROM sync_plan_rows WHERE run_id = ? `+telling+plannedOrder+` LIMIT ?`, r.planOf(), PlannedShown).
		Scan(&found).Error
	if err != nil {
		return nil, 0, fmt.Errorf("list what a run would change: %w", err)
	}
	for _, f := range found {
		rows, total = append(rows, f.PlannedRow), f.Total
	}
	return rows, total, nil
}

const (
	plannedColumns = `account_external_id, account_name, external_id, subject_id, name, kinds, words, seats_before,
		seats_after, month_before, month_after, currency_before, currency_after, since, state, why`
	plannedOrder = ` ORDER BY CASE WHEN state IN ('conflict', 'refused') THEN 0 WHEN state = 'waits' THEN 1
			WHEN kinds && '{gone,ended,back,moved,surge,renumbered,twin}' THEN 2
			WHEN kinds && '{new}' THEN 4 ELSE 3 END,
			abs(seats_after - seats_before) DESC, account_external_id, external_id`
)

// planOf is the run whose plan a run made or carried out.
func (r Run) planOf() uuid.UUID {
	if r.AppliesRunID != nil {
		return *r.AppliesRunID
	}
	return r.ID
}

// EachPlannedRow gives every row of what a run changed or would change, new ones and details too, in the same order.
func EachPlannedRow(ctx context.Context, db *gorm.DB, r Run, do func(PlannedRow) error) error {
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT `+plannedColumns+` FROM sync_plan_rows WHERE run_id = ?`+
		plannedOrder, r.planOf()), do)
}

// PlanGroups sums up what a run changed or would change, by kind.
func PlanGroups(ctx context.Context, db *gorm.DB, r Run) ([]guard.Group, error) {
	groups, _, err := figuresOf(ctx, db, r.planOf(), nil)
	return groups, err
}

// Waiting is how many subscriptions of a run are not seen and not proved gone.
func Waiting(ctx context.Context, db *gorm.DB, runID uuid.UUID) (int, error) {
	h, err := heldBack(ctx, db, runID)
	return h.Waiting, err
}
