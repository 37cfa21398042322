package books

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/books/bookfile"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// choose asks into which system a selection goes, and leads to its preview with the selection as it is.
func (h Handlers) choose(c echo.Context, form httpx.Values) error {
	a, err := h.ask(c, form, false)
	if err != nil {
		return err
	}
	if err := a.problems.Err(); err != nil {
		return err
	}
	field := ui.Field{Kind: ui.RadioGroup, Name: "system", Label: "Accounting system", Required: true}
	for _, f := range bookfile.All() {
		field.Options = append(field.Options, ui.Option{Value: f.System, Label: f.Label, Hint: f.Text})
	}
	m := layout.Form{Page: session.Page(c, "Choose the accounting system", nav),
		Form: ui.Form{Action: exportPath, Save: "Preview the export", Cancel: at.Invoices,
			Hidden: append([]ui.Pair{{Name: "look", Value: "1"}}, a.again...)},
		Groups: []layout.FieldGroup{{Group: ui.Group{Title: "Where the documents go"}, Fields: []ui.Field{field}}}}
	m.Page.Crumbs = []layout.Crumb{{Label: "Invoices", Href: at.Invoices}}
	m.Page.Lead = "Nothing is exported before you have seen the preview."
	if a.ticked > 0 {
		m.Page.Lead = words.Counted(a.ticked, "invoice is", "invoices are") + " ticked. " + m.Page.Lead
	}
	status := http.StatusOK
	if len(form.All("shown")) == 0 { // it was not asked for from the list
		status = http.StatusUnprocessableEntity
	}
	return httpx.Render(c, status, m.Show())
}

// staying says how many of the ticked do not go.
func (h Handlers) staying(c echo.Context, a asked) ([]ui.Callout, error) {
	n, err := h.Books.Staying(c.Request().Context(), a.IDs)
	if err != nil || n == 0 {
		return nil, err
	}
	return []ui.Callout{{Tone: ui.Warn, Text: words.Counted(n, "of the ticked invoices does",
		"of the ticked invoices do") + " not go: only what is billed or paid and was not exported before goes into the books."}}, nil
}
