package invoices

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/invoice"
	"seatledger/internal/letters"
	"seatledger/internal/mail"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/mails"
	"seatledger/web/session"

	view "seatledger/views/invoices"
)

// AskSend is the page on which a person looks at the mail and its recipients before it is queued.
func (h Handlers) AskSend(c echo.Context) error { return h.sendPage(c, http.StatusOK, nil, nil) }

// Send queues the mail of an invoice.
func (h Handlers) Send(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	o := letters.Options{To: form.Get("to"), Again: form.On("again")}
	q, err := h.Letters.Send(c.Request().Context(), session.Actor(c), id, o)
	if messages, refused := httpx.Refused(err); refused {
		return h.sendPage(c, http.StatusUnprocessableEntity, &o, messages)
	}
	if err != nil {
		return err
	}
	if q.Fresh {
		return httpx.Done(c, recordPath(id), "In the queue. What the mail server says stands below.")
	}
	return h.sentAlready(c, id, q.Mail)
}

// sentAlready answers a second press: harmless while the mail is on its way, refused once it may have arrived.
func (h Handlers) sentAlready(c echo.Context, id, mailID uuid.UUID) error {
	ctx := c.Request().Context()
	m, err := mail.Get(ctx, h.Invoices.DB.Read(ctx), mailID)
	if err != nil {
		return err
	}
	if m.State == mail.Queued || m.State == mail.Sending {
		return httpx.Done(c, recordPath(id), "It is in the queue already.")
	}
	return m.SentAlready()
}

func (h Handlers) sendPage(c echo.Context, status int, typed *letters.Options, problems map[string]string) error {
	o, err := h.look(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	db := h.Invoices.DB.Read(ctx)
	l, err := h.Letters.Look(ctx, db, o.ID)
	if err != nil {
		return err
	}
	to := l.To
	if typed != nil {
		to = typed.To
	}
	here := recordPath(o.ID)
	m := view.Send{Page: session.Page(c, "Send "+o.Called(), nav),
		Form: ui.Form{Action: here + "/send", Save: "Send it", Cancel: here},
		Fields: []ui.Field{{Name: "to", Label: "To", Value: to, Required: true, Error: problems["to"],
			Hint: "The contract's recipients, unless you type others. Separate several with commas."}},
		Subject: l.Subject, Body: l.Body, Lang: l.Language, Files: l.Files}
	if l.Last != nil {
		m.Before = &ui.Callout{Tone: ui.Warn, Title: "It has a mail already: " + l.Last.State.Words(),
			Text: l.Last.Answer + " Sending it again makes another mail; nothing is taken back."}
		m.Form.Hidden = []ui.Pair{{Name: "again", Value: "1"}}
		m.Form.Save = "Send it again"
	}
	for _, text := range l.Missing {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn, Title: "The customer will ask", Text: text})
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.HasErrors = m.Summary.Any()
	m.Page.Crumbs = append(crumbs[:1:1], layout.Crumb{Label: o.Called(), Href: here})
	return httpx.Render(c, status, m.Show())
}

