package subscriptions

import (
	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// SayDates stores what a person says of dates that were given but cannot be read.
func (h Handlers) SayDates(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	start, end, err := daysIn(form)
	if err == nil {
		err = h.decisions().SayDates(c.Request().Context(), session.Actor(c), opened(id, form), start, end)
	}
	return h.answer(c, id, form, "dates", "The day was noted, and what follows from it is in the ledger.", err)
}

func daysIn(form httpx.Values) (start, end clock.Date, err error) {
	problems := errs.Fields{}
	read := func(name string) clock.Date {
		day, err := clock.ParseDate(form.Get(name))
		if err != nil {
			problems.Add(name, "This is no day. Write it as 2026-03-31.")
		}
		return day
	}
	start, end = read("start_date"), read("end_date")
	return start, end, problems.Err()
}

// datesForm asks for the days of dates that cannot be read; nil where all can.
func datesForm(s sheet) *view.Edit {
	if !s.StartUnread() && !s.EndUnread() {
		return nil
	}
	e := &view.Edit{ID: "dates", Fold: ui.Fold{Summary: "Say the day", Open: true},
		Form: ui.Form{Action: recordPath(s.ID) + "/dates", Version: version(s), Save: "Save the day"}}
	g := view.FieldGroup{Group: ui.Group{Title: "Dates that cannot be read",
		Text: "As the contract or the distributor's portal has them."}}
	if s.StartUnread() {
		g.Fields = append(g.Fields, s.again("dates", ui.Field{Kind: ui.DateInput, Name: "start_date", Label: "Start",
			Size: ui.Short, Hint: "Received as “" + s.StartText + "”."}))
	}
	if s.EndUnread() {
		g.Fields = append(g.Fields, s.again("dates", ui.Field{Kind: ui.DateInput, Name: "end_date", Label: "End",
			Size: ui.Short, Hint: "Received as “" + s.EndText + "”."}))
	}
	e.Groups = append(e.Groups, g)
	return e
}

// unreadDates says above all else that a date cannot be read, and what that holds up.
func unreadDates(c echo.Context, s sheet) []view.Remark {
	if !s.StartUnread() && !s.EndUnread() {
		return nil
	}
	var action []templ.Component
	if mayDecide(c) {
		action = append(action, ui.LinkButton{Text: "Say the day", Href: "#dates", Compact: true})
	}
	var text string
	if s.StartUnread() {
		text = "The start was received as “" + s.StartText + "”. "
		if s.Undated {
			text += "Until somebody says the day, no seat counts and nothing is billed. "
		}
	}
	if s.EndUnread() {
		text += "The end was received as “" + s.EndText + "”. Until somebody says the day, no status ends it. "
	}
	return []view.Remark{{Callout: ui.Callout{Tone: ui.Bad, Title: "A date cannot be read",
		Text: text + "Nothing is dated by a guess."}, Actions: action}}
}

// renewal asks whether another subscription is this one's renewal, with the one step that says so.
func renewal(c echo.Context, s sheet) []view.Remark {
	r := s.report.Renewal
	if r == nil {
		return nil
	}
	other, text := r.NewID, r.NewNumber+" of the same product, customer and provider begins on "+r.On.String()+
		", where this one ends."
	if r.NewID == s.ID {
		other, text = r.OldID, "It begins on "+r.On.String()+", where "+r.OldNumber+
			" of the same product, customer and provider ends."
	}
	text += " If it is the same one under a new id, the old one ends on that day, with the refund that its contract " +
		"gives, and no day is billed twice. If they are two, sign this off."
	x := view.Remark{Callout: ui.Callout{Tone: ui.Warn, Title: "Its renewal?", Text: text},
		Actions: []templ.Component{ui.LinkButton{Text: "Open the other one", Href: recordPath(other), Compact: true}}}
	if mayDecide(c) {
		x.Actions = append(x.Actions, ui.PostButton{
			Button: ui.Button{Text: "End " + r.OldNumber + " on " + r.On.String(),
				Action: recordPath(s.ID) + "/renewed", Compact: true},
			Hidden: []ui.Pair{{Name: "other_id", Value: other.String()}, {Name: "version", Value: version(s)}},
		})
	}
	return []view.Remark{x}
}
