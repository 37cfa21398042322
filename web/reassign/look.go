package reassign

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/impact"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/reassign"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/reassign"
)

// look shows both ledgers and what the move would make of them.
func (h Handlers) look(c echo.Context, id uuid.UUID, status int, a asked, problems map[string]string) error {
	m, err := a.move(id)
	if messages, refused := wrong(err); refused {
		if messages["target_id"] != "" {
			return h.choose(c, id, 422, messages)
		}
		problems, status = messages, 422
	}
	r, err := h.Reassign.Look(c.Request().Context(), m)
	if messages, refused := wrong(err); refused {
		return h.choose(c, id, 422, messages)
	}
	if err != nil {
		return err
	}
	p := page(r, a, problems)
	title := fmt.Sprintf("Reassign the history of %s", r.Source.Called())
	p.Page = session.Page(c, title, nav)
	p.Page.HasErrors, p.Page.Crumbs = p.Summary.Any(), crumbsTo(r.Source.Subscription)
	p.Page.Lead = fmt.Sprintf("From %s to %s.", r.Source.ExternalID, r.Target.ExternalID)
	return httpx.Render(c, status, p.Show())
}

func page(r reassign.Result, a asked, problems map[string]string) view.Look {
	at := recordPath(r.Source.ID) + "/reassign"
	m := view.Look{
		Sides: []view.Part{side("Gives: ", r.Source), side("Takes: ", r.Target)}, Result: result(r),
		Note:     noteField(a.note, problems),
		OtherWay: ui.LinkButton{Text: "Choose another target", Href: at, Weight: ui.Quiet},
	}
	for _, x := range r.Refusals {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Bad, Title: "This cannot be done as it stands", Text: x.Says})
	}
	for _, w := range r.Warnings {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn, Title: "Look at this first", Text: w})
	}
	m.Ask = ask(at, r, a, problems)
	m.Summary = ui.Summarize(problems, append(m.Ask.Fields, m.Note)...)
	if len(r.Refusals) > 0 {
		m.NotYet = "Nothing can be moved until that is settled."
		return m
	}
	m.Form = &ui.ConfirmForm{
		Action: at, Title: "What this changes", Text: nothingIsSent, Effects: effects(r), Button: "Reassign history",
		Cancel: recordPath(r.Source.ID), Gentle: true,
		Hidden: []ui.Pair{
			{Name: "target_id", Value: r.Target.ID.String()}, {Name: "switch_on", Value: r.Move.On.String()},
			{Name: "seen", Value: r.Digest},
		},
	}
	return m
}

func noteField(note string, problems map[string]string) ui.Field {
	return ui.Field{
		Name: "note", Label: "Note", Value: note, Error: problems["note"],
		Hint: "It stands with the move, and in the audit trail.",
	}
}

// ask reckons the result for another switch day.
func ask(at string, r reassign.Result, a asked, problems map[string]string) view.Ask {
	on := a.on
	if on == "" {
		on = r.Move.On.String()
	}
	day := ui.Field{
		Kind: ui.DateInput, Name: "switch_on", Label: "Switch day", Value: on, Error: problems["switch_on"],
		Size: ui.Short,
		Hint: "The first day that belongs to the target. Days before it stay with the source and are billed there.",
	}
	if r.Source.State == subscription.Inactive {
		day.ReadOnly, day.Value, day.Hint = true, r.Move.On.String(),
			"The source has ended on this day, so it is the switch day."
	}
	return view.Ask{
		Card: ui.Card{Title: "Reckon again", Text: "Nothing is saved by this."}, Action: at,
		Hidden: []ui.Pair{{Name: "target_id", Value: r.Target.ID.String()}}, Fields: []ui.Field{day},
		Button: ui.Button{Text: "Show the result"},
	}
}

func effects(r reassign.Result) []ui.Definition {
	source, before, after := sums(r.Source.Rows), sums(r.Target.Rows), sums(r.After)
	on, to := r.Move.On.String(), r.DueTo.String()
	all := []ui.Definition{
		{
			Term: "Copied to the target", Value: ui.TextCell(words.Counted(after.copies, "row")),
			Note: "with their dates, people, prices and invoices",
		},
		{Term: "The target's own, set aside", Value: ui.TextCell(words.Counted(before.counted-after.own, "row"))},
		{Term: "Adjustment on " + on, Value: ui.TextCell(seats(r.Adjusted)),
			Note: "what the two differ by on the switch day"},
		{Term: "Counted seats of the target",
			Value: ui.TextCell(fmt.Sprintf("%d before, %d after", before.seats, after.seats))},
		{Term: "Counted seats of the source",
			Value: ui.TextCell(fmt.Sprintf("%d, until it is deactivated", source.seats))},
		ui.Fact("History since", r.History.Since.String()),
		{
			Term: "Days before " + on, Value: ui.TextCell("stay with " + r.Source.ExternalID),
			Note: "what is not billed of them, its contract bills",
		},
		{
			Term: "Days from " + on + " on", Value: ui.TextCell("belong to " + r.Target.ExternalID),
			Note: "with what was paid for them already",
		},
		dueOf(r.Source, to), dueOf(r.Target, to),
	}
	if r.Source.State != subscription.Inactive {
		all = append(all, ui.Definition{
			Term: "Until the source is deactivated", Value: ui.TextCell("the target is held"),
			Note: "so that no seat is billed twice",
		})
	}
	return all
}

