package cutovers

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/errs"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

const carryForm = "carry-over"

var carriedBy = map[cutover.AgreeBy]ui.Badge{cutover.ByTenant: {Text: "same tenant", Tone: ui.Good},
	cutover.ByDomain: {Text: "same domain", Tone: ui.Info}, cutover.ByName: {Text: "same name", Tone: ui.Warn}}

// CarryOver suggests customers for the new provider's unmapped accounts.
func (h Handlers) CarryOver(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	all, err := cutover.MatchAccounts(ctx, h.Cutovers.DB.Read(ctx), run.ID)
	if err != nil {
		return err
	}
	act := canAct(c, run)
	m := view.Carry{Page: session.Page(c, "Carry the mapping over", nav), Table: carryTable(all, act)}
	m.Page.Crumbs, m.Page.Lead = crumbs(run), "Accounts of "+run.NewProvider+
		" that nobody has mapped, beside accounts of "+run.OldProvider+
		" that look the same. Others are mapped on the accounts page."
	sure := 0
	for _, x := range all {
		if x.By == cutover.ByTenant && !x.Taken {
			sure++
		}
	}
	if act && sure > 0 {
		m.All = &ui.PostButton{Button: ui.Button{Text: fmt.Sprintf("Accept the %d with the same tenant", sure),
			Weight: ui.Primary, Action: path(run.ID) + "/carry"}, Hidden: []ui.Pair{{Name: "all", Value: "tenant"}}}
	}
	if act && len(all) > 0 {
		m.Bulk = &ui.BulkBar{FormID: carryForm, Action: path(run.ID) + "/carry",
			Hint: "Tick what is the same customer.", Buttons: []ui.Button{{Text: "Map the ticked accounts"}}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func carryTable(all []cutover.AccountMatch, act bool) ui.Table {
	t := ui.Table{Caption: "Suggested mappings", Columns: []ui.Column{{Label: "New account"}, {Label: "Old account"},
		{Label: "Customer"}, {Label: "Agreement"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing to carry over",
			Text: "Every account of the new provider is mapped or excluded, or looks like no mapped account of the " +
				"old one.", Action: &ui.LinkButton{Text: "Open the unmapped accounts",
				Href: "/accounts?state=unmapped"}}}
	if act {
		t.Select = &ui.Selection{FormID: carryForm, Name: "account_id"}
	}
	for _, x := range all {
		agree := ui.Cell{Badges: []ui.Badge{carriedBy[x.By]}, Sub: x.Reason}
		if x.Taken {
			agree.Badges = append(agree.Badges, ui.Badge{Text: "customer taken", Tone: ui.Bad})
			agree.Sub += " Another account of the new provider has this customer already."
		}
		t.Rows = append(t.Rows, ui.Row{ID: x.AccountID.String(), Label: x.Account, Unselectable: x.Taken,
			Checked: x.By == cutover.ByTenant && !x.Taken, Cells: []ui.Cell{
				{Text: x.Account, Href: at.Account(x.AccountID), Sub: x.ExternalID},
				{Text: x.OldAccount, Href: at.Account(x.OldAccountID), Sub: x.OldExternalID},
				ui.LinkCell(x.CRMAccount, at.CRMAccount(x.CRMAccountID)), agree}})
	}
	return t
}

// AcceptCarry maps the ticked accounts, or all with the same tenant.
func (h Handlers) AcceptCarry(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ids, err := form.IDs("account_id")
	if err != nil {
		return err
	}
	if form.Get("all") == string(cutover.ByTenant) {
		if ids, err = h.sameTenant(c, run.ID); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		return errs.Fields{"account_id": "Tick the accounts first. Nothing was changed."}.Err()
	}
	done, err := h.Cutovers.AcceptMatches(c.Request().Context(), session.Actor(c), run.ID, ids)
	if err != nil {
		return err
	}
	for i, x := range done.Refused {
		if i < mostNotices {
			httpx.Tell(c, ui.Warn, x.Account+": "+x.Why)
		}
	}
	return httpx.Done(c, path(run.ID)+"/carry", fmt.Sprintf("%s mapped, %d refused.",
		words.Counted(len(done.Done), "account was", "accounts were"), len(done.Refused)))
}

const mostNotices = 10

func (h Handlers) sameTenant(c echo.Context, run uuid.UUID) ([]uuid.UUID, error) {
	ctx := c.Request().Context()
	all, err := cutover.MatchAccounts(ctx, h.Cutovers.DB.Read(ctx), run)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, x := range all {
		if x.By == cutover.ByTenant && !x.Taken {
			ids = append(ids, x.AccountID)
		}
	}
	return ids, nil
}
