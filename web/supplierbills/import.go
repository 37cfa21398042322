package supplierbills

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/supplier"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/supplierbills"
)

// New is where a bill is brought in.
func (h Handlers) New(c echo.Context) error {
	return h.newPage(c, http.StatusOK, nil, nil, "")
}

// Upload keeps a file and leads to its preview.
func (h Handlers) Upload(c echo.Context) error {
	file, form, err := httpx.UploadLong(c, "file")
	if isTooLarge(err) {
		err = errs.Fields{"file": "The file is larger than 64 MB. Split it and upload the parts."}.Err()
	}
	kept := ""
	if err == nil {
		defer func() { _ = file.Close() }()
		var id uuid.UUID
		if id, err = h.take(c, file, form); err == nil {
			return httpx.SeeOther(c, newPath+"/"+id.String())
		}
		if id != uuid.Nil {
			kept = newPath + "/" + id.String()
		}
	}
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	return h.newPage(c, http.StatusUnprocessableEntity, form, errs.FieldsOf(err), kept)
}

func isTooLarge(err error) bool {
	var he *echo.HTTPError
	return errors.As(err, &he) && he.Code == http.StatusRequestEntityTooLarge
}

// take keeps the file with what the form says of it.
func (h Handlers) take(c echo.Context, file httpx.LongFile, form httpx.Values) (uuid.UUID, error) {
	ctx, by := c.Request().Context(), session.Actor(c)
	answers, err := h.answers(c, form)
	if err != nil {
		return uuid.Nil, err
	}
	kind := h.Bills.File(by)
	id, err := h.Imports.Service.UploadLong(ctx, by, kind, file.Name, file)
	if id == uuid.Nil {
		return id, err
	}
	if layout := form.Get("layout"); layout != "" {
		if _, err := h.Imports.Service.Choose(ctx, by, kind, imports.Choice{ID: id, Form: &layout}); err != nil {
			return id, err
		}
	}
	_, said := h.Imports.Service.Choose(ctx, by, kind, imports.Choice{ID: id, Answers: answers})
	return id, errors.Join(err, said)
}

// answers are what the form says of the whole file, checked.
func (h Handlers) answers(c echo.Context, form httpx.Values) (map[string]string, error) {
	problems := errs.Fields{}
	out := map[string]string{supplier.AskProvider: supplier.NoProvider}
	if v := form.Get("provider_id"); v != "" && v != supplier.NoProvider {
		providers, err := h.providers(c)
		if err != nil {
			return nil, err
		}
		if !hasOption(providers, v) {
			problems.Add("provider_id", "Choose a provider of the list.")
		}
		out[supplier.AskProvider] = v
	}
	if v := form.Get("layout"); v != "" && !hasOption(layouts(h), v) {
		problems.Add("layout", "Choose a layout of the list.")
	}
	if v := form.Get("total"); v != "" {
		out[supplier.AskTotal] = v
		if why := supplier.TotalFault(v); why != "" {
			problems.Add("total", "%s", why)
		}
	}
	return out, problems.Err()
}

func hasOption(options []ui.Option, v string) bool {
	for _, o := range options {
		if o.Value == v {
			return true
		}
	}
	return false
}

func (h Handlers) providers(c echo.Context) ([]ui.Option, error) {
	ctx := c.Request().Context()
	found, err := supplier.Providers(h.Bills.DB.Read(ctx))
	out := []ui.Option{{Value: supplier.NoProvider, Label: "Of nobody connected here"}}
	for _, o := range found {
		out = append(out, ui.Option{Value: o.Value, Label: o.Label})
	}
	return out, err
}

func layouts(h Handlers) []ui.Option {
	out := []ui.Option{{Value: "", Label: "As the file shows"}}
	for _, f := range h.Bills.Forms() {
		out = append(out, ui.Option{Value: f.Name, Label: f.Title})
	}
	return out
}

// Read asks a provider for a bill and leads to its preview.
func (h Handlers) Read(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(form.Get("read_provider_id"))
	if err != nil {
		err = errs.Fields{"read_provider_id": "Choose a provider."}.Err()
	}
	where := ""
	if err == nil {
		where, err = h.read(c, id, form.Get("read_number"))
	}
	if errs.KindOf(err) == errs.Invalid {
		return h.newPage(c, http.StatusUnprocessableEntity, form, errs.FieldsOf(err), "")
	}
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, where)
}

func (h Handlers) read(c echo.Context, provider uuid.UUID, number string) (string, error) {
	ctx, by := c.Request().Context(), session.Actor(c)
	f, err := h.Bills.Fetch(ctx, provider, number)
	if err != nil {
		return "", err
	}
	kind := h.Bills.File(by)
	id, err := h.Imports.Service.UploadLong(ctx, by, kind, f.Name, bytes.NewReader(f.File))
	if err != nil {
		return "", err
	}
	if _, err := h.Imports.Service.Choose(ctx, by, kind, imports.Choice{ID: id, Answers: f.Answers}); err != nil {
		return "", err
	}
	if f.Doubt != "" {
		httpx.Tell(c, ui.Warn, "Lines of this bill may be missing: "+f.Doubt+". Compare it with the document.")
	}
	return newPath + "/" + id.String(), nil
}

