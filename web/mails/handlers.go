// Package mails is the screens of mail that goes out: the list of the queue and of what went, and each mail with
// its tries and what a person can do about it.
package mails

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/mail"
	"seatledger/views/layout"
	view "seatledger/views/mails"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of mails.
type Handlers struct {
	Mail *mail.Service
	Zone *time.Location
}

const (
	path = at.Mails
	nav  = "Mail"
)

// maySend tells whether to offer what changes something; the routes decide.
func maySend(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

// List is the list of mails, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	db := h.Mail.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, mail.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Mail.DB, mail.All, q)
	}
	found, err := httpx.FindList(c, db, mail.All, q)
	if err != nil {
		return err
	}
	line, err := mail.Look(c.Request().Context(), db)
	if err != nil {
		return err
	}
	t := httpx.ListTable(mail.All, q, found.Rows, h.cells(), func(r mail.ListRow, row *ui.Row) {
		row.Muted = r.State == mail.Withdrawn
	})
	t.Empty = empty(q)
	m := layout.List{Page: session.Page(c, "Mail", nav), Filters: q.FilterBar(""), Table: t,
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Lead = "What goes out, and what went: documents, reminders, notices."
	if line.Trouble != "" {
		m.Page.Flash = append(m.Page.Flash, layout.Notice{Tone: ui.Bad, Text: "Mail waits. " + line.Trouble})
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) cells() httpx.Cells[mail.ListRow] {
	return httpx.Cells[mail.ListRow]{
		"queued_at": func(r mail.ListRow) ui.Cell {
			return ui.Of(httpx.Moment(r.QueuedAt, h.Zone))
		},
		"state": func(r mail.ListRow) ui.Cell { return ui.Cell{Badges: []ui.Badge{Badge(r.State)}} },
		"kind":  func(r mail.ListRow) ui.Cell { return ui.TextCell(Kinds[r.Kind]) },
		"subject": func(r mail.ListRow) ui.Cell {
			return ui.Cell{Text: r.Subject, Href: at.Mail(r.ID), Sub: r.CRMAccount}
		},
		"sent_at": func(r mail.ListRow) ui.Cell {
			if r.SentAt == nil {
				return ui.Cell{}
			}
			return ui.Of(httpx.Moment(*r.SentAt, h.Zone))
		},
	}
}

// Kinds are the kinds in words.
var Kinds = map[mail.Kind]string{mail.Invoice: "Document", mail.Reminder: "Reminder", mail.Notice: "Notices"}

var tones = map[mail.State]ui.Tone{mail.Queued: ui.Info, mail.Sending: ui.Info, mail.Sent: ui.Good,
	mail.Refused: ui.Bad,
	mail.Unknown: ui.Warn, mail.Withdrawn: ui.Neutral}

// Badge is the state of a mail.
func Badge(s mail.State) ui.Badge { return ui.Badge{Text: s.Words(), Tone: tones[s]} }

func empty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No mail matches", Text: "Change the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No mail yet",
		Text:   "Open an invoice that is billed and choose Send: it stands here until the mail server has taken it.",
		Action: &ui.LinkButton{Text: "Open the invoices", Href: at.Invoices}}
}

// Show is the page of one mail.
func (h Handlers) Show(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	db := h.Mail.DB.Read(ctx)
	m, err := mail.Get(ctx, db, id)
	if err != nil {
		return err
	}
	tries, err := mail.Attempts(ctx, db, id)
	if err != nil {
		return err
	}
	v := view.Record{Page: session.Page(c, "Mail: "+cmp.Or(m.ObjectName, m.Subject), nav), Remark: remark(m), Facts: h.facts(m),
		Recipients: recipients(m), Letter: view.Letter{Lang: m.Language, Subject: m.Subject, Body: m.Body,
			Files: files(m)},
		Attempts: h.tries(tries)}
	v.Page.Kicker, v.Page.Crumbs = Kinds[m.Kind], []layout.Crumb{{Label: nav, Href: path}}
	v.Page.Badges = []ui.Badge{Badge(m.State)}
	if maySend(c) {
		v.Page.Actions = actions(m)
	}
	return httpx.Render(c, http.StatusOK, v.Show())
}

func files(m mail.Mail) string {
	switch {
	case !m.InvoiceID.Valid:
		return ""
	case m.LinesCSV:
		return "Attached: the document as PDF, and its lines as CSV."
	}
	return "Attached: the document as PDF."
}

