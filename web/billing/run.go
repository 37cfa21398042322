package billing

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/billingrun"
	"seatledger/internal/errs"
	"seatledger/internal/runs"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/billing"
)

// Begin makes a run over what is ticked, or over all that match the filter.
func (h Handlers) Begin(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	o, err := orderOf(form)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	id, err := h.Runs.Begin(ctx, session.Actor(c), o)
	if err != nil {
		return err
	}
	if err := h.Runs.Go(ctx, id, atOnce); err != nil {
		return err
	}
	return httpx.SeeOther(c, RunPath(id))
}

// orderOf reads a run that is asked for. The filter stands in its fields, or as the address of the page.
func orderOf(form httpx.Values) (billingrun.Order, error) {
	asked := url.Values(form)
	if form.Get("filter") != "" {
		kept, err := url.ParseQuery(form.Get("filter"))
		if err != nil {
			return billingrun.Order{}, errs.Because(errs.Invalid,
				"This address is damaged. Start again from Billing.", err)
		}
		kept.Set("due", form.Get("due"))
		asked = kept
	}
	f, address, err := filterOf(asked)
	o := billingrun.Order{Filter: f, All: form.On("all"), Address: address.Encode(), Goal: billingrun.Goal(form.Get("step")),
		Shown: form.Get("shown"), Late: form.On("late")}
	if err != nil {
		return o, err
	}
	if press := form.Get("press"); press != "" {
		if o.Press, err = uuid.Parse(press); err != nil {
			return o, errs.Fields{"press": "This form is damaged. Start again from Billing."}.Err()
		}
	}
	if o.All {
		return o, nil
	}
	ids, err := form.IDs("contract_id")
	seen := map[string]string{}
	for _, s := range form.All("seen") {
		id, digest, _ := strings.Cut(s, " ")
		seen[id] = digest
	}
	for _, id := range ids {
		o.Contracts = append(o.Contracts, billingrun.Chosen{ID: id, Digest: seen[id.String()]})
	}
	return o, err
}

// List is the runs of late.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := billingrun.Latest(ctx, h.DB.Read(ctx), shown)
	if err != nil {
		return err
	}
	m := view.List{Page: session.Page(c, "Billing runs", nav), Table: ui.Table{Caption: "Billing runs",
		Columns: []ui.Column{{Label: "Run"}, {Label: "Due up to"}, {Label: "State"}, {Label: "By"}, {Label: "When"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No billing run yet", Text: "Make one from what is due.",
			Action: &ui.LinkButton{Text: "What is due", Href: path}}}}
	m.Page.Crumbs = crumbs[:1]
	for _, r := range all {
		m.Table.Rows = append(m.Table.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(r.Called(), RunPath(r.ID)),
			ui.TextCell(r.DueOn.String()), {Badges: []ui.Badge{state.Run(r.State)}}, ui.TextCell(r.Actor),
			ui.Of(httpx.Moment(r.At, h.Zone))}})
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

var crumbs = []layout.Crumb{{Label: "Billing", Href: path}, {Label: "Billing runs", Href: runsPath}}

// sight is a run as its page shows it.
type sight struct {
	billingrun.Run
	counts billingrun.Counts
	rows   []billingrun.Row
	mails  bool // a mail server is set up
	part   billingrun.Part
	page   int
	may    bool
}

func (h Handlers) sight(c echo.Context) (s sight, err error) {
	id, err := httpx.ParseID(strings.TrimSuffix(c.Param("id"), ".csv"))
	if err != nil {
		return s, err
	}
	ctx := c.Request().Context()
	if s.Run, err = billingrun.Get(ctx, h.DB.Read(ctx), id); err != nil {
		return s, err
	}
	s.counts, err = billingrun.CountsOf(ctx, h.DB.Read(ctx), id)
	return s, err
}