// Dispute notes that the customer disputes an invoice.
func (h Handlers) Dispute(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.Letters.SayDisputed(c.Request().Context(), session.Actor(c), id, form.Get("why"))
	if messages, refused := httpx.Refused(err); refused {
		return h.disputePage(c, http.StatusUnprocessableEntity, form.Get("why"), messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "Noted as disputed. Nobody is reminded of it until that is settled.")
}

// AskDispute asks what the customer disputes.
func (h Handlers) AskDispute(c echo.Context) error { return h.disputePage(c, http.StatusOK, "", nil) }

func (h Handlers) disputePage(c echo.Context, status int, why string, problems map[string]string) error {
	o, err := h.look(c)
	if err != nil {
		return err
	}
	m := view.Confirm{Page: session.Page(c, o.Called()+" is disputed", nav), Form: ui.ConfirmForm{
		Action: recordPath(o.ID) + "/dispute", Title: "What this changes", Button: "Note the dispute", Gentle: true,
		Text: "No reminder goes out for this invoice until the dispute is settled. The invoice stays as it is."},
		Fields: []ui.Field{{Name: "why", Label: "What the customer says", Value: why, Required: true,
			Error: problems["why"]}}}
	m.Summary = ui.Summarize(problems, m.Fields...)
	return h.confirm(c, o, status, m)
}

// Settle notes that a dispute is over.
func (h Handlers) Settle(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Letters.SettleDispute(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "The dispute is settled.")
}

// posted is the part of an invoice's page about its mail; nil for what never goes out.
func (h Handlers) posted(c echo.Context, o invoice.Overview) (*view.Posted, error) {
	if o.State != invoice.Billed && o.State != invoice.Paid {
		return nil, nil
	}
	ctx := c.Request().Context()
	db := h.Invoices.DB.Read(ctx)
	l, err := h.Letters.Standing(ctx, db, o.ID)
	if err != nil {
		return nil, err
	}
	out := &view.Posted{Table: h.mailTable(l.Mails)}
	here := recordPath(o.ID)
	may := mayBill(c)
	switch {
	case !may:
	case len(l.Mails) == 0 && l.To != "":
		out.Send = &ui.PostButton{Button: ui.Button{Text: "Send", Weight: ui.Primary, Action: here + "/send"}}
		out.Look = &ui.LinkButton{Text: "Look first", Href: here + "/send"}
	case len(l.Mails) == 0:
		out.Look = &ui.LinkButton{Text: "Send", Href: here + "/send"}
	default:
		out.Look = &ui.LinkButton{Text: "Send again", Href: here + "/send"}
	}
	out.To = l.To
	if l.Overdue == nil {
		return out, nil
	}
	out.Overdue = overdueFacts(*l.Overdue)
	switch {
	case !may:
	case l.Overdue.Disputed != nil:
		out.Settle = &ui.PostButton{Button: ui.Button{Text: "The dispute is settled", Action: here + "/settle"}}
	default:
		out.Dispute = &ui.LinkButton{Text: "The customer disputes it", Href: here + "/dispute"}
	}
	return out, nil
}

func overdueFacts(v letters.Overdue) *ui.DefinitionList {
	due := v.Due.String()
	switch {
	case v.Days > 1:
		due += ", overdue by " + strconv.Itoa(v.Days) + " days"
	case v.Days == 1:
		due += ", overdue by 1 day"
	}
	items := []ui.Definition{ui.Fact("Due", due)}
	switch {
	case v.Held != "":
		items = append(items, ui.Fact("No reminder", v.Held))
	case !v.Next.IsZero():
		items = append(items, ui.Fact("Next reminder", v.Next.String()))
	default:
		items = append(items, ui.Fact("Reminders", "All have gone out."))
	}
	if d := v.Disputed; d != nil {
		items = append(items, ui.Definition{Term: "Disputed", Value: ui.TextCell(d.Why), Note: "since " + d.Since + ", noted by " + d.By})
	}
	return &ui.DefinitionList{Columns: 2, Items: items}
}

func (h Handlers) mailTable(all []mail.Mail) *ui.Table {
	if len(all) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Mail of this invoice", Plain: true, Columns: []ui.Column{{Label: "Mail"}, {Label: "State"},
		{Label: "To"}, {Label: "What the server said"}}}
	for _, m := range all {
		what := mails.Kinds[m.Kind]
		if m.Stage > 0 {
			what += ", " + strconv.Itoa(m.Stage) + " days"
		}
		answer := ui.TextCell(m.Answer)
		if m.State == mail.Unknown {
			answer.Sub = "Message-ID " + m.MessageID
		}
		t.Rows = append(t.Rows, ui.Row{Muted: m.State == mail.Withdrawn, Cells: []ui.Cell{
			{Text: what, Sub: moment(m.QueuedAt, h.Invoices.Zone) + ", " + m.QueuedBy, Href: at.Mail(m.ID)},
			{Badges: []ui.Badge{mails.Badge(m.State)}}, ui.TextCell(m.Addresses), answer}})
	}
	return &t
}