func remark(m mail.Mail) *ui.Callout {
	switch m.State {
	case mail.Unknown:
		return &ui.Callout{Tone: ui.Warn, Title: "Perhaps sent",
			Text: m.Answer + " It is not sent again by itself. Search the mail server for the Message-ID " + m.MessageID +
				", or ask the customer; then say that it arrived, or send it once more from the invoice."}
	case mail.Refused:
		return &ui.Callout{Tone: ui.Bad, Title: "Refused", Text: m.Answer + " Nobody got it. " +
			"Correct the recipients or the mail, and send it again from the invoice."}
	}
	return nil
}

func (h Handlers) facts(m mail.Mail) ui.DefinitionList {
	items := []ui.Definition{
		{Term: "Queued", Value: ui.Of(httpx.Moment(m.QueuedAt, h.Zone)), Note: "by " + m.QueuedBy}}
	if m.SentAt != nil {
		items = append(items, ui.Definition{Term: "Sent", Value: ui.Of(httpx.Moment(*m.SentAt, h.Zone))})
	}
	if m.State == mail.Queued {
		items = append(items, ui.Definition{Term: "Next try", Value: ui.Of(httpx.Moment(m.NextAt, h.Zone))})
	}
	if m.InvoiceID.Valid {
		items = append(items, ui.Definition{Term: "About", Value: ui.LinkCell(m.ObjectName, at.Invoice(m.InvoiceID.UUID))})
	}
	if m.MessageID != "" {
		items = append(items, ui.Definition{Term: "Message-ID", Value: ui.Cell{Text: m.MessageID, Mono: true}},
			ui.Fact("Mail server", m.Server))
	}
	if m.Answer != "" {
		items = append(items, ui.Fact("What came of it", m.Answer))
	}
	return ui.DefinitionList{Columns: 2, Items: items}
}

func recipients(m mail.Mail) ui.Table {
	t := ui.Table{Caption: "Recipients", Plain: true,
		Columns: []ui.Column{{Label: "Address"}, {Label: "State"}, {Label: "What the server said"}}}
	words := map[string]ui.Badge{mail.Waiting: {Text: "waits", Tone: ui.Info}, mail.Taken: {Text: "taken",
		Tone: ui.Good},
		mail.TurnedOff: {Text: "refused", Tone: ui.Bad}}
	for _, r := range m.Recipients {
		cell, badge := ui.TextCell(r.Address), words[r.State]
		if r.Copy {
			cell.Sub = "copy to the house"
		}
		if r.State == mail.Waiting && m.State != mail.Queued && m.State != mail.Sending {
			badge = ui.Badge{Text: m.State.Words(), Tone: tones[m.State]}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{cell, {Badges: []ui.Badge{badge}}, ui.TextCell(r.Answer)}})
	}
	return t
}

func (h Handlers) tries(all []mail.Attempt) *ui.Table {
	if len(all) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Tries", Plain: true,
		Columns: []ui.Column{{Label: "When"}, {Label: "What came of it"}, {Label: "What was said"}}}
	for _, a := range all {
		outcome := a.Outcome
		if outcome == "" {
			outcome = "not known"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Of(httpx.Moment(a.At, h.Zone)), ui.TextCell(outcome),
			ui.TextCell(a.Answer)}})
	}
	return &t
}

func actions(m mail.Mail) []templ.Component {
	here := at.Mail(m.ID)
	var out []templ.Component
	switch m.State {
	case mail.Queued:
		out = append(out, ui.PostButton{Button: ui.Button{Text: "Try now", Action: here + "/retry"}},
			ui.PostButton{Button: ui.Button{Text: "Take back", Action: here + "/withdraw"}})
	case mail.Unknown:
		out = append(out, ui.PostButton{Button: ui.Button{Text: "It arrived", Action: here + "/arrived"}})
	}
	if m.InvoiceID.Valid && (m.State == mail.Unknown || m.State == mail.Refused) {
		out = append(out, ui.LinkButton{Text: "Send it again", Href: at.Invoice(m.InvoiceID.UUID) + "/send"})
	}
	return out
}

// Retry has a mail tried at once.
func (h Handlers) Retry(c echo.Context) error { return h.step(c, h.Mail.Retry, "It is tried now.") }

// Withdraw takes a mail back.
func (h Handlers) Withdraw(c echo.Context) error { return h.step(c, h.Mail.Withdraw, "Taken back.") }

// Arrived notes that a mail which was perhaps sent arrived.
func (h Handlers) Arrived(c echo.Context) error {
	return h.step(c, h.Mail.Arrived, "Noted as arrived.")
}

func (h Handlers) step(c echo.Context, do func(context.Context, audit.Actor, uuid.UUID) error, done string) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, at.Mail(id), done)
}
