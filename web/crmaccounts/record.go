package crmaccounts

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/auth"
	"seatledger/internal/crm"
	"seatledger/internal/crmsource"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/crmaccounts"
)

// Record is the page of one account.
func (h Handlers) Record(c echo.Context) error { return h.record(c, http.StatusOK, "", nil) }

// record shows the page, with a note that was refused.
func (h Handlers) record(c echo.Context, status int, note string, problems map[string]string) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	db := h.Accounts.DB.Read(ctx)
	o, err := crm.Look(ctx, db, id)
	if err != nil {
		return err
	}
	from, err := crm.ProvenanceOf(db, id)
	if err != nil {
		return err
	}
	fed, err := crmsource.Feeding(db, id)
	if err != nil {
		return err
	}
	x, err := h.readHub(c, db, id)
	if err != nil {
		return err
	}
	m := view.Record{
		Page: session.Page(c, o.Name, nav), Facts: facts(o),
		Stats: append(x.money(id), stats(o)...), Seats: x.seats(), Invoices: x.invoicePart(id),
		Written:   h.noteRows(x.notes),
		Providers: providers(o), Contracts: contracts(o, x, auth.Allowed(session.User(c).Role, auth.Billing)),
		Children: children(o),
		Notes:    h.notesOn(fed), Origins: h.origins(o.Account, from, mayWrite(c)),
	}
	m.Page.Kicker, m.Page.Crumbs = "CRM account", []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Meta = []layout.Meta{{Label: "Changed", Value: h.moment(o.UpdatedAt)},
		{Label: "Came by", Text: sources[o.Source]}}
	for _, k := range fed {
		m.Page.Meta = append(m.Page.Meta,
			layout.Meta{Label: "Fed by", Text: k.Source, Href: at.CRMSource(k.SourceID)})
	}
	around, err := httpx.AroundOf(c, db, crm.All, id, "")
	if err != nil {
		return err
	}
	around.On(&m.Page)
	if mayWrite(c) {
		m.Page.Actions = []templ.Component{
			ui.LinkButton{Text: "Add account below", Href: path + "/new?parent_id=" + o.ID.String(), Icon: "plus"},
			ui.LinkButton{Text: "Mail and reminders", Href: recordPath(o.ID) + "/mail"},
			ui.LinkButton{Text: "Edit account", Href: recordPath(o.ID) + "/edit", Icon: "edit", Key: "e",
				Weight: ui.Primary},
		}
	}
	if mayWrite(c) {
		form, fields, press := noteForm(id)
		fields[0].Value, fields[0].Error = note, problems["note"]
		m.NoteForm, m.NoteFields, m.Press = &form, fields, press
		m.Summary = ui.Summarize(problems, fields...)
		m.Page.HasErrors = m.Summary.Any()
	}
	m.Changes = ui.LinkButton{Text: "License changes of its subscriptions", Compact: true,
		Href: at.Changes + "?" + url.Values{"q": {o.Name}}.Encode()}
	return httpx.Render(c, status, m.Show())
}

var sources = map[string]string{crm.SourcePerson: "hand", crm.SourceCSV: "CSV import",
	crm.SourceAccount: "a provider account", crm.SourceCRM: "a CRM source"}

func facts(o crm.Overview) ui.DefinitionList {
	parent := ui.Cell{}
	if o.Parent != nil {
		parent = ui.LinkCell(o.Parent.Name, recordPath(o.Parent.ID))
	}
	var address []string
	for _, s := range []string{o.Street, strings.TrimSpace(o.PostalCode + " " + o.City), o.State, o.Country} {
		if s != "" {
			address = append(address, s)
		}
	}
	return ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		{Term: "External id", Value: ui.Cell{Text: o.ExternalID, Mono: true}},
		{Term: "Tenant id", Value: ui.Cell{Text: o.TenantID, Mono: true}},
		{Term: "Domain", Value: ui.TextCell(o.Domain), Note: noteOf(o)},
		ui.Fact("Mail domains", strings.ReplaceAll(o.EmailDomains, " ", ", ")),
		ui.Fact("Address", strings.Join(address, ", ")),
		ui.Fact("Phone", o.Phone),
		ui.Fact("Tax id", o.TaxID),
		{Term: "Part of", Value: parent},
	}}
}

