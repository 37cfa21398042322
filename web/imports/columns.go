package imports

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

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
		httpx.Tell(c, ui.Good, "This is set, and what the columns are is remembered for files with the same column "+
			"names.")
	}
	return httpx.SeeOther(c, s.preview(id.String()))
}

// choose hands over what the form says of the file; a form that says nothing changes nothing.
func (p Pages) choose(c echo.Context, s Screen, id uuid.UUID, form httpx.Values) (bool, error) {
	choice := imports.Choice{ID: id, Sheet: form.Get("sheet"), Fields: chosenFields(form), Answers: map[string]string{}}
	if form.Has("form") && form.Get("form") != form.Get("form_shown") {
		chosen := form.Get("form")
		choice.Form = &chosen
	}
	if form.Has("decimal") {
		sign := imports.Decimal(form.Get("decimal"))
		if !slices.Contains([]imports.Decimal{imports.Undecided, imports.Point, imports.Comma}, sign) {
			return false, errs.Fields{"decimal": "Choose one of the signs."}.Err()
		}
		choice.Decimal = &sign
	}
	for name := range form {
		if question, ok := strings.CutPrefix(name, answerPrefix); ok {
			choice.Answers[question] = form.Get(name)
		}
	}
	if choice.Sheet == "" && choice.Fields == nil && choice.Form == nil && choice.Decimal == nil &&
		len(choice.Answers) == 0 {
		return false, nil
	}
	return p.Service.Choose(c.Request().Context(), session.Actor(c), s.Kind, choice)
}

const answerPrefix = "answer."

func chosenFields(form httpx.Values) []string {
	var out []string
	for i := 0; form.Has(imports.ColumnName(i)); i++ {
		out = append(out, form.Get(imports.ColumnName(i)))
	}
	return out
}

// refuseColumns shows the preview as it stands, with what was chosen and what is wrong with it.
func (p Pages) refuseColumns(c echo.Context, s Screen, id uuid.UUID, form httpx.Values,
	problems map[string]string) error {
	found, err := p.Service.Preview(c.Request().Context(), s.Kind, id)
	if err != nil {
		return err
	}
	m := p.previewOf(session.Page(c, s.Title, s.Nav), s,
		shown{Preview: found, fields: chosenFields(form), problems: problems})
	m.Page.HasErrors = true
	return httpx.Render(c, http.StatusUnprocessableEntity, m.Show())
}

// columnsOf is what a person may say of the file, within the preview's form.
func (p Pages) columnsOf(s Screen, f shown) *view.Columns {
	l := f.Layout
	m := &view.Columns{
		Fold: ui.Fold{Summary: "Columns of the file", Hint: hint(l), Open: !l.Plain() || f.Unclear != "" ||
			len(f.Questions) > 0 || len(f.problems) > 0},
		Again:  ui.Button{Text: "Preview with this", Action: s.columns(f.ID.String()), Icon: "refresh"},
		Hidden: []ui.Pair{{Name: "sheet_shown", Value: l.Sheet}, {Name: "form_shown", Value: l.Form}},
	}
	m.Whole = p.wholeFile(s, f)
	choices := fieldChoices(f.Form)
	for i, c := range l.Columns {
		field := ui.Field{Kind: ui.SelectBox, Name: imports.ColumnName(i), Label: c.Head, Value: c.Field,
			Options: choices, Hint: p.how(f.Preview, c), Error: f.problems[imports.ColumnName(i)]}
		if field.Label == "" {
			field.Label = fmt.Sprintf("Column %d, without a name", i+1)
		}
		if i < len(f.fields) {
			field.Value = f.fields[i]
		}
		m.Fields = append(m.Fields, field)
	}
	m.Summary = ui.Summarize(f.problems, append(slices.Clone(m.Whole), m.Fields...)...)
	return m
}

// wholeFile are the choices that hold for the file as a whole.
func (p Pages) wholeFile(s Screen, f shown) []ui.Field {
	var out []ui.Field
	if forms := s.Kind.Forms(); len(forms) > 1 {
		field := ui.Field{Kind: ui.SelectBox, Name: "form", Label: "The file holds", Value: f.Layout.Form,
			Size: ui.Medium}
		for _, o := range forms {
			field.Options = append(field.Options, ui.Option{Value: o.Name, Label: o.Title})
		}
		out = append(out, field)
	}
	if len(f.Sheets) > 0 {
		out = append(out, sheetField(f))
	}
	if f.Amounts {
		out = append(out, decimalField(f))
	}
	for _, q := range f.Questions {
		out = append(out, questionField(q))
	}
	return out
}

func decimalField(f shown) ui.Field {
	auto := map[imports.Decimal]string{
		imports.Undecided: "Choose", imports.Point: "As the file shows: point",
		imports.Comma: "As the file shows: comma",
	}[f.Decimal]
	if f.Layout.Decimal != imports.Undecided {
		auto = "As the file shows"
	}
	return ui.Field{
		Kind: ui.SelectBox, Name: "decimal", Label: "Decimal sign of amounts", Value: string(f.Layout.Decimal),
		Size: ui.Medium, Error: f.problems["decimal"],
		Options: []ui.Option{{Value: "", Label: auto}, {Value: "point", Label: "Point: 1,234.50"},
			{Value: "comma", Label: "Comma: 1.234,50"}},
	}
}

func questionField(q imports.Question) ui.Field {
	field := ui.Field{Name: answerPrefix + q.Name, Label: q.Label, Hint: q.Hint, Value: q.Value, Size: ui.Medium,
		Error: q.Error}
	if len(q.Options) == 0 {
		return field
	}
	field.Kind = ui.SelectBox
	if q.Value == "" {
		field.Options = []ui.Option{{Value: "", Label: "Choose"}}
	}
	for _, o := range q.Options {
		field.Options = append(field.Options, ui.Option{Value: o.Value, Label: o.Label})
	}
	return field
}

func sheetField(f shown) ui.Field {
	field := ui.Field{Kind: ui.SelectBox, Name: "sheet", Label: "Sheet of the workbook", Value: f.Layout.Sheet,
		Size: ui.Medium, Hint: "Another sheet is shown with its own columns."}
	for _, name := range f.Sheets {
		field.Options = append(field.Options, ui.Option{Value: name, Label: name})
	}
	return field
}

func fieldChoices(f imports.Form) []ui.Option {
	out := []ui.Option{{Value: "", Label: "Do not use"}}
	for _, c := range f.Columns {
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
func (p Pages) how(f imports.Preview, c imports.Placed) string {
	words := map[imports.How]string{
		imports.Named: "Our own name.", imports.Alias: "Recognised by its name.",
		imports.Content:    "Recognised by its values.",
		imports.Remembered: "Remembered", imports.Chosen: "Chosen",
	}[c.How]
	if c.How == imports.Named && f.Form.Theirs {
		words = "As its maker names it."
	}
	if c.How == imports.Remembered || c.How == imports.Chosen {
		words += fmt.Sprintf(" from %s on %s.", f.Layout.SavedBy, p.when(f.Layout.SavedAt))
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
