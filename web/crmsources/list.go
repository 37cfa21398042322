package crmsources

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/crmsource"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/crmsources"
)

// List shows the sources, or hands them over as a file.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	rows, err := crmsource.List(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	if httpx.IsCSV(c) {
		return file(c, rows)
	}
	m := view.List{Page: session.Page(c, "CRM sources", nav), Table: h.table(rows)}
	m.Page.Lead = "A CRM that is read by itself: its accounts become CRM accounts here, and follow it. " +
		"Nothing is ever changed there. For everything else there is the import of a file."
	m.Page.Actions = append(m.Page.Actions,
		ui.LinkButton{Text: "CSV", Href: listPath + ".csv", Icon: "download", Download: true})
	m.Table.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "No CRM sources yet",
		Text: "Connect Dynamics 365, and its accounts come by themselves every night, with the mail domains of their " +
			"contacts."}
	if mayEdit(c) {
		add := ui.LinkButton{Text: "New CRM source", Href: listPath + "/new", Weight: ui.Primary, Icon: "plus"}
		m.Page.Actions = append(m.Page.Actions, add)
		m.Table.Empty.Action = &add
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) table(rows []crmsource.Row) ui.Table {
	t := ui.Table{Caption: "CRM sources", Columns: []ui.Column{
		{Label: "Name"}, {Label: "State"}, {Label: "Connectivity"}, {Label: "Read"}, {Label: "Next"},
		{Label: "Customers", Numeric: true}, {Label: "Gone there", Numeric: true},
	}}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{Muted: !r.Active, Cells: []ui.Cell{
			{Text: r.Name, Href: path(r.ID), Sub: r.URL}, {Badges: []ui.Badge{activeBadge(r.Active)}},
			{Badges: []ui.Badge{connectivityBadge(r.Connectivity())}},
			ui.Of(h.moment(r.ReadAt)), h.nextCell(r.Source), ui.TextCell(strconv.Itoa(r.Customers)),
			ui.TextCell(strconv.Itoa(r.Gone)),
		}})
	}
	return t
}

func (h Handlers) nextCell(s crmsource.Source) ui.Cell {
	if s.NextAt == nil {
		return ui.TextCell("on demand")
	}
	return ui.Of(h.moment(s.NextAt))
}

var header = []string{"id", "name", "url", "active", "nightly", "connectivity", "checked_at", "read_at", "customers",
	"gone", "refused"}

func file(c echo.Context, rows []crmsource.Row) error {
	return httpx.CSV(c, "crm-sources.csv", header, func(write httpx.Row) error {
		for _, r := range rows {
			err := write(httpx.Plain(r.ID.String()), httpx.Text(r.Name), httpx.Text(r.URL),
				httpx.Plain(strconv.FormatBool(r.Active)), httpx.Plain(strconv.FormatBool(r.Nightly)),
				httpx.Plain(string(r.Connectivity())), httpx.Plain(iso(r.CheckedAt)), httpx.Plain(iso(r.ReadAt)),
				httpx.Plain(strconv.Itoa(r.Customers)), httpx.Plain(strconv.Itoa(r.Gone)),
				httpx.Plain(strconv.Itoa(r.Refused)))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func iso(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
