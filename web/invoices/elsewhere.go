package invoices

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/elsewhere"
	"seatledger/internal/errs"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/invoices"
)

const (
	elsewherePath = at.Changes + "/billed-elsewhere"
	elsewhereForm = "elsewhere"
)

// OpenRows lists the open rows of a contract or a subscription, to be marked as billed elsewhere.
func (h Handlers) OpenRows(c echo.Context) error {
	return h.openRows(c, http.StatusOK,
		httpx.Values{"contract": {c.QueryParam("contract")}, "subscription": {c.QueryParam("subscription")}}, nil)
}

// BilledElsewhere marks the ticked rows as billed under an outside reference.
func (h Handlers) BilledElsewhere(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	o := elsewhere.Billed{Reference: form.Get("reference")}
	if o.Changes, err = form.IDs("id"); err != nil {
		return err
	}
	if o.Through, err = clock.ParseDate(form.Get("through")); err != nil {
		err = errs.Fields{"through": "Enter a date as 2026-03-31."}.Err()
	} else {
		err = elsewhere.Service{DB: h.Invoices.DB, Clock: h.Invoices.Clock}.Mark(c.Request().Context(),
			session.Actor(c), o)
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.openRows(c, http.StatusUnprocessableEntity, form, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, after(form),
		fmt.Sprintf("%d license changes were marked as billed under %s.", len(o.Changes), o.Reference))
}

func after(form httpx.Values) string {
	if id, err := uuid.Parse(form.Get("contract")); err == nil {
		return contractPath(id)
	}
	if id, err := uuid.Parse(form.Get("subscription")); err == nil {
		return at.Subscription(id)
	}
	return at.Changes + "?billing_state=invoiced"
}

func (h Handlers) openRows(c echo.Context, status int, form httpx.Values, problems map[string]string) error {
	contract, _ := uuid.Parse(form.Get("contract"))
	subscription, _ := uuid.Parse(form.Get("subscription"))
	ctx := c.Request().Context()
	rows, err := elsewhere.OpenRows(ctx, h.Invoices.DB.Read(ctx), contract, subscription)
	if err != nil {
		return err
	}
	m := view.Elsewhere{Page: session.Page(c, "Billed elsewhere", "Changes"), Table: openTable(rows, form.All("id")),
		Fields: []ui.Field{
			{Name: "reference", Label: "Invoice number there", Value: form.Get("reference"),
				Error: problems["reference"], Required: true, FormID: elsewhereForm, Size: ui.Medium},
			{Kind: ui.DateInput, Name: "through", Label: "Billed there up to, not including",
				Value: form.Get("through"), Error: problems["through"], FormID: elsewhereForm, Size: ui.Short},
		}}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.HasErrors, m.Page.Crumbs = m.Summary.Any(), []layout.Crumb{{Label: "License changes", Href: at.Changes}}
	m.Page.Lead = "Open rows whose first charge another system has billed. They are not billed here again; " +
		"later cycles are."
	m.Bulk = ui.BulkBar{FormID: elsewhereForm, Action: elsewherePath,
		Hint: "Tick the changes that were billed elsewhere. Without a date, each was billed there up to the end of " +
			"the cycle in which it begins.",
		Buttons: []ui.Button{{Text: "Mark as billed elsewhere", Weight: ui.Primary}},
		Hidden: []ui.Pair{{Name: "contract", Value: form.Get("contract")},
			{Name: "subscription", Value: form.Get("subscription")}}}
	return httpx.Render(c, status, m.Show())
}

func openTable(rows []elsewhere.OpenRow, ticked []string) ui.Table {
	t := ui.Table{Caption: "Open license changes", Select: &ui.Selection{FormID: elsewhereForm},
		Columns: []ui.Column{{Label: "Effective"}, {Label: "Subscription"}, {Label: "Event"},
			{Label: "Change", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No open changes", Text: "Everything is billed or archived.",
			Action: &ui.LinkButton{Text: "Open the changes", Href: at.Changes}}}
	is := map[string]bool{}
	for _, id := range ticked {
		is[id] = true
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{ID: r.ID.String(), Label: string(r.Event) + " of " + r.Product + " on " +
			r.EffectiveAt.String(), Checked: is[r.ID.String()], Cells: []ui.Cell{
			ui.TextCell(r.EffectiveAt.String()), {Text: r.Product, Href: at.Subscription(r.SubscriptionID),
				Sub: r.CRMAccount}, ui.TextCell(string(r.Event)), ui.TextCell(strconv.Itoa(r.Delta))}})
	}
	return t
}
