package mapping

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/mapping"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/mapping"
)

func batchPath(id uuid.UUID) string { return path + "/batches/" + id.String() }

// Batch shows what a batch came to, with the way to take it back.
func (h Handlers) Batch(c echo.Context) error {
	batchID, err := id(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	b, err := mapping.GetBatch(ctx, db, batchID)
	if err != nil {
		return err
	}
	items, err := mapping.BatchItems(ctx, db, batchID)
	if err != nil {
		return err
	}
	m := view.Batch{Page: session.Page(c, "Accepted at once", nav), Facts: h.batchFacts(b), Table: itemTable(items)}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Meta = []layout.Meta{{Label: "Provider", Text: b.Provider, Href: at.Provider(b.ProviderID)},
		{Label: "By", Text: b.Actor}, {Label: "When", Value: httpx.Moment(b.At, h.Zone)}}
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Back to the queue",
		Href: (where{provider: b.ProviderID.String()}).link(path)}}
	if b.Running() {
		done := b.Total() - b.Waiting - b.Undoing
		m.Progress = &ui.Progress{Label: "Under way", Text: fmt.Sprintf("%d of %d accounts", done, b.Total()),
			Done: done, Total: b.Total()}
		m.Page.Actions = append(m.Page.Actions,
			ui.LinkButton{Text: "Look again", Href: batchPath(b.ID), Icon: "refresh"})
	}
	if mayMap(c) && b.Mapped+b.Kept+b.Waiting > 0 {
		m.Undo = undoBatch(b)
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func undoBatch(b mapping.Batch) *ui.ConfirmForm {
	f := &ui.ConfirmForm{Action: path + "/undo", Title: "Take this batch back",
		Button: fmt.Sprintf("Undo %d mappings", b.Mapped+b.Kept+b.Waiting),
		Text: "Every account stands as before, with its subscriptions, holds and ledger. " +
			"What somebody has decided about since, or what stands on a live invoice, is kept, and the reason is told.",
		Hidden: []ui.Pair{{Name: "kind", Value: string(mapping.ActBatch)}, {Name: "id", Value: b.ID.String()}}}
	if b.UndoAt != nil {
		f.Title, f.Button = "Try again what was kept", fmt.Sprintf("Undo the %d that were kept", b.Kept)
	}
	return f
}

func (h Handlers) batchFacts(b mapping.Batch) []ui.Definition {
	rule := "what is certain"
	if b.Above != nil {
		rule = fmt.Sprintf("what is certain, and what is likely from %g %%", *b.Above*100)
	}
	out := []ui.Definition{ui.Fact("Accepted", rule),
		ui.Fact("Mapped", fmt.Sprintf("%d of %d", b.Mapped+b.Undone+b.Kept+b.Undoing, b.Total()))}
	if b.Skipped > 0 {
		out = append(out, ui.Fact("Skipped", fmt.Sprint(b.Skipped)))
	}
	if b.UndoAt != nil {
		out = append(out, ui.Fact("Taken back",
			fmt.Sprintf("%d, by %s on %s", b.Undone, b.UndoBy, httpx.MomentText(*b.UndoAt, h.Zone))))
		if b.Kept > 0 {
			out = append(out, ui.Fact("Kept", fmt.Sprint(b.Kept)))
		}
	}
	return out
}

var itemTones = map[string]ui.Badge{
	"waiting": {Text: "waits", Tone: ui.Info}, "mapped": {Text: "mapped", Tone: ui.Good},
	"skipped": {Text: "skipped", Tone: ui.Warn},
	"undoing": {Text: "being taken back", Tone: ui.Info}, "undone": {Text: "taken back"},
	"kept": {Text: "kept", Tone: ui.Warn},
}

func itemTable(items []mapping.Item) ui.Table {
	t := ui.Table{Caption: "Accounts of this batch", Compact: true,
		Columns: []ui.Column{{Label: "Account"}, {Label: "CRM account"}, {Label: "State"}, {Label: "Why"}}}
	for _, i := range items {
		name := ui.LinkCell(i.Account, accountPath(i.AccountID))
		name.Sub = i.ExternalID
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.LinkCell(i.CRMAccount, crmPath(i.CRMAccountID)),
			{Badges: []ui.Badge{itemTones[i.State]}}, ui.TextCell(i.Why)}})
	}
	return t
}
