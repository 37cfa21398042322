package contractsync

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/syncruns"

	view "seatledger/views/contractsync"
)

// Run queues a listing, a run of what is ticked, or a run of all (CONTRACT).
func (h Handlers) Run(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	q, err := request(id, form)
	if err != nil {
		return h.refuse(c, form, err)
	}
	run, found, err := h.Sync.RequestContract(c.Request().Context(), session.Actor(c), q)
	switch {
	case errors.Is(err, syncing.ErrUnverified):
		return h.insist(c, form, err)
	case err != nil:
		return h.refuse(c, form, err)
	case found:
		httpx.Tell(c, ui.Warn, "A sync of this provider is under way already: this one. Yours was not started; "+
			"start it again when this one has ended.")
	}
	return httpx.SeeOther(c, syncruns.Path(run.ID))
}

// request reads the form. The button for ticked ones says so by its name, so that no
// tick at all is never taken for "all of them".
func request(id uuid.UUID, form httpx.Values) (syncing.ContractRequest, error) {
	q := syncing.ContractRequest{ContractID: id, List: form.On("list"), Anyway: form.On("anyway")}
	problems := errs.Fields{}
	if s := form.Get("provider"); s != "" {
		p, err := uuid.Parse(s)
		if err != nil {
			problems.Add("provider", "Choose one of the providers.")
		}
		q.ProviderID = p
	}
	for _, external := range form.All("external_id") {
		if external != "" {
			q.Only = append(q.Only, external)
		}
	}
	if (form.Has("ticked") || form.Has("external_id")) && len(q.Only) == 0 && !q.List {
		problems.Add("external_id", "Tick at least one subscription. Nothing was read.")
	}
	return q, problems.Err()
}

// refuse shows the page again with what was ticked; what is no fault of the form goes on as it is.
func (h Handlers) refuse(c echo.Context, form httpx.Values, cause error) error {
	problems, ok := httpx.Refused(cause)
	if !ok {
		return cause
	}
	s, err := h.sheet(c)
	if err != nil {
		return err
	}
	s.problems, s.ticked = problems, ticks{}
	for _, external := range form.All("external_id") {
		s.ticked[external] = true
	}
	return httpx.Render(c, http.StatusUnprocessableEntity, h.page(c, s).View())
}

// insist says why the provider is not asked, and offers to ask it all the same.
func (h Handlers) insist(c echo.Context, form httpx.Values, cause error) error {
	s, err := h.sheet(c)
	if err != nil {
		return err
	}
	again := []ui.Pair{{Name: "anyway", Value: "on"}}
	for _, name := range []string{"list", "provider", "ticked", "external_id"} {
		for _, v := range form.All(name) {
			again = append(again, ui.Pair{Name: name, Value: v})
		}
	}
	m := view.Refused{
		Page: session.Page(c, "Not verified", nav), Text: errs.Public(cause),
		Buttons: []ui.PostButton{{Button: ui.Button{Text: "Sync anyway", Action: path(s.contract.ID)}, Hidden: again}},
		Back:    ui.LinkButton{Text: "Back to " + s.contract.Name, Href: path(s.contract.ID), Weight: ui.Quiet},
	}
	m.Page.Crumbs = crumbs(s.contract.Name, s.contract.ID)
	return httpx.Render(c, http.StatusConflict, m.View())
}
