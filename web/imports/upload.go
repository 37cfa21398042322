package imports

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/imports"
)

// New is the page with the file field.
func (p Pages) New(c echo.Context, s Screen) error {
	return p.uploadPage(c, s, http.StatusOK, nil)
}

// Upload keeps a file and leads to its preview.
func (p Pages) Upload(c echo.Context, s Screen) error {
	file, _, err := httpx.Upload(c, "file")
	if err == nil {
		id, uploadErr := p.Service.Upload(c.Request().Context(), session.Actor(c), s.Kind, imports.File{Name: file.Name, Content: file.Data})
		if uploadErr == nil {
			return httpx.SeeOther(c, s.preview(id.String()))
		}
		err = uploadErr
	}
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	return p.uploadPage(c, s, http.StatusUnprocessableEntity, errs.FieldsOf(err))
}

func (p Pages) uploadPage(c echo.Context, s Screen, status int, problems map[string]string) error {
	file := ui.Field{
		Kind: ui.FileInput, Name: "file", Label: "CSV file", Required: true, Accept: ".csv,.txt,.tsv,text/csv", Error: problems["file"],
		Hint: "Comma, semicolon or tab between the values; UTF-8 is best. Up to 10 MB and 100,000 lines. Nothing is changed before you have seen the preview.",
	}
	m := view.Upload{
		Page: session.Page(c, s.Title, s.Nav), Summary: ui.Summarize(problems, file), File: file, Columns: s.columnTable(),
		Form: ui.Form{Action: s.Path, Upload: true, Save: "Upload and preview", Cancel: s.Back},
	}
	m.Page.Lead, m.Page.Crumbs, m.Page.Narrow = s.Lead, s.Crumbs, true
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

func (s Screen) columnTable() ui.Table {
	required := map[string]bool{}
	for _, c := range s.Kind.Columns() {
		required[c.Name] = c.Required
	}
	t := ui.Table{Caption: "Columns of the file", Compact: true, Plain: true, Columns: []ui.Column{{Label: "Column"}, {Label: "Meaning"}}}
	for _, c := range s.Columns {
		name := ui.Cell{Text: c.Name, Mono: true}
		if required[c.Name] {
			name.Badges = []ui.Badge{{Text: "required"}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.TextCell(c.Help)}})
	}
	return t
}
