package providers

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/internal/settings"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/session"

	view "seatledger/views/providers"
)

// formPage is the form of a new or a standing provider with everything around it.
func (h Handlers) formPage(c echo.Context, f formState) (view.Form, error) {
	m := view.Form{Fields: h.fields(f)}
	var advanced []ui.Field
	if !f.manual() {
		advanced = advancedFields(f.in)
	}
	mark(m.Fields, f.problems)
	broken := mark(advanced, f.problems)
	m.Confirm = confirmOf(f)
	m.Summary = ui.Summarize(f.problems, f.summaryFields(m.Fields, advanced)...)
	if !f.manual() {
		m.Advanced = &view.Advanced{Fold: ui.Fold{Summary: "Advanced", Hint: "token URL, page size, currency",
			Open: broken}, Fields: advanced}
		mail, err := h.prerequisites(c, f)
		if err != nil {
			return m, err
		}
		m.Prerequisites = mail
	}
	m.Stale, m.Form = f.stale, f.form()
	h.frame(c, f, &m)
	return m, nil
}

// mark puts the messages at their fields and tells whether there was one.
func mark(fields []ui.Field, problems map[string]string) bool {
	any := false
	for i := range fields {
		fields[i].Error = problems[fields[i].Name]
		any = any || fields[i].Error != ""
	}
	return any
}

func (f formState) summaryFields(fields, advanced []ui.Field) []ui.Field {
	all := append(append([]ui.Field{}, fields...), advanced...)
	if f.problems["confirm_identity"] != "" {
		all = append(all, confirmBox(f))
	}
	return all
}

func (f formState) form() ui.Form {
	hidden := []ui.Pair{{Name: "connector", Value: f.connectorWord()}}
	if f.stored == nil {
		return ui.Form{Action: listPath, Hidden: hidden, Save: "Create provider", Cancel: listPath}
	}
	return ui.Form{Action: path(f.stored.ID), Version: f.version, Hidden: hidden, Save: "Save provider",
		Cancel: path(f.stored.ID)}
}

// connectorWord is what the hidden field says; the toggle tells the two APIs apart.
func (f formState) connectorWord() string {
	if f.manual() {
		return distributor.Manual
	}
	return distributor.Stellr
}

func (h Handlers) frame(c echo.Context, f formState, m *view.Form) {
	title := "New provider"
	if f.stored != nil {
		title = "Edit " + f.stored.Name
	}
	m.Page = session.Page(c, title, "Providers")
	m.Page.HasErrors = m.Summary.Any()
	m.Page.Narrow = f.manual()
	if f.stored != nil {
		m.Page.Crumbs = crumbs(layout.Crumb{Label: f.stored.Name, Href: path(f.stored.ID)})
		return
	}
	m.Page.Crumbs = crumbs()
	m.Kinds = kinds(f)
	m.Notes = kindNotes(f)
}

// kinds are the three forms. They are links, so that they work without JavaScript.
func kinds(f formState) *ui.Tabs {
	return &ui.Tabs{Label: "Kind of provider", Items: []ui.Tab{
		{Label: "Comprehensive API", Href: listPath + "/new", Active: !f.manual() && f.in.ComprehensiveAPI},
		{Label: "Legacy API", Href: listPath + "/new?comprehensive_api=off", Active: !f.manual() &&
			!f.in.ComprehensiveAPI},
		{Label: "Manual", Href: listPath + "/new?connector=manual", Active: f.manual()},
	}}
}

func kindNotes(f formState) []ui.Callout {
	switch {
	case f.manual():
		return []ui.Callout{{Tone: ui.Info, Title: "No API",
			Text: "A manual provider stands for a distributor that Seatledger cannot read. " +
				"Its accounts and subscriptions are entered or imported, and each change of a quantity is a row of " +
				"the ledger."}}
	case !f.in.ComprehensiveAPI:
		return []ui.Callout{{Tone: ui.Warn, Title: "The legacy connector",
			Text: "Only for a connection that still runs on the first API. It cannot be switched over later: " +
				"its account ids mean nothing to the comprehensive API, so that one needs a provider of its own."}}
	}
	return nil
}

// prerequisites is the panel beside the form.
func (h Handlers) prerequisites(c echo.Context, f formState) (*view.Prerequisites, error) {
	ctx := c.Request().Context()
	set, err := settings.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return nil, err
	}
	p := panel(accessRequest{user: f.in.UserName, number: f.in.ResellerNumber, to: set.AccessRequestTo})
	if f.stored == nil {
		p.Fill = fill(f)
	}
	return p, nil
}

// fill lets a new form's mail be filled in without JavaScript: the two values come back with the address.
func fill(f formState) *view.Fill {
	out := &view.Fill{Action: listPath + "/new", Fields: []ui.Field{
		{Name: "mail_user_name", Label: "Integration account", Value: f.in.UserName},
		{Name: "mail_reseller_number", Label: "Account number for CSP", Value: f.in.ResellerNumber, Size: ui.Medium},
	}}
	if !f.in.ComprehensiveAPI {
		out.Hidden = []ui.Pair{{Name: "comprehensive_api", Value: "off"}}
	}
	return out
}

// typedCurrency is empty where the currency follows from the URL.
func typedCurrency(p provider.Provider) string {
	if p.CurrencyByHost {
		return ""
	}
	return p.Currency
}

func inputOf(p provider.Provider) provider.Input {
	return provider.Input{
		Connector: p.Connector, Name: p.Name, ComprehensiveAPI: p.ComprehensiveAPI, InternalName: p.InternalName,
		UserName: p.UserName, URL: p.URL,
		ApplicationID: p.ApplicationID, ResellerNumber: p.ResellerNumber, ResellerAuthorizeURL: p.ResellerAuthorizeURL,
		DelegatedAdminURL: p.DelegatedAdminURL,
		TokenURL:          p.TokenURL, Grant: p.GrantType, PageSize: itoa(p.PageSize), Concurrency: itoa(p.Concurrency),
		Currency:   typedCurrency(p),
		CostPeriod: string(p.CostPeriod), CostPeriodGiven: true, EndDateMeans: p.EndDateMeans, EndDateGiven: true,
	}
}