// reading is the form that asks a provider; nil where none can be asked.
func reading(sources []supplier.Source, form httpx.Values, problems map[string]string) *view.Reading {
	if len(sources) == 0 {
		return nil
	}
	provider := ui.Field{Kind: ui.SelectBox, Name: "read_provider_id", Label: "Provider", Size: ui.Medium,
		Value: form.Get("read_provider_id"), Error: problems["read_provider_id"]}
	for _, s := range sources {
		provider.Options = append(provider.Options, ui.Option{Value: s.ID.String(), Label: s.Name})
	}
	return &view.Reading{Form: ui.Form{Action: path + "/read", Save: "Read the bill"}, Fields: []ui.Field{provider,
		{Name: "read_number", Label: "Number", Size: ui.Medium, Value: form.Get("read_number"),
			Error: problems["read_number"], Hint: "Left empty, its last one."}}}
}

func (h Handlers) newPage(c echo.Context, status int, form httpx.Values, problems map[string]string,
	kept string) error {
	providers, err := h.providers(c)
	if err != nil {
		return err
	}
	sources, err := h.Bills.Sources(c.Request().Context())
	if err != nil {
		return err
	}
	m := view.New{Read: reading(sources, form, problems), Page: session.Page(c, "Bring in a bill", nav),
		Form:   ui.Form{Action: path, Upload: true, Save: "Upload and preview", Cancel: path},
		Fields: newFields(form, problems, providers, layouts(h)), Columns: neutralTable()}
	m.Page.Crumbs, m.Page.Narrow = crumbs, true
	m.Page.Lead = "Upload what the distributor charged. Nothing is changed before you have seen what the file holds."
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Enter by hand", Href: path + "/hand", Icon: "edit"})
	all := m.Fields
	if m.Read != nil {
		all = append(all[:len(all):len(all)], m.Read.Fields...)
	}
	m.Summary = ui.Summarize(problems, all...)
	m.Page.HasErrors = m.Summary.Any()
	if kept != "" {
		m.ByHand = &ui.LinkButton{Text: "Choose the columns of this file", Href: kept, Icon: "edit"}
	}
	return httpx.Render(c, status, m.Show())
}

func newFields(form httpx.Values, problems map[string]string, providers, layouts []ui.Option) []ui.Field {
	provider := form.Get("provider_id")
	if provider == "" && len(providers) == 2 { // there is one
		provider = providers[1].Value
	}
	return []ui.Field{
		{Kind: ui.FileInput, Name: "file", Label: "The bill", Required: true, Error: problems["file"],
			Accept: ".csv,.txt,.tsv,.gz,.json,.jsonl,.xlsx,text/csv,application/gzip,application/json," +
				"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			Hint: "CSV, also packed (.gz), Microsoft's JSON lines, or a workbook (.xlsx), " +
				"up to 64 MB and 500,000 lines."},
		{Kind: ui.SelectBox, Name: "provider_id", Label: "Whose bill is it?", Value: provider, Options: providers,
			Error: problems["provider_id"], Size: ui.Medium},
		{Kind: ui.SelectBox, Name: "layout", Label: "Layout", Value: form.Get("layout"), Options: layouts,
			Error: problems["layout"], Size: ui.Medium, Hint: "Known files are recognised by their columns."},
		{Name: "total", Label: "Total of the document, with tax", Value: form.Get("total"), Error: problems["total"],
			Size: ui.Short, InputMode: "decimal", Hint: "If you have it: it is checked to the cent against the lines."},
	}
}

func neutralTable() ui.Table {
	t := ui.Table{Caption: "Columns of the neutral layout", Compact: true, Plain: true,
		Columns: []ui.Column{{Label: "Column"}, {Label: "Meaning"}}}
	for _, c := range neutralHelp {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: c.Name, Mono: true}, ui.TextCell(c.Help)}})
	}
	return t
}

// Preview shows what a file holds, or what it brought.
func (h Handlers) Preview(c echo.Context) error { return h.Imports.Preview(c, h.screen(c)) }

// Columns sets which column of a file is which.
func (h Handlers) Columns(c echo.Context) error { return h.Imports.Columns(c, h.screen(c)) }

// Apply keeps the bill.
func (h Handlers) Apply(c echo.Context) error { return h.Imports.Apply(c, h.screen(c)) }

// ConfirmUndo asks before a bill is taken back with its file.
func (h Handlers) ConfirmUndo(c echo.Context) error { return h.Imports.ConfirmUndo(c, h.screen(c)) }

// Undo takes a bill back with its file.
func (h Handlers) Undo(c echo.Context) error { return h.Imports.Undo(c, h.screen(c)) }
