package providers

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/provider"
	"seatledger/views/layout"
	"seatledger/web/httpx"
)

// Edit is the form of a standing provider.
func (h Handlers) Edit(c echo.Context) error {
	f, err := h.standing(c)
	if err != nil {
		return err
	}
	return h.newPage(c, http.StatusOK, f)
}

// standing is the form filled with what is stored.
func (h Handlers) standing(c echo.Context) (formState, error) {
	var f formState
	id, err := httpx.ID(c, "id")
	if err != nil {
		return f, err
	}
	ctx := c.Request().Context()
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		p, err := provider.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		figures, err := provider.FiguresOf(ctx, tx, id)
		if err != nil {
			return err
		}
		marks, err := provider.SecretMarks(ctx, tx, id)
		f = formState{in: inputOf(p), stored: &p, version: itoa(p.Version), marks: marks, frozen: figures.Accounts()}
		return err
	})
	return f, err
}

func crumb(p provider.Provider) layout.Crumb { return layout.Crumb{Label: p.Name, Href: path(p.ID)} }
