package subscriptions

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/review"
	"seatledger/internal/subscription/list"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// SignOff signs the posted subscriptions: those ticked (id, repeated), or with all=1
// those of the filter that the confirm page showed. Those that fail or have changed
// are left out and named; when none could be signed it is refused.
func (h Handlers) SignOff(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if form.On("all") {
		return h.signMatching(c, form)
	}
	s := review.SignOff{Note: form.Get("note"), Seen: seenIn(form)}
	if s.IDs, err = form.IDs("id"); err != nil {
		return err
	}
	if len(s.IDs) == 0 {
		return errs.Fields{"id": "Nothing was signed, because no subscription was ticked. " +
			"Go back and tick those that are right."}.Err()
	}
	return h.sign(c, back(form), s)
}

// sign carries a sign-off through and says on the next page what came of it.
func (h Handlers) sign(c echo.Context, to string, s review.SignOff) error {
	out, err := h.Reviews.SignOff(c.Request().Context(), h.DB, session.Actor(c), s)
	if err != nil {
		return err
	}
	if out.Signed+out.Already == 0 && len(out.Refused) > 0 {
		return errs.New(errs.Conflict, "Nothing was signed. "+refusals(out.Refused))
	}
	tell(c, out)
	return httpx.SeeOther(c, to)
}

func tell(c echo.Context, out review.Outcome) {
	switch {
	case out.Signed > 0:
		httpx.Tell(c, ui.Good, plural(out.Signed, "subscription was", "subscriptions were")+" signed off.")
	case out.Already > 0:
		httpx.Tell(c, ui.Info, "Nothing new to sign: "+plural(out.Already, "subscription was",
			"subscriptions were")+" signed before.")
	}
	if len(out.Refused) > 0 {
		httpx.TellNotice(c, layout.Notice{Tone: ui.Warn, Text: plural(len(out.Refused), "subscription was",
			"subscriptions were") + " not signed. " + refusals(out.Refused)})
	}
}

const namedRefusals = 5 // how many a page names one by one

func refusals(all []review.Refused) string {
	var lines []string
	for _, r := range all[:min(len(all), namedRefusals)] {
		lines = append(lines, fmt.Sprintf("%s (%s): %s", r.Name, r.ExternalID, strings.TrimSuffix(r.Why, ".")))
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %s more", count(more)))
	}
	return strings.Join(lines, ". ") + "."
}

// seen carries what the person has before their eyes: id and fingerprint of each row.
func seen(rows []list.Row) []ui.Pair {
	var out []ui.Pair
	for _, r := range rows {
		if r.Fingerprint != "" {
			out = append(out, ui.Pair{Name: "seen", Value: r.ID.String() + ":" + r.Fingerprint})
		}
	}
	return out
}

// seenIn reads it back; a script may leave it out.
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

// back is where a sign-off leads: the list or record that it was made on.
func back(form httpx.Values) string {
	if to := httpx.SafeNext(form.Get("next")); strings.HasPrefix(to, path) {
		return to
	}
	return path
}

func bulk(q httpx.ListQuery, rows []list.Row) *ui.BulkBar {
	return &ui.BulkBar{
		FormID: bulkForm, Action: path + "/sign-off", Hint: "Tick the subscriptions that are right.",
		Hidden: append(seen(rows), ui.Pair{Name: "next", Value: address(q.Path, q.Except())}),
		Buttons: []ui.Button{{Text: "Sign off", Weight: ui.Primary, Icon: "sign"},
			{Text: "Deactivate", Action: path + "/deactivate"}},
	}
}

func noteField() ui.Field {
	return ui.Field{Name: "note", Label: "Note", FormID: bulkForm, Size: ui.Medium}
}
