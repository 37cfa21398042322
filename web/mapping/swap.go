package mapping

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/mapping"
)

// exchange is an account, the CRM account it is to have, and who has that now.
type exchange struct {
	account, holder             account.Overview
	customer                    crm.Account
	accountImpact, holderImpact mapping.Impact
}

// ConfirmSwap shows what taking a CRM account over concerns, before anything is changed.
func (h Handlers) ConfirmSwap(c echo.Context) error {
	accountID, err := id(c)
	if err != nil {
		return err
	}
	w, err := readWhere(c.Request().URL.Query())
	if err != nil {
		return err
	}
	customer, err := uuid.Parse(c.QueryParam("crm_account_id"))
	if err != nil {
		return errs.New(errs.NotFound, "There is no such CRM account.")
	}
	x, err := h.exchange(c.Request().Context(), accountID, customer)
	if err != nil {
		return err
	}
	if x.holder.ID == uuid.Nil || x.holder.ID == accountID {
		return httpx.SeeOther(c, w.link(path, "at", accountID.String(), "crm", customer.String()))
	}
	return httpx.Render(c, http.StatusOK, h.swapPage(c, w, x).Show())
}

func (h Handlers) exchange(ctx context.Context, accountID, customer uuid.UUID) (exchange, error) {
	db := h.DB.Read(ctx)
	x := exchange{}
	var err error
	if x.account, err = account.Look(ctx, db, accountID); err != nil {
		return x, err
	}
	if x.customer, err = crm.Get(ctx, db, customer); err != nil {
		return x, err
	}
	holder, err := mapping.HolderOf(ctx, db, accountID, customer)
	if err != nil || holder.AccountID == uuid.Nil {
		return x, err
	}
	if x.holder, err = account.Look(ctx, db, holder.AccountID); err != nil {
		return x, err
	}
	if x.accountImpact, err = mapping.ImpactOf(ctx, db, accountID); err != nil {
		return x, err
	}
	x.holderImpact, err = mapping.ImpactOf(ctx, db, x.holder.ID)
	return x, err
}

func (h Handlers) swapPage(c echo.Context, w where, x exchange) view.Swap {
	name, holder := nameOf(x.account.Account), nameOf(x.holder.Account)
	m := view.Swap{Page: session.Page(c, "Take over "+x.customer.Name, nav)}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: w.link(path, "at", x.account.ID.String())}}
	m.Page.Narrow = true
	m.Form = ui.ConfirmForm{Action: path + "/" + x.account.ID.String() + "/swap", Title: "What this changes",
		Button: "Take it over", Cancel: w.link(path, "at", x.account.ID.String()),
		Text: fmt.Sprintf("%s is taken from %s and mapped to %s. %s waits to be mapped again, and its "+
			"subscriptions are held.", x.customer.Name, holder, name, holder),
		Effects: swapEffects(x), Gentle: x.holderImpact.Subscriptions == 0,
		Hidden: append(w.pairs(), ui.Pair{Name: "crm_account_id", Value: x.customer.ID.String()},
			ui.Pair{Name: "holder", Value: x.holder.ID.String()}, versionPair(x.account.Version),
			ui.Pair{Name: "holder_version", Value: strconv.Itoa(x.holder.Version)})}
	if x.account.Mapping == account.Mapped {
		m.Fields = append(m.Fields, ui.Field{Kind: ui.RadioGroup, Name: "mode", Label: "And " + holder,
			Value: "exchange", Options: []ui.Option{
				{Value: "exchange", Label: "gets " + x.account.CRMAccount + " in exchange"},
				{Value: "take", Label: "waits to be mapped again"}}})
		m.Form.Button = "Change the mappings"
	}
	m.Fields = append(m.Fields, ui.Field{Name: "reason", Label: "Reason",
		Hint: "It stands in the history of both accounts."})
	left := Compare(x.account.Account, x.customer, nil)
	left.Title = name + " compared with " + x.customer.Name
	right := Compare(x.holder.Account, x.customer, nil)
	right.Title = holder + " compared with " + x.customer.Name
	m.Compared = []view.Compare{left, right}
	return m
}

func swapEffects(x exchange) []ui.Definition {
	out := sideEffects(nameOf(x.holder.Account), x.holderImpact)
	if x.account.Mapping == account.Mapped {
		out = append(out, sideEffects(nameOf(x.account.Account), x.accountImpact)...)
	}
	return append(out, ui.Fact("Subscriptions of "+nameOf(x.account.Account)+" that get this customer",
		strconv.Itoa(x.account.Holdings)))
}

// sideEffects are what leaves its customer on one side (RULES 6).
func sideEffects(name string, i mapping.Impact) []ui.Definition {
	out := []ui.Definition{ui.Fact("Subscriptions of "+name+" that lose customer and contract",
		strconv.Itoa(i.Subscriptions)), ui.Fact("Active seats concerned", strconv.Itoa(i.Seats))}
	if len(i.Contracts) > 0 {
		out = append(out, ui.Fact("Contracts", strings.Join(i.Contracts, ", ")))
	}
	if sums := monthly(i.Monthly); sums != "" {
		out = append(out, ui.Fact("Selling price per month", sums))
	}
	if i.Signed > 0 {
		out = append(out, ui.Definition{Term: "Signatures that lapse", Value: ui.TextCell(strconv.Itoa(i.Signed)),
			Note: "An undo brings customer, contract and price back, but the signatures must be given again."})
	}
	if i.OnInvoices > 0 {
		out = append(out, ui.Definition{Term: "On invoices",
			Value: ui.Cell{Text: strconv.Itoa(i.OnInvoices), Tone: ui.Bad},
			Note:  "These stand on invoices that are not void, so this will be refused. Void or credit those first."})
	}
	return out
}

// Swap takes a CRM account over from its holder, or exchanges the two.
func (h Handlers) Swap(c echo.Context) error {
	return h.command(c, func(ctx context.Context, o order) (done, error) {
		customers, err := o.form.IDs("crm_account_id")
		holders, herr := o.form.IDs("holder")
		if err != nil || herr != nil || len(customers) != 1 || len(holders) != 1 {
			return done{}, errs.New(errs.NotFound, "There is nothing of this kind to take over.")
		}
		version, _ := strconv.Atoi(o.form.Get("holder_version"))
		err = h.Mapping.SwapMapping(ctx, session.Actor(c), mapping.Swap{AccountID: o.choice.AccountID,
			CRMAccountID: customers[0], HolderID: holders[0], Version: o.choice.Version,
			HolderVersion: version, Exchange: o.form.Get("mode") == "exchange", Reason: o.form.Get("reason")})
		if err != nil {
			return done{}, err
		}
		return h.decided(ctx, o)
	})
}
