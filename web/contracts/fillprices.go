package contracts

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"seatledger/web/httpx"
	"seatledger/web/session"
)

// FillPrices gives the subscriptions of a contract that have no price the one its
// price list has by now. Prices that stand are not touched.
func (h Handlers) FillPrices(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	n, err := h.Fill(c.Request().Context(), session.Actor(c), k.ID)
	if err != nil {
		return err
	}
	said := fmt.Sprintf("%d subscriptions got their price from the price list.", n)
	if n == 0 {
		said = "The price list has no price in force for any of them, so nothing was changed."
	}
	return httpx.Done(c, recordPath(k.ID), said)
}
