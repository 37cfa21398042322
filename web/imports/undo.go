package imports

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/imports"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/imports"
)

// ConfirmUndo shows what taking an import back would do.
func (p Pages) ConfirmUndo(c echo.Context, s Screen) error {
	id, err := httpx.ID(c, "import")
	if err != nil {
		return err
	}
	found, u, err := p.Service.PlanUndo(c.Request().Context(), s.Kind, id)
	if err != nil {
		return err
	}
	m := view.Undo{Page: session.Page(c, "Undo import", s.Nav), Table: undoTable(u)}
	m.Page.Crumbs = append(slices.Clone(s.Crumbs), layout.Crumb{Label: "Import", Href: s.Path},
		layout.Crumb{Label: found.FileName, Href: s.preview(id.String())})
	m.Confirm = ui.ConfirmForm{
		Action: s.undo(id.String()), Title: "Take back " + found.FileName, Button: "Undo import",
		Cancel: s.preview(id.String()),
		Text: "An import is taken back once. What was changed after it, and what is in use, stays as it is and is " +
			"named below. To do the import again, upload the file again.",
		Effects: []ui.Definition{
			ui.Fact("Added by it, removed again", strconv.Itoa(u.Removed)),
			ui.Fact("Changed by it, as before again", strconv.Itoa(u.Restored)),
			ui.Fact("Kept, wholly or in part", strconv.Itoa(u.Kept())),
		},
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// Undo takes an import back.
func (p Pages) Undo(c echo.Context, s Screen) error {
	id, err := httpx.ID(c, "import")
	if err != nil {
		return err
	}
	u, err := p.Service.Undo(c.Request().Context(), session.Actor(c), s.Kind, id)
	if err != nil {
		return err
	}
	return httpx.Done(c, s.preview(id.String()), "The import was taken back: "+undoText(u))
}

func undoText(u imports.Undo) string {
	return fmt.Sprintf("%d removed, %d as before again, %d kept wholly or in part.", u.Removed, u.Restored, u.Kept())
}

// undoTable names what goes back and what stays; what is removed is a count.
func undoTable(u imports.Undo) ui.Table {
	t := ui.Table{
		Caption: "What goes back, and what stays", Compact: true,
		Columns: []ui.Column{{Label: "Record"}, {Label: "What happens", Nowrap: true}, {Label: "Fields"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No single fields",
			Text: "Nothing that stood before was changed by the import, and nothing has to be kept."},
	}
	for i, r := range u.Rows {
		if i == pageSize {
			break
		}
		row := ui.Row{Cells: []ui.Cell{ui.TextCell(r.Label), ui.BadgeCell("as before", ui.Info), ui.Of(changes(r))}}
		if r.Outcome == imports.Refused {
			row.Tone, row.Cells[1], row.Cells[2] = ui.Warn, ui.BadgeCell("kept", ui.Warn), ui.TextCell(r.Reason)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
