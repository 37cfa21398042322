package accounts

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// command reads what every decision's form has in common, carries it out, and leads
// back to where it was made, with the way to undo it.
func (h Handlers) command(c echo.Context, do func(form httpx.Values, choice mapping.Choice) error) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	accountID, err := id(c)
	if err != nil {
		return err
	}
	version, err := versionOf(form)
	if err != nil {
		return err
	}
	if err := do(form, mapping.Choice{AccountID: accountID, Version: version, Reason: form.Get("reason")}); err != nil {
		if errs.KindOf(err) == errs.Conflict {
			return h.refused(c, accountID, form, err)
		}
		return err
	}
	if err := h.tell(c, accountID); err != nil {
		return err
	}
	return httpx.SeeOther(c, onward(form, accountID))
}

// versionOf is the version that the person saw; 0 when the form did not say.
func versionOf(form httpx.Values) (int, error) {
	s := form.Get("version")
	if s == "" {
		return 0, nil
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 {
		f := errs.Fields{}
		f.Add("version", "This form is damaged. Open the account again.")
		return 0, f.Err()
	}
	return v, nil
}

// tell keeps what was done for the next page, with an Undo where there is a decision to take back.
func (h Handlers) tell(c echo.Context, accountID uuid.UUID) error {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	a, err := account.Get(ctx, db, accountID)
	if err != nil {
		return err
	}
	history, err := mapping.History(ctx, db, accountID)
	if err != nil || len(history) == 0 {
		return err
	}
	last := history[0]
	n := layout.Notice{Text: sentence(nameOf(a), last), Tone: ui.Good, Href: recordPath(accountID),
		Label: "Open the account"}
	if last.Undoable() && last.Actor == session.Actor(c).Name {
		n.Command = &ui.PostButton{
			Button: ui.Button{Text: "Undo", Action: recordPath(accountID) + "/undo", Compact: true},
			Hidden: []ui.Pair{{Name: "decision", Value: last.ID.String()}, nextPair(backTo(c, accountID))},
		}
	}
	httpx.TellNotice(c, n)
	return nil
}

// backTo is the page that the form now answered was on.
func backTo(c echo.Context, accountID uuid.UUID) string {
	return onward(httpx.Values(c.Request().PostForm), accountID)
}

func sentence(name string, d mapping.Decision) string {
	switch d.Action {
	case "map":
		return fmt.Sprintf("%s is mapped to %s.", name, d.ToCRMAccount)
	case "unmap":
		return fmt.Sprintf("%s is no longer mapped to %s. Its subscriptions are held.", name, d.FromCRMAccount)
	case "exclude":
		return fmt.Sprintf("%s is excluded: %s", name, d.Why)
	case "include":
		return fmt.Sprintf("%s waits to be mapped again.", name)
	}
	if d.ToState == account.Mapped {
		return fmt.Sprintf("Undone: %s is mapped to %s again.", name, d.ToCRMAccount)
	}
	return fmt.Sprintf("Undone: %s is %s again.", name, d.ToState)
}

func nameOf(a account.Account) string {
	if a.Name == "" {
		return a.ExternalID
	}
	return a.Name
}
