package mapping

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/selection"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/mapping"
)

// order is a decision as it was posted.
type order struct {
	form   httpx.Values
	where  where
	choice mapping.Choice
	next   string // where the queue goes on
}

// done is what a decision came to: the sentence, and what an undo takes back.
type done struct {
	text string
	kind mapping.ActKind
	act  uuid.UUID
	stay bool // the account is still to be decided
}

// command carries a decision out and goes on with the next account at once.
func (h Handlers) command(c echo.Context, do func(context.Context, order) (done, error)) error {
	o, err := h.order(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := do(ctx, o)
	if d.stay {
		o.next = o.where.link(path, "at", o.choice.AccountID.String())
	}
	if errs.KindOf(err) == errs.Conflict {
		return h.refused(c, o, err)
	}
	if err != nil {
		return err
	}
	httpx.TellNotice(c, layout.Notice{Text: d.text, Tone: ui.Good, Command: undoButton(o.where, d.kind, d.act)})
	return httpx.SeeOther(c, o.next)
}

func (h Handlers) order(c echo.Context) (order, error) {
	o := order{}
	var err error
	if o.choice.AccountID, err = id(c); err != nil {
		return o, err
	}
	if o.form, err = httpx.Form(c); err != nil {
		return o, err
	}
	if o.where, err = readWhere(o.form); err != nil {
		return o, err
	}
	if s := o.form.Get("version"); s != "" {
		o.choice.Version, _ = strconv.Atoi(s)
	}
	ctx := c.Request().Context()
	place, err := mapping.PlaceOf(ctx, h.DB.Read(ctx), o.where.filter(h.today()), o.choice.AccountID)
	if o.next = o.where.at(place.Next); o.form.Get("view") == "list" {
		o.next = o.where.link(listPath)
	}
	return o, err
}

// Accept maps to a CRM account.
func (h Handlers) Accept(c echo.Context) error {
	return h.command(c, func(ctx context.Context, o order) (done, error) {
		ids, err := o.form.IDs("crm_account_id")
		if err != nil || len(ids) != 1 {
			return done{}, errs.Fields{"crm_account_id": "Choose one CRM account."}.Err()
		}
		o.choice.CRMAccountID, o.choice.Reason = ids[0], o.form.Get("why")
		if err := h.Mapping.Map(ctx, session.Actor(c), o.choice); err != nil {
			return done{}, err
		}
		return h.decided(ctx, o)
	})
}

// Create makes a CRM account of the account and ties the two.
func (h Handlers) Create(c echo.Context) error {
	return h.command(c, func(ctx context.Context, o order) (done, error) {
		if _, err := h.Mapping.CreateAndMap(ctx, session.Actor(c), o.choice); err != nil {
			return done{}, err
		}
		return h.decided(ctx, o)
	})
}

// Exclude says that the account is nobody's customer. Without a reason the page comes again.
func (h Handlers) Exclude(c echo.Context) error {
	err := h.command(c, func(ctx context.Context, o order) (done, error) {
		o.choice.Reason = o.form.Get("reason")
		if err := h.Mapping.Exclude(ctx, session.Actor(c), o.choice); err != nil {
			return done{}, err
		}
		return h.decided(ctx, o)
	})
	problems, isRefused := httpx.Refused(err)
	if !isRefused || problems["reason"] == "" {
		return err
	}
	o, err := h.order(c)
	if err != nil {
		return err
	}
	d, err := h.desk(c, o.where, o.choice.AccountID)
	if err != nil {
		return err
	}
	d.problems, d.reason = problems, o.form.Get("reason")
	return httpx.Render(c, http.StatusUnprocessableEntity, h.page(c, d).Show())
}

// None remembers a no: to one CRM account, or to all that are suggested.
func (h Handlers) None(c echo.Context) error {
	return h.command(c, func(ctx context.Context, o order) (done, error) {
		ids, err := o.form.IDs("crm_account_id")
		if err != nil || len(ids) > 1 {
			return done{}, errs.Fields{"crm_account_id": "This is no CRM account."}.Err()
		}
		text := "None of the candidates fits %s."
		if len(ids) == 1 {
			o.choice.CRMAccountID = ids[0]
			text = "This CRM account is not suggested for %s again."
		}
		act, err := h.Mapping.Refuse(ctx, session.Actor(c), o.choice)
		if err != nil {
			return done{}, err
		}
		name, err := h.name(ctx, o)
		return done{text: fmt.Sprintf(text, name), kind: mapping.ActRefusal, act: act, stay: len(ids) == 1}, err
	})
}

// Snooze puts the account aside for some days.
func (h Handlers) Snooze(c echo.Context) error {
	return h.command(c, func(ctx context.Context, o order) (done, error) {
		n, _ := strconv.Atoi(o.form.Get("days"))
		if n > 365 {
			n = 0
		}
		o.choice.Until = h.today().AddDays(n)
		act, err := h.Mapping.Snooze(ctx, session.Actor(c), o.choice)
		if err != nil {
			return done{}, err
		}
		name, err := h.name(ctx, o)
		return done{text: fmt.Sprintf("%s is put aside until "+o.choice.Until.String()+".", name),
			kind: mapping.ActSnooze, act: act}, err
	})
}

// decided is what the decision just made came to.
func (h Handlers) decided(ctx context.Context, o order) (done, error) {
	history, err := mapping.History(ctx, h.DB.Read(ctx), o.choice.AccountID)
	if err != nil || len(history) == 0 {
		return done{}, err
	}
	name, err := h.name(ctx, o)
	last := history[0]
	d := done{kind: mapping.ActDecision, act: last.ID, text: "Mapped " + name + " to " + last.ToCRMAccount + "."}
	if last.Action == "exclude" {
		d.text = "Excluded " + name + ": " + last.Why
	}
	return d, err
}

func (h Handlers) name(ctx context.Context, o order) (string, error) {
	a, err := account.Get(ctx, h.DB.Read(ctx), o.choice.AccountID)
	return nameOf(a), err
}

// refused says why a decision was refused, who holds the CRM account, and goes on.
func (h Handlers) refused(c echo.Context, o order, cause error) error {
	m := view.Refused{Page: session.Page(c, "Nothing was changed", nav), Next: o.next,
		Callout: ui.Callout{Tone: ui.Bad, Title: "The decision was refused", Text: errs.Public(cause)}}
	m.Page.HasErrors, m.Page.Narrow = true, true
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: o.where.link(path)}}
	var taken *mapping.Taken
	if errors.As(cause, &taken) {
		m.Callout.Title = taken.Holder.CRMAccount + " is taken"
		m.Actions = []templ.Component{
			ui.LinkButton{Text: "Take over or exchange", Href: o.where.link(path+"/"+o.choice.AccountID.String()+
				"/swap", "crm_account_id", o.form.Get("crm_account_id"))},
			ui.LinkButton{Text: "Open " + called(taken.Holder), Href: accountPath(taken.Holder.AccountID)},
		}
	}
	m.Actions = append(m.Actions, ui.LinkButton{Text: "Open the account", Href: accountPath(o.choice.AccountID),
		Weight: ui.Quiet})
	return httpx.Render(c, http.StatusConflict, m.Show())
}

