package bulk

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// SignOff signs what is ticked on the page that was posted, as that page showed it (seen): those that fail
// or have changed are left out and named, and when none could be signed it is refused. A selection that
// reaches beyond the page is shown first.
func (h Handlers) SignOff(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	o, alone, err := h.chosen(c, form, review.SignOffDeed)
	if err != nil {
		return err
	}
	if !alone {
		return h.look(c, o)
	}
	if len(o.Records) == 0 {
		return errs.Fields{"id": "Nothing was signed, because no subscription was ticked. " +
			"Go back and tick those that are right."}.Err()
	}
	if err := problemsOf(o.Params).Err(); err != nil {
		return err
	}
	seen := seenIn(form)
	for i, r := range o.Records {
		o.Records[i].Mark = seen[r.ID]
	}
	return h.sign(c, form, o)
}

func (h Handlers) sign(c echo.Context, form httpx.Values, o selection.Order) error {
	ctx := c.Request().Context()
	id, err := h.Bulk.Act(ctx, session.Actor(c), o)
	if err != nil {
		return err
	}
	if err := h.Bulk.Go(ctx, id); err != nil {
		return err
	}
	if form.On("kept") {
		if err := h.forget(c, subscriptionsList); err != nil {
			return err
		}
	}
	items, err := selection.Items(ctx, h.DB.Read(ctx), id, len(o.Records))
	if err != nil {
		return err
	}
	s := sorted(items)
	if s.signed+s.before+s.waiting == 0 {
		return errs.New(errs.Conflict, "Nothing was signed. "+refusals(s.refused))
	}
	s.tell(c, id)
	return httpx.SeeOther(c, backTo(form, subscriptionWords.path))
}

// signed is what came of a sign-off.
type signed struct {
	signed, before, waiting int
	refused                 []selection.Item
}

func sorted(items []selection.Item) (s signed) {
	for _, i := range items {
		switch {
		case i.State == selection.Done:
			s.signed++
		case i.State == selection.Waiting:
			s.waiting++
		case i.Why == review.SignedBefore:
			s.before++
		default:
			s.refused = append(s.refused, i)
		}
	}
	return s
}

func (s signed) tell(c echo.Context, id uuid.UUID) {
	switch {
	case s.signed+s.waiting > 0:
		n := layout.Notice{Tone: ui.Good, Text: words.Counted(s.signed, "subscription was", "subscriptions were") +
			" signed off.", Command: undoButton(id), Href: Path(id), Label: "What was signed"}
		if s.waiting > 0 {
			n.Text += fmt.Sprintf(" %d more follow by themselves.", s.waiting)
		}
		httpx.TellNotice(c, n)
	case s.before > 0:
		httpx.Tell(c, ui.Info, "Nothing new to sign: "+words.Counted(s.before, "subscription was",
			"subscriptions were")+" signed before.")
	}
	if len(s.refused) > 0 {
		httpx.TellNotice(c, layout.Notice{Tone: ui.Warn, Text: words.Counted(len(s.refused), "subscription was",
			"subscriptions were") + " not signed. " + refusals(s.refused)})
	}
}

const namedRefusals = 5 // how many a page names one by one

func refusals(all []selection.Item) string {
	var lines []string
	for _, r := range all[:min(len(all), namedRefusals)] {
		lines = append(lines, fmt.Sprintf("%s (%s): %s", r.Name, r.Sub, strings.TrimSuffix(r.Why, ".")))
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, "and "+words.Count(more)+" more")
	}
	return strings.Join(lines, ". ") + "."
}

// seenIn is what the person had before their eyes: id and fingerprint of each row. A script may leave it out.
func seenIn(form httpx.Values) map[uuid.UUID]string {
	out := map[uuid.UUID]string{}
	for _, s := range form.All("seen") {
		text, print, _ := strings.Cut(s, ":")
		if id, err := uuid.Parse(text); err == nil {
			out[id] = print
		}
	}
	return out
}

func undoButton(id uuid.UUID) *ui.PostButton {
	return &ui.PostButton{Button: ui.Button{Text: "Undo", Action: Path(id) + "/undo", Compact: true}}
}
