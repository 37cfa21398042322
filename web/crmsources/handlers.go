// Package crmsources is the screens of CRMs that are read by themselves: list, form,
// record with its check, and readings with their progress. What a reading does is
// decided in crmsource.
package crmsources

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/crmsource"
	"seatledger/internal/postgres"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers everything below /crm-sources.
type Handlers struct {
	DB       *postgres.DB
	Clock    clock.Clock
	Zone     *time.Location
	Sources  *crmsource.Service
	Sessions *session.Manager
}

const (
	listPath = at.CRMSources
	nav      = "CRM sources"
)

func path(id uuid.UUID) string { return listPath + "/" + id.String() }

func runPath(source, run uuid.UUID) string { return path(source) + "/runs/" + run.String() }

func mayEdit(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Admin) }

func mayRead(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }

func crumbs(more ...layout.Crumb) []layout.Crumb {
	return append([]layout.Crumb{{Label: nav, Href: listPath}}, more...)
}

// source reads the source that the address names.
func (h Handlers) source(c echo.Context) (crmsource.Source, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return crmsource.Source{}, err
	}
	ctx := c.Request().Context()
	return crmsource.Get(ctx, h.DB.Read(ctx), id)
}

func (h Handlers) moment(t *time.Time) ui.Time {
	if t == nil {
		return ui.Time{}
	}
	return httpx.Moment(*t, h.Zone)
}
