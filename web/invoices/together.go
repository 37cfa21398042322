package invoices

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/invoice"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/invoices"
)

const togetherFormID = "together"

// together asks on a draft's page which other drafts go out on one document with it.
func (h Handlers) together(c echo.Context, o invoice.Overview) (*view.Together, error) {
	if o.State != invoice.Draft {
		return nil, nil
	}
	ctx := c.Request().Context()
	_, others, err := invoice.Companions(ctx, h.Invoices.DB.Read(ctx), o.ID)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	m := &view.Together{Table: ui.Table{Caption: "Drafts for the same customer", Compact: true,
		Select:  &ui.Selection{FormID: togetherFormID, Name: "with"},
		Columns: []ui.Column{{Label: "Draft of"}, {Label: "Goes along"}, {Label: "Total", Numeric: true}}}}
	for _, d := range others {
		says := ui.TextCell(map[bool]string{true: "yes", false: "no"}[d.Joined])
		if d.Why != "" {
			says = ui.Cell{Text: "cannot", Sub: d.Why}
		}
		m.Table.Rows = append(m.Table.Rows, ui.Row{ID: d.ID.String(), Label: "The draft of " + d.Contract,
			Checked: d.Joined, Unselectable: d.Why != "" && !d.Joined, Muted: d.Why != "",
			Cells: []ui.Cell{{Text: d.Contract, Sub: d.CRMAccount, Href: recordPath(d.ID)}, says,
				ui.Of(sum(d.Total, d.Currency))}})
	}
	if !mayBill(c) {
		m.Table.Select = nil
		return m, nil
	}
	m.Form = &ui.Form{ID: togetherFormID, Action: recordPath(o.ID) + "/together", Version: strconv.Itoa(o.Version),
		Save: "Bill together"}
	return m, nil
}

// Together puts the ticked drafts on one document with one, and takes out the others.
func (h Handlers) Together(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	with, err := form.IDs("with")
	if err != nil {
		return err
	}
	err = h.Invoices.Together(c.Request().Context(), session.Actor(c),
		invoice.Step{ID: id, Version: version(form)}, with)
	if err != nil {
		return err
	}
	if len(with) == 0 {
		return httpx.Done(c, recordPath(id), "This draft goes out on a document of its own.")
	}
	return httpx.Done(c, recordPath(id), "One document with one number will carry them all. Billing one bills all.")
}

// beside are the other invoices on the document of one that is out.
func (h Handlers) beside(c echo.Context, o invoice.Overview) (*ui.Table, error) {
	ctx := c.Request().Context()
	rows, err := invoice.Beside(ctx, h.Invoices.DB.Read(ctx), o.Invoice)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	t := ui.Table{Caption: "Invoices on the same document", Plain: true,
		Columns: []ui.Column{{Label: "Contract"}, {Label: "State"}, {Label: "Total, net", Numeric: true}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{Muted: r.State == invoice.Void, Cells: []ui.Cell{
			{Text: r.Contract, Sub: r.CRMAccount, Href: recordPath(r.ID)}, {Badges: []ui.Badge{state.Invoice(r.State)}},
			ui.Of(sum(r.Total, r.Currency))}})
	}
	return &t, nil
}
