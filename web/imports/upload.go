package imports

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/imports/sheet"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/imports"
)

// New is the page with the file field.
func (p Pages) New(c echo.Context, s Screen) error {
	return p.uploadPage(c, s, http.StatusOK, refused{})
}

// refused is why a file was not taken.
type refused struct {
	problems map[string]string
	kept     string // where its columns can be chosen, when only they were not understood
}

// Upload keeps a file and leads to its preview.
func (p Pages) Upload(c echo.Context, s Screen) error {
	file, _, err := httpx.Upload(c, "file")
	r := refused{}
	if err == nil {
		id, uploadErr := p.Service.Upload(c.Request().Context(), session.Actor(c), s.Kind,
			imports.File{Name: file.Name, Content: file.Data})
		if uploadErr == nil {
			return httpx.SeeOther(c, s.preview(id.String()))
		}
		if err = uploadErr; id != uuid.Nil {
			r.kept = s.preview(id.String())
		}
	}
	if isTooLarge(err) {
		err = tooLarge()
	}
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	r.problems = errs.FieldsOf(err)
	return p.uploadPage(c, s, http.StatusUnprocessableEntity, r)
}

func isTooLarge(err error) bool {
	var he *echo.HTTPError
	return errors.As(err, &he) && he.Code == http.StatusRequestEntityTooLarge
}

func tooLarge() error {
	f := errs.Fields{}
	f.Add("file", "The file is larger than %d MB. Split it and upload the parts.", sheet.MaxBytes>>20)
	return f.Err()
}

func (p Pages) uploadPage(c echo.Context, s Screen, status int, r refused) error {
	file := ui.Field{
		Kind: ui.FileInput, Name: "file", Label: "CSV or Excel file", Required: true, Error: r.problems["file"],
		Accept: ".csv,.txt,.tsv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		Hint: "A workbook (.xlsx), or text with comma, semicolon or tab between the values, best in UTF-8. " +
			"Up to 10 MB and 100,000 lines. Nothing is changed before you have seen the preview.",
	}
	m := view.Upload{
		Page: session.Page(c, s.Title, s.Nav), Summary: ui.Summarize(r.problems, file), File: file,
		Columns: s.columnTable(),
		Form:    ui.Form{Action: s.Path, Upload: true, Save: "Upload and preview", Cancel: s.Back},
	}
	if r.kept != "" {
		m.ByHand = &ui.LinkButton{Text: "Choose the columns of this file", Href: r.kept, Icon: "edit"}
	}
	m.Page.Lead, m.Page.Crumbs, m.Page.Narrow = s.Lead, s.Crumbs, true
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

func (s Screen) columnTable() ui.Table {
	required := map[string]bool{}
	for _, c := range s.Kind.Forms()[0].Columns {
		required[c.Name] = c.Required
	}
	t := ui.Table{Caption: "Columns of the file", Compact: true, Plain: true,
		Columns: []ui.Column{{Label: "Column"}, {Label: "Meaning"}}}
	for _, c := range s.Columns {
		name := ui.Cell{Text: c.Name, Mono: true}
		if required[c.Name] {
			name.Badges = []ui.Badge{{Text: "required"}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.TextCell(c.Help)}})
	}
	return t
}
