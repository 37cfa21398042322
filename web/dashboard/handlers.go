// Package dashboard is the screen at /. Each figure is counted by the query of the
// list that it opens, with the filter that stands in its link.
package dashboard

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/backup"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/web/httpx"
)

// Handlers answers /.
type Handlers struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	Night time.Duration // the hour of the nightly sync, since midnight in Zone
	// Backups says how backups stand; nil: this process makes none.
	Backups *backup.Keeper
}

// Show counts everything in one snapshot.
func (h Handlers) Show(c echo.Context) error {
	ctx := c.Request().Context()
	b := &board{now: h.Clock.Now(), zone: h.Zone, hour: h.Night, again: c.QueryParam("steps") == "1"}
	err := h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		if err := b.read(ctx, tx); err != nil || h.Backups == nil {
			return err
		}
		var err error
		b.backup, err = h.Backups.Look(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.page(c, b).View())
}
