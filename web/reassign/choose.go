package reassign

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/reassign"
	"seatledger/internal/subscription"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/reassign"
)

// Ask lets a target be picked, or, where the address names one, shows what the move would do.
func (h Handlers) Ask(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if c.QueryParam("target_id") != "" {
		return h.look(c, id, http.StatusOK, askedOf(c.QueryParam), nil)
	}
	return h.choose(c, id, http.StatusOK, nil)
}

func (h Handlers) choose(c echo.Context, id uuid.UUID, status int, problems map[string]string) error {
	ctx, search := c.Request().Context(), c.QueryParam("q")
	var source subscription.Subscription
	var moves []reassign.Record
	var found []reassign.Candidate
	err := h.Reassign.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if source, err = subscription.Get(ctx, tx, id); err != nil {
			return err
		}
		if moves, err = reassign.Standing(ctx, tx, []uuid.UUID{id}); err != nil {
			return err
		}
		found, err = reassign.Candidates(ctx, tx, id, search)
		return err
	})
	if err != nil {
		return err
	}
	at := recordPath(id) + "/reassign"
	m := view.Choose{
		Page:    session.Page(c, "Reassign the history of "+source.Called(), nav),
		Filters: ui.FilterBar{Action: at, Search: search, SearchLabel: "Search all subscriptions"},
		Table:   candidates(at, found),
	}
	if search != "" {
		m.Filters.ClearHref = at
	}
	m.Page.Lead = "Choose the subscription that takes its place. You see both ledgers and the result before anything " +
		"is done."
	for _, said := range problems {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Bad, Title: said, Text: "Nothing was moved."})
	}
	for _, r := range moves {
		if r.SourceID == id {
			m.Remarks = append(m.Remarks, ui.Callout{
				Tone: ui.Warn, Title: "Its history has gone over already",
				Text: fmt.Sprintf("%s has reassigned it to %s (%s). Undo that first to choose another target.",
					r.MadeBy, r.TargetName, r.TargetExt),
			})
		}
	}
	m.Page.HasErrors, m.Page.Crumbs = len(problems) > 0, crumbsTo(source)
	return httpx.Render(c, status, m.Show())
}

func candidates(at string, found []reassign.Candidate) ui.Table {
	t := ui.Table{
		Caption: "Subscriptions that may take the history",
		Columns: []ui.Column{
			{Label: "Subscription"}, {Label: "Customer"}, {Label: "Provider"}, {Label: "Seats", Numeric: true},
			{Label: "Start", Nowrap: true}, {Label: "State"},
		},
		Empty: &ui.EmptyState{
			Kind: ui.NothingYet, Title: "No other subscription of this customer",
			Text: "The successor appears here once the new provider is synced and its account is mapped to this " +
				"customer. " +
				"You can also search all subscriptions.",
		},
	}
	for _, c := range found {
		name := c.ProductName
		if name == "" {
			name = c.ExternalID
		}
		product := ui.Cell{Text: name, Href: at + "?target_id=" + c.ID.String(), Sub: c.ExternalID}
		if c.SameProduct {
			product.Badges = append(product.Badges, ui.Badge{Text: "same product", Tone: ui.Good})
		}
		if c.Has {
			product.Badges = append(product.Badges, ui.Badge{Text: "has a history already", Tone: ui.Warn})
		}
		customer := ui.TextCell(c.CRMAccount)
		if !c.SameCustomer {
			customer.Badges = []ui.Badge{{Text: "another customer", Tone: ui.Bad}}
		}
		state := string(c.State)
		if c.HoldReason != subscription.NotHeld {
			state += ": " + string(c.HoldReason)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			product, customer, ui.TextCell(c.Provider), ui.TextCell(strconv.Itoa(c.Quantity)),
			ui.TextCell(c.StartDate.String()),
			ui.BadgeCell(state, ui.Neutral),
		}})
	}
	return t
}
