package syncing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/paging"
	"seatledger/internal/words"
)

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

// Runs is the list of all sync runs. The columns of the file are those of CONTRACT, then ours.
// The screen says when a day of since begins (Spec.Filter): it knows the zone.
var Runs = &listing.List[Row]{
	Name: "sync-runs", One: "run", Many: "runs",
	Table: "sync_runs r", ID: "r.id", Default: "-requested_at", Ways: true,
	Joins:   "JOIN providers p ON p.id = r.provider_id",
	Columns: runColumns,
	Shown: []string{"requested_at", "provider", "kind", "state", "added", "changed", "unchanged", "gone", "held",
		"failed"},
	Card: []string{"kind", "state"},
	Filters: []listing.Filter{
		{Name: "provider", Label: "Provider", Where: "r.provider_id = ?",
			ChoicesSQL: "SELECT id::text, name, lower(name) FROM providers", Steady: true},
		{Name: "kind", Label: "What", Where: "r.kind = ?", Choices: choices(words.RunKind, Accounts, Subscriptions,
			Listing)},
		{Name: "state", Label: "State", Where: "r.state = ?", Choices: choices(words.RunState, Queued, Running,
			Interrupted, Succeeded, Partial, Failed, Cancelled, Stopped, Planned)},
		{Name: "trigger", Label: "Started by", Where: "r.trigger = ?", Choices: choices(words.Capital, ByPerson,
			ByNight,
			ByRetry, "demo")},
		{Name: "since", Label: "Requested since", IsDate: true, Where: "r.requested_at >= CAST(? AS timestamptz)"},
	},
}

// Waits is the condition, over the list of runs, for those whose plan waits for a person.
const Waits = `EXISTS (SELECT FROM sync_plans p WHERE p.run_id = r.id AND p.digest <> '' AND p.settled = '')`

func choices[T ~string](called func(string) string, values ...T) []listing.Choice {
	var out []listing.Choice
	for _, v := range values {
		out = append(out, listing.Choice{Value: string(v), Label: called(string(v))})
	}
	return out
}

const (
	figuresKnown = "r.seats_lost IS NOT NULL AND r.seats_gained IS NOT NULL"
	// monthOf is what a run came to a month, an amount per currency: 0 where it came to nothing, empty where
	// that is not known.
	monthOf = `CASE WHEN ` + figuresKnown + ` THEN coalesce((
		SELECT string_agg(trim_scale((m->>'amount')::numeric)::text, ' ' ORDER BY n)
		FROM jsonb_array_elements(nullif(r.money_month, 'null')) WITH ORDINALITY AS a (m, n)),
			CASE WHEN r.uncosted = 0 THEN '0' END) END`
	currenciesOf = `CASE WHEN ` + figuresKnown + ` THEN (SELECT string_agg(m->>'currency', ' ' ORDER BY n)
		FROM jsonb_array_elements(nullif(r.money_month, 'null')) WITH ORDINALITY AS a (m, n)) END`
)

var runColumns = []listing.Column[Row]{
	{Key: "id", SQL: "r.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
	{Key: "provider_id", SQL: "r.provider_id", Kind: listing.Word, Into: func(r *Row) any { return &r.ProviderID }},
	{Key: "provider", Label: "Provider", SQL: "p.name", Into: func(r *Row) any { return &r.Provider }},
	{Key: "kind", Label: "What", SQL: "r.kind", Kind: listing.Word, Into: func(r *Row) any { return &r.Kind }},
	{Key: "trigger", SQL: "r.trigger", Kind: listing.Word, Into: func(r *Row) any { return &r.Trigger }},
	{Key: "state", Label: "State", SQL: "r.state", Kind: listing.Word, Into: func(r *Row) any { return &r.State }},
	{Key: "started_at", Label: "Started", SQL: "date_trunc('second', r.started_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.StartedAt },
		Sort: listing.Sort{Expr: "coalesce(r.started_at, 'infinity')", Kind: paging.Time}},
	{Key: "finished_at", Label: "Finished", SQL: "date_trunc('second', r.finished_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.FinishedAt }},
	whole("added", "Added", "r.added", func(r *Row) any { return &r.Added }),
	whole("changed", "Changed", "r.changed", func(r *Row) any { return &r.Changed }),
	whole("unchanged", "Unchanged", "r.unchanged", func(r *Row) any { return &r.Unchanged }),
	whole("gone", "Gone", "r.gone", func(r *Row) any { return &r.Gone }),
	whole("held", "Held", "r.held", func(r *Row) any { return &r.Held }),
	whole("failed", "Failed", "r.failed", func(r *Row) any { return &r.Failed }),
	{Key: "message", Label: "Message", SQL: "r.message", Into: func(r *Row) any { return &r.Message }},
	{Key: "requested_at", Label: "Requested", SQL: "date_trunc('second', r.requested_at)", Kind: listing.Moment,
		Into: func(r *Row) any { return &r.RequestedAt }, Sort: listing.Sort{Expr: "r.requested_at",
			Kind: paging.Time}},
	{Key: "requested_by", Label: "Started by", SQL: "r.requested_by", Into: func(r *Row) any { return &r.RequestedBy }},
	whole("accounts_total", "Accounts", "r.total", func(r *Row) any { return &r.Total }),
	whole("accounts_done", "Accounts read", "r.done", func(r *Row) any { return &r.Done }),
	whole("seats_lost", "Seats lost", "r.seats_lost", func(r *Row) any { return &r.SeatsLost }),
	whole("seats_gained", "Seats gained", "r.seats_gained", func(r *Row) any { return &r.SeatsGained }),
	{Key: "money_month", SQL: monthOf, Kind: listing.Word},
	{Key: "money_currency", SQL: currenciesOf, Kind: listing.Word},
	whole("ended", "Ended", "r.ended", func(r *Row) any { return &r.Ended }),
	whole("uncosted", "Without a known cost", "r.uncosted", func(r *Row) any { return &r.Uncosted }),
	whole("calls", "Calls", "r.calls", func(r *Row) any { return &r.Calls }),
	{SQL: "r.advice", Into: func(r *Row) any { return &r.Advice }},
	{SQL: "r.money_month", Into: func(r *Row) any { return (*money.Amounts)(&r.MoneyMonth) }},
}

func whole[R any](key, label, sql string, into func(*R) any) listing.Column[R] {
	return listing.Column[R]{Key: key, Label: label, SQL: sql, Kind: listing.Whole, Into: into}
}

// CountSince is how many runs of a state were requested then or later; of all times, for the zero time.
func CountSince(ctx context.Context, db *gorm.DB, s State, since time.Time) (int, error) {
	var n int
	if err := db.WithContext(ctx).Raw(`SELECT count(*) FROM sync_runs WHERE state = ? AND requested_at >= ?`, s,
		since).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count sync runs: %w", err)
	}
	return n, nil
}

// Latest are the newest runs of a provider.
func Latest(ctx context.Context, db *gorm.DB, providerID uuid.UUID, limit int) ([]Row, error) {
	q := Runs.Ask(listing.Values{"provider": providerID.String()})
	q.Page.Size = limit
	page, err := Runs.Page(ctx, db, q)
	return page.Rows, err
}
