package books

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/books"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/errs"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/books"
)

// Preview shows what an export would write.
func (h Handlers) Preview(c echo.Context) error {
	f, err := format(c)
	if err != nil {
		return err
	}
	a, err := h.ask(c, httpx.Values(c.QueryParams()), true)
	if err != nil {
		return err
	}
	if len(a.problems) > 0 {
		return h.preview(c, http.StatusUnprocessableEntity, f, a, bookfile.Plan{}, "")
	}
	return h.look(c, f, a)
}

func (h Handlers) look(c echo.Context, f bookfile.Format, a asked) error {
	p, err := h.Books.Preview(c.Request().Context(), f.System, a.Choice)
	switch {
	case errs.KindOf(err) == errs.Conflict: // the page is where it is put right
		return h.preview(c, http.StatusOK, f, a, p, errs.Public(err))
	case err != nil:
		return err
	}
	return h.preview(c, http.StatusOK, f, a, p, "")
}

// Export makes an export of ids or of a filter, and leads to it.
func (h Handlers) Export(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	f, ok := bookfile.Of(form.Get("system"))
	if form.Get("system") == "" {
		return h.choose(c, form)
	}
	if !ok {
		var names []string
		for _, f := range bookfile.All() {
			names = append(names, f.System)
		}
		return errs.Fields{"system": fmt.Sprintf("Choose the accounting system: one of %s. Nothing was exported.",
			strings.Join(names, ", "))}.Err()
	}
	a, err := h.ask(c, form, false)
	if err != nil {
		return err
	}
	if err := a.problems.Err(); err != nil {
		return err
	}
	if form.On("look") {
		return h.look(c, f, a)
	}
	id, err := h.Books.Export(c.Request().Context(), session.Actor(c),
		books.Order{System: f.System, Choice: a.Choice, LeaveOut: a.leaveOut, Digest: form.Get("digest")})
	var other *books.OtherPlan
	if errors.As(err, &other) {
		return h.preview(c, http.StatusConflict, f, a, other.Plan, other.Says)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "Exported. Its invoices bear it; download the files below.")
}

func (h Handlers) preview(c echo.Context, status int, f bookfile.Format, a asked, p bookfile.Plan, says string) error {
	m := view.Preview{Page: session.Page(c, "Export to "+f.Label, nav), Files: filesTable(p), Missing: missingTable(f,
		p),
		Held: heldTable(p), Choice: view.Edit{Form: ui.Form{Action: previewPath(f.System)}, Fields: []ui.Field{
			{Kind: ui.DateInput, Name: "from", Label: "Issued from", Value: a.from, Size: ui.Short,
				Error: a.problems["from"]},
			{Kind: ui.DateInput, Name: "to", Label: "Issued to", Value: a.to, Size: ui.Short, Error: a.problems["to"]},
			{Name: "currency", Label: "Currency", Value: a.Currency, Size: ui.Short, Placeholder: "All",
				Error: a.problems["currency"]}}}}
	if a.Named || a.ticked > 0 {
		m.Choice.Fields = nil // days and currency would be asked of all
	}
	if a.ticked > 0 {
		r, err := h.staying(c, a)
		if err != nil {
			return err
		}
		m.Remarks = append(m.Remarks, r...)
	}
	documents := 0
	for _, part := range p.Parts {
		documents += len(part.Vouchers)
	}
	m.Stats = ui.Stats{{Label: "Documents to export", Value: words.Count(documents)},
		{Label: "Files", Value: words.Count(len(p.Parts))}, {Label: "Held up", Value: words.Count(len(p.Held)),
			Href: map[bool]string{true: "#held"}[len(p.Held) > 0]}}
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Settings and codes", Href: systemPath(f.System)})
	if f.System != "neutral" {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Info, Title: "By the published form",
			Text: "What is known of it, and what is not, stands under Settings and codes."})
	}
	for _, r := range p.Remarks {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn, Text: r})
	}
	if says != "" {
		m.Summary = ui.ErrorSummary{Title: "Nothing was exported", Problems: []ui.Problem{{Message: says,
			Href: systemPath(f.System)}}}
	}
	if len(a.problems) > 0 {
		m.Summary = ui.Summarize(a.problems, m.Choice.Fields...)
	}
	if documents > 0 && mayWrite(c) {
		m.Export = exportForm(f, a, p, documents)
	}
	m.Page.HasErrors = m.Summary.Any()
	m.Page.Crumbs = append(crumbs[:1:1], crumb(f))
	m.Page.Lead = "Invoices and credit notes that were billed and not exported yet. Void ones never go."
	return httpx.Render(c, status, m.Show())
}

