package providers

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/session"
	"seatledger/web/state"
	"seatledger/web/syncruns"

	view "seatledger/views/providers"
)

func (h Handlers) recordPage(c echo.Context, r record) view.Record {
	m := view.Record{Page: session.Page(c, r.Name, "Providers"), Stats: stats(r), Facts: h.facts(c, r), Notes: notes(r)}
	m.Page.Kicker, m.Page.Crumbs = "Provider", crumbs()
	m.Page.Lead = connectorLabel(r.Connector) + "."
	m.Page.Badges = []ui.Badge{state.Active(r.Active), connectivity(r.Provider)}
	m.Page.Meta = meta(r)
	m.Page.Actions = actions(c, r)
	m.Unreadable = h.unreadable(r)
	if r.Connector == distributor.Manual {
		m.Manual = manualEntry(c, r)
		return m
	}
	m.Check, m.Links, m.Runs = h.checkCard(r), linksOf(r), h.runsCard(r)
	if r.figures.Accounts() == 0 {
		m.Prerequisites = panel(accessRequest{user: r.UserName, number: r.ResellerNumber, to: r.to})
	}
	return m
}

func meta(r record) []layout.Meta {
	if r.Connector == distributor.Manual {
		return nil
	}
	return []layout.Meta{{Label: "Host", Text: r.Host}, {Label: "Reseller number", Text: r.ResellerNumber}}
}

func notes(r record) []ui.Callout {
	var out []ui.Callout
	if !r.Active {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Deactivated",
			Text: "This provider syncs nothing. Its accounts and subscriptions are kept, and its active " +
				"subscriptions stay billable until they are retired."})
	}
	if r.NeedsCredentials() {
		out = append(out, ui.Callout{Tone: ui.Bad, Title: "Needs credentials",
			Text: "The distributor refused the sign-in, so nothing was read. A night asks once and is not tried " +
				"again. Enter the credentials that it accepts, then verify."})
	}
	if r.IdentityChangedAt != nil {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Host or reseller number was changed",
			Text: "The next listing of accounts is compared with what is here. " +
				"If anything is missing, the run stops and asks before it counts as gone."})
	}
	if want := distributor.CurrencyFor(r.URL); r.Connector != distributor.Manual && r.Currency != "" &&
		r.Currency != want && want != "USD" {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Check the default currency",
			Text: fmt.Sprintf("Amounts without a currency are taken as %s, while the host suggests %s.",
				r.Currency, want)})
	}
	return out
}

func stats(r record) ui.Stats {
	f := r.figures
	stat := func(label string, n int, href string) ui.Stat {
		return ui.Stat{Label: label, Value: fmt.Sprint(n), Href: href}
	}
	unmapped := stat("Accounts to map", f.Unmapped, accountsPath(r.ID, "unmapped"))
	if f.Unmapped > 0 {
		unmapped.Tone = ui.Warn
	}
	return ui.Stats{
		unmapped,
		stat("Accounts mapped", f.Mapped, accountsPath(r.ID, "mapped")),
		stat("Accounts excluded", f.Excluded, accountsPath(r.ID, "excluded")),
		stat("Subscriptions active", f.Active, subscriptionsPath(r.ID, "active")),
		stat("Subscriptions held", f.Held, subscriptionsPath(r.ID, "held")),
		stat("Subscriptions inactive", f.Inactive, subscriptionsPath(r.ID, "inactive")),
	}
}

func actions(c echo.Context, r record) []templ.Component {
	var out []templ.Component
	if r.Connector != distributor.Manual && maySync(c) {
		out = append(out,
			ui.PostButton{Button: ui.Button{Text: "Verify Connectivity", Icon: "check",
				Action: path(r.ID) + "/verify"}},
			ui.PostButton{Button: ui.Button{Text: "Sync Provider Accounts", Icon: "sync", Key: "s",
				Action: path(r.ID) + "/sync-accounts", Disabled: !r.Active, Why: "The provider is deactivated"}})
	}
	if mayEdit(c) {
		out = append(out, ui.LinkButton{Text: "Edit provider", Href: path(r.ID) + "/edit", Icon: "edit", Key: "e"})
	}
	return append(out, menu(c, r))
}

