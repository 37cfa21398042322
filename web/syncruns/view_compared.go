package syncruns

import (
	"context"
	"strconv"

	"gorm.io/gorm"

	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/httpx"

	view "seatledger/views/syncruns"
)

// readComparison reads what the run came to, and the run before it.
func (r *record) readComparison(ctx context.Context, tx *gorm.DB) error {
	var err error
	if r.came, err = syncing.FiguresOf(ctx, tx, r.ID); err != nil {
		return err
	}
	before, found, err := syncing.Before(ctx, tx, r.Run)
	if found {
		r.before = &before
	}
	return err
}

// compared sets a run that has ended beside the one before it.
func (h Handlers) compared(r record) *view.Causes {
	if !r.State.Finished() {
		return nil
	}
	now := syncing.Row{ID: r.ID, Kind: r.Kind, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt, Counts: r.Counts,
		Figures: r.came}
	out := &view.Causes{Card: ui.Card{Title: "Compared with the run before", Flush: true}, Table: ui.Table{
		Caption: "What this run came to, and the run before", Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "What"}, {Label: "This run", Numeric: true}},
	}}
	if r.before == nil {
		out.Card.Title, out.Card.Text = "What it came to", "There is no earlier run of this kind to compare with."
	} else {
		out.Card.Text = "The last one of this kind that was read to its end: " +
			Moment(&r.before.RequestedAt, h.Zone).Text + "."
		out.Table.Columns = append(out.Table.Columns, ui.Column{Label: "The run before", Numeric: true})
	}
	for _, l := range comparedLines {
		cells := []ui.Cell{ui.TextCell(l.label), ui.TextCell(l.of(h, now))}
		if r.before != nil {
			c := ui.TextCell(l.of(h, *r.before))
			c.Href = l.href(*r.before)
			cells = append(cells, c)
		}
		out.Table.Rows = append(out.Table.Rows, ui.Row{Cells: cells})
	}
	return out
}

// comparedLine is one figure of the comparison.
type comparedLine struct {
	label string
	of    func(Handlers, syncing.Row) string
	links bool // to the run that it is of
}

func (l comparedLine) href(r syncing.Row) string {
	if !l.links {
		return ""
	}
	return Path(r.ID)
}

var comparedLines = []comparedLine{
	{label: "Took", links: true, of: func(h Handlers, r syncing.Row) string {
		return took(r.StartedAt, r.FinishedAt, h.Clock.Now())
	}},
	{label: "Calls to the distributor", of: func(_ Handlers, r syncing.Row) string { return itoa(r.Calls) }},
	{label: "Added", of: func(_ Handlers, r syncing.Row) string { return itoa(r.Added) }},
	{label: "Changed", of: func(_ Handlers, r syncing.Row) string { return itoa(r.Changed) }},
	{label: "Unchanged", of: func(_ Handlers, r syncing.Row) string { return itoa(r.Unchanged) }},
	{label: "Gone", of: func(_ Handlers, r syncing.Row) string { return itoa(r.Gone) }},
	{label: "Failed", of: func(_ Handlers, r syncing.Row) string { return itoa(r.Counts.Failed) }},
	{label: "Seats lost", of: func(_ Handlers, r syncing.Row) string { return maybe(r.SeatsLost) }},
	{label: "Seats gained", of: func(_ Handlers, r syncing.Row) string { return maybe(r.SeatsGained) }},
	{label: "Subscriptions ended", of: func(_ Handlers, r syncing.Row) string { return maybe(r.Ended) }},
	{label: "Cost a month", of: func(_ Handlers, r syncing.Row) string { return costOf(r.Figures) }},
}

// maybe is a figure that may not have been kept.
func maybe(n *int) string {
	if n == nil {
		return "not kept"
	}
	return strconv.Itoa(*n)
}

// costOf is what a run changed of the cost, and how much of it is not known.
func costOf(f syncing.Figures) string {
	if !f.Known() {
		return "not kept"
	}
	text := httpx.SeatsAndMoney(0, 0, f.MoneyMonth)
	if text == "" {
		text = "no change"
	}
	if n := *f.Uncosted; n > 0 {
		text += ", " + strconv.Itoa(n) + " without a known cost"
	}
	return text
}
