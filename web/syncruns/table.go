package syncruns

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/state"
)

// Path is the page of one run.
func Path(id uuid.UUID) string { return at.SyncRun(id) }

// Table shows runs without their provider, as on the provider's own page.
func Table(runs []syncing.Row, zone *time.Location) ui.Table {
	t := ui.Table{Caption: "Sync runs", Columns: []ui.Column{
		{Label: "Requested", Nowrap: true}, {Label: "What"}, {Label: "State"},
		{Label: "Added", Numeric: true}, {Label: "Changed", Numeric: true}, {Label: "Gone", Numeric: true},
		{Label: "Failed", Numeric: true},
	}}
	for _, r := range runs {
		t.Rows = append(t.Rows, ui.Row{ID: r.ID.String(), Cells: []ui.Cell{
			ui.LinkCell(Moment(&r.RequestedAt, zone).Text, Path(r.ID)),
			ui.TextCell(words.RunKind(string(r.Kind))),
			{Badges: []ui.Badge{state.Run(r.State)}, Sub: trouble(r)},
			number(r.Added), number(r.Changed), number(r.Gone), failedCell(r.Failed),
		}})
	}
	return t
}

func number(n int) ui.Cell { return ui.TextCell(strconv.Itoa(n)) }

func failedCell(n int) ui.Cell {
	c := number(n)
	if n > 0 {
		c.Tone = ui.Bad
	}
	return c
}
