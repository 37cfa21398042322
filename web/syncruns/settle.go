package syncruns

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/syncing"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Apply carries out exactly what a stopped or dry run showed, by its digest. When other records changed meanwhile it
// is refused with both.
func (h Handlers) Apply(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	run, err := h.Sync.ApplyPlan(ctx, session.Actor(c), id, form.Get("digest"))
	var outdated *syncing.Outdated
	if errors.As(err, &outdated) {
		return h.outdated(c, id, outdated)
	}
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, Path(run.ID))
}

// Discard puts a plan away; nothing of it is applied.
func (h Handlers) Discard(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Sync.DiscardPlan(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, Path(id), "The plan was discarded. Nothing of it was applied.")
}

// outdated is the run's page with what was shown beside what would change now.
func (h Handlers) outdated(c echo.Context, id uuid.UUID, o *syncing.Outdated) error {
	q, err := httpx.ParseList(c, outcomeSpec())
	if err != nil {
		return err
	}
	var r record
	ctx := c.Request().Context()
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		r, err = readRecord(ctx, tx, id, q)
		return err
	})
	if err != nil {
		return err
	}
	m := h.recordView(c, r, q)
	m.Result, m.Stale = staleCallout(o), staleTable(o)
	return httpx.Render(c, http.StatusConflict, m.Show())
}

// readPlan reads what the run changed, or would change.
func (r *record) readPlan(ctx context.Context, tx *gorm.DB) error {
	var err error
	if r.plan, r.planned, err = syncing.PlanOf(ctx, tx, r.ID); err != nil {
		return err
	}
	if r.groups, err = syncing.PlanGroups(ctx, tx, r.Run); err != nil {
		return err
	}
	if r.waiting, err = syncing.Waiting(ctx, tx, r.ID); err != nil {
		return err
	}
	r.changes, r.changesTotal, err = syncing.PlannedRows(ctx, tx, r.Run)
	return err
}
