package books

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/books"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/settings"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/books"
)

// typed is what was refused of one of the page's two forms.
type typed struct {
	form     string // settings or codes
	options  bookfile.Options
	codes    []books.NewCode
	problems map[string]string
}

// System shows one system: what is known of its form, its settings and its codes.
func (h Handlers) System(c echo.Context) error {
	f, err := format(c)
	if err != nil {
		return err
	}
	return h.system(c, http.StatusOK, f, typed{})
}

// SaveSystem stores its settings.
func (h Handlers) SaveSystem(c echo.Context) error {
	f, err := format(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := typed{form: "settings", options: bookfile.Options{}}
	for _, o := range f.Options {
		if form.Has(o.Name) {
			in.options[o.Name] = form.Get(o.Name)
		}
	}
	version, _ := strconv.Atoi(form.Get("version"))
	err = h.Books.SaveOptions(c.Request().Context(), session.Actor(c), f.System, version, in.options)
	if messages, refused := httpx.Refused(err); refused {
		in.problems = messages
		return h.system(c, http.StatusUnprocessableEntity, f, in)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, systemPath(f.System), "Saved. Exports that were made stay as they are.")
}

// SaveCodes stores codes: sort, key and code are repeated, one of each for a code.
func (h Handlers) SaveCodes(c echo.Context) error {
	f, err := format(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := typed{form: "codes"}
	sorts, keys, names := form.All("sort"), form.All("key"), form.All("name")
	if len(sorts) != len(keys) {
		return errs.New(errs.Invalid, "The form is damaged: each code has a sort and a key. Nothing was saved.")
	}
	for i := range sorts {
		n := books.NewCode{Sort: bookfile.Sort(sorts[i]), Key: keys[i], Code: form.Get("code-" + strconv.Itoa(i)),
			Name: keys[i]}
		if i < len(names) && names[i] != "" {
			n.Name = names[i]
		}
		if form.Has("code-" + strconv.Itoa(i)) {
			in.codes = append(in.codes, n)
		}
	}
	changed, err := h.Books.SaveCodes(c.Request().Context(), session.Actor(c), f.System, in.codes)
	if messages, refused := httpx.Refused(err); refused {
		in.problems = messages
		return h.system(c, http.StatusUnprocessableEntity, f, in)
	}
	if err != nil {
		return err
	}
	said := "No code was changed."
	if changed > 0 {
		said = fmt.Sprintf("Saved: %s. Exports that were made stay as they are.",
			words.Counted(changed, "code", "codes"))
	}
	return httpx.Done(c, systemPath(f.System)+"#codes", said)
}

func (h Handlers) system(c echo.Context, status int, f bookfile.Format, in typed) error {
	ctx := c.Request().Context()
	o, saved, err := books.OptionsOf(ctx, h.DB.Read(ctx), f.System)
	if err != nil {
		return err
	}
	if in.form == "settings" {
		o = in.options
	}
	m := view.System{Page: session.Page(c, f.Label, nav), Notes: notesOf(f), Columns: columnsOf(f, o),
		Form: ui.Callout{Tone: ui.Info, Title: "By the published form", Text: "Files are written as vendors and " +
			"working programs publish the form. None was loaded into a live " + f.Label +
			" by us: import one document first and compare it. What was not found is marked unknown below."}}
	if f.System == "neutral" {
		m.Form = ui.Callout{Tone: ui.Info, Title: "A form of our own", Text: "For a program of yours that reads files."}
	}
	m.Page.Crumbs, m.Page.Lead = crumbs, f.Text
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Preview an export", Href: previewPath(f.System),
		Weight: ui.Primary})
	if err := h.codes(c, f, in, &m); err != nil {
		return err
	}
	fields := optionFields(f, o, in)
	switch {
	case len(fields) == 0:
	case mayWrite(c):
		m.Settings = settingsForm(f, saved, fields)
	default:
		m.Facts = &ui.DefinitionList{}
		for _, x := range fields {
			m.Facts.Items = append(m.Facts.Items, ui.Fact(x.Label, x.Text()))
		}
	}
	if in.form != "" {
		m.Summary = ui.Summarize(in.problems, m.Typed()...)
	}
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

func settingsForm(f bookfile.Format, saved settings.Saved, fields []ui.Field) *view.Edit {
	return &view.Edit{Form: ui.Form{Action: systemPath(f.System), Version: strconv.Itoa(saved.Version),
		Save: "Save the settings"}, Fields: fields}
}

func notesOf(f bookfile.Format) []view.Note {
	var out []view.Note
	for _, n := range f.Notes {
		note := view.Note{Text: n.Text}
		if n.Unknown {
			note.Badge = &ui.Badge{Text: "unknown", Tone: ui.Warn}
		}
		out = append(out, note)
	}
	return out
}

// columnsOf names the columns as the settings make them: of invoices, and of credits where they differ.
func columnsOf(f bookfile.Format, o bookfile.Options) []view.Columns {
	of := func(credit bool) view.Columns {
		names := f.Header(o, credit)
		return view.Columns{Names: names, Fold: ui.Fold{Summary: fmt.Sprintf("%s: %s", kind(credit),
			words.Counted(len(names), "column", "columns"))}}
	}
	invoices, credits := of(false), of(true)
	if slices.Equal(invoices.Names, credits.Names) {
		invoices.Fold.Summary = "Invoices and credit notes: " + words.Counted(len(invoices.Names), "column", "columns")
		return []view.Columns{invoices}
	}
	return []view.Columns{invoices, credits}
}

func optionFields(f bookfile.Format, o bookfile.Options, in typed) []ui.Field {
	var out []ui.Field
	for _, x := range f.Options {
		field := ui.Field{Name: x.Name, Label: x.Label, Hint: x.Hint, Value: x.Default, Required: x.Required,
			Size: ui.Medium}
		if v, ok := o[x.Name]; ok {
			field.Value = v
		}
		switch {
		case len(x.Choices) > 0:
			field.Kind = ui.SelectBox
			for _, choice := range x.Choices {
				field.Options = append(field.Options, ui.Option{Value: choice.Value, Label: choice.Label})
			}
		case x.Long:
			field.Kind, field.Size = ui.TextArea, ui.Full
		}
		if in.form == "settings" {
			field.Error = in.problems[x.Name]
		}
		out = append(out, field)
	}
	return out
}

// codeRow is a code on the page, with what it holds up.
type codeRow struct {
	books.NewCode
	hint string
}

// mostCodes is how many codes that are missing stand on the page at a time.
const mostCodes = 200

// codes puts the codes on the page: those that are missing first, then those that are known.
func (h Handlers) codes(c echo.Context, f bookfile.Format, in typed, m *view.System) error {
	rows, lead, err := h.codeRows(c, f)
	if err != nil {
		return err
	}
	if in.form == "codes" {
		rows = nil
		for _, n := range in.codes {
			rows = append(rows, codeRow{NewCode: n})
		}
	}
	if !mayWrite(c) {
		m.Known = knownTable(rows)
		return nil
	}
	m.Codes = &view.Codes{Lead: lead, Form: ui.Form{Action: systemPath(f.System) + "/codes", ID: "codes-form",
		Save: "Save the codes"}}
	groups := map[bookfile.Sort]*layout.FieldGroup{}
	for _, n := range f.Needs {
		groups[n.Sort] = &layout.FieldGroup{Group: ui.Group{Title: n.Label, Text: n.Hint, Two: true}}
	}
	for i, r := range rows {
		g := groups[r.Sort]
		if g == nil {
			continue
		}
		name := "code-" + strconv.Itoa(i)
		m.Codes.Form.Hidden = append(m.Codes.Form.Hidden, ui.Pair{Name: "sort", Value: string(r.Sort)},
			ui.Pair{Name: "key", Value: r.Key}, ui.Pair{Name: "name", Value: r.Name})
		g.Fields = append(g.Fields, ui.Field{Name: name, Label: r.Name, Value: r.Code, Hint: r.hint, Size: ui.Medium,
			Error: in.problems[name]})
	}
	for _, n := range f.Needs {
		if g := groups[n.Sort]; len(g.Fields) > 0 {
			m.Codes.Groups = append(m.Codes.Groups, *g)
		}
	}
	return nil
}

func knownTable(rows []codeRow) *ui.Table {
	t := &ui.Table{Caption: "Codes", Plain: true, Columns: []ui.Column{{Label: "Stands for"}, {Label: "Sort"},
		{Label: "Code"},
		{Label: "Waits for it"}}, Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No codes yet",
		Text: "Somebody with the role Billing enters them."}}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(r.Name), ui.TextCell(sortNames[r.Sort]),
			ui.TextCell(r.Code), ui.TextCell(r.hint)}})
	}
	return t
}

