package dialects

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/dialect"
	"seatledger/internal/provider"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/dialects"
)

// Show is one version beside the one in force, with what its dry run came to.
func (h Handlers) Show(c echo.Context) error {
	p, err := h.of(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	v, now, err := h.version(ctx, c, p)
	if err != nil {
		return err
	}
	tried, err := dialect.LastTrial(ctx, h.DB.Read(ctx), p.ID, v.Number)
	if err != nil {
		return err
	}
	m := view.Version{Page: session.Page(c, "Version "+strconv.Itoa(v.Number), "Providers"),
		Card: ui.Card{Title: "Dry run"}}
	m.Page.Kicker = "Dialect of " + p.Name
	m.Page.Crumbs = crumbs(p, layout.Crumb{Label: "Dialect", Href: path(p.ID)})
	m.Page.Lead = v.Note
	if v.InForce {
		m.Page.Badges = []ui.Badge{{Text: "In force", Tone: ui.Good}}
	}
	if m.Diff, err = difference(v, now); err != nil {
		return err
	}
	if err := h.dryRun(&m, p, v, tried, now.Number); err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) dryRun(m *view.Version, p provider.Provider, v dialect.Version, tried *dialect.Tried, now int) error {
	try := ui.PostButton{Button: ui.Button{Text: "Try it again", Icon: "sync",
		Action: versionPath(p.ID, v.Number) + "/try"}}
	m.Links = []ui.LinkButton{{Text: "Change it", Href: path(p.ID) + "?from=" + strconv.Itoa(v.Number), Icon: "edit"}}
	if tried == nil {
		try.Text = "Try it"
		m.Verdict = ui.Callout{Tone: ui.Info, Text: "This version was not tried yet."}
		m.Buttons = []ui.PostButton{try}
		return nil
	}
	t, err := tried.Trial()
	if err != nil {
		return err
	}
	m.Card.Text = "Tried " + httpx.Moment(tried.At, h.Zone).Text + " by " + tried.ByName +
		". Nothing was written. Each record is read in both dialects, so what differs is " +
		"the dialect's doing alone."
	m.Verdict = verdict(t)
	m.Buttons = []ui.PostButton{try}
	stale := tried.Beside != now && !v.InForce
	if stale {
		m.Notes = append(m.Notes, ui.Callout{Tone: ui.Warn, Text: "Another version was taken since this was tried. " +
			"Try it again to see what it would change now."})
	}
	if t.Failure == "" && !stale && !v.InForce {
		take := ui.PostButton{Button: ui.Button{Text: "Take version " + strconv.Itoa(v.Number), Weight: ui.Primary,
			Action: versionPath(p.ID, v.Number) + "/use"}, Hidden: []ui.Pair{{Name: "digest", Value: tried.Digest()}}}
		m.Buttons = []ui.PostButton{take, try}
	}
	if t.Failure == "" {
		m.Facts, m.Rows = facts(t), rows(t)
	}
	return nil
}

func verdict(t dialect.Trial) ui.Callout {
	switch {
	case t.Failure != "":
		return ui.Callout{Tone: ui.Bad, Title: "The provider could not be read with it",
			Text: t.Failure + " " + t.Advice}
	case t.Changed == 0 && t.NotListed == 0 && t.Unreadable == 0 && t.NowReadable == 0:
		return ui.Callout{Tone: ui.Info, Title: "No subscription would change",
			Text: "Every record is read as the same with it."}
	}
	tone := ui.Info
	if t.SeatsAfter < t.SeatsBefore || t.NotListed > 0 || t.Unreadable > 0 {
		tone = ui.Warn
	}
	text := fmt.Sprintf("Billable seats of these: %d now, %d with it.", t.SeatsBefore, t.SeatsAfter)
	if t.Seats() == 0 {
		text = "No billable seat would come or go."
	}
	return ui.Callout{Tone: tone, Title: fmt.Sprintf("%s would change, %s", words.Counted(t.Changed, "subscription"),
		words.Counted(t.Seats(), "seat")), Text: text}
}

func facts(t dialect.Trial) ui.DefinitionList {
	l := ui.DefinitionList{Columns: 2}
	add := func(term, text, note string) {
		l.Items = append(l.Items, ui.Definition{Term: term, Value: ui.TextCell(text), Note: note})
	}
	add("Customers listed", strconv.Itoa(t.Customers), fmt.Sprintf("%d accounts are known here", t.Known))
	note := ""
	if t.FromStore > 0 {
		note = fmt.Sprintf("%d of them as stored: the distributor did not list them within the time", t.FromStore)
	}
	add("Records compared", strconv.Itoa(t.Records), note)
	if len(t.Fields) > 0 {
		var parts []string
		for _, f := range slices.Sorted(maps.Keys(t.Fields)) {
			parts = append(parts, fmt.Sprintf("%s %d", f, t.Fields[f]))
		}
		add("Would be read differently", strings.Join(parts, ", "), "")
	}
	for _, e := range slices.Sorted(maps.Keys(t.EndDates)) {
		add("End dates taken "+e, strconv.Itoa(t.EndDates[e]), "where start and term do not tell")
	}
	if t.NowReadable > 0 {
		add("Could be read then", words.Counted(t.NowReadable, "record"), "that cannot be read today")
	}
	if t.Unreadable > 0 {
		add("Could not be read any more", words.Counted(t.Unreadable, "record"), "they would count neither as 0 nor as gone")
	}
	if t.NotListed > 0 {
		add("Known, but in no list", words.Counted(t.NotListed, "subscription"), "a run would ask before they are gone")
	}
	return l
}

func rows(t dialect.Trial) *view.Part {
	if len(t.Examples) == 0 {
		return nil
	}
	p := &view.Part{Card: ui.Card{Title: "What would change", Flush: true},
		Table: ui.Table{Caption: "What would change",
			Plain: true, Compact: true, Columns: []ui.Column{{Label: "Subscription"}, {Label: "Customer"},
				{Label: "Read as"},
				{Label: "Seats now", Numeric: true}, {Label: "With it", Numeric: true}}}}
	if more := t.Changed - len(t.Examples); more > 0 {
		p.Card.Text = fmt.Sprintf("The first %d of %d.", len(t.Examples), t.Changed)
	}
	for _, e := range t.Examples {
		id := ui.LinkCell(e.ExternalID, "/subscriptions/"+e.ID)
		id.Sub = e.Product
		p.Table.Rows = append(p.Table.Rows, ui.Row{Cells: []ui.Cell{id, ui.TextCell(e.Account),
			ui.TextCell(strings.Join(e.What, "; ")), ui.TextCell(strconv.Itoa(e.Before)),
			ui.TextCell(strconv.Itoa(e.After))}})
	}
	return p
}

// difference sets a version beside the one in force, field by field.
func difference(v, now dialect.Version) (ui.DiffTable, error) {
	d := ui.DiffTable{Caption: "Beside the version in force", Before: "In force: version " + strconv.Itoa(now.Number),
		After: "Version " + strconv.Itoa(v.Number)}
	if now.Number == 0 {
		d.Before = "In force: ours"
	}
	before, err := said(now)
	if err != nil {
		return d, err
	}
	after, err := said(v)
	if err != nil {
		return d, err
	}
	fields := slices.Sorted(maps.Keys(before))
	for _, f := range slices.Sorted(maps.Keys(after)) {
		if _, there := before[f]; !there {
			fields = append(fields, f)
		}
	}
	for _, f := range fields {
		d.Rows = append(d.Rows, ui.Diff{Field: f, Before: before[f], After: after[f]})
	}
	if len(d.Rows) == 0 {
		d.Rows = []ui.Diff{{Field: "Everything", Before: "as Seatledger expects it", After: "as Seatledger expects it"}}
	}
	return d, nil
}

// said is what a version says, field by field; what it leaves to us is not there.
func said(v dialect.Version) (map[string]string, error) {
	d, err := v.Dialect()
	out := map[string]string{}
	add := func(field, text string) {
		if text != "" {
			out[field] = text
		}
	}
	add("Status", strings.ReplaceAll(lines(d.Statuses), "\n", "; "))
	add("Frequency and term", strings.ReplaceAll(lines(d.Rhythms), "\n", "; "))
	add("Kind", strings.ReplaceAll(lines(d.Kinds), "\n", "; "))
	add("Token call", strings.ReplaceAll(lines(d.TokenForm), "\n", "; "))
	for key, names := range d.Names {
		add("Names of "+key, strings.Join(names, ", "))
	}
	if v.EndDate != "" {
		add("End date", label(endDates(), v.EndDate))
	}
	if d.DateOrder != "" {
		add("03/04/2027", label(orders(), string(d.DateOrder)))
	}
	if d.Doubles {
		add("Doubles", "rounded to six places")
	}
	if d.BasicAuth {
		add("Application signs in", "by an HTTP Basic header")
	}
	add("Path of customers", d.Paths.Customers)
	add("Path of subscriptions", d.Paths.Subscriptions)
	add("Path of the change log", d.Paths.Changes)
	if d.PerMinute > 0 {
		add("Calls a minute", strconv.Itoa(d.PerMinute))
	}
	return out, err
}