func dueOf(s reassign.Side, to string) ui.Definition {
	return ui.Definition{
		Term: "Due of " + s.ExternalID + " up to " + to, Note: "by the next invoice of its contract",
		Value: ui.TextCell(amounts(s.DueBefore) + " before, " + amounts(s.DueAfter) + " after"),
	}
}

// amounts are sums as people read them, by currency.
func amounts(due []impact.Due) string {
	if len(due) == 0 {
		return "nothing"
	}
	var says []string
	for _, d := range due {
		if !d.Amount.Valid {
			says = append(says, "unknown: a day has no price")
			continue
		}
		one := money.Grouped(d.Amount.Decimal, d.Currency) + " " + d.Currency
		if d.SeatDays != 0 {
			one += fmt.Sprintf(" for %d seat-days", d.SeatDays)
		}
		says = append(says, one)
	}
	return strings.Join(says, " and ")
}

func orNothing(d clock.Date) string {
	if d.IsZero() {
		return "nothing"
	}
	return d.String()
}

type totals struct{ counted, own, copies, seats int }

func sums(rows []ledger.Entry) totals {
	var t totals
	for _, e := range rows {
		if !e.Counted {
			continue
		}
		t.counted, t.seats = t.counted+1, t.seats+e.Delta
		switch {
		case e.OriginChangeID.Valid:
			t.copies++
		case e.Event != ledger.Adjust && !e.RecordedAt.IsZero():
			t.own++
		}
	}
	return t
}

func side(what string, s reassign.Side) view.Part {
	text := fmt.Sprintf("%s, %s, %s, billed up to %s, begins %s",
		s.ExternalID, s.State, words.Counted(s.LedgerQuantity, "counted seat"), orNothing(s.BilledThrough), s.Start)
	open := ui.LinkButton{Text: "Open", Href: recordPath(s.ID), Compact: true, Weight: ui.Quiet}
	return view.Part{
		Card:  ui.Card{Title: what + s.Called(), Text: text, Flush: true, Actions: []templ.Component{open}},
		Table: rows("Ledger of "+s.ExternalID+" now", s.Rows, nil),
	}
}

func result(r reassign.Result) view.Part {
	fresh := map[uuid.UUID]bool{}
	for _, e := range r.After {
		fresh[e.ID] = true
	}
	for _, e := range r.Target.Rows {
		delete(fresh, e.ID)
	}
	says := func(e ledger.Entry) string {
		switch {
		case fresh[e.ID] && e.OriginChangeID.Valid:
			return "from " + r.Source.ExternalID
		case fresh[e.ID]:
			return "made by the move"
		case !e.Counted:
			return "set aside"
		}
		return ""
	}
	text := fmt.Sprintf("The ledger of %s as it would be. The source's own rows stay counted until it is deactivated.",
		r.Target.ExternalID)
	return view.Part{
		Card:  ui.Card{Title: "The result: " + r.Target.Called(), Text: text, Flush: true},
		Table: rows("Ledger of "+r.Target.ExternalID+" after the move", r.After, says),
	}
}

// rows is a ledger with its running sum. Where somebody says what becomes of each row
// there is room for prices, too.
func rows(caption string, entries []ledger.Entry, says func(ledger.Entry) string) ui.Table {
	t := ui.Table{
		Caption: caption, Compact: true, Plain: true,
		Columns: []ui.Column{
			{Label: "Effective", Nowrap: true}, {Label: "Event"}, {Label: "Change", Numeric: true},
			{Label: "Seats", Numeric: true},
			{Label: "Billing"},
		},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No rows",
			Text: "Nothing was recorded of this subscription."},
	}
	if says != nil {
		t.Columns = append(t.Columns, ui.Column{Label: "Price", Numeric: true})
	}
	sum := 0
	for _, e := range entries {
		cells := []ui.Cell{
			ui.TextCell(e.EffectiveAt.String()), {Text: string(e.Event)}, {}, {},
			ui.BadgeCell(string(e.BillingState), ui.Neutral),
		}
		switch {
		case says != nil:
			cells[1].Sub = says(e)
		case !e.Counted:
			cells[1].Sub = "set aside"
		}
		if e.Event != ledger.Price && e.Event != ledger.Cost {
			cells[2].Text = fmt.Sprintf("%+d", e.Delta)
		}
		if e.Counted {
			sum += e.Delta
			cells[3].Text = strconv.Itoa(sum)
		}
		if says != nil {
			cells = append(cells, priceCell(e))
		}
		t.Rows = append(t.Rows, ui.Row{Muted: !e.Counted, Cells: cells})
	}
	if len(entries) > 0 {
		t.Sums = []ui.Cell{{Text: "Counted", Span: 3}, {Text: strconv.Itoa(sum)}, {Span: len(t.Columns) - 4}}
	}
	return t
}

func priceCell(e ledger.Entry) ui.Cell {
	if !e.UnitPrice.Valid {
		return ui.Cell{}
	}
	return ui.Of(httpx.Amount(e.UnitPrice, e.Currency, money.Period(e.PricePeriod)))
}