// Undo takes back exactly the act that the form names, and shows its account again.
func (h Handlers) Undo(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	w, err := readWhere(form)
	if err != nil {
		return err
	}
	act := mapping.Act{Kind: mapping.ActKind(form.Get("kind"))}
	if act.ID, err = uuid.Parse(form.Get("id")); err != nil {
		return errs.New(errs.NotFound, "There is nothing of this kind to undo.")
	}
	if act.Kind == mapping.ActBatch {
		return h.takeBackBatch(c, act.ID)
	}
	ctx := c.Request().Context()
	about, err := mapping.AccountOf(ctx, h.DB.Read(ctx), act)
	if err != nil {
		return err
	}
	err = h.Mapping.TakeBack(ctx, session.Actor(c), act)
	if errs.KindOf(err) == errs.Conflict {
		o := order{form: form, where: w, next: w.link(path)}
		o.choice.AccountID = about.UUID
		return h.refused(c, o, err)
	}
	if err != nil {
		return err
	}
	a, err := account.Get(ctx, h.DB.Read(ctx), about.UUID)
	if err != nil {
		return err
	}
	history, err := mapping.History(ctx, h.DB.Read(ctx), a.ID)
	if err != nil {
		return err
	}
	text := "Undone: " + nameOf(a) + " is " + string(a.Mapping) + " again."
	for _, d := range history {
		if d.ID == act.ID && d.MadeCustomer() {
			text += " The CRM account " + d.ToCRMAccount + ", which was made for it, stays."
		}
	}
	return httpx.Done(c, h.backAt(ctx, w, a), text)
}

// backAt is where an account waits now: in the part of the queue that was shown, else wherever it is.
func (h Handlers) backAt(ctx context.Context, w where, a account.Account) string {
	for _, w := range []where{w, {provider: w.provider}, {}, {show: "no_match"}, {show: "snoozed"}} {
		if p, err := mapping.PlaceOf(ctx, h.DB.Read(ctx), w.filter(h.today()), a.ID); err == nil && p.ID == a.ID {
			return w.link(path, "at", a.ID.String())
		}
	}
	return accountPath(a.ID)
}

// takeBackBatch takes bulk work back, as far as nobody has decided since.
func (h Handlers) takeBackBatch(c echo.Context, id uuid.UUID) error {
	ctx := c.Request().Context()
	if err := h.Works.Undo(ctx, session.Actor(c), id); err != nil {
		return err
	}
	if err := h.Works.Go(ctx, id); err != nil {
		return err
	}
	n, err := selection.CountsOf(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Undone: %d mappings are taken back.", n.Undone)
	if n.Kept > 0 {
		text += fmt.Sprintf(" %d were kept; the reasons stand below.", n.Kept)
	}
	return httpx.Done(c, bulk.Path(id), text)
}

// Batch leads to the page of bulk work, which is where batches stand.
func (h Handlers) Batch(c echo.Context) error {
	id, err := id(c)
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, bulk.Path(id))
}
