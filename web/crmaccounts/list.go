package crmaccounts

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/crm"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is the list of CRM accounts, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listSpec)
	if err != nil {
		return err
	}
	f := crm.Filter{Search: q.Search, Mapped: q.Filter("mapped"), Contract: q.Filter("contract")}
	if httpx.IsCSV(c) {
		return h.file(c, f, q)
	}
	ctx := c.Request().Context()
	db := h.Accounts.DB.Read(ctx)
	rows, next, err := crm.List(ctx, db, f, q.Page)
	if err != nil {
		return err
	}
	total, err := crm.Count(ctx, db, f)
	if err != nil {
		return err
	}
	m := layout.List{
		Page:    session.Page(c, "CRM accounts", nav),
		Filters: q.FilterBar("Search name, external id, domain or tenant id"),
		Table:   h.table(q, rows, mayWrite(c)), Pager: q.Pager(next, "", shown(len(rows), total)),
	}
	m.Page.Lead = "The customers as your CRM knows them. Provider accounts are mapped to these."
	if mayWrite(c) {
		m.Page.Actions = []templ.Component{
			ui.LinkButton{Text: "Import CRM accounts", Href: path + "/import", Icon: "upload"},
			ui.LinkButton{Text: "New CRM account", Href: path + "/new", Icon: "plus", Weight: ui.Primary},
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func shown(n, total int) string {
	if n == total {
		return fmt.Sprintf("%d CRM accounts", total)
	}
	return fmt.Sprintf("%d of %d CRM accounts", n, total)
}

func (h Handlers) table(q httpx.ListQuery, rows []crm.Row, mayWrite bool) ui.Table {
	t := ui.Table{
		Caption: "CRM accounts",
		Columns: []ui.Column{
			q.Column("name", "Name"), q.Column("external_id", "External id"), q.Column("domain", "Domain"),
			q.Column("tenant_id", "Tenant id"),
			q.NumberColumn("accounts", "Mapped"), q.NumberColumn("contracts", "Contracts"),
			q.Column("updated_at", "Changed"),
		},
		Empty: empty(q, mayWrite),
	}
	for _, r := range rows {
		name := ui.LinkCell(r.Name, recordPath(r.ID))
		if r.Parent != "" {
			name.Sub = "part of " + r.Parent
		}
		t.Rows = append(t.Rows, ui.Row{ID: r.ID.String(), Label: r.Name, Cells: []ui.Cell{
			name, {Text: r.ExternalID, Mono: true}, ui.TextCell(r.Domain), {Text: r.TenantID, Mono: true},
			ui.TextCell(strconv.Itoa(r.Accounts)), ui.TextCell(strconv.Itoa(r.Contracts)), ui.Of(h.moment(r.UpdatedAt)),
		}})
	}
	return t
}

func empty(q httpx.ListQuery, mayWrite bool) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No CRM account matches",
			Text:   "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No CRM accounts yet",
		Text: "Import them from your CRM as a CSV, or enter them one by one. " +
			"Then provider accounts can be mapped to them."}
	if mayWrite {
		e.Action = &ui.LinkButton{Text: "Import CRM accounts", Href: path + "/import", Weight: ui.Primary}
	}
	return e
}

var header = []string{
	"id", "external_id", "name", "website", "email_domains", "tenant_id", "street", "city", "state", "postal_code",
	"country", "phone",
	"tax_id", "domain", "parent_id", "parent", "source", "updated_at", "bill_to_parent",
}

func (h Handlers) file(c echo.Context, f crm.Filter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "crm-accounts.csv", header, func(write httpx.Row) error {
		return h.Accounts.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return crm.Each(ctx, tx, f, q.Page.Order, func(r crm.Row) error { return write(cells(r)...) })
		})
	})
}

func cells(r crm.Row) []httpx.Cell {
	out := []httpx.Cell{httpx.Plain(r.ID.String())}
	for _, column := range r.Columns() {
		out = append(out, httpx.Text(column.Value))
	}
	parent := ""
	if r.ParentID.Valid {
		parent = r.ParentID.UUID.String()
	}
	return append(out, httpx.Text(r.Domain), httpx.Plain(parent), httpx.Text(r.Parent), httpx.Plain(r.Source),
		httpx.Plain(r.UpdatedAt.UTC().Format(time.RFC3339)),
		httpx.Plain(strconv.FormatBool(r.BillToParent)))
}
