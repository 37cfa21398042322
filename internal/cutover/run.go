package cutover

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
)

// Service guides cut-overs. Each step of each customer is a transaction of its own.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
	Mapping *mapping.Service
}

func (s Service) today() clock.Date { return clock.Today(s.Clock, s.Zone) }

// RunState is how a run stands.
type RunState string

// The states of a run.
const (
	RunOpen      RunState = "open"
	RunFinished  RunState = "finished"
	RunAbandoned RunState = "abandoned"
)

// Run is one cut-over.
type Run struct {
	ID                uuid.UUID
	Name              string
	OldProviderID     uuid.UUID
	OldProvider       string
	OldActive         bool
	NewProviderID     uuid.UUID
	NewProvider       string
	SwitchDay         clock.Date // of customers that have none of their own; zero: none
	State             RunState
	AccessRequestedAt *time.Time
	AccessRequestedBy string
	CreatedAt         time.Time
	CreatedBy         string
	EndedAt           *time.Time // finished or abandoned
	EndedBy           string
	Version           int
}

const runColumns = `r.*, o.name AS old_provider, o.active AS old_active, n.name AS new_provider
	FROM cutovers r JOIN providers o ON o.id = r.old_provider_id JOIN providers n ON n.id = r.new_provider_id`

// Get reads a run; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Run, error) {
	var found []Run
	if err := db.WithContext(ctx).Raw(`SELECT `+runColumns+` WHERE r.id = ?`, id).Scan(&found).Error; err != nil {
		return Run{}, fmt.Errorf("read cut-over %s: %w", id, err)
	}
	if len(found) == 0 {
		return Run{}, errs.New(errs.NotFound, "There is no such cut-over.")
	}
	return found[0], nil
}

// ListFilter narrows the list of runs. Empty fields do not narrow.
type ListFilter struct {
	Search   string // in name and providers
	State    RunState
	Provider uuid.UUID // old or new
}

// ListRow is one run of the list and of its CSV.
type ListRow struct {
	Run
	Customers int // with a row of their own: somebody has decided something about them
	Retired   int // of them
}

// Sorts are the keys of the list.
func Sorts() paging.Sorts {
	return paging.Sorts{ID: "r.id", Default: "-created_at", Keys: []paging.Sort{
		{Key: "created_at", Expr: "r.created_at", Kind: paging.Time},
	}}
}

const listColumns = `SELECT (SELECT count(*) FROM cutover_customers c WHERE c.cutover_id = r.id) AS customers,
	(SELECT count(*) FROM cutover_customers c WHERE c.cutover_id = r.id AND c.state = 'retired') AS retired, `

// List reads one page of runs and the token of the next.
func List(ctx context.Context, db *gorm.DB, f ListFilter, r paging.Request) ([]ListRow, string, error) {
	where, args := f.where()
	behind, more := r.Where()
	args = append(append(args, more...), r.Limit())
	var rows []ListRow
	err := db.WithContext(ctx).Raw(listColumns+runColumns+` WHERE `+where+` AND `+behind+` ORDER BY `+r.Order.SQL()+
		` LIMIT ?`, args...).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("list cut-overs: %w", err)
	}
	return paging.Cut(r, rows, func(l ListRow) (any, uuid.UUID) { return l.CreatedAt, l.ID })
}

// Each hands over every run of a filter in order, for the CSV.
func Each(ctx context.Context, db *gorm.DB, f ListFilter, o paging.Order, do func(ListRow) error) error {
	where, args := f.where()
	return postgres.Each(db.WithContext(ctx).Raw(listColumns+runColumns+` WHERE `+where+` ORDER BY `+o.SQL(),
		args...), do)
}

func (f ListFilter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	if f.Search != "" {
		conds, args = append(conds, `lower(r.name || ' ' || o.name || ' ' || n.name) LIKE ?`),
			append(args, postgres.Contains(f.Search))
	}
	if f.State != "" {
		conds, args = append(conds, `r.state = ?`), append(args, f.State)
	}
	if f.Provider != uuid.Nil {
		conds, args = append(conds, `? IN (r.old_provider_id, r.new_provider_id)`), append(args, f.Provider)
	}
	return strings.Join(conds, " AND "), args
}

// OpenRuns counts the runs that are under way.
func OpenRuns(ctx context.Context, db *gorm.DB) (int, error) {
	var n int64
	if err := db.WithContext(ctx).Table("cutovers").Where("state = ?", RunOpen).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count open cut-overs: %w", err)
	}
	return int(n), nil
}

// ProofDay is the day on which a run's proof is made: today, or the day on which the run ended.
func (s Service) ProofDay(run Run) clock.Date {
	if run.EndedAt != nil {
		return clock.DateOf(*run.EndedAt, s.Zone)
	}
	return s.today()
}