// Show is a run: how far it has come, what is to be looked at, and its next step. {id}.csv is its contracts as a file.
func (h Handlers) Show(c echo.Context) error {
	s, err := h.sight(c)
	if err != nil {
		return err
	}
	if strings.HasSuffix(c.Param("id"), ".csv") {
		return h.file(c, s.Run)
	}
	if s.page, err = pageOf(c); err != nil {
		return err
	}
	if s.part = billingrun.Part(c.QueryParam("only")); !s.part.Known() {
		return errs.Fields{"only": "A run has no such part."}.Err()
	}
	ctx := c.Request().Context()
	s.rows, err = billingrun.Rows(ctx, h.DB.Read(ctx), s.ID, s.part, (s.page-1)*shown, shown)
	if err != nil {
		return err
	}
	if s.mails, err = h.mails(c); err != nil {
		return err
	}
	s.may = mayBill(c)
	m := view.Run{Page: session.Page(c, s.Called(), nav), Callouts: s.callouts(), Stats: s.stats(), Table: s.table(),
		Pager: s.pager()}
	m.Page.Crumbs, m.Page.Badges = crumbs, []ui.Badge{state.Run(s.State)}
	m.Page.Meta = []layout.Meta{{Label: "Due up to", Text: s.DueOn.String()}, {Label: "By", Text: s.Actor},
		{Label: "When", Value: httpx.Moment(s.At, h.Zone)}}
	m.Page.Actions = append(s.ways(), ui.LinkButton{Text: "CSV", Href: RunPath(s.ID) + ".csv", Icon: "download",
		Download: true})
	switch {
	case s.Under():
		s.underWay(&m)
	case s.may:
		m.Steps, m.Undo = s.steps(), s.undo()
		if s.counts.Drafted > 0 {
			m.Bulk = s.bulk()
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (s sight) underWay(m *view.Run) {
	p := s.progress()
	m.Progress = &ui.LiveProgress{Progress: ui.Progress{Label: "Under way", Text: p.Text, Done: p.Done, Total: p.Total},
		Src: RunPath(s.ID) + "/events"}
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Look again", Href: RunPath(s.ID), Icon: "refresh"}}
	if s.may {
		m.Page.Actions = append(m.Page.Actions, ui.PostButton{Button: ui.Button{Text: "Stop",
			Action: RunPath(s.ID) + "/cancel"}})
	}
}

func (s sight) progress() httpx.Progress {
	total := s.counts.Total()
	done := total - s.counts.Asked
	return httpx.Progress{Done: done, Total: total, Final: !s.Under(),
		Text: fmt.Sprintf("%s of %s done", words.Count(done), contracts(total))}
}

func (s sight) callouts() []ui.Callout {
	var out []ui.Callout
	if s.part != "" {
		out = append(out, s.partial())
	}
	switch s.State {
	case runs.Interrupted:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Interrupted, it goes on by itself", Text: s.Message})
	case runs.Failed, runs.Cancelled:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "It ended before its time",
			Text: s.Message + " " + s.Advice})
	case runs.Partial:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: count(s.counts.Refused, "contract was", "contracts were") +
			" refused", Text: "The reasons stand beside them; the others went on. What is put right stands on the page of " +
			"what is due again."})
	}
	if s.UndoAt != nil {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Thrown away by " + s.UndoBy,
			Text: "Drafts that were not billed by then are void, and their days are due again."})
	}
	return out
}

var partWords = map[billingrun.Part][2]string{billingrun.Drafts: {"draft", "drafts"},
	billingrun.Invoices:  {"contract billed and not sent", "contracts billed and not sent"},
	billingrun.Mailed:    {"contract given to mail", "contracts given to mail"},
	billingrun.OddDrafts: {"unusual draft", "unusual drafts"},
	billingrun.NotBilled: {"contract not billed", "contracts not billed"},
	billingrun.ToNobody:  {"contract whose documents go to nobody", "contracts whose documents go to nobody"}}

// partial says which contracts the page shows.
func (s sight) partial() ui.Callout {
	w := partWords[s.part]
	return ui.Callout{Tone: ui.Info, Title: "Shown: " + count(s.counts.Of(s.part), w[0], w[1])}
}

// ways lead from a part of the run on.
func (s sight) ways() (out []templ.Component) {
	if s.part != "" {
		out = append(out, ui.LinkButton{Text: "All contracts of this run", Href: RunPath(s.ID)})
	}
	if s.part == billingrun.ToNobody {
		out = append(out, ui.LinkButton{Text: "Enter recipients for many", Href: unaddressed})
	}
	return out
}

// only is the address of a part of the run.
func (s sight) only(p billingrun.Part) string { return RunPath(s.ID) + "?only=" + string(p) }

func (s sight) stats() ui.Stats {
	c := s.counts
	out := ui.Stats{{Label: "Contracts", Value: words.Count(c.Total() - c.Skipped), Note: count(c.Lines, "line", "lines")}}
	for _, x := range []struct {
		label string
		part  billingrun.Part
		of    billingrun.State
	}{{"Drafts", billingrun.Drafts, billingrun.Drafted}, {"Billed", billingrun.Invoices, billingrun.Billed},
		{"Billed and given to mail", billingrun.Mailed, billingrun.Sent}} {
		n := c.Of(x.part)
		if n == 0 {
			continue
		}
		var parts []string
		for _, y := range c.Sum(x.of) {
			parts = append(parts, text(y))
		}
		out = append(out, ui.Stat{Label: x.label, Value: words.Count(n), Note: strings.Join(parts, ", "),
			Href: s.only(x.part)})
	}
	if c.Unusual > 0 {
		out = append(out, ui.Stat{Label: "Unusual drafts", Value: words.Count(c.Unusual), Tone: ui.Warn,
			Note: "they stand first", Href: s.only(billingrun.OddDrafts)})
	}
	if s.mails && c.Nobody > 0 {
		out = append(out, toNobody(c.Nobody, s.only(billingrun.ToNobody)))
	}
	if n := c.Of(billingrun.NotBilled); n > 0 {
		out = append(out, ui.Stat{Label: "Not billed", Value: words.Count(n), Tone: ui.Warn.If(c.Refused > 0),
			Note: fmt.Sprintf("%d refused, %d skipped, %d thrown away", c.Refused, c.Skipped, c.Thrown),
			Href: s.only(billingrun.NotBilled)})
	}
	return out
}

