package prices

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// New is the empty form of a price list.
func (h Handlers) New(c echo.Context) error {
	s := listSheet{}
	if s.reckon = c.QueryParam("first") == "1"; s.reckon {
		s.input.Name = "Standard"
	}
	return h.listForm(c, http.StatusOK, s)
}

// Create saves a new price list.
func (h Handlers) Create(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := price.ListInput{Name: form.Get("name"), Currency: form.Get("currency")}
	l, err := h.Prices.CreateList(c.Request().Context(), session.Actor(c), in)
	if errs.KindOf(err) == errs.Invalid {
		return h.listForm(c, http.StatusUnprocessableEntity, listSheet{input: in, problems: errs.FieldsOf(err),
			reckon: form.On("reckon")})
	}
	if err != nil {
		return err
	}
	if form.On("reckon") {
		return httpx.Done(c, listPath(l.ID)+"/reckon", l.Name+" was created. These are its first prices.")
	}
	return httpx.Done(c, listPath(l.ID), l.Name+" was created.")
}

// Edit is the form of a standing price list.
func (h Handlers) Edit(c echo.Context) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	return h.listForm(c, http.StatusOK, listSheet{list: &l, input: price.ListInput{Name: l.Name, Currency: l.Currency}})
}

// Update saves a changed price list.
func (h Handlers) Update(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	l, err := h.list(c)
	if err != nil {
		return err
	}
	in := price.ListInput{Name: form.Get("name"), Currency: form.Get("currency")}
	version := form.Version()
	err = h.Prices.UpdateList(c.Request().Context(), session.Actor(c),
		price.ListEdit{ID: l.ID, Version: version, Input: in})
	switch {
	case errors.Is(err, price.ErrStale):
		return h.listForm(c, http.StatusConflict, listSheet{list: &l, input: in, stale: true})
	case errs.KindOf(err) == errs.Invalid:
		l.Version = version
		return h.listForm(c, http.StatusUnprocessableEntity,
			listSheet{list: &l, input: in, problems: errs.FieldsOf(err)})
	case err != nil:
		return err
	}
	return httpx.Done(c, listPath(l.ID), in.Name+" was saved.")
}

// Deactivate takes a list out of use for new contracts.
func (h Handlers) Deactivate(c echo.Context) error { return h.setActive(c, false) }

// Activate takes a list into use again.
func (h Handlers) Activate(c echo.Context) error { return h.setActive(c, true) }

func (h Handlers) setActive(c echo.Context, active bool) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	if err := h.Prices.SetListActive(c.Request().Context(), session.Actor(c), l.ID, active); err != nil {
		return err
	}
	text := l.Name + " was deactivated. Contracts that have it keep pricing by it."
	if active {
		text = l.Name + " is active again."
	}
	return httpx.Done(c, listPath(l.ID), text)
}

// listSheet is the form of a price list as it stands.
type listSheet struct {
	list     *price.List // nil: a new one
	input    price.ListInput
	problems map[string]string
	stale    bool
	reckon   bool // the prices of a new one are reckoned next
}

func listGroups(s listSheet) []layout.FieldGroup {
	out := []layout.FieldGroup{{Group: ui.Group{Title: "Price list"}, Fields: []ui.Field{
		{Name: "name", Label: "Name", Required: true, Value: s.input.Name, Error: s.problems["name"],
			Hint: "Like Standard 2027 USD."},
		{Name: "currency", Label: "Currency", Required: true, Size: ui.Short, Placeholder: "USD",
			Value: s.input.Currency, Error: s.problems["currency"],
			Hint: "Stays once the list has prices. Prices are never converted."},
	}}}
	if s.list == nil {
		out[0].Fields = append(out[0].Fields, ui.Field{Kind: ui.Checkbox, Name: "reckon", Checked: s.reckon,
			Label: "Reckon its prices next", Hint: "From what the subscriptions in use cost, by a rule."})
	}
	return out
}

func (h Handlers) listForm(c echo.Context, status int, s listSheet) error {
	m := layout.Form{Page: session.Page(c, "New price list", nav), Groups: listGroups(s)}
	m.Page.Crumbs, m.Form = crumbs(), ui.Form{Action: path, Save: "Create price list", Cancel: path}
	if l := s.list; l != nil {
		m.Page.Title, m.Page.Crumbs = "Edit "+l.Name, crumbs(crumbOf(*l))
		m.Form = ui.Form{Action: listPath(l.ID), Version: strconv.Itoa(l.Version), Save: "Save price list",
			Cancel: listPath(l.ID)}
	}
	if s.stale {
		m.Overtaken(listGroups(listSheet{list: s.list,
			input: price.ListInput{Name: s.list.Name, Currency: s.list.Currency}}))
	}
	m.Summarize(s.problems)
	m.Page.Narrow = true
	return httpx.Render(c, status, m.Show())
}