func exportForm(f bookfile.Format, a asked, p bookfile.Plan, documents int) *view.Edit {
	e := &view.Edit{Form: ui.Form{Action: exportPath, Hidden: append([]ui.Pair{{Name: "system", Value: f.System},
		{Name: "digest", Value: p.Digest}}, a.again...),
		Save: fmt.Sprintf("Export %s to %s", words.Counted(documents, "document", "documents"), f.Label)}}
	if len(p.Held) > 0 {
		e.Fields = append(e.Fields, ui.Field{Kind: ui.Checkbox, Name: "leave_out", Checked: a.leaveOut,
			Label: fmt.Sprintf("Leave out %s; the rest goes now", words.Counted(len(p.Held), "document that is held up",
				"documents that are held up")),
			Hint: "They wait on, and go with a later export."})
	}
	return e
}

func filesTable(p bookfile.Plan) ui.Table {
	t := ui.Table{Caption: "Files that would be written", Plain: true, Columns: []ui.Column{{Label: "File"},
		{Label: "Documents",
			Numeric: true}, {Label: "Rows", Numeric: true}, {Label: "Net", Numeric: true},
		{Label: "Tax", Numeric: true},
		{Label: "Total", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No file would be written",
			Text: "Nothing of this choice waits, or all of it is held up."}}
	for _, part := range p.Parts {
		name := kind(part.Credit) + ", " + part.Currency
		if !part.Month.IsZero() {
			name += ", " + part.Month.String()[:7]
		}
		if part.Of > 1 {
			name += fmt.Sprintf(", %d of %d", part.Place, part.Of)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(name),
			ui.TextCell(words.Count(len(part.Vouchers))),
			ui.TextCell(words.Count(part.Rows())), ui.Of(sum(part.Net, part.Currency)),
			ui.Of(sum(part.Tax, part.Currency)),
			ui.Of(sum(part.Gross, part.Currency))}})
	}
	return t
}

func missingTable(f bookfile.Format, p bookfile.Plan) *ui.Table {
	if len(p.Missing) == 0 {
		return nil
	}
	t := &ui.Table{Caption: "Codes that are missing", Plain: true, Columns: []ui.Column{{Label: "Stands for"},
		{Label: "In " + f.Label}, {Label: "What waits"}}}
	for _, x := range p.Missing {
		need, _ := f.Need(x.Sort)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(x.Name, systemPath(f.System)+"#codes"),
			ui.TextCell(need.Label), ui.TextCell(heldBy(x))}})
	}
	return t
}

const mostHeld = 200 // documents told one by one

func heldTable(p bookfile.Plan) *ui.Table {
	if len(p.Held) == 0 {
		return nil
	}
	t := &ui.Table{Caption: "Documents that are held up", Plain: true, Columns: []ui.Column{{Label: "Document"},
		{Label: "Customer"}, {Label: "Total", Numeric: true}, {Label: "Why"}}}
	for _, x := range p.Held[:min(len(p.Held), mostHeld)] {
		v := x.Voucher
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(v.Called(), at.Invoice(v.Invoice)),
			ui.TextCell(v.Doc.Customer.Name), ui.Of(sum(v.Doc.Gross, v.Doc.Currency)),
			ui.TextCell(strings.Join(x.Why, " "))}})
	}
	if more := len(p.Held) - mostHeld; more > 0 {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.TextCell(words.Counted(more, "more document", "more documents")),
			{}, {}, {}}})
	}
	return t
}
