package invoices

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/books"
	"seatledger/internal/document"
	"seatledger/internal/invoice"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/invoices"
)

// Record is the page of one invoice, made to be printed. The router takes "{id}.pdf" and
// "{id}.csv" for the id too: they are the same document on paper and as a file.
func (h Handlers) Record(c echo.Context) error {
	raw := c.Param("id")
	id, err := httpx.ParseID(strings.TrimSuffix(strings.TrimSuffix(raw, ".pdf"), ".csv"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	o, err := invoice.Look(ctx, h.Invoices.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	doc, problems, err := h.desk().Look(ctx, h.Invoices.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(raw, ".pdf"):
		return h.pdf(c, o, doc)
	case strings.HasSuffix(raw, ".csv"):
		return h.documentFile(c, o, doc)
	}
	return h.record(c, o, doc, problems)
}

func (h Handlers) record(c echo.Context, o invoice.Overview, doc document.Document, problems []string) error {
	if o.State == invoice.Draft {
		more, err := unprintable(doc)
		if err != nil {
			return err
		}
		problems = append(problems, more...)
	}
	ctx := c.Request().Context()
	exported, err := books.MarkOf(ctx, h.Invoices.DB.Read(ctx), o.ID)
	if err != nil {
		return err
	}
	m := view.Record{Page: session.Page(c, o.Called(), nav), Remarks: notes(o, problems), Paper: sheet(o, doc),
		Facts: h.facts(o, exported), Credits: credits(o)}
	if err := h.paid(c, o, &m.Facts); err != nil {
		return err
	}
	contradicted, err := h.contradicted(c, o)
	if err != nil {
		return err
	}
	m.Redraw = contradicted
	if m.Together, err = h.together(c, o); err != nil {
		return err
	}
	if m.Beside, err = h.beside(c, o); err != nil {
		return err
	}
	if m.Posted, err = h.posted(c, o); err != nil {
		return err
	}
	m.Notes = []string{fmt.Sprintf("Amounts of lines are net. Seat-days billed: %d; "+
		"forfeited since the invoice before: %d.", o.Days.Billed, o.Days.Forfeited)}
	m.Page.Kicker, m.Page.Crumbs, m.Page.Badges = kinds[o.Kind], crumbs, []ui.Badge{state.Invoice(o.State)}
	m.Page.Meta = []layout.Meta{
		{Label: "Customer", Text: o.CRMAccount, Href: at.CRMAccount(o.CRMAccountID)},
		{Label: "Contract", Text: o.Contract, Href: contractPath(o.ContractID)},
	}
	around, err := httpx.AroundOf(c, h.Invoices.DB.Read(c.Request().Context()), invoice.All(h.Invoices.Zone), o.ID,
		"i.state = 'draft'")
	if err != nil {
		return err
	}
	around.On(&m.Page)
	around.ToDo(&m.Page, "Next draft")
	m.Page.Actions = actions(o, mayBill(c))
	return httpx.Render(c, http.StatusOK, m.Show())
}

// contradicted tells of a draft that what was recorded since makes another one of, with the money (RULES 8).
func (h Handlers) contradicted(c echo.Context, o invoice.Overview) (*view.Contradicted, error) {
	found, err := h.Invoices.Contradicted(c.Request().Context(), o.Invoice)
	if err != nil || !found.Says {
		return nil, err
	}
	out := &view.Contradicted{
		Callout: ui.Callout{Tone: ui.Warn, Title: "A draft drawn now would be another one",
			Text: "Seats, prices, dates or typed lines were entered since it was drawn. " +
				"Drawn anew, it takes its place and bills what stands now. Billed as it is, seats that were " +
				"taken away without a refund since stay charged; what else differs is charged or credited later."},
		Facts: ui.DefinitionList{Items: []ui.Definition{
			{Term: "This draft", Value: ui.Of(sum(o.Total, o.Currency))},
			{Term: "A fresh one", Value: ui.Of(sum(found.Fresh.Total, o.Currency))},
			{Term: "Difference", Value: ui.Of(sum(found.Fresh.Total.Sub(o.Total), o.Currency))},
		}},
	}
	if mayBill(c) {
		out.Button = &ui.PostButton{Button: ui.Button{Text: "Draw the draft anew", Action: recordPath(o.ID) + "/redraw",
			Compact: true},
			Hidden: []ui.Pair{{Name: "version", Value: strconv.Itoa(o.Version)}}}
	}
	return out, nil
}

func (h Handlers) look(c echo.Context) (invoice.Overview, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return invoice.Overview{}, err
	}
	ctx := c.Request().Context()
	return invoice.Look(ctx, h.Invoices.DB.Read(ctx), id)
}

func actions(o invoice.Overview, mayBill bool) []templ.Component {
	out := []templ.Component{
		ui.LinkButton{Text: "PDF", Href: recordPath(o.ID) + ".pdf", Icon: "download"},
		ui.LinkButton{Text: "CSV", Href: recordPath(o.ID) + ".csv", Icon: "download", Download: true},
		ui.LinkButton{Text: "Accounting CSV", Href: linesPath + ".csv?invoice=" + o.ID.String(), Icon: "download",
			Download: true},
	}
	if !mayBill {
		return out
	}
	version := []ui.Pair{{Name: "version", Value: strconv.Itoa(o.Version)}}
	here := recordPath(o.ID)
	menu := ui.CommandMenu{}
	switch o.State {
	case invoice.Draft:
		out = append(out, ui.PostButton{Button: ui.Button{Text: "Bill it", Weight: ui.Primary, Action: here + "/bill"},
			Hidden: version})
	case invoice.Billed:
		out = append(out, ui.PostButton{Button: ui.Button{Text: "Mark as paid", Action: here + "/pay"},
			Hidden: version})
	}
	if o.Kind != invoice.Credit && (o.State == invoice.Billed || o.State == invoice.Paid) {
		menu.Commands = append(menu.Commands, ui.Command{Label: "Credit",
			Hint: "Gives the money of its lines back on an invoice of its own", Href: here + "/credit"})
	}
	if o.State == invoice.Draft || o.State == invoice.Billed {
		menu.Commands = append(menu.Commands, ui.Command{Label: "Void",
			Hint: "Gives its days and rows back, to be billed again", Href: here + "/void", Destructive: true})
	}
	if len(menu.Commands) > 0 {
		out = append(out, menu)
	}
	return out
}

// notes tell what the invoice is, and of a draft what is wrong with the document that billing would issue.
func notes(o invoice.Overview, problems []string) []ui.Callout {
	var out []ui.Callout
	switch o.State {
	case invoice.Draft:
		out = append(out, ui.Callout{Tone: ui.Info, Title: "A draft",
			Text: "It has no number yet. Its days and ledger rows are taken: no other run bills them. " +
				"Below is what it will look like; billing it today makes it so for good."})
	case invoice.Void:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Void",
			Text: strings.TrimSpace("Nothing of it counts; its days and ledger rows were given back. " + o.VoidReason)})
	}
	for _, p := range problems {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Before you bill it", Text: p})
	}
	return out
}

