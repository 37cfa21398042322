package cutovers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// ConfirmDryRun asks for which customers to rehearse.
func (h Handlers) ConfirmDryRun(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, customerSpec)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	rows, _, err := cutover.Customers(ctx, h.Cutovers.DB.Read(ctx), run.ID, filterOf(q), q.Page)
	if err != nil {
		return err
	}
	m := view.Run{Page: session.Page(c, "Dry run", nav), Filters: q.FilterBar("Search customer"),
		Table: customerTable(q, run, rows, true), Pager: q.Pager("", "", "")}
	m.Page.Lead = "Confirms, reassigns and retires in one transaction that is rolled back: " +
		"you see what would happen, what would be refused, and the money. Nothing is kept. Up to " +
		itoa(cutover.MostRehearsed) + " customers at a time."
	m.Bulk = &ui.BulkBar{FormID: bulkForm, Action: path(run.ID) + "/dry-run",
		Hint: "Tick up to " + itoa(cutover.MostRehearsed) +
			" customers, or take all of the list if they are no more.",
		Buttons: []ui.Button{{Text: "Rehearse", Weight: ui.Primary}}}
	m.Fields = []ui.Field{{Kind: ui.Checkbox, Name: "all", Label: "All customers", Value: "1"}}
	m.Page.Crumbs, m.Filters.CSVHref = crumbs(run), ""
	return httpx.Render(c, http.StatusOK, m.ShowDryRun())
}

// DryRun rehearses the steps for the chosen customers and keeps nothing.
func (h Handlers) DryRun(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ids, err := h.meant(c, run, form)
	if err != nil {
		return err
	}
	r, err := h.Cutovers.DryRun(c.Request().Context(), session.Actor(c), run.ID, ids)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, rehearsal(c, run, r).Show())
}

func rehearsal(c echo.Context, run cutover.Run, r cutover.Rehearsal) view.Report {
	m := view.Report{Page: session.Page(c, "Dry run", nav),
		Actions: []templ.Component{ui.LinkButton{Text: "Back to the cut-over", Href: path(run.ID), Weight: ui.Primary},
			ui.LinkButton{Text: "Another dry run", Href: path(run.ID) + "/dry-run"}},
		Remarks: []ui.Callout{{Tone: ui.Info, Title: "Nothing was kept",
			Text: "All of this was done in one transaction and rolled back."}}}
	m.Page.Crumbs = crumbs(run)
	table := ui.Table{Caption: "What would happen", Plain: true,
		Columns: []ui.Column{{Label: "Customer"}, {Label: "Would come"}, {Label: "Switch day", Nowrap: true},
			{Label: "Seats before", Numeric: true}, {Label: "Seats after", Numeric: true},
			{Label: "Per month before", Numeric: true}, {Label: "Per month after", Numeric: true},
			{Label: "Why not further"}}}
	findings := ui.Table{Caption: "What the proof would say", Plain: true, Columns: findingColumns}
	all, before, after := 0, 0, 0
	for _, x := range r.Customers {
		if x.Why == "" {
			all++
		}
		before, after = before+x.SeatsBefore, after+x.SeatsAfter
		table.Rows = append(table.Rows,
			ui.Row{Cells: []ui.Cell{ui.LinkCell(x.CRMAccount, customerPath(run.ID, x.CRMAccountID)),
				ui.TextCell(steps[x.From].Text + " to " + steps[x.To].Text), ui.TextCell(x.SwitchDay.String()),
				ui.TextCell(itoa(x.SeatsBefore)), ui.TextCell(itoa(x.SeatsAfter)), ui.TextCell(months(x.MonthBefore)),
				ui.TextCell(months(x.MonthAfter)), ui.TextCell(x.Why)}})
		for _, b := range x.Blockers {
			findings.Rows = append(findings.Rows, finding(run.ID, b))
		}
	}
	m.Stats = ui.Stats{{Label: "All the way", Value: itoa(all),
		Note: "of " + words.Counted(len(r.Customers), "customer", "customers")},
		{Label: "Not all the way", Value: itoa(len(r.Customers) - all), Tone: ui.Warn.If(all < len(r.Customers))},
		{Label: "Seats before", Value: itoa(before)}, {Label: "Seats after", Value: itoa(after)},
		{Label: "Findings of the proof", Value: itoa(len(findings.Rows)),
			Tone: ui.Warn.If(len(findings.Rows) > 0)}}
	m.Tables = []view.ReportTable{{Card: ui.Card{Title: "What would happen", Flush: true}, Table: table}}
	if len(findings.Rows) > 0 {
		m.Tables = append(m.Tables, view.ReportTable{Card: ui.Card{Title: "What the proof would say", Flush: true},
			Table: findings})
	}
	return m
}

func months(all []cutover.MonthlyAmount) string {
	text := ""
	for i, m := range all {
		if i > 0 {
			text += ", "
		}
		text += sum(m.Amount, m.Currency)
	}
	return text
}

var findingColumns = []ui.Column{{Label: "Customer"}, {Label: "Product"}, {Label: "Days", Nowrap: true},
	{Label: "Verdict"}, {Label: "What is wrong, and what to do"}}

func finding(run uuid.UUID, b proof.Blocker) ui.Row {
	return ui.Row{Tone: verdicts[b.Verdict].Tone,
		Cells: []ui.Cell{ui.LinkCell(b.CRMAccount, customerPath(run, b.CRMAccountID)), ui.TextCell(b.PartNumber),
			ui.TextCell(period(b.From, b.To)), {Badges: []ui.Badge{verdicts[b.Verdict]}}, ui.TextCell(b.Says)}}
}