// menu is the command menu of the guide.
func menu(c echo.Context, r record) ui.CommandMenu {
	why := syncRefusal(c, r)
	sync := func(label, action, icon string) ui.Command {
		return ui.Command{Label: label, Action: path(r.ID) + action, Icon: icon, Disabled: why != "", Hint: why}
	}
	verify := ui.Command{Label: "Verify Connectivity", Action: path(r.ID) + "/verify", Icon: "check"}
	switch {
	case r.Connector == distributor.Manual:
		verify.Disabled, verify.Hint = true, "A manual provider has no connection"
	case !maySync(c):
		verify.Disabled, verify.Hint = true, "For operators and administrators"
	}
	m := ui.CommandMenu{Commands: []ui.Command{
		verify, sync("Sync Provider Accounts", "/sync-accounts", "accounts"),
		sync("Sync Subscriptions", "/sync-subscriptions", "subscription"), dryRun(r, why),
	}}
	if r.Connector != distributor.Stellr && maySync(c) {
		m.Commands = append(m.Commands, ui.Command{Label: "Move to another provider…",
			Hint: "A cut-over: no seat lost, none billed twice", Href: at.Cutovers +
				"/new?old_provider_id=" + r.ID.String(),
			Icon: "cutover"})
	}
	if r.Connector != distributor.Manual && mayEdit(c) {
		m.Commands = append(m.Commands, ui.Command{Label: "Capture for support", Action: path(r.ID) + "/capture",
			Hint: "A few accounts with every name replaced; shown before it is a file", Icon: "download"})
	}
	m.Commands = append(m.Commands, onOff(c, r))
	return m
}

// dryRun reads the subscriptions and changes nothing.
func dryRun(r record, why string) ui.Command {
	c := ui.Command{Label: "Dry run of subscriptions", Hint: "Shows what a sync would change, and changes nothing",
		Action: path(r.ID) + "/sync-subscriptions", Hidden: []ui.Pair{{Name: "dry", Value: "1"}}, Icon: "subscription"}
	if why != "" {
		c.Disabled, c.Hint = true, why
	}
	return c
}

func syncRefusal(c echo.Context, r record) string {
	switch {
	case r.Connector == distributor.Manual:
		return "A manual provider has nothing to sync"
	case !maySync(c):
		return "For operators and administrators"
	case !r.Active:
		return "The provider is deactivated"
	}
	return ""
}

func onOff(c echo.Context, r record) ui.Command {
	switch {
	case r.Active && mayEdit(c):
		return ui.Command{Label: "Deactivate", Hint: "Shows first what stops and what stays",
			Href: path(r.ID) + "/deactivate", Icon: "stop", Destructive: true}
	case r.Active:
		return ui.Command{Label: "Deactivate", Hint: "For administrators", Action: path(r.ID) + "/deactivate",
			Icon: "stop", Destructive: true, Disabled: true}
	case mayEdit(c):
		return ui.Command{Label: "Activate", Action: path(r.ID) + "/activate", Icon: "play"}
	}
	return ui.Command{Label: "Activate", Hint: "For administrators", Action: path(r.ID) + "/activate", Icon: "play",
		Disabled: true}
}

