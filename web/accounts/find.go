package accounts

import (
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/mapping"
	"seatledger/views/ui"

	view "seatledger/views/accounts"
)

const foundAtMost = 20

// search is what a person looked for among the CRM accounts, and what was found.
type search struct {
	query string
	found []crm.Row
	held  map[uuid.UUID]mapping.Holder
	more  bool
}

// find searches the CRM accounts for the choice of another one.
func (h Handlers) find(c echo.Context, a account.Account) (search, error) {
	s := search{query: c.QueryParam("crm_q")}
	if s.query == "" || len(s.query) > 200 || !utf8.ValidString(s.query) {
		return s, nil
	}
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	var err error
	if s.found, s.more, err = crm.Search(ctx, db, s.query, foundAtMost); err != nil {
		return s, err
	}
	ids := make([]uuid.UUID, len(s.found))
	for i, f := range s.found {
		ids[i] = f.ID
	}
	s.held, err = mapping.HoldersAt(ctx, db, a.ProviderID, ids)
	return s, err
}

// choosing is the part of the page where another CRM account is chosen.
func choosing(d dossier) view.Choose {
	m := view.Choose{Card: ui.Card{Title: "Choose a CRM account", ID: "choose"}, Action: recordPath(d.ID),
		Query: d.search.query}
	if d.Mapping == account.Mapped {
		m.Card.Title = "Map to another CRM account"
		m.Card.Text = "The next page shows which subscriptions, contracts and money this concerns, before anything " +
			"is changed."
	}
	if d.search.query == "" {
		return m
	}
	m.Table = &ui.Table{
		Caption: "CRM accounts found", Plain: true,
		Columns: []ui.Column{{Label: "Name"}, {Label: "External id"}, {Label: "Domain"}, {Label: "At this provider"},
			{Label: "Decide", Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NoMatch, Title: "No CRM account found",
			Text: "Search for a part of the name, or create one from this account."},
	}
	for _, f := range d.search.found {
		m.Table.Rows = append(m.Table.Rows, foundRow(d, f))
	}
	if d.search.more {
		m.Card.Text = "More than twenty were found; these are the first. Search for more of the name."
	}
	return m
}

func foundRow(d dossier, f crm.Row) ui.Row {
	name := ui.LinkCell(f.Name, crmPath(f.ID))
	if f.Parent != "" {
		name.Sub = "part of " + f.Parent
	}
	standing, button := ui.Cell{Text: "free", Muted: true}, ui.Cell{}
	ask := ui.LinkButton{Text: "Compare and map",
		Href: recordPath(d.ID) + "/map?" + query("crm_account_id", f.ID.String()), Compact: true}
	switch holder, held := d.search.held[f.ID]; {
	case held && holder.AccountID == d.ID:
		standing = ui.TextCell("mapped to this account")
	case held:
		standing = ui.LinkCell(holder.Name, recordPath(holder.AccountID))
		standing.Sub = "has it, by " + holder.DecidedBy
		button = ui.Of(swapLink(d.ID.String(), f.ID.String()))
	default:
		button = ui.Of(ask)
	}
	return ui.Row{Cells: []ui.Cell{name, {Text: f.ExternalID, Mono: true}, ui.TextCell(f.Domain), standing, button}}
}