func (h Handlers) codeRows(c echo.Context, f bookfile.Format) (rows []codeRow, lead string, err error) {
	known, missing, err := h.Books.Sheet(c.Request().Context(), f)
	if err != nil {
		return nil, "", err
	}
	lead = "No document that waits lacks a code."
	if len(missing) > 0 {
		lead = fmt.Sprintf("%s missing; each says what waits for it.",
			words.Counted(len(missing), "code is", "codes are"))
	}
	if len(missing) > mostCodes {
		missing = missing[:mostCodes]
		lead += fmt.Sprintf(" The first %d stand here; save them to see the next.", mostCodes)
	}
	for _, x := range missing {
		rows = append(rows, codeRow{NewCode: books.NewCode{Sort: x.Sort, Key: x.Key, Name: x.Name}, hint: heldBy(x)})
	}
	for _, n := range f.Needs {
		for _, k := range known {
			if k.Sort == n.Sort {
				rows = append(rows, codeRow{NewCode: k})
			}
		}
	}
	return rows, lead, nil
}

// heldBy says what waits for a code: lines and money.
func heldBy(m bookfile.Missing) string {
	var sums []string
	for _, a := range m.Money {
		sums = append(sums, money.Grouped(a.Value, a.Currency)+" "+a.Currency)
	}
	if len(sums) == 0 {
		sums = []string{"0.00"}
	}
	return fmt.Sprintf("Missing: %s in %s wait, %s net.", words.Counted(m.Lines, "line", "lines"),
		words.Counted(m.Documents, "document", "documents"), strings.Join(sums, ", "))
}