func noteOf(o crm.Overview) string {
	if o.Website == "" || o.Website == o.Domain {
		return ""
	}
	return "from " + o.Website
}

func stats(o crm.Overview) ui.Stats {
	subscriptions := func(state string) string {
		return at.Subscriptions + "?" + url.Values{"crm_account": {o.ID.String()}, "state": {state}}.Encode()
	}
	return ui.Stats{
		{Label: "Active subscriptions", Value: strconv.Itoa(o.Active), Href: subscriptions("active")},
		{Label: "Held subscriptions", Value: strconv.Itoa(o.Held), Href: subscriptions("held"),
			Tone: ui.Warn.If(o.Held > 0)},
		{Label: "Inactive subscriptions", Value: strconv.Itoa(o.Inactive), Href: subscriptions("inactive")},
		{Label: "Contracts", Value: strconv.Itoa(len(o.Contracts)),
			Href: at.Contracts + "?crm_account=" + o.ID.String()},
	}
}

func providers(o crm.Overview) view.Part {
	t := ui.Table{
		Caption: "Provider accounts", Plain: true,
		Columns: []ui.Column{{Label: "Account"}, {Label: "Provider"}, {Label: "External id"},
			{Label: "At the distributor"}, {Label: "Subscriptions", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Not mapped",
			Text:   "No account at a distributor is tied to this customer yet.",
			Action: &ui.LinkButton{Text: "Open the mapping page", Href: at.Accounts + "?state=unmapped"}},
	}
	for _, p := range o.Providers {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.LinkCell(p.Name, at.Account(p.ID)),
			ui.LinkCell(p.Provider, at.Provider(p.ProviderID)),
			{Text: p.ExternalID, Mono: true}, ui.BadgeCell(p.ProviderStatus,
				ui.Warn.If(p.ProviderStatus != string(account.Active))),
			ui.TextCell(strconv.Itoa(p.Subscriptions)),
		}})
	}
	return view.Part{Card: ui.Card{Title: "Provider accounts", Flush: true}, Table: t}
}

func contracts(o crm.Overview, x hub, mayAdd bool) view.Part {
	add := ui.LinkButton{Text: "New contract", Href: at.Contracts + "/new?crm_account_id=" + o.ID.String(),
		Compact: true,
		Icon:    "plus"}
	p := view.Part{Card: ui.Card{Title: "Billing contracts", Flush: true}, Table: ui.Table{
		Caption: "Billing contracts", Plain: true,
		Columns: []ui.Column{{Label: "Contract"}, {Label: "State"}, {Label: "Currency"},
			{Label: "Billed to", Nowrap: true}, {Label: "Next billing day", Nowrap: true},
			{Label: "Subscriptions", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No billing contract",
			Text: "Subscriptions of this customer land nowhere and cannot be billed until there is one."},
	}}
	if mayAdd {
		p.Card.Actions = []templ.Component{add}
	}
	for _, k := range o.Contracts {
		state := ui.BadgeCell("active", ui.Good)
		if !k.Active {
			state = ui.BadgeCell("inactive", ui.Neutral)
		}
		if k.IsDefault {
			state.Badges = append(state.Badges, ui.Badge{Text: "default", Tone: ui.Info})
		}
		billed := x.billed(k.ID)
		p.Table.Rows = append(p.Table.Rows, ui.Row{Muted: !k.Active, Cells: []ui.Cell{
			ui.LinkCell(k.Name, at.Contract(k.ID)), state, ui.TextCell(k.Currency), billed[0], billed[1],
			ui.TextCell(strconv.Itoa(k.Subscriptions)),
		}})
	}
	return p
}

func children(o crm.Overview) *view.Part {
	if len(o.Children) == 0 {
		return nil
	}
	p := &view.Part{Card: ui.Card{Title: "Accounts below this one", Flush: true}, Table: ui.Table{
		Caption: "Accounts below this one", Plain: true, Columns: []ui.Column{{Label: "Name"}, {Label: "External id"}},
	}}
	for _, x := range o.Children {
		p.Table.Rows = append(p.Table.Rows,
			ui.Row{Cells: []ui.Cell{ui.LinkCell(x.Name, recordPath(x.ID)), {Text: x.ExternalID, Mono: true}}})
	}
	return p
}

func (h Handlers) moment(t time.Time) ui.Time {
	m := httpx.Moment(t, h.Zone)
	m.Relative = true
	return m
}
