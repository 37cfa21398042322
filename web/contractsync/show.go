package contractsync

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/contract"
	"seatledger/internal/crm"
	"seatledger/internal/syncing"
	"seatledger/web/httpx"
)

// sheet is what the page shows, and what was posted when it comes back refused.
type sheet struct {
	contract contract.Contract
	customer string
	previews []syncing.Preview
	mayRun   bool
	problems map[string]string
	ticked   ticks
}

// ticks are the boxes as a person left them; nil: as the page proposes.
type ticks map[string]bool

// Show is the last listing of each provider beside what is here now.
func (h Handlers) Show(c echo.Context) error {
	s, err := h.sheet(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.page(c, s).View())
}

func (h Handlers) sheet(c echo.Context) (sheet, error) {
	s := sheet{mayRun: mayRun(c)}
	id, err := httpx.ID(c, "id")
	if err != nil {
		return s, err
	}
	ctx := c.Request().Context()
	return s, h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		if s.contract, err = contract.Get(ctx, tx, id); err != nil {
			return err
		}
		customer, err := crm.Get(ctx, tx, s.contract.CRMAccountID)
		if err != nil {
			return err
		}
		s.customer = customer.Name
		s.previews, err = syncing.Previews(ctx, tx, id, s.contract.CRMAccountID)
		return err
	})
}
