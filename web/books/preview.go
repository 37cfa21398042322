package books

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/books"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/books"
)

// asked is a selection as an address or a form says it.
type asked struct {
	books.Choice
	again    []ui.Pair // what a form must say to mean the same
	from, to string
	leaveOut bool
	problems errs.Fields
}

// listFilters narrow the list of invoices; the form of an export may have them too.
var listFilters = []string{"state", "kind", "contract", "crm_account", "q"}

// ask reads which documents are meant: ids, or a filter. all tells that nothing at all means all that wait.
func (h Handlers) ask(c echo.Context, v httpx.Values, all bool) (asked, error) {
	a := asked{from: v.Get("from"), to: v.Get("to"), leaveOut: v.On("leave_out"), problems: errs.Fields{}}
	day := func(name, text string) (d clock.Date) {
		d, err := clock.ParseDate(text)
		if err != nil {
			a.problems.Add(name, "Enter a date as 2026-03-31.")
		}
		return d
	}
	a.From, a.To = day("from", a.from), day("to", a.to)
	if a.Currency = strings.ToUpper(v.Get("currency")); a.Currency != "" {
		if _, ok := money.ParseCurrency(a.Currency); !ok {
			a.problems.Add("currency", "Write the currency as three letters, like USD.")
		}
	}
	for _, name := range []string{"from", "to", "currency"} {
		a.keep(name, v.Get(name))
	}
	if len(v.All("id")) > 0 {
		return a, a.named(v)
	}
	filter, err := h.filter(c, v, &a)
	if err != nil {
		return a, err
	}
	if !filter && !all && !v.On("all") && a.from == "" && a.to == "" && a.Currency == "" {
		a.problems.Add("id", "Nothing is selected. Name invoices, or choose all that wait; nothing was exported.")
	}
	a.keep("all", "1")
	return a, nil
}

func (a *asked) keep(name, value string) {
	if value != "" {
		a.again = append(a.again, ui.Pair{Name: name, Value: value})
	}
}

func (a *asked) named(v httpx.Values) error {
	ids, err := v.IDs("id")
	if err != nil {
		return err
	}
	a.Named = true
	seen := map[uuid.UUID]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			a.IDs = append(a.IDs, id)
			a.keep("id", id.String())
		}
	}
	return nil
}

// filter narrows to what a filter of the list of invoices lets through.
func (h Handlers) filter(c echo.Context, v httpx.Values, a *asked) (any bool, err error) {
	raw, err := url.ParseQuery(v.Get("filter"))
	if err != nil {
		return false, errs.Because(errs.Invalid, "This address is damaged. Start again from the list.", err)
	}
	a.keep("filter", v.Get("filter"))
	for _, name := range listFilters {
		if v.Get(name) != "" {
			raw.Set(name, v.Get(name))
			a.keep(name, v.Get(name))
		}
	}
	if len(raw) == 0 {
		return false, nil
	}
	ctx := c.Request().Context()
	list := invoice.All(h.Zone)
	spec, err := list.Spec(ctx, h.DB.Read(ctx), raw)
	if err != nil {
		return false, err
	}
	q, err := spec.Parse(raw, true)
	if err != nil {
		return false, err
	}
	ids, err := list.IDs(ctx, h.DB.Read(ctx), q, mostFiltered+1)
	if len(ids) > mostFiltered {
		return false, errs.Newf(errs.Invalid, "These are more than %s invoices. Narrow the filter; nothing was "+
			"exported.",
			words.Count(mostFiltered))
	}
	if a.IDs = ids; a.IDs == nil {
		a.IDs = []uuid.UUID{}
	}
	return true, err
}

const mostFiltered = 50_000

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
