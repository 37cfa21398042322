package crmaccounts

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/figures"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/crmaccounts"
)

const (
	newest     = 10 // invoices and notes on the page
	monthsBack = 12 // of seats
)

// hub is what hangs on a customer besides accounts and contracts.
type hub struct {
	figures.Customer
	today    clock.Date
	invoices []invoice.ListRow
	notes    []crm.Note
}

func (h Handlers) readHub(c echo.Context, db *gorm.DB, id uuid.UUID) (hub, error) {
	ctx := c.Request().Context()
	x := hub{today: clock.Today(h.Accounts.Clock, h.Zone)}
	var err error
	if x.Customer, err = figures.CustomerOf(ctx, db, id, x.today, monthsBack); err != nil {
		return x, err
	}
	if x.invoices, err = invoice.All(h.Zone).Some(ctx, db, "i.crm_account_id = ?", "i.seq DESC LIMIT "+
		strconv.Itoa(newest), id); err != nil {
		return x, err
	}
	x.notes, err = crm.NotesOn(ctx, db, id, newest*5)
	return x, err
}

// money are the customer's figures, each opening its rows.
func (x hub) money(id uuid.UUID) ui.Stats {
	var out ui.Stats
	add := func(label, note string, all []figures.Figure, tone ui.Tone, path string, pairs ...string) {
		for _, f := range all {
			v := url.Values{"crm_account": {id.String()}}
			for i := 0; i+1 < len(pairs); i += 2 {
				v.Set(pairs[i], pairs[i+1])
			}
			if f.Currency == "" {
				continue
			}
			v.Set(pairs[len(pairs)-1], f.Currency)
			out = append(out, ui.Stat{Label: label, Value: money.Grouped(money.Round(f.Amount, f.Currency), f.Currency),
				Unit: f.Currency, Note: note, Tone: tone, Href: path + "?" + v.Encode()})
		}
	}
	on := x.today.String()
	add("Monthly revenue", "at the prices of today", x.Revenue, ui.Neutral, at.Subscriptions, "billed_on", on,
		"sold_in")
	add("Monthly cost", "of the same seats", x.Cost, ui.Neutral, at.Subscriptions, "billed_on", on, "bought_in")
	add("Monthly margin", "where both are known", x.Margin, ui.Neutral, at.Subscriptions, "billed_on", on, "margin_in")
	add("Unpaid", "with tax", x.Unpaid, ui.Neutral, at.Invoices, "state", "billed", "currency")
	add("Overdue", "with tax", x.Overdue, ui.Bad, at.Invoices, "state", "billed", "due_before", on, "currency")
	return out
}

// billed are the cells of a contract: up to where it is billed, and when next.
func (x hub) billed(id uuid.UUID) []ui.Cell {
	s := x.Contracts[id]
	cells := []ui.Cell{{Text: "not yet", Muted: true}, {Text: "never", Muted: true}}
	if !s.BilledTo.IsZero() {
		cells[0] = ui.TextCell(s.BilledTo.AddDays(-1).String())
	}
	if !s.Next.IsZero() {
		cells[1] = ui.TextCell(s.Next.String())
		if !s.Next.After(x.today) {
			cells[1].Badges = []ui.Badge{{Text: "due", Tone: ui.Warn}}
		}
	}
	return cells
}

func (x hub) invoicePart(id uuid.UUID) view.Part {
	p := view.Part{Card: ui.Card{Title: "Invoices", Flush: true, Actions: []templ.Component{
		ui.LinkButton{Text: "Statement of account", Href: recordPath(id) + "/statement", Compact: true},
		ui.LinkButton{Text: "All invoices", Href: at.Invoices + "?crm_account=" + id.String(), Compact: true}}},
		Table: ui.Table{Caption: "Newest invoices", Plain: true, Columns: []ui.Column{{Label: "Invoice"},
			{Label: "State"},
			{Label: "Due", Nowrap: true}, {Label: "Total", Numeric: true}, {Label: "Open", Numeric: true}},
			Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No invoices yet",
				Text: "Nothing was billed to this customer."}}}
	for _, i := range x.invoices {
		open := ui.Cell{}
		if i.Open.Valid {
			open = ui.Of(ui.Money{Amount: money.Grouped(i.Open.Decimal, i.Currency), Currency: i.Currency})
		}
		due := ui.TextCell(i.DueOn.String())
		if i.State == invoice.Billed && !i.DueOn.IsZero() && i.DueOn.Before(x.today) {
			due.Badges = []ui.Badge{{Text: "overdue", Tone: ui.Bad}}
		}
		p.Table.Rows = append(p.Table.Rows, ui.Row{Muted: i.State == invoice.Void, Cells: []ui.Cell{
			{Text: i.Called(), Href: at.Invoice(i.ID), Sub: i.Contract},
			{Badges: []ui.Badge{state.Invoice(i.State)}}, due,
			ui.Of(ui.Money{Amount: money.Grouped(i.Total, i.Currency), Currency: i.Currency}), open}})
	}
	return p
}

// seats is the chart of the seats in the ledger, held ones too.
func (x hub) seats() ui.Chart {
	c := ui.Chart{Series: []string{"Seats"}, Table: ui.Table{Caption: "Seats by month", Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Month"}, {Label: "Seats", Numeric: true}}}}
	high := 0
	for _, s := range x.Seats {
		n := int(s.Seats.IntPart())
		high = max(high, n)
		label := s.Month.Month().String()[:3] + " " + strconv.Itoa(s.Month.Year())
		c.Groups = append(c.Groups, ui.ChartGroup{Label: label, Bars: []ui.ChartBar{{Value: float64(n),
			Says: "Seats " + label + ": " + words.Count(n)}}})
		c.Table.Rows = append(c.Table.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(label), ui.TextCell(words.Count(n))}})
	}
	c.Highest = words.Count(high)
	c.Says = "Bars of the seats at the end of each of the last months. The figures stand in the table below."
	return c
}

func (h Handlers) noteRows(notes []crm.Note) []view.Note {
	var out []view.Note
	for _, n := range notes {
		out = append(out, view.Note{By: n.WrittenBy, At: h.moment(n.WrittenAt), Text: n.Text})
	}
	return out
}

// noteForm writes a note; its press keeps a note that is sent twice from standing twice.
func noteForm(id uuid.UUID) (ui.Form, []ui.Field, string) {
	return ui.Form{Action: recordPath(id) + "/notes", Save: "Add the note"},
		[]ui.Field{{Kind: ui.TextArea, Name: "note", Label: "New note", Rows: 3,
			Hint: "It stays as it is written, with your name and the time."}}, uuid.Must(uuid.NewV7()).String()
}

// AddNote keeps a note.
func (h Handlers) AddNote(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	press, err := uuid.Parse(form.Get("press"))
	if err != nil {
		press = uuid.Must(uuid.NewV7())
	}
	err = h.Accounts.AddNote(c.Request().Context(), session.Actor(c), id, press, form.Get("note"))
	if problems, refused := httpx.Refused(err); refused {
		return h.record(c, http.StatusUnprocessableEntity, form.Get("note"), problems)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "The note was added.")
}
