package accounts

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/syncing"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/accounts"
)

// MarkUnreadable says that the account cannot be read for long, and why; without a reason that is taken back.
func (h Handlers) MarkUnreadable(c echo.Context) error {
	accountID, err := id(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = h.Sync.MarkUnreadable(ctx, session.Actor(c), accountID, form.Get("why"))
	if errs.KindOf(err) == errs.Invalid {
		return h.unreadableRefused(c, form.Get("why"), errs.FieldsOf(err))
	}
	if err != nil {
		return err
	}
	said := "The account was marked as not readable. It is still asked, and holds nothing of the others back."
	if form.Get("why") == "" {
		said = "The mark was taken back."
	}
	return httpx.Done(c, recordPath(accountID), said)
}

func (h Handlers) unreadableRefused(c echo.Context, why string, problems map[string]string) error {
	accountID, err := id(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := readDossier(ctx, h.DB.Read(ctx), accountID)
	if err != nil {
		return err
	}
	if d.mark, d.isMarked, err = syncing.UnreadableMark(ctx, h.DB.Read(ctx), accountID); err != nil {
		return err
	}
	d.mayMap, d.failedWhy = true, "It is to be marked as not readable."
	part := h.cannotBeRead(d, problems["why"])
	part.Why.Value = why
	m := view.Record{Page: session.Page(c, nameOf(d.Account), nav)}
	m.Page.Kicker, m.Page.Crumbs = "Provider account", []layout.Crumb{{Label: nav, Href: path}}
	m.Parts = append(m.Parts, *part)
	return httpx.Render(c, http.StatusUnprocessableEntity, m.Show())
}

// cannotBeRead stands where an account could not be read the last time, or is marked so.
func (h Handlers) cannotBeRead(d dossier, problem string) *view.Unreadable {
	if !d.mayMap || d.Connector == manual || !d.isMarked && d.failedWhy == "" {
		return nil
	}
	m := &view.Unreadable{Card: ui.Card{Title: "It could not be read", Text: d.failedWhy, ID: "unreadable"},
		Form: ui.Form{Action: recordPath(d.ID) + "/unreadable", Save: "Mark as not readable"},
		Why: ui.Field{Name: "why", Label: "Why it cannot be read for long", Required: true, Error: problem,
			Hint: "It is still asked every night and its subscriptions stay as they are, but what is missing " +
				"elsewhere no " +
				"longer waits for it."}}
	if d.isMarked {
		m.Card.Title, m.Why.Value, m.Form.Save = "Marked as not readable", d.mark.Why, "Save reason"
		m.Since = fmt.Sprintf("Since %s, by %s: %s", httpx.MomentText(d.mark.Since, h.Zone), d.mark.MarkedBy,
			d.mark.Why)
		m.Return = &ui.PostButton{Button: ui.Button{Text: "Take the mark back",
			Action: recordPath(d.ID) + "/unreadable"}}
	}
	return m
}
