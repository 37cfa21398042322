package syncing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Filter narrows the list of runs.
type Filter struct {
	ProviderID uuid.UUID // zero for all
	Kind       Kind
	State      State
	Trigger    Trigger
	Since      time.Time // requested then or later; zero for all
}

// Row is one line of the list of runs.
type Row struct {
	ID          uuid.UUID
	ProviderID  uuid.UUID
	Provider    string
	Kind        Kind
	Trigger     Trigger
	State       State
	RequestedBy string
	RequestedAt time.Time
	StartedAt   *time.Time
	FinishedAt  *time.Time
	Counts      `gorm:"embedded"`
	Message     string
	Advice      string
	Figures     `gorm:"embedded"`
}

// Sorts are the keys of the list.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "r.id", Default: "-requested_at", Keys: []paging.Sort{
		{Key: "requested_at", Expr: "r.requested_at", Kind: paging.Time},
		{Key: "started_at", Expr: "r.started_at", Kind: paging.Time, Nullable: true},
	}}
}

const rowsOfRuns = `SELECT r.id, r.provider_id, p.name AS provider, r.kind, r.trigger, r.state, r.requested_by,
	r.requested_at, r.started_at, r.finished_at,
	r.total, r.done, r.added, r.changed, r.unchanged, r.gone, r.held, r.failed, r.message, r.advice,
		` + figureColumns + `
	FROM sync_runs r JOIN providers p ON p.id = r.provider_id WHERE `

func (f Filter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	add := func(cond string, arg any) {
		conds, args = append(conds, cond), append(args, arg)
	}
	if f.ProviderID != uuid.Nil {
		add("r.provider_id = ?", f.ProviderID)
	}
	if f.Kind != "" {
		add("r.kind = ?", f.Kind)
	}
	if f.State != "" {
		add("r.state = ?", f.State)
	}
	if f.Trigger != "" {
		add("r.trigger = ?", f.Trigger)
	}
	if !f.Since.IsZero() {
		add("r.requested_at >= ?", f.Since)
	}
	return strings.Join(conds, " AND "), args
}

// List reads one page and the token of the next.
func List(ctx context.Context, db *gorm.DB, f Filter, r paging.Request) ([]Row, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append(append(args, more...), r.Limit())
	var rows []Row
	err := db.WithContext(ctx).Raw(rowsOfRuns+where+` AND `+behind+` ORDER BY `+r.Order.SQL()+` LIMIT ?`,
		args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list sync runs: %w", err)
	}
	return paging.Cut(r, rows, func(x Row) (any, uuid.UUID) {
		if r.Order.Sort.Key == "started_at" {
			return x.StartedAt, x.ID
		}
		return x.RequestedAt, x.ID
	})
}

// Count is how many runs a filter lets through.
func Count(ctx context.Context, db *gorm.DB, f Filter) (int, error) {
	where, args := f.where()
	var n int
	if err := db.WithContext(ctx).Raw(`SELECT count(*) FROM sync_runs r WHERE `+where,
		args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count sync runs: %w", err)
	}
	return n, nil
}

// Each hands over every run of a filter in order, for the CSV.
func Each(ctx context.Context, db *gorm.DB, f Filter, o paging.Order, do func(Row) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(rowsOfRuns+where+` ORDER BY `+o.SQL(), args...), do)
}

// Latest are the newest runs of a provider.
func Latest(ctx context.Context, db *gorm.DB, providerID uuid.UUID, limit int) ([]Row, error) {
	order, err := Sorts().Parse("")
	if err != nil {
		return nil, err
	}
	rows, _, err := List(ctx, db, Filter{ProviderID: providerID}, paging.Request{Order: order, Size: limit})
	return rows, err
}
