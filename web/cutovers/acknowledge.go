package cutovers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/errs"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// Acknowledge keeps, under the person's name, that changes over the switch are real:
// the ticked ones, or those of a customer, all or of one kind.
func (h Handlers) Acknowledge(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if double := form.Get("double"); double != "" {
		return h.bothReal(c, run, double, form)
	}
	asked, err := acksIn(form)
	if err != nil {
		return err
	}
	n := 0
	for _, a := range asked {
		done, err := h.Cutovers.Acknowledge(c.Request().Context(), session.Actor(c), run.ID, a)
		if err != nil && (n == 0 || errs.KindOf(err) != errs.Conflict) {
			return err
		}
		n += done
	}
	return httpx.Done(c, path(run.ID)+"/proof",
		words.Counted(n, "change was", "changes were")+" acknowledged under your name.")
}

// bothReal keeps, under the person's name, that the seats of days on both sides are there
// twice. It asks for the customer's name and the reason first.
func (h Handlers) bothReal(c echo.Context, run cutover.Run, double string, form httpx.Values) error {
	customer, fingerprint, _ := strings.Cut(double, " ")
	a := cutover.Acks{CRMAccountID: chosen(customer), Doubles: []string{fingerprint}, Confirmed: form.Get("confirm"),
		Note: form.Get("note")}
	_, err := h.Cutovers.Acknowledge(c.Request().Context(), session.Actor(c), run.ID, a)
	var asked cutover.Asked
	if !errors.As(err, &asked) {
		if err != nil {
			return err
		}
		return httpx.Done(c, path(run.ID)+"/proof", "Noted under your name: the seats of both sides are real.")
	}
	problems, refused := httpx.Refused(asked)
	m := view.Ask{Page: session.Page(c, "Are the seats of both sides real?", nav)}
	for _, says := range asked.Says {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn, Text: says})
	}
	m.Fields = []ui.Field{{Name: "note", Label: "Why the customer has both", Value: a.Note, Error: problems["note"],
		Required: true,
		Hint:     "As: three seats were bought at the new provider in March, beside the ten of the old one."}}
	m.Form = ui.ConfirmForm{Action: path(run.ID) + "/acknowledge", Title: "Say that both are real",
		Button: "Both are real", Phrase: asked.Name, Error: problems["confirm"],
		Cancel: path(run.ID) + "/proof", Hidden: []ui.Pair{{Name: "double", Value: double}},
		Text: "Nothing was kept yet. Only if the customer really has the seats of both: " +
			"they are billed on both sides, and the proof says so under your name."}
	status := http.StatusConflict
	if refused {
		status = http.StatusUnprocessableEntity
		m.Summary = ui.Summarize(problems, append(m.Fields, ui.Field{Name: "confirm"})...)
	}
	m.Page.HasErrors, m.Page.Crumbs = m.Summary.Any(), crumbs(run)
	return httpx.Render(c, status, m.Show())
}

// acksIn groups the ticked changes by customer.
func acksIn(form httpx.Values) ([]cutover.Acks, error) {
	var out []cutover.Acks
	at := map[uuid.UUID]int{}
	for _, ticked := range form.All("change") {
		customer, fingerprint, _ := strings.Cut(ticked, " ")
		id := chosen(customer)
		if _, known := at[id]; !known {
			at[id] = len(out)
			out = append(out, cutover.Acks{CRMAccountID: id, Note: form.Get("note")})
		}
		out[at[id]].Fingerprints = append(out[at[id]].Fingerprints, fingerprint)
	}
	ids, err := form.IDs("crm_account_id")
	if err != nil {
		return nil, err
	}
	what := proof.What(form.Get("what"))
	if what == "all" {
		what = ""
	}
	for _, id := range ids {
		out = append(out, cutover.Acks{CRMAccountID: id, PartNumber: form.Get("part_number"), What: what,
			Note: form.Get("note")})
	}
	if len(out) == 0 {
		return nil, errs.Fields{"change": "Tick the changes first. Nothing was changed."}.Err()
	}
	return out, nil
}