// steps is the next step over the whole run.
func (s sight) steps() *view.Begin {
	c := s.counts
	sums := func(of ...billingrun.State) string {
		var parts []string
		for _, x := range c.Sum(of...) {
			parts = append(parts, text(x))
		}
		return strings.Join(parts, ", ")
	}
	switch {
	case c.Drafted > 0:
		b := &view.Begin{Title: "Bill " + count(c.Drafted, "draft", "drafts") + ": " + sums(billingrun.Drafted),
			Action: RunPath(s.ID) + "/bill", Text: "Each gets its number and its document, which stay for good.",
			Buttons: []ui.Button{{Text: "Bill " + words.Count(c.Drafted), Weight: ui.Primary},
				{Text: "Bill and send " + words.Count(c.Drafted), Action: RunPath(s.ID) + "/send"}}}
		if c.Unusual > 0 {
			b.Text = count(c.Unusual, "of them is unusual or has lines to confirm, and stands",
				"of them are unusual or have lines to confirm, and stand") +
				" first in the list: to bill it says that you have looked. " + b.Text
			if usual := c.Drafted - c.Unusual; usual > 0 {
				b.Buttons = append(b.Buttons, ui.Button{
					Text: "Bill only the " + words.Count(usual) + " others", Name: "usual",
					Value: "1"})
			}
		}
		return b
	case c.Billed > 0:
		return &view.Begin{Title: "Send " + count(c.Billed, "invoice", "invoices") + ": " + sums(billingrun.Billed),
			Action: RunPath(s.ID) + "/send", Text: "Each goes to the recipients of its contract.",
			Buttons: []ui.Button{{Text: "Send " + words.Count(c.Billed), Weight: ui.Primary}}}
	}
	return nil
}

const runForm = "run"

func (s sight) bulk() *ui.BulkBar {
	return &ui.BulkBar{FormID: runForm, Action: RunPath(s.ID) + "/bill", Hint: "Or tick some.", Buttons: []ui.Button{
		{Text: "Bill what is ticked"}, {Text: "Throw away what is ticked", Action: RunPath(s.ID) + "/undo"}}}
}

func (s sight) undo() *ui.ConfirmForm {
	n := s.counts.Drafted
	if n == 0 {
		return nil
	}
	return &ui.ConfirmForm{Action: RunPath(s.ID) + "/undo", Title: "Throw the drafts away", Gentle: true,
		Text:   "They become void without a number, and their days are due again. What is billed stays.",
		Button: "Throw away " + count(n, "draft", "drafts")}
}

func (s sight) pager() ui.Pager {
	n := s.counts.Of(s.part)
	p := ui.Pager{Text: contracts(n)}
	to := func(page int) string { return s.only(s.part) + "&page=" + strconv.Itoa(page) }
	if n > shown {
		p.Text, p.Page = words.Count(len(s.rows))+" of "+contracts(n), "Page "+strconv.Itoa(s.page)
	}
	if s.page > 1 {
		p.FirstHref, p.PrevHref = to(1), to(s.page-1)
	}
	if s.page*shown < n {
		p.NextHref = to(s.page + 1)
	}
	return p
}

var rowTones = map[billingrun.State]ui.Tone{billingrun.Waiting: ui.Info, billingrun.Drafted: ui.Info,
	billingrun.Billed: ui.Good, billingrun.Sent: ui.Good, billingrun.Refused: ui.Bad}

