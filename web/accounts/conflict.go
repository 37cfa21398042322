package accounts

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/accounts"
)

// refused is the answer to a decision that a rule or another person stands against:
// why, who holds the CRM account, what stands now beside what was asked for.
func (h Handlers) refused(c echo.Context, accountID uuid.UUID, form httpx.Values, cause error) error {
	ctx := c.Request().Context()
	o, err := account.Look(ctx, h.DB.Read(ctx), accountID)
	if err != nil {
		return err
	}
	m := view.Record{Page: session.Page(c, "Nothing was changed", nav)}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}, {Label: nameOf(o.Account), Href: recordPath(o.ID)}}
	m.Page.HasErrors, m.Page.Narrow = true, true
	call := view.Callout{Callout: ui.Callout{Tone: ui.Bad, Title: "The decision was refused", Text: errs.Public(cause)}}
	var taken *mapping.Taken
	if errors.As(cause, &taken) {
		call.Title = taken.Holder.CRMAccount + " is taken"
		call.Actions = append(call.Actions, swapLink(o.ID.String(), form.Get("crm_account_id")),
			ui.LinkButton{Text: "Open " + taken.Holder.Name, Href: recordPath(taken.Holder.AccountID)})
	}
	call.Actions = append(call.Actions,
		[]templ.Component{ui.LinkButton{Text: "Back to " + nameOf(o.Account), Href: recordPath(o.ID),
			Weight: ui.Primary}}...)
	m.Callouts = []view.Callout{call}
	wanted, err := h.wanted(c, o, form)
	if err != nil {
		return err
	}
	m.Parts = append(m.Parts, wanted)
	return httpx.Render(c, http.StatusConflict, m.Show())
}

// wanted sets what stands now beside what the form asked for.
func (h Handlers) wanted(c echo.Context, o account.Overview, form httpx.Values) (ui.DiffTable, error) {
	d := ui.DiffTable{Caption: "What stands now and what you asked for", Before: "Stands now", After: "You asked for"}
	customer := ""
	if to, err := uuid.Parse(form.Get("crm_account_id")); err == nil {
		ctx := c.Request().Context()
		a, err := crm.Get(ctx, h.DB.Read(ctx), to)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return d, err
		}
		customer = a.Name
	}
	state := asked[lastOf(c.Path())]
	if state == "" {
		state = string(o.Mapping)
	}
	d.Rows = []ui.Diff{
		{Field: "Mapping", Before: string(o.Mapping), After: state},
		{Field: "CRM account", Before: o.CRMAccount, After: customer},
		{Field: "Reason", Before: o.ExcludeReason, After: form.Get("reason")},
		{Field: "Decided by", Before: o.DecidedBy, After: session.Actor(c).Name},
	}
	return d, nil
}

// asked is the state that each command would lead to.
var asked = map[string]string{"map": "mapped", "create-crm-account": "mapped", "take-over": "mapped",
	"unmap": "unmapped", "include": "unmapped", "exclude": "excluded"}

func lastOf(route string) string {
	for i := len(route) - 1; i >= 0; i-- {
		if route[i] == '/' {
			return route[i+1:]
		}
	}
	return route
}
