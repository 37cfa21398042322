package books

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/books"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/errs"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/books"
)

func crumb(f bookfile.Format) layout.Crumb {
	return layout.Crumb{Label: f.Label, Href: systemPath(f.System)}
}

// Record shows an export: its files and its documents.
func (h Handlers) Record(c echo.Context) error { return h.record(c, http.StatusOK, nil) }

func (h Handlers) record(c echo.Context, status int, problems map[string]string) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, files, members, err := books.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	m := view.Export{Page: session.Page(c, e.Called(), nav), Files: h.filesOf(e, files),
		Documents: membersTable(members)}
	m.Page.Kicker, m.Page.Crumbs = "Export", append(crumbs[:1:1], layout.Crumb{Label: "Exports", Href: exportsPath})
	standing := 0
	for _, x := range members {
		if x.TakenBackAt == nil {
			standing++
		}
	}
	m.Facts = ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		{Term: "Made", Value: ui.Of(httpx.Moment(e.MadeAt, h.Zone)), Note: "by " + e.MadeBy},
		ui.Fact("Documents", words.Count(e.Documents)), ui.Fact("Not taken back", words.Count(standing))}}
	if e.TakenBackAt != nil {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn, Title: "Taken back",
			Text: fmt.Sprintf("By %s on %s. Its documents wait again, or went with a later export. Do not import "+
				"its files any more. %s", e.TakenBackBy, httpx.MomentText(*e.TakenBackAt, h.Zone), e.Reason)})
	}
	if standing > 0 && mayWrite(c) {
		m.Documents.Select = &ui.Selection{FormID: "back"}
		m.Back = &view.Edit{Form: ui.Form{ID: "back", Action: recordPath(id) + "/take-back", Save: "Take back"},
			Fields: []ui.Field{{Name: "reason", Label: "Reason", Size: ui.Medium, Required: true,
				Error: problems["reason"],
				Hint:  "Of the documents ticked below; of all, where none is ticked."}}}
		m.Summary = ui.Summarize(problems, m.Back.Fields...)
		m.Page.HasErrors = m.Summary.Any()
	}
	return httpx.Render(c, status, m.Show())
}

func (h Handlers) filesOf(e books.Export, files []books.File) ui.Table {
	t := ui.Table{Caption: "Files of the export", Plain: true, Columns: []ui.Column{{Label: "File"},
		{Label: "Documents",
			Numeric: true}, {Label: "Rows", Numeric: true}, {Label: "Net", Numeric: true},
		{Label: "Tax", Numeric: true},
		{Label: "Total", Numeric: true}}}
	for _, f := range files {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: f.Name, Href: recordPath(e.ID) + "/files/" +
			strconv.Itoa(f.Place), Sub: "SHA-256 " + f.Digest[:16] + "…"},
			ui.TextCell(words.Count(f.Documents)), ui.TextCell(words.Count(f.Rows)), ui.Of(sum(f.Net, f.Currency)),
			ui.Of(sum(f.Tax, f.Currency)), ui.Of(sum(f.Gross, f.Currency))}})
	}
	return t
}

func membersTable(all []books.Member) ui.Table {
	t := ui.Table{Caption: "Documents of the export", Plain: true, Columns: []ui.Column{{Label: "Document"},
		{Label: "Customer"},
		{Label: "File", Numeric: true}, {Label: "State"}, {Label: "Total", Numeric: true}}}
	for _, x := range all {
		state := ui.BadgeCell("exported", ui.Good)
		if x.TakenBackAt != nil {
			state = ui.BadgeCell("taken back", ui.Neutral)
		}
		t.Rows = append(t.Rows, ui.Row{ID: x.InvoiceID.String(), Label: x.Number, Muted: x.TakenBackAt != nil,
			Unselectable: x.TakenBackAt != nil, Cells: []ui.Cell{
				ui.LinkCell(x.Number, at.Invoice(x.InvoiceID)), ui.TextCell(x.Customer),
				ui.TextCell(strconv.Itoa(x.Place)), state, ui.Of(sum(x.Gross, x.Currency))}})
	}
	return t
}

// File gives a file as it was made.
func (h Handlers) File(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	place, err := strconv.Atoi(c.Param("place"))
	if err != nil {
		return errs.New(errs.NotFound, "There is no such file.")
	}
	ctx := c.Request().Context()
	name, content, err := books.Content(ctx, h.DB.Read(ctx), id, place)
	if err != nil {
		return err
	}
	return httpx.Give(c, httpx.Taken, name, "text/csv", content)
}

// TakeBack lets documents of an export wait again: those named, or all.
func (h Handlers) TakeBack(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ids, err := form.IDs("id")
	if err != nil {
		return err
	}
	const longest = 1000
	problems := errs.Fields{}
	if reason := form.Get("reason"); reason == "" || len(reason) > longest {
		problems.Add("reason", "Say why, in at most %d characters. Nothing was taken back.", longest)
		return h.record(c, http.StatusUnprocessableEntity, problems)
	}
	err = h.Books.TakeBack(c.Request().Context(), session.Actor(c), id, ids, form.Get("reason"))
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "Taken back. What it was about waits to be exported again.")
}
