package crmsources

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/crmsource"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/crmsources"
)

const (
	runsShown    = 8
	recordsShown = 50
)

// record is all that a source's page tells of.
type record struct {
	crmsource.Source
	mark    crmsource.Mark
	figures crmsource.Figures
	runs    []crmsource.Run
	gone    []crmsource.Known
	refused []crmsource.Known
}

// Show is the page of one source.
func (h Handlers) Show(c echo.Context) error {
	src, err := h.source(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	r := record{Source: src}
	if err := h.DB.Snapshot(ctx, func(tx *gorm.DB) error { return r.read(ctx, tx) }); err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.page(c, r).Show())
}

func (r *record) read(ctx context.Context, tx *gorm.DB) (err error) {
	if r.mark, err = crmsource.SecretMark(ctx, tx, r.ID); err != nil {
		return err
	}
	if r.figures, err = crmsource.FiguresOf(ctx, tx, r.ID); err != nil {
		return err
	}
	if r.runs, err = crmsource.Latest(ctx, tx, r.ID, runsShown); err != nil {
		return err
	}
	if r.gone, err = crmsource.WithStatus(tx, r.ID, crmsource.GoneThere, recordsShown); err != nil {
		return err
	}
	r.refused, err = crmsource.WithStatus(tx, r.ID, crmsource.RefusedHere, recordsShown)
	return err
}

func (h Handlers) page(c echo.Context, r record) view.Record {
	m := view.Record{Page: session.Page(c, r.Name, nav), Stats: h.stats(r), Facts: h.facts(r), Check: h.check(r),
		Runs: h.runs(r), Notes: notes(r)}
	m.Page.Kicker, m.Page.Crumbs, m.Page.Lead = "CRM source", crumbs(), "Dynamics 365 (Microsoft Dataverse), read-only."
	m.Page.Badges = []ui.Badge{state.Active(r.Active), state.Connectivity(r.Connectivity())}
	m.Page.Actions = actions(c, r)
	if len(r.gone) > 0 {
		m.Parts = append(m.Parts, h.records("Gone at the source",
			"They are kept here, with everything that hangs on them. A person decides what becomes of them.", r.gone))
	}
	if len(r.refused) > 0 {
		m.Parts = append(m.Parts, h.records("Not brought in",
			"These accounts lack what every customer must have. They come by themselves once that is mended in the CRM.", r.refused))
	}
	return m
}

func notes(r record) []ui.Callout {
	var out []ui.Callout
	if !r.Active {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Deactivated",
			Text: "This source is not read. What it brought is kept."})
	}
	if r.CompareFirst {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "The organisation's URL was changed",
			Text: "The next reading takes everything and compares it with what is here. " +
				"If anything is missing, it stops and asks."})
	}
	return out
}

func actions(c echo.Context, r record) []templ.Component {
	var out []templ.Component
	if mayRead(c) {
		out = append(out,
			ui.PostButton{Button: ui.Button{Text: "Read now", Icon: "sync", Action: path(r.ID) + "/read",
				Disabled: !r.Active, Why: why(!r.Active, "The source is deactivated")}},
			ui.PostButton{Button: ui.Button{Text: "Verify connectivity", Icon: "check",
				Action: path(r.ID) + "/verify"}},
		)
	}
	menu := ui.CommandMenu{}
	if mayRead(c) {
		menu.Commands = append(menu.Commands, ui.Command{Label: "Read everything again", Hint: "Not only what changed",
			Icon: "refresh", Action: path(r.ID) + "/read", Hidden: []ui.Pair{{Name: "whole", Value: "on"}},
			Disabled: !r.Active})
	}
	if mayEdit(c) {
		out = append(out, ui.LinkButton{Text: "Edit", Href: path(r.ID) + "/edit", Icon: "edit", Key: "e"})
		menu.Commands = append(menu.Commands, onOff(r))
	}
	if len(menu.Commands) > 0 {
		out = append(out, menu)
	}
	return out
}

func onOff(r record) ui.Command {
	if !r.Active {
		return ui.Command{Label: "Activate", Action: path(r.ID) + "/activate", Icon: "play"}
	}
	return ui.Command{Label: "Deactivate", Action: path(r.ID) + "/deactivate", Icon: "stop", Destructive: true,
		Confirm: "Deactivate " + r.Name + "? It is not read any more; what it brought stays."}
}

