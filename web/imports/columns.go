package imports

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/imports"
)

// Columns sets which column of the file is which and shows the preview again.
func (p Pages) Columns(c echo.Context, s Screen) error {
	id, err := httpx.ID(c, "import")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	changed, err := p.choose(c, s, id, form)
	if errs.KindOf(err) == errs.Invalid {
		return p.refuseColumns(c, s, id, form, errs.FieldsOf(err))
	}
	if err != nil {
		return err
	}
	if changed && form.Get("sheet") == form.Get("sheet_shown") {
		httpx.Tell(c, ui.Good, "The columns were set, and are remembered for files with the same column names.")
	}
	return httpx.SeeOther(c, s.preview(id.String()))
}

// choose hands over what the form says of the columns; a form that says nothing changes nothing.
func (p Pages) choose(c echo.Context, s Screen, id uuid.UUID, form httpx.Values) (bool, error) {
	choice := imports.Choice{ID: id, Sheet: form.Get("sheet"), Fields: chosenFields(form)}
	if choice.Sheet == "" && choice.Fields == nil {
		return false, nil
	}
	return p.Service.Choose(c.Request().Context(), session.Actor(c), s.Kind, choice)
}

func chosenFields(form httpx.Values) []string {
	var out []string
	for i := 0; form.Has(imports.ColumnName(i)); i++ {
		out = append(out, form.Get(imports.ColumnName(i)))
	}
	return out
}

// refuseColumns shows the preview as it stands, with what was chosen and what is wrong with it.
func (p Pages) refuseColumns(c echo.Context, s Screen, id uuid.UUID, form httpx.Values, problems map[string]string) error {
	found, err := p.Service.Preview(c.Request().Context(), s.Kind, id)
	if err != nil {
		return err
	}
	m := p.previewOf(session.Page(c, s.Title, s.Nav), s, shown{Preview: found, fields: chosenFields(form), problems: problems})
	m.Page.HasErrors = true
	return httpx.Render(c, http.StatusUnprocessableEntity, m.Show())
}

// columnsOf is the table of columns within the preview's form; nil where there is nothing to choose.
func (p Pages) columnsOf(s Screen, f shown) *view.Columns {
	if !f.Choosable {
		return nil
	}
	l := f.Layout
	m := &view.Columns{
		Fold:   ui.Fold{Summary: "Columns of the file", Hint: hint(l), Open: !l.Plain() || f.Unclear != "" || len(f.problems) > 0},
		Again:  ui.Button{Text: "Preview with these columns", Action: s.columns(f.ID.String()), Icon: "refresh"},
		Hidden: []ui.Pair{{Name: "sheet_shown", Value: l.Sheet}},
	}
	if len(f.Sheets) > 0 {
		m.Sheet = sheetField(f)
	}
	choices := s.fieldChoices()
	for i, c := range l.Columns {
		field := ui.Field{Kind: ui.SelectBox, Name: imports.ColumnName(i), Label: c.Head, Value: c.Field, Options: choices, Hint: p.how(l, c), Error: f.problems[imports.ColumnName(i)]}
		if field.Label == "" {
			field.Label = fmt.Sprintf("Column %d, without a name", i+1)
		}
		if i < len(f.fields) {
			field.Value = f.fields[i]
		}
		m.Fields = append(m.Fields, field)
	}
	m.Summary = ui.Summarize(f.problems, m.Fields...)
	return m
}

func sheetField(f shown) *ui.Field {
	field := &ui.Field{Kind: ui.SelectBox, Name: "sheet", Label: "Sheet of the workbook", Value: f.Layout.Sheet, Size: ui.Medium, Hint: "Another sheet is shown with its own columns."}
	for _, name := range f.Sheets {
		field.Options = append(field.Options, ui.Option{Value: name, Label: name})
	}
	return field
}

func (s Screen) fieldChoices() []ui.Option {
	out := []ui.Option{{Value: "", Label: "Do not use"}}
	for _, c := range s.Kind.Columns() {
		label := c.Label
		if label == "" {
			label = c.Name
		}
		out = append(out, ui.Option{Value: c.Name, Label: label})
	}
	return out
}

func hint(l imports.Layout) string {
	n := 0
	for _, c := range l.Columns {
		if c.Field != "" {
			n++
		}
	}
	return fmt.Sprintf("%d of %d are used", n, len(l.Columns))
}

// how tells by what a column was recognised, with some of its values.
func (p Pages) how(l imports.Layout, c imports.Placed) string {
	words := map[imports.How]string{
		imports.Named: "Our own name.", imports.Alias: "Recognised by its name.", imports.Content: "Recognised by its values.",
		imports.Remembered: "Remembered", imports.Chosen: "Chosen",
	}[c.How]
	if c.How == imports.Remembered || c.How == imports.Chosen {
		words += fmt.Sprintf(" from %s on %s.", l.SavedBy, p.when(l.SavedAt))
	}
	if c.Sample == "" {
		return join(words, "Holds nothing.")
	}
	return join(words, "Holds "+c.Sample)
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
