package prices

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// NewItem is the empty form of a price.
func (h Handlers) NewItem(c echo.Context) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	in := price.ItemInput{Unit: "month", Term: "annual", BillingFrequency: "monthly", EffectiveFrom: h.today().String()}
	return h.itemForm(c, http.StatusOK, itemSheet{list: l, input: in})
}

// AddItem saves a new price.
func (h Handlers) AddItem(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	l, err := h.list(c)
	if err != nil {
		return err
	}
	in := itemInput(form)
	made, err := h.Prices.AddItem(c.Request().Context(), session.Actor(c), l.ID, in)
	if errs.KindOf(err) == errs.Invalid {
		return h.itemForm(c, http.StatusUnprocessableEntity,
			itemSheet{list: l, input: in, problems: errs.FieldsOf(err)})
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, listPath(l.ID), "The price of "+productName(made)+" was added.")
}

// Item is the form of a standing price.
func (h Handlers) Item(c echo.Context) error {
	l, i, err := h.item(c)
	if err != nil {
		return err
	}
	return h.itemForm(c, http.StatusOK, itemSheet{list: l, item: &i, input: inputOf(i)})
}

// UpdateItem saves a changed price.
func (h Handlers) UpdateItem(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	l, i, err := h.item(c)
	if err != nil {
		return err
	}
	in := itemInput(form)
	version := form.Version()
	err = h.Prices.UpdateItem(c.Request().Context(), session.Actor(c),
		price.ItemEdit{ListID: l.ID, ID: i.ID, Version: version, Input: in})
	switch {
	case errors.Is(err, price.ErrStale):
		return h.itemForm(c, http.StatusConflict, itemSheet{list: l, item: &i, input: in, stale: true})
	case errs.KindOf(err) == errs.Invalid:
		i.Version = version
		return h.itemForm(c, http.StatusUnprocessableEntity,
			itemSheet{list: l, item: &i, input: in, problems: errs.FieldsOf(err)})
	case err != nil:
		return err
	}
	return httpx.Done(c, listPath(l.ID), "The price of "+productName(i)+" was saved.")
}

// ConfirmDelete shows what deleting a price means before it is done.
func (h Handlers) ConfirmDelete(c echo.Context) error {
	l, i, err := h.item(c)
	if err != nil {
		return err
	}
	used, err := price.UseOf(h.Prices.DB.Read(c.Request().Context()), i.ID)
	if err != nil {
		return err
	}
	m := layout.Confirm{Page: session.Page(c, "Delete the price of "+productName(i), nav), Form: ui.ConfirmForm{
		Action: itemPath(i) + "/delete", Title: "What this changes", Button: "Delete price", Cancel: itemPath(i),
		Text: "Subscriptions keep the price they have, but no longer show which list it came from. " +
			"To stop using a price from a day on, give it an end instead.",
		Effects: []ui.Definition{
			ui.Fact("Price", fmt.Sprintf("%s %s %s from %s", money.Grouped(i.UnitPrice, l.Currency), l.Currency,
				httpx.Per(i.Unit), i.EffectiveFrom)),
			ui.Fact("Subscriptions priced by it", strconv.Itoa(used)),
		},
	}}
	m.Page.Narrow, m.Page.Crumbs = true, crumbs(crumbOf(l))
	return httpx.Render(c, http.StatusOK, m.Show())
}

// DeleteItem takes a price off the list.
func (h Handlers) DeleteItem(c echo.Context) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	id, err := httpx.ID(c, "item")
	if err != nil {
		return err
	}
	if err := h.Prices.DeleteItem(c.Request().Context(), session.Actor(c), l.ID, id); err != nil {
		return err
	}
	return httpx.Done(c, listPath(l.ID), "The price was deleted.")
}

func (h Handlers) item(c echo.Context) (price.List, price.Item, error) {
	l, err := h.list(c)
	if err != nil {
		return l, price.Item{}, err
	}
	id, err := httpx.ID(c, "item")
	if err != nil {
		return l, price.Item{}, err
	}
	ctx := c.Request().Context()
	i, err := price.GetItem(ctx, h.Prices.DB.Read(ctx), l.ID, id)
	return l, i, err
}

// itemSheet is the form of a price as it stands.
type itemSheet struct {
	list     price.List
	item     *price.Item // nil: a new one
	input    price.ItemInput
	problems map[string]string
	stale    bool
}

func (h Handlers) itemForm(c echo.Context, status int, s itemSheet) error {
	m := layout.Form{Page: session.Page(c, "Add a price to "+s.list.Name, nav), Groups: s.groups()}
	m.Page.Crumbs = crumbs(crumbOf(s.list))
	m.Form = ui.Form{Action: listPath(s.list.ID) + "/items", Save: "Add price", Cancel: listPath(s.list.ID)}
	if i := s.item; i != nil {
		m.Page.Title = "Price of " + productName(*i)
		m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Delete price", Href: itemPath(*i) + "/delete",
			Icon: "trash"}}
		m.Form = ui.Form{Action: itemPath(*i), Version: strconv.Itoa(i.Version), Save: "Save price",
			Cancel: listPath(s.list.ID)}
		used, err := price.UseOf(h.Prices.DB.Read(c.Request().Context()), i.ID)
		if err != nil {
			return err
		}
		if used > 0 {
			m.Remark = &ui.Callout{Tone: ui.Info,
				Text: fmt.Sprintf("%d subscriptions are priced by this and keep their price whatever you change here.",
					used)}
		}
	}
	if s.stale {
		m.Overtaken(itemSheet{list: s.list, item: s.item, input: inputOf(*s.item)}.groups())
	}
	m.Summarize(s.problems)
	m.Page.Narrow = true
	return httpx.Render(c, status, m.Show())
}