func why(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

func (h Handlers) stats(r record) ui.Stats {
	return ui.Stats{
		{Label: "Customers from here", Value: strconv.Itoa(r.figures.Customers)},
		{Label: "Gone at the source", Value: strconv.Itoa(r.figures.Gone), Tone: ui.Warn.If(r.figures.Gone > 0)},
		{Label: "Not brought in", Value: strconv.Itoa(r.figures.Refused), Tone: ui.Warn.If(r.figures.Refused > 0)},
		{Label: "Contacts with a mail domain", Value: strconv.Itoa(r.figures.Contacts)},
	}
}

func (h Handlers) facts(r record) ui.DefinitionList {
	secret := "Not set"
	if r.mark.Set() {
		secret = fmt.Sprintf("Set on %s by %s", r.mark.SetAt.In(h.Zone).Format("2 Jan 2006"), r.mark.SetBy)
	}
	schedule := ui.TextCell("On demand")
	if r.Nightly {
		schedule = ui.TextCell("Every night")
	}
	items := []ui.Definition{
		{Term: "Organisation URL", Value: ui.Cell{Text: r.URL, Mono: true}},
		{Term: "Tenant id", Value: ui.Cell{Text: r.Tenant, Mono: true}},
		{Term: "Client id", Value: ui.Cell{Text: r.ClientID, Mono: true}}, ui.Fact("Client secret", secret),
		{Term: "Schedule", Value: schedule}, {Term: "Next", Value: ui.Of(h.moment(r.NextAt))},
		{Term: "Last read", Value: ui.Of(h.moment(r.ReadAt))},
		{Term: "Last read whole", Value: ui.Of(h.moment(r.ReadWholeAt)), Note: "Otherwise only what changed is read."},
	}
	if r.TenantColumn != "" {
		items = append(items, ui.Definition{Term: "Column with the tenant id",
			Value: ui.Cell{Text: r.TenantColumn, Mono: true}})
	}
	if r.TokenURL != "" {
		items = append(items, ui.Definition{Term: "Token URL", Value: ui.Cell{Text: r.TokenURL, Mono: true}})
	}
	return ui.DefinitionList{Items: items}
}

func (h Handlers) runs(r record) view.Part {
	p := view.Part{Card: ui.Card{Title: "Last readings", Flush: true}, Table: ui.Table{
		Caption: "Last readings", Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Requested", Nowrap: true}, {Label: "State"}, {Label: "Added", Numeric: true},
			{Label: "Changed", Numeric: true}, {Label: "Gone", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Not read yet",
			Text: "Verify the connectivity, then read it."},
	}}
	for _, run := range r.runs {
		p.Table.Rows = append(p.Table.Rows, ui.Row{Cells: []ui.Cell{
			{Text: httpx.MomentText(run.RequestedAt, h.Zone), Href: runPath(r.ID, run.ID), Sub: startedBy(run)},
			{Badges: []ui.Badge{state.Run(run.State)}},
			ui.TextCell(strconv.Itoa(run.Added)), ui.TextCell(strconv.Itoa(run.Changed)),
			ui.TextCell(strconv.Itoa(run.Gone)),
		}})
	}
	return p
}

func startedBy(r crmsource.Run) string {
	if r.Trigger == crmsource.ByNight {
		return "every night"
	}
	return "by " + r.RequestedBy
}

func (h Handlers) records(title, text string, all []crmsource.Known) view.Part {
	p := view.Part{Card: ui.Card{Title: title, Text: text, Flush: true}, Table: ui.Table{
		Caption: title, Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Account"}, {Label: "Since", Nowrap: true}, {Label: "Why"}},
	}}
	for _, k := range all {
		name := ui.Cell{Text: k.Name, Sub: k.ExternalID}
		if k.Name == "" {
			name.Text = "Without a name"
		}
		if k.CRMAccountID.Valid {
			name.Href = at.CRMAccount(k.CRMAccountID.UUID)
		}
		p.Table.Rows = append(p.Table.Rows,
			ui.Row{Cells: []ui.Cell{name, ui.Of(httpx.Moment(k.StatusSince, h.Zone)), ui.TextCell(k.Note)}})
	}
	return p
}
