package dashboard

import (
	"fmt"
	"strconv"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/syncruns"

	view "seatledger/views/dashboard"
)

// overdue is the age at which the last success is called old: the nightly run has then missed its turn.
const overdue = 26 * time.Hour

// syncs tells how the reading of the providers goes.
func (b *board) syncs() view.Group {
	g := view.Group{Card: ui.Card{Title: "Syncs",
		Text: fmt.Sprintf("Runs that went wrong in the last %d days, and how each provider stands.", runDays)}}
	for _, s := range badRuns {
		tone := ui.Warn
		if s == syncing.Failed || s == syncing.Stopped {
			tone = ui.Bad
		}
		g.Stats = append(g.Stats, figure(runLabels[s], b.runs[s], b.runsAt(s), tone))
	}
	for _, s := range b.troubles() {
		if s.Value != "0" {
			g.Stats = append(g.Stats, s)
		}
	}
	t := b.providerTable()
	g.Table = &t
	return g
}

// troubles are the providers that somebody should look at; those of which there are none are not shown.
func (b *board) troubles() ui.Stats {
	out := ui.Stats{ofProviders("With unreadable records", b.unreadable, to("/providers", "unreadable", "yes"), ui.Warn)}
	for _, c := range troubles {
		tone := ui.Warn
		if c == provider.CheckFailed {
			tone = ui.Bad
		}
		out = append(out, ofProviders(connectivityLabels[c], b.connectivity[c],
			to("/providers", "active", "true", "connectivity", string(c)), tone))
	}
	return out
}

// ofProviders is how many providers have a trouble, and the way to them.
func ofProviders(label string, n int, href string, tone ui.Tone) ui.Stat {
	s := figure(label, n, href, tone)
	s.Unit = words.Noun(n, "provider")
	return s
}

func (b *board) providerTable() ui.Table {
	t := ui.Table{Caption: "Providers and when they were last read whole", Plain: true, Columns: []ui.Column{
		{Label: "Provider"}, {Label: "Accounts read whole"}, {Label: "Subscriptions read whole"},
		{Label: "Accounts", Numeric: true}, {Label: "To map", Numeric: true},
	}}
	for _, p := range b.providers {
		if !p.Active || p.Connector == distributor.Manual {
			continue
		}
		id, last := p.ID.String(), b.successes[p.ID]
		t.Rows = append(t.Rows, ui.Row{ID: id, Cells: []ui.Cell{
			ui.LinkCell(p.Name, "/providers/"+id), b.success(last.Accounts), b.success(last.Subscriptions),
			ui.TextCell(strconv.Itoa(p.Accounts)),
			ui.LinkCell(strconv.Itoa(p.Unmapped), to("/accounts", "provider", id, "state", "unmapped")),
		}})
	}
	if len(t.Rows) == 0 {
		t.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "No provider to sync",
			Text: "Only active providers with an API are read."}
	}
	return t
}

// success is when the last whole run went well, with a badge when that is too long ago.
func (b *board) success(at *time.Time) ui.Cell {
	if at == nil {
		return ui.Cell{Badges: []ui.Badge{{Text: "never", Tone: ui.Warn}}}
	}
	c := ui.TextCell(syncruns.Moment(at, b.zone).Text)
	if b.now.Sub(*at) > overdue {
		c.Badges = []ui.Badge{{Text: "stale", Tone: ui.Warn,
			Title: "More than a day ago: the nightly run has not succeeded since"}}
	}
	return c
}
