package cutovers

import (
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/errs"
	"seatledger/web/httpx"
	"seatledger/web/session"
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
	return httpx.Done(c, path(run.ID)+"/proof", counted(n, "change was", "changes were")+" acknowledged under your name.")
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
		out = append(out, cutover.Acks{CRMAccountID: id, PartNumber: form.Get("part_number"), What: what, Note: form.Get("note")})
	}
	if len(out) == 0 {
		return nil, errs.Fields{"change": "Tick the changes first. Nothing was changed."}.Err()
	}
	return out, nil
}
