package syncruns

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/syncing"
	"seatledger/internal/syncing/guard"
	"seatledger/web/httpx"
	"seatledger/web/steps"
)

// record is all that a run's page tells of.
type record struct {
	syncing.Run
	names    syncing.Names
	outcomes map[string]int
	causes   []syncing.Cause
	rows     []syncing.AccountOutcome
	around   httpx.Around // in the list that one came by
	unread   []syncing.UnreadDate
	unreads  int // of all that the run read
	came     syncing.Figures
	before   *syncing.Row // the run that it is compared with; nil: there is none

	plan         syncing.Plan
	planned      bool
	groups       []guard.Group
	changes      []syncing.PlannedRow
	changesTotal int
	waiting      int // not seen, and not proved gone
}

// Show is the page of one run. While it works, a reload shows what the stream shows.
func (h Handlers) Show(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, outcomeSpec())
	if err != nil {
		return err
	}
	var r record
	ctx := c.Request().Context()
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		if r, err = readRecord(ctx, tx, id, q); err != nil {
			return err
		}
		r.around, err = httpx.AroundOf(c, tx, syncing.Runs, id, syncing.Waits,
			func(s *httpx.ListSpec) { s.Filter("since").Args = h.startOf })
		return err
	})
	if err != nil {
		return err
	}
	m := h.recordView(c, r, q)
	r.around.On(&m.Page)
	r.around.ToDo(&m.Page, "Next that waits")
	if r.State.Finished() {
		if err := steps.On(ctx, h.DB.Read(ctx), &m.Page); err != nil {
			return err
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// outcomeSpec is what the address of a run may say: which of its accounts to show.
func outcomeSpec() httpx.ListSpec {
	return httpx.ListSpec{Sorts: syncing.RunAccounts.Sorts(), Filters: syncing.RunAccounts.Filters}
}

func readRecord(ctx context.Context, tx *gorm.DB, id uuid.UUID, q httpx.ListQuery) (record, error) {
	var r record
	var err error
	if r.Run, err = syncing.Get(ctx, tx, id); err != nil {
		return r, err
	}
	if r.names, err = syncing.NamesOf(ctx, tx, r.Run); err != nil {
		return r, err
	}
	if r.outcomes, err = syncing.OutcomeCounts(ctx, tx, id); err != nil {
		return r, err
	}
	if r.causes, err = syncing.Causes(ctx, tx, id); err != nil {
		return r, err
	}
	if r.unread, r.unreads, err = syncing.UnreadDates(ctx, tx, r.Run); err != nil {
		return r, err
	}
	if err = r.readComparison(ctx, tx); err != nil {
		return r, err
	}
	if err = r.readPlan(ctx, tx); err != nil {
		return r, err
	}
	accounts := syncing.RunAccounts.Ask(listing.Values{"outcome": chosen(q, r.outcomes)}).Of(id)
	page, err := syncing.RunAccounts.Page(ctx, tx, accounts)
	r.rows = page.Rows
	return r, err
}

// chosen is the outcome shown: the one asked for, else failures before all.
func chosen(q httpx.ListQuery, counts map[string]int) string {
	if asked := q.Filter("outcome"); asked != "" {
		return asked
	}
	for _, o := range []string{syncing.OutcomeFailed, syncing.OutcomeChanged, syncing.OutcomeHeld} {
		if counts[o] > 0 {
			return o
		}
	}
	return syncing.OutcomeChanged
}
