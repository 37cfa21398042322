package settings

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// SetDensity keeps how dense the person wants the rows of lists, and goes back to the page.
func (h Handlers) SetDensity(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	choice := form.Get("density")
	if choice != "comfortable" && choice != "compact" {
		return errs.Fields{"density": "Rows are comfortable or compact. Nothing was changed."}.Err()
	}
	if err := h.Auth.SetDensity(c.Request().Context(), session.User(c).ID, choice == "compact"); err != nil {
		return err
	}
	return httpx.SeeOther(c, httpx.SafeNext(form.Get("next")))
}