func (h Handlers) facts(c echo.Context, r record) view.Facts {
	f := view.Facts{Card: ui.Card{Title: "Connection"}}
	add := func(term, text string) { f.Items.Items = append(f.Items.Items, ui.Fact(term, text)) }
	add("Name", r.Name)
	if r.Connector == distributor.Manual {
		f.Card.Title = "Provider"
		add("Connector", connectorLabel(r.Connector))
		return h.madeAt(f, r)
	}
	f.Card.Actions = wireLinks(c, r)
	add("Comprehensive API", onOffWord(r.ComprehensiveAPI))
	add("Internal Name", r.InternalName)
	add("User Name", r.UserName)
	add("Password", h.secretFact(r, provider.Password))
	f.Items.Items = append(f.Items.Items, ui.Definition{Term: "URL", Value: ui.Cell{Text: r.URL, Mono: true}})
	if r.ComprehensiveAPI {
		add("Application ID", r.ApplicationID)
		add("Application Secret", h.secretFact(r, provider.ApplicationSecret))
		f.Items.Items = append(f.Items.Items, ui.Definition{Term: "Token URL",
			Value: ui.Cell{Text: r.TokenAddress(), Mono: true}, Note: followed(r.TokenURL == "")})
		add("Grant", r.GrantType)
		add("Page size", itoa(r.PageSize))
	}
	add("Reseller Number", r.ResellerNumber)
	add("Concurrency", itoa(r.Concurrency))
	if !r.ComprehensiveAPI {
		f.Items.Items = append(f.Items.Items, ui.Definition{Term: "Period of the unit costs",
			Value: ui.TextCell(costPeriodWord(string(r.CostPeriod))), Note: "As set here; this API does not say."})
	}
	if r.ComprehensiveAPI {
		f.Items.Items = append(f.Items.Items, ui.Definition{Term: "End date",
			Value: ui.TextCell(endDateWord(r.EndDateMeans)),
			Note:  endDateNote(r.Provider)})
	}
	f.Items.Items = append(f.Items.Items, ui.Definition{Term: "Default currency", Value: ui.TextCell(r.Currency),
		Note: strings.TrimSpace("Assumed where a record names none. " + followed(r.CurrencyByHost))})
	return h.madeAt(f, r)
}

// followed says of a value that nobody typed it.
func followed(yes bool) string {
	if yes {
		return "Follows from the URL."
	}
	return ""
}

// wireLinks lead to what the last runs saw of the answers, and to what is corrected of how they are read.
func wireLinks(c echo.Context, r record) []templ.Component {
	out := []templ.Component{ui.LinkButton{Text: "Wire report", Href: path(r.ID) + "/wire", Compact: true}}
	if mayEdit(c) {
		out = append(out, ui.LinkButton{Text: "Dialect", Href: path(r.ID) + "/dialect", Compact: true})
	}
	return out
}

func endDateNote(p provider.Provider) string {
	note := "Where start, term and end of a record do not tell."
	if t, ok := p.Tally(); ok {
		note += " " + provider.TallyWords(t)
	}
	return note
}

func (h Handlers) madeAt(f view.Facts, r record) view.Facts {
	f.Items.Items = append(f.Items.Items,
		ui.Definition{Term: "Created", Value: ui.Of(syncruns.Moment(&r.CreatedAt, h.Zone))})
	if r.DeactivatedAt != nil {
		f.Items.Items = append(f.Items.Items, ui.Definition{Term: "Deactivated",
			Value: ui.Of(syncruns.Moment(r.DeactivatedAt, h.Zone)), Note: "by " + r.DeactivatedBy})
	}
	return f
}

func onOffWord(on bool) string {
	if on {
		return "On"
	}
	return "Off (legacy)"
}

func (h Handlers) secretFact(r record, name string) string {
	if m, ok := r.marks[name]; ok {
		return h.setText(m)
	}
	return "Not set"
}

func (h Handlers) runsCard(r record) *view.Part {
	p := &view.Part{Card: ui.Card{Title: "Last sync runs", Flush: true}}
	if len(r.runs) > 0 {
		p.Card.Actions = []templ.Component{ui.LinkButton{Text: "All runs",
			Href:    at.SyncRuns + "?provider=" + r.ID.String(),
			Compact: true}}
	}
	p.Table = syncruns.Table(r.runs, h.Zone)
	p.Table.Plain, p.Table.Compact = true, true
	p.Table.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "No sync yet",
		Text: "Verify the connectivity, then sync the provider accounts. After that it happens every night by itself."}
	return p
}
