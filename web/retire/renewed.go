package retire

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Renewed ends a subscription that goes on under another id, on that one's first day.
func (h Handlers) Renewed(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	other, err := uuid.Parse(form.Get("other_id"))
	if err != nil {
		return errs.New(errs.Invalid, "Say which other subscription it is.")
	}
	version := form.Version() // 0: not asked
	r, err := h.Retire.Renewed(c.Request().Context(), session.Actor(c), id, other, version)
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(r.OldID),
		fmt.Sprintf("%s ends on %s, where %s begins. Nothing was sent to the distributor.", r.OldNumber, r.On,
			r.NewNumber))
}
