package manual

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/manual"
	"seatledger/internal/subscription"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/manual"
)

// EndForm asks when a manual provider's subscription ends, and what happens then.
func (h Handlers) EndForm(c echo.Context) error {
	s, err := h.byHand(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK,
		endEntry(s, manual.EndEntry{EndDate: s.End.String(), AtEnd: string(s.AtEnd), Version: s.Version}, nil))
}

// SetEnd stores it.
func (h Handlers) SetEnd(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	version := form.Version()
	in := manual.EndEntry{EndDate: form.Get("end_date"), AtEnd: form.Get("at_end"), Refund: form.Get("refund"),
		Version: version}
	now, err := h.Entries.SetEnd(c.Request().Context(), session.Actor(c), id, in)
	problems, refused := problemsOf(err)
	stale := errors.Is(err, subscription.ErrStale)
	if !refused && !stale {
		if err != nil {
			return err
		}
		return httpx.Done(c, subscriptionPath(id), endSaid(now))
	}
	s, err := h.byHand(c)
	if err != nil {
		return err
	}
	if !stale {
		return render(c, http.StatusUnprocessableEntity, endEntry(s, in, problems))
	}
	in.Version = s.Version
	e := endEntry(s, in, nil)
	e.stale = &ui.DiffTable{Caption: "What stands now and what you typed", Before: "Stands now", After: "You typed",
		Rows: []ui.Diff{{Field: "End", Before: s.End.String(), After: in.EndDate},
			{Field: "At its end", Before: string(s.AtEnd), After: in.AtEnd}}}
	return render(c, http.StatusConflict, e)
}

// endSaid tells what follows from what was saved.
func endSaid(s subscription.Subscription) string {
	switch {
	case !s.EndsOn.IsZero():
		return "The end was saved: no day from " + s.EndsOn.String() + " on is billed, and it closes by itself."
	case s.End.IsZero():
		return "The subscription goes on: it has no end now."
	}
	return "The end was saved. It renews, so it goes on after that."
}

func endEntry(s subscription.Subscription, in manual.EndEntry, problems map[string]string) entry {
	version := ""
	if in.Version > 0 {
		version = strconv.Itoa(in.Version)
	}
	fields := []ui.Field{
		{Kind: ui.DateInput, Name: "end_date", Label: "End", Value: in.EndDate, Size: ui.Short,
			Hint: "The last day. Empty: it goes on."},
		choice("at_end", "At its end", in.AtEnd, atEnds),
	}
	if !s.BilledThrough.IsZero() {
		refund := choice("refund", "Days after the end that are billed already", in.Refund,
			[]ui.Option{{Label: "There are none"}, {Value: "no", Label: "No refund"},
				{Value: "yes", Label: "Apply refund"}})
		refund.Hint = "Billed through " + s.BilledThrough.AddDays(-1).String() +
			". A refund needs a contract that gives refunds."
		fields = append(fields, refund)
	}
	return entry{
		title: "Set the end", nav: "Subscriptions",
		lead: "An end that is typed is certain: from the day after it no seat is billed, and the subscription closes " +
			"by itself.", problems: problems,
		crumbs: []layout.Crumb{{Label: "Subscriptions", Href: at.Subscriptions},
			{Label: s.Called(), Href: subscriptionPath(s.ID)}},
		form: ui.Form{Action: subscriptionPath(s.ID) + "/end", Version: version, Save: "Save end",
			Cancel: subscriptionPath(s.ID)},
		groups: []view.Group{{Group: ui.Group{Title: "End"}, Fields: fields}},
	}
}
