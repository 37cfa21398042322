package subscriptions

import (
	"github.com/labstack/echo/v4"

	"seatledger/web/session"
)

// NoTwin notes that a subscription is not another provider's again, and releases it.
func (h Handlers) NoTwin(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	err = h.decisions().DeclareNoTwin(c.Request().Context(), session.Actor(c), opened(id, form))
	return h.answer(c, id, form, "", "Noted: it is no twin. It is no longer held for that.", err)
}

// ConfirmGone notes that a person has seen that the distributor no longer has it.
func (h Handlers) ConfirmGone(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	err = h.decisions().ConfirmGone(c.Request().Context(), session.Actor(c), opened(id, form))
	return h.answer(c, id, form, "", "Confirmed: it is gone at the distributor.", err)
}