func (s sight) table() ui.Table {
	t := ui.Table{Caption: "Contracts of this run", Columns: []ui.Column{{Label: "Customer"},
		{Label: "State", Card: true}, {Label: "Invoice"}, {Label: "Lines", Numeric: true},
		{Label: "Since the last one"}, {Label: "Look at", Width: "wide"},
		{Label: "Total, net", Numeric: true, Card: true}}}
	if s.may && !s.Under() && s.counts.Drafted > 0 {
		t.Select = &ui.Selection{FormID: runForm, Name: "contract_id"}
	}
	for _, r := range s.rows {
		look := remarks(r.Remarks, r.Late)
		if r.Message != "" {
			look.Text, look.Tone = r.Message, ui.Warn.If(r.State == billingrun.Refused)
		}
		if why := mailWhy[r.Mail]; why != "" {
			look.Text, look.Tone = why, ui.Warn
		}
		if n := len(r.LeftOut); n > 0 {
			look.Sub = strings.TrimSpace(look.Sub + " Left out: " + count(n, "subscription", "subscriptions") + ".")
		}
		invoice := ui.Cell{}
		if r.InvoiceID.Valid {
			invoice = ui.LinkCell(called(r), at.Invoice(r.InvoiceID.UUID))
		}
		row := ui.Row{ID: r.ContractID.String(), Label: "Select " + r.CRMAccount + ", " + r.Contract,
			Unselectable: r.State != billingrun.Drafted,
			Muted:        r.State == billingrun.Skipped || r.State == billingrun.Thrown,
			Cells: []ui.Cell{{Text: r.CRMAccount, Href: contractPath(r.ContractID), Sub: r.Contract},
				{Badges: []ui.Badge{rowBadge(r)}}, invoice,
				ui.TextCell(words.Count(r.Lines)), changes(r.Changes), look, {}}}
		if r.Total.Valid {
			row.Cells[6] = ui.Of(sum(r.Total.Decimal, r.Currency))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

var stateWords = map[billingrun.State]string{billingrun.Waiting: "waits", billingrun.Drafted: "draft",
	billingrun.Billed: "billed", billingrun.Sent: "sent", billingrun.Refused: "refused",
	billingrun.Skipped: "skipped", billingrun.Thrown: "thrown away"}

// rowBadge says sent only of what the mail server has taken.
func rowBadge(r billingrun.Row) ui.Badge {
	if word, ok := mailWords[r.Mail]; ok {
		return word
	}
	return ui.Badge{Text: stateWords[r.State], Tone: rowTones[r.State]}
}

var mailWords = map[string]ui.Badge{"queued": {Text: "to be mailed", Tone: ui.Info},
	"sending": {Text: "being mailed", Tone: ui.Info}, "refused": {Text: "mail refused", Tone: ui.Bad},
	"unknown": {Text: "perhaps sent", Tone: ui.Warn}, "withdrawn": {Text: "mail withdrawn", Tone: ui.Warn}}

// mailWhy says what to do where a mail did not arrive for certain.
var mailWhy = map[string]string{
	"refused":   "The mail was refused. Open the invoice to read the server's words and to send it again.",
	"unknown":   "Nobody knows whether the mail arrived. Open the invoice and say so, or send it again.",
	"withdrawn": "Its mail was withdrawn. Open the invoice to send it.",
}

func called(r billingrun.Row) string {
	if r.Number == "" {
		return "Draft"
	}
	return r.Number
}

// Bill lets the drafts of a run, or those ticked, be billed.
func (h Handlers) Bill(c echo.Context) error { return h.ask(c, billingrun.ToBill) }

// Send lets them be billed, where they are not, and sent.
func (h Handlers) Send(c echo.Context) error { return h.ask(c, billingrun.ToSend) }

// Undo throws the drafts of a run away, or those ticked.
func (h Handlers) Undo(c echo.Context) error { return h.ask(c, billingrun.ToUndo) }

func (h Handlers) ask(c echo.Context, goal billingrun.Goal) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ids, err := form.IDs("contract_id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = h.Runs.Ask(ctx, session.Actor(c),
		billingrun.Asked{Run: id, Goal: goal, Contracts: ids, Usual: form.On("usual")})
	if err != nil {
		return err
	}
	if err := h.Runs.Go(ctx, id, atOnce); err != nil {
		return err
	}
	return httpx.SeeOther(c, RunPath(id))
}

// Cancel ends a run between two contracts.
func (h Handlers) Cancel(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Runs.Cancel(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, RunPath(id), "It ends at the next contract. What was drafted, billed and sent until then stays.")
}

const (
	lookEvery = time.Second
	pingEvery = 15 // looks without news
)

// Events streams how far a run has come until its work ends, the reader leaves, or the session would no longer be let
// in.
func (h Handlers) Events(c echo.Context) error {
	s, err := h.sight(c)
	if err != nil {
		return err
	}
	ctx, hash := c.Request().Context(), session.Hash(c)
	stream, err := httpx.Events(c)
	if err != nil {
		return err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var last httpx.Progress
	for silent := 0; ; silent++ {
		p := s.progress()
		switch {
		case !reflect.DeepEqual(p, last):
			err, last, silent = stream.Send(p), p, 0
		case silent >= pingEvery:
			err, silent = stream.Ping(), 0
		}
		if err != nil || p.Final {
			return nil // nobody listens any more, or there is nothing more to tell
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		if !h.Sessions.StillValid(ctx, hash) {
			return nil
		}
		if s, err = h.sight(c); err != nil {
			return err
		}
	}
}