func (h Handlers) facts(o invoice.Overview, exported *books.Mark) ui.DefinitionList {
	items := []ui.Definition{ui.Fact("Period", o.PeriodStart.String()+" to "+o.PeriodEnd.String()),
		ui.Fact("Total, net", sum(o.Total, o.Currency).Amount+" "+o.Currency),
		ui.Fact("Payment terms", o.PaymentTerms), ui.Fact("Tax code", o.TaxCode),
		{Term: "Drafted", Value: ui.TextCell(moment(o.DraftedAt, h.Invoices.Zone)), Note: "by " + o.DraftedBy}}
	if o.IssuedAt != nil {
		items = append(items, ui.Fact("Billed", moment(*o.IssuedAt, h.Invoices.Zone)))
	}
	if o.PaidAt != nil {
		items = append(items, ui.Fact("Paid", moment(*o.PaidAt, h.Invoices.Zone)))
	}
	if exported != nil {
		items = append(items, ui.Definition{Term: "Exported on", Value: ui.LinkCell(moment(exported.MadeAt,
			h.Invoices.Zone),
			at.Export(exported.ExportID)), Note: fmt.Sprintf("in export %d", exported.Number)})
	}
	if o.CreditsID.Valid {
		items = append(items, ui.Definition{Term: "Credits",
			Value: ui.LinkCell("Invoice "+o.Credits, recordPath(o.CreditsID.UUID)), Note: o.Note})
	}
	return ui.DefinitionList{Columns: 2, Items: items}
}

// paid tells what was paid of the document, payment by payment, and what is open.
func (h Handlers) paid(c echo.Context, o invoice.Overview, facts *ui.DefinitionList) error {
	ctx := c.Request().Context()
	db := h.Invoices.DB.Read(ctx)
	all, err := invoice.Payments(ctx, db, o.Invoice)
	if err != nil || len(all) == 0 {
		return err
	}
	for _, p := range all {
		note := "on " + p.PaidOn.String() + ", noted by " + p.Actor
		if p.Reference != "" {
			note += ": " + p.Reference
		}
		facts.Items = append(facts.Items,
			ui.Definition{Term: "Payment", Value: ui.Of(sum(p.Amount, p.Currency)), Note: note})
	}
	open, err := invoice.OpenOf(ctx, db, o.Invoice)
	facts.Items = append(facts.Items, ui.Definition{Term: "Open", Value: ui.Of(sum(open.Open(), open.Currency))})
	return err
}

func credits(o invoice.Overview) *ui.Table {
	if len(o.Followers) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Credits", Plain: true,
		Columns: []ui.Column{{Label: "Credit"}, {Label: "State"}, {Label: "Why"}, {Label: "Total", Numeric: true}}}
	for _, i := range o.Followers {
		t.Rows = append(t.Rows, ui.Row{Muted: i.State == invoice.Void,
			Cells: []ui.Cell{ui.LinkCell(i.Called(), recordPath(i.ID)), {Badges: []ui.Badge{state.Invoice(i.State)}},
				ui.TextCell(i.Note), ui.Of(sum(i.Total, i.Currency))}})
	}
	return &t
}
