package audit

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	views "seatledger/views/audit"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func entryPath(seq int64) string { return path + "/" + strconv.FormatInt(seq, 10) }

// Entry shows one row of the trail in full.
func (h Handlers) Entry(c echo.Context) error {
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "There is no such entry in the trail.")
	}
	ctx := c.Request().Context()
	e, err := audit.Get(ctx, h.DB.Read(ctx), seq)
	if err != nil {
		return err
	}
	frame := session.Page(c, readable(e.Action), "")
	frame.Kicker = "Audit entry " + strconv.FormatInt(e.Seq, 10)
	frame.Crumbs = []layout.Crumb{{Label: "Audit trail", Href: path}}
	return httpx.Render(c, http.StatusOK, views.Entry{Frame: frame, Facts: h.facts(c, e), Diff: diffTable(e)}.Page())
}

func (h Handlers) facts(c echo.Context, e audit.Entry) ui.DefinitionList {
	when := ui.Definition{Term: "When", Value: ui.Of(h.moment(e.At))}
	if e.TrueAt != nil {
		when.Note = "by a moved clock; in truth " + h.moment(*e.TrueAt).Text
	}
	facts := ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		when,
		ui.Fact("Who", e.Actor),
		ui.Fact("What", readable(e.Action)),
		{Term: "On", Value: ui.Cell{Text: cmp.Or(e.ObjectName, readable(e.ObjectType)), Href: objectHref(c, e)}, Note: readable(e.ObjectType)},
		{Term: "Id", Value: ui.Cell{Text: e.ObjectID, Mono: true}},
		{Term: "Request", Value: ui.Cell{Text: e.RequestID, Mono: true}},
		{Term: "From where", Value: whence(e)},
	}}
	if e.SessionID != nil {
		facts.Items = append(facts.Items, ui.Definition{Term: "Session", Value: ui.Cell{Text: e.SessionID.String(),
			Mono: true}, Note: "names it, and opens nothing"})
	}
	return facts
}

// whence is the address that an entry came from.
func whence(e audit.Entry) ui.Cell {
	switch {
	case e.Address == nil:
		return ui.TextCell("not kept then")
	case *e.Address == "":
		return ui.TextCell("this server")
	}
	return ui.Cell{Text: *e.Address, Mono: true}
}

func diffTable(e audit.Entry) *ui.DiffTable {
	rows := differences(e)
	if len(rows) == 0 {
		return nil
	}
	return &ui.DiffTable{Caption: "What changed", Rows: rows}
}
