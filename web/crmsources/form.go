package crmsources

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/crm/dataverse"
	"seatledger/internal/crmsource"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// New is the empty form.
func (h Handlers) New(c echo.Context) error {
	return h.form(c, http.StatusOK,
		sheet{in: crmsource.Input{Nightly: true, PageSize: strconv.Itoa(dataverse.DefaultPageSize)}})
}

// Create stores a new source and shows it.
func (h Handlers) Create(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := input(form)
	made, err := h.Sources.Create(c.Request().Context(), session.Actor(c), in)
	if errs.KindOf(err) == errs.Invalid {
		return h.form(c, http.StatusUnprocessableEntity, sheet{in: in, problems: errs.FieldsOf(err)})
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path(made.ID), made.Name+" was created. Verify the connectivity next, then read it.")
}

// Edit is the form of a standing source.
func (h Handlers) Edit(c echo.Context) error {
	s, err := h.standing(c)
	if err != nil {
		return err
	}
	return h.form(c, http.StatusOK, s)
}

// Update stores an edited source. A form that somebody else has overtaken comes back with both versions.
func (h Handlers) Update(c echo.Context) error {
	s, err := h.standing(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	typed := input(form)
	version := form.Version()
	err = h.Sources.Update(c.Request().Context(), session.Actor(c),
		crmsource.Edit{ID: s.stored.ID, Version: version, Input: typed})
	switch {
	case errors.Is(err, crmsource.ErrStale):
		s.now, s.in = &s.in, typed
		return h.form(c, http.StatusConflict, s)
	case errs.KindOf(err) == errs.Invalid:
		s.in, s.problems, s.stored.Version = typed, errs.FieldsOf(err), version
		return h.form(c, http.StatusUnprocessableEntity, s)
	case err != nil:
		return err
	}
	return httpx.Done(c, path(s.stored.ID), typed.Name+" was saved. Where its connection was changed, verify it again.")
}

// input reads the form.
func input(f httpx.Values) crmsource.Input {
	return crmsource.Input{
		Name: f.Get("name"), URL: f.Get("url"), Tenant: f.Get("tenant"), ClientID: f.Get("client_id"),
		ClientSecret:      distributor.Secret(f.Get(crmsource.ClientSecret)),
		ClientSecretClear: f.On(crmsource.ClientSecret + "_clear"), TokenURL: f.Get("token_url"),
		PageSize: f.Get("page_size"), TenantColumn: f.Get("tenant_column"), Nightly: f.On("nightly"),
	}
}

// sheet is a form as it stands: of which source, with which values and problems.
type sheet struct {
	in       crmsource.Input
	stored   *crmsource.Source // nil: a new one
	mark     crmsource.Mark
	problems map[string]string
	now      *crmsource.Input // what stands, when somebody else saved in between
}

func (h Handlers) standing(c echo.Context) (sheet, error) {
	src, err := h.source(c)
	if err != nil {
		return sheet{}, err
	}
	ctx := c.Request().Context()
	mark, err := crmsource.SecretMark(ctx, h.DB.Read(ctx), src.ID)
	return sheet{stored: &src, mark: mark, in: crmsource.Input{
		Name: src.Name, URL: src.URL, Tenant: src.Tenant, ClientID: src.ClientID, TokenURL: src.TokenURL,
		PageSize: strconv.Itoa(src.PageSize), TenantColumn: src.TenantColumn, Nightly: src.Nightly,
	}}, err
}

func (h Handlers) form(c echo.Context, status int, s sheet) error {
	m := layout.Form{Page: session.Page(c, "New CRM source", nav), Groups: h.groups(s)}
	m.Page.Crumbs, m.Page.Narrow = crumbs(), true
	m.Page.Lead = "Dynamics 365 is only read: the application needs no right to change anything."
	m.Form = ui.Form{Action: listPath, Save: "Create CRM source", Cancel: listPath}
	if s.stored != nil {
		m.Page.Title = "Edit " + s.stored.Name
		m.Page.Crumbs = crumbs(layout.Crumb{Label: s.stored.Name, Href: path(s.stored.ID)})
		m.Form = ui.Form{Action: path(s.stored.ID), Version: strconv.Itoa(s.stored.Version), Save: "Save CRM source",
			Cancel: path(s.stored.ID)}
	}
	if s.now != nil {
		now := s
		now.in = *s.now
		m.Overtaken(h.groups(now))
	}
	m.Summarize(s.problems)
	return httpx.Render(c, status, m.Show())
}

func (h Handlers) groups(s sheet) []layout.FieldGroup {
	in := s.in
	field := func(f ui.Field, value string) ui.Field {
		f.Value, f.Error = value, s.problems[f.Name]
		return f
	}
	secret := ui.Field{Kind: ui.SecretInput, Name: crmsource.ClientSecret, Label: "Client secret",
		Required: !s.mark.Set(), Cleared: in.ClientSecretClear, Error: s.problems[crmsource.ClientSecret],
		Hint: "Certificates & secrets of the app registration: the secret's Value, shown once when it is made."}
	if s.mark.Set() {
		secret.SetText = fmt.Sprintf("Set on %s by %s", s.mark.SetAt.In(h.Zone).Format("2 Jan 2006"), s.mark.SetBy)
	}
	return []layout.FieldGroup{
		{Group: ui.Group{Title: "Organisation"}, Fields: []ui.Field{
			field(ui.Field{Name: "name", Label: "Name", Required: true, Size: ui.Medium, Autofocus: s.stored == nil,
				Hint: "As it is shown beside the values that come from there: Dynamics 365."}, in.Name),
			field(ui.Field{Kind: ui.URLInput, Name: "url", Label: "Organisation URL", Required: true,
				Placeholder: "https://contoso.crm4.dynamics.com",
				Hint:        "Power Apps, Settings, Session details: Instance url."}, in.URL),
			{Kind: ui.Toggle, Name: "nightly", Label: "Read every night", Checked: in.Nightly,
				Hint: "At the hour of the nightly sync. It can be read at any time as well."},
		}},
		{Group: ui.Group{Title: "Application",
			Text: "An app registration in Microsoft Entra, added in the Power Platform admin center as application " +
				"user of the environment, with a security role that reads accounts and contacts of the whole " +
				"organisation."}, Fields: []ui.Field{
			field(ui.Field{Name: "tenant", Label: "Tenant id", Required: true, Size: ui.Medium,
				Hint: "Overview of the app registration: Directory (tenant) ID."}, in.Tenant),
			field(ui.Field{Name: "client_id", Label: "Client id", Required: true, Size: ui.Medium,
				Hint: "Overview of the app registration: Application (client) ID."}, in.ClientID),
			secret,
		}},
		{Group: ui.Group{Title: "Advanced", Text: "Hardly anybody changes these."}, Fields: []ui.Field{
			field(ui.Field{Name: "tenant_column", Label: "Column with the customer's tenant id", Size: ui.Medium,
				Placeholder: "new_tenantid", Hint: "Logical name of a text column of the account table, where your " +
					"CRM keeps it. Left empty, tenant ids stay as they are here."}, in.TenantColumn),
			field(ui.Field{Kind: ui.NumberInput, Name: "page_size", Label: "Page size", Size: ui.Short,
				Suffix: "records", Hint: "1 to 5000."}, in.PageSize),
			field(ui.Field{Kind: ui.URLInput, Name: "token_url", Label: "Token URL",
				Hint: "Left empty, it is Microsoft's for the tenant."}, in.TokenURL),
		}},
	}
}
