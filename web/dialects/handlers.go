// Package dialects is the screens of a provider's dialect and of its wire report. What a
// dialect may say is decided in the room dialect, what it would change in rehearsal.
package dialects

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/rehearsal"
	"seatledger/views/layout"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// Handlers answers /providers/{id}/dialect and /providers/{id}/wire.
type Handlers struct {
	DB        *postgres.DB
	Zone      *time.Location
	Dialects  *dialect.Service
	Rehearsal rehearsal.Service
}

func providerPath(id uuid.UUID) string { return at.Provider(id) }

func path(id uuid.UUID) string { return providerPath(id) + "/dialect" }

func versionPath(id uuid.UUID, n int) string { return path(id) + "/" + strconv.Itoa(n) }

func crumbs(p provider.Provider, more ...layout.Crumb) []layout.Crumb {
	return append([]layout.Crumb{{Label: "Providers", Href: at.Providers}, {Label: p.Name, Href: providerPath(p.ID)}},
		more...)
}

// of reads the provider of the address; one without a wire has no dialect.
func (h Handlers) of(c echo.Context) (provider.Provider, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return provider.Provider{}, err
	}
	ctx := c.Request().Context()
	p, err := provider.Get(ctx, h.DB.Read(ctx), id)
	if err == nil && p.Connector == distributor.Manual {
		err = errs.New(errs.Conflict, "A manual provider is entered by hand: there is no wire to read and no dialect "+
			"to it.")
	}
	return p, err
}

func number(c echo.Context) (int, error) {
	n, err := strconv.Atoi(c.Param("number"))
	if err != nil || n < 1 {
		return 0, errs.New(errs.NotFound, "There is no such version of the dialect.")
	}
	return n, nil
}

// version reads the version of the address and the one in force.
func (h Handlers) version(ctx context.Context, c echo.Context, p provider.Provider) (v, now dialect.Version,
	err error) {
	n, err := number(c)
	if err != nil {
		return v, now, err
	}
	if v, err = dialect.Get(ctx, h.DB.Read(ctx), p.ID, n); err != nil {
		return v, now, err
	}
	now, err = dialect.InForce(ctx, h.DB.Read(ctx), p.ID)
	now.EndDate = p.EndDateMeans // its one home is the provider
	return v, now, err
}

func named(p provider.Provider) dialect.Of {
	return dialect.Of{ID: p.ID, Name: p.Name, Connector: p.Connector}
}
