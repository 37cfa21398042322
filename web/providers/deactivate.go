package providers

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/providers"
)

// Deactivate stops a provider's syncs, a run under way included.
func (h Handlers) Deactivate(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	run, err := h.Sync.DeactivateProvider(c.Request().Context(), session.Actor(c), id)
	if err != nil {
		return err
	}
	text := "The provider was deactivated and syncs nothing. Its active subscriptions stay billable until they are " +
		"retired."
	switch {
	case run == nil:
	case run.State == syncing.Running:
		text += " The run under way was asked to end."
	default:
		text += " The run that was queued is cancelled."
	}
	return httpx.Done(c, path(id), text)
}

// ending is all that the question before it tells of.
type ending struct {
	provider.Provider
	impact provider.Impact
	run    *syncing.Run // not ended yet; nil: none
}

// ConfirmDeactivate shows what deactivating a provider stops and what stays, before it is done.
func (h Handlers) ConfirmDeactivate(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	var e ending
	ctx := c.Request().Context()
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		if e.Provider, err = provider.Get(ctx, tx, id); err != nil {
			return err
		}
		if e.impact, err = provider.ImpactOf(ctx, tx, id); err != nil {
			return err
		}
		run, found, err := syncing.Unfinished(ctx, tx, id)
		if found {
			e.run = &run
		}
		return err
	})
	if err != nil {
		return err
	}
	if !e.Active {
		return errs.Newf(errs.Conflict, "%s is deactivated already.", e.Name)
	}
	return httpx.Render(c, http.StatusOK, h.endingPage(c, e).Show())
}

func (h Handlers) endingPage(c echo.Context, e ending) view.Ending {
	m := view.Ending{Page: session.Page(c, "Deactivate "+e.Name, "Providers"), Table: worthTable(e)}
	m.Page.Crumbs, m.Page.Narrow = append(crumbs(), crumb(e.Provider)), true
	m.Page.Lead = "Nothing is sent to the distributor, and nothing is deleted. The provider can be activated again."
	m.Card = ui.Card{Title: "Its subscriptions", Flush: true}
	m.Form = ui.ConfirmForm{Action: path(e.ID) + "/deactivate", Title: "What stops, and what stays",
		Effects: append(h.stops(e), stays(e)...),
		Button:  "Deactivate provider", Cancel: path(e.ID)}
	return m
}

// stops is what ends with the provider: its runs, by hand and at night.
func (h Handlers) stops(e ending) []ui.Definition {
	if e.Connector == distributor.Manual {
		return []ui.Definition{ui.Fact("Stops: entries by hand",
			"no account, subscription or quantity can be entered or imported while it is deactivated")}
	}
	night := ui.Fact("Stops: the nightly sync", "it takes part in no night any more")
	if e.impact.Night != nil {
		night.Note = "the next one would be " + httpx.MomentText(*e.impact.Night, h.Zone)
	}
	run := ui.Fact("Runs", "none is queued or running")
	if e.run != nil {
		run.Value = ui.LinkCell("a run that was requested by "+e.run.RequestedBy, at.SyncRun(e.run.ID))
		run.Note = "it is queued, and is cancelled"
		if e.run.State == syncing.Running {
			run.Note = "it is running, and is asked to stop: the account in work is finished first, and what was " +
				"read is kept"
		}
	}
	return []ui.Definition{night, ui.Fact("Stops: syncs by hand",
		"of the provider, of an account, of a contract, and the retry of a run: all are refused"), run}
}

func stays(e ending) []ui.Definition {
	f, of := e.impact.Figures, "?provider="+e.ID.String()
	out := []ui.Definition{
		{Term: "Stay: accounts", Value: ui.LinkCell(itoa(f.Accounts()), at.Accounts+of),
			Note: fmt.Sprintf("%d mapped, %d unmapped, %d excluded; the mapping stays", f.Mapped, f.Unmapped,
				f.Excluded)},
		{Term: "Stay: active subscriptions", Value: ui.LinkCell(itoa(f.Active), at.Subscriptions+of+"&state=active"),
			Note: "billable until you retire them, with the seats of the last sync"},
	}
	open := ui.Definition{Term: "Stay: open ledger rows", Value: ui.TextCell("0"),
		Note: "everything is billed or archived"}
	if n, seats := rowsOf(e.impact.Open); n > 0 {
		open.Value = ui.LinkCell(itoa(n), at.Changes+of+"&billing_state=open")
		open.Note = fmt.Sprintf("%+d seats, %s; the next invoices take them", seats, monthly(e.impact.Open))
	}
	return append(out, open)
}

func rowsOf(all []provider.Worth) (rows, seats int) {
	for _, w := range all {
		rows, seats = rows+w.Count, seats+w.Seats
	}
	return rows, seats
}

// monthly is sums a month, each in its currency; what has no price has no money.
func monthly(all []provider.Worth) string {
	var out []string
	for _, w := range all {
		if w.Monthly.Valid {
			out = append(out, money.Grouped(money.Round(w.Monthly.Decimal, w.Currency), w.Currency)+" "+w.Currency)
		}
	}
	if len(out) == 0 {
		return "no price yet"
	}
	return strings.Join(out, " and ") + " per month"
}

func worthTable(e ending) ui.Table {
	t := ui.Table{Caption: "Subscriptions by state", Plain: true,
		Columns: []ui.Column{{Label: "State"}, {Label: "Subscriptions", Numeric: true}, {Label: "Seats", Numeric: true},
			{Label: "Sold per month", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No subscriptions"}}
	words := map[string]string{
		string(subscription.Active): "Active: stay billable", string(subscription.Held): "Held: stay held",
		string(subscription.Inactive): "Inactive",
	}
	for _, w := range e.impact.Worth {
		sold := ui.TextCell("")
		if w.State != string(subscription.Inactive) && w.Monthly.Valid {
			sold = ui.TextCell(money.Grouped(money.Round(w.Monthly.Decimal, w.Currency), w.Currency) + " " + w.Currency)
		} else if w.State != string(subscription.Inactive) {
			sold.Sub = "no price"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: words[w.State]}, ui.TextCell(itoa(w.Count)),
			ui.TextCell(itoa(w.Seats)), sold}})
	}
	return t
}
