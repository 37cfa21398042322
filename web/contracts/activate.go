package contracts

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/contract"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// ConfirmDeactivate shows what deactivating a contract means before it is done.
func (h Handlers) ConfirmDeactivate(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	s, err := contract.Standing(h.Contracts.DB.Read(c.Request().Context()), k.ID)
	if err != nil {
		return err
	}
	m := layout.Confirm{Page: session.Page(c, "Deactivate "+k.Name, nav), Form: ui.ConfirmForm{
		Action: recordPath(k.ID) + "/deactivate", Title: "What this changes", Effects: effects(s),
		Text: "Nothing lands in the contract any more. The subscriptions below keep their contract and price, but " +
			"fail their review and are not billed until you move them or activate the contract again. " +
			"Nothing is sent to the distributor.",
		Button: "Deactivate contract", Cancel: recordPath(k.ID),
	}}
	m.Page.Narrow = true
	m.Page.Crumbs = []layout.Crumb{{Label: "Billing contracts", Href: path}, {Label: k.Name, Href: recordPath(k.ID)}}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func effects(s contract.Standings) []ui.Definition {
	out := []ui.Definition{
		ui.Fact("Active subscriptions no longer billed", strconv.Itoa(s.Active)),
		ui.Fact("Held subscriptions", strconv.Itoa(s.Held)),
	}
	for _, a := range s.Monthly {
		out = append(out, ui.Fact("Per month",
			money.Grouped(money.Round(a.Sum, a.Currency), a.Currency)+" "+a.Currency))
	}
	return out
}

// Deactivate ends the use of a contract.
func (h Handlers) Deactivate(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	if err := h.Contracts.Deactivate(c.Request().Context(), session.Actor(c), k.ID); err != nil {
		return err
	}
	return httpx.Done(c, recordPath(k.ID), k.Name+" was deactivated.")
}

// Activate takes a contract into use again.
func (h Handlers) Activate(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	if err := h.Contracts.Activate(c.Request().Context(), session.Actor(c), k.ID); err != nil {
		return err
	}
	return httpx.Done(c, recordPath(k.ID), k.Name+" is active again.")
}
