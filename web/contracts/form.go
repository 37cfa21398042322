package contracts

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/tax"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// New is the form of a new contract with the installation's defaults; crm_account_id in the address fills in the
// customer, and the start of its earliest subscription that waits.
func (h Handlers) New(c echo.Context) error {
	ctx := c.Request().Context()
	db := h.Contracts.DB.Read(ctx)
	d, err := contract.DefaultsOf(ctx, db)
	if err != nil {
		return err
	}
	in := d.Input()
	in.CRMAccount, in.Name, in.IsDefault = c.QueryParam("crm_account_id"), "", true
	in.StartDate, in.BillFrom = h.today().String(), contract.NextMonth(h.today()).String()
	if id, err := uuid.Parse(in.CRMAccount); err == nil {
		_, taken, err := contract.DefaultFor(db, id)
		if err != nil {
			return err
		}
		in.Name, in.IsDefault = d.Name, !taken
		waits, err := h.Contracts.ProspectOf(ctx, db, in)
		if err != nil {
			return err
		}
		if !waits.Earliest.IsZero() && waits.Earliest.Before(h.today()) {
			in.StartDate = waits.Earliest.String()
		}
	}
	return h.form(c, http.StatusOK, sheet{input: in})
}

// Create saves a new contract.
func (h Handlers) Create(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := input(form)
	made, err := h.Contracts.Create(c.Request().Context(), session.Actor(c), in)
	if errs.KindOf(err) == errs.Invalid {
		return h.form(c, http.StatusUnprocessableEntity, sheet{input: in, problems: errs.FieldsOf(err)})
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(made.ID), made.Name+" was created.")
}

// Edit is the form of a standing contract.
func (h Handlers) Edit(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	return h.form(c, http.StatusOK, sheet{contract: &k, input: contract.InputOf(k)})
}

// Update saves a changed contract. A form that somebody else has overtaken comes back with both versions.
func (h Handlers) Update(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	in := input(form)
	version := form.Version()
	err = h.Contracts.Update(c.Request().Context(), session.Actor(c),
		contract.Edit{ID: k.ID, Version: version, Input: in})
	switch {
	case errors.Is(err, contract.ErrStale):
		return h.form(c, http.StatusConflict, sheet{contract: &k, input: in, stale: true})
	case errs.KindOf(err) == errs.Invalid:
		k.Version = version
		return h.form(c, http.StatusUnprocessableEntity, sheet{contract: &k, input: in, problems: errs.FieldsOf(err)})
	case err != nil:
		return err
	}
	return httpx.Done(c, recordPath(k.ID), in.Name+" was saved.")
}

func input(form httpx.Values) contract.Input {
	return contract.Input{
		CRMAccount: form.Get("crm_account_id"), Name: form.Get("name"), Currency: form.Get("currency"),
		BillingFrequency: form.Get("billing_frequency"),
		Timing:           form.Get("timing"), BillingDay: form.Get("billing_day"), PriceList: form.Get("price_list_id"),
		StartDate: form.Get("start_date"),
		EndDate:   form.Get("end_date"), EndRefund: form.Get("end_refund"), Renewal: form.Get("renewal"),
		BillFrom: form.Get("bill_from"), Refunds: form.Get("refunds"), PaymentTerms: form.Get("payment_terms"),
		UsageRule: form.Get("usage_rule"), TaxCode: form.Get("tax_code"), PurchaseOrder: form.Get("purchase_order"),
		Recipients: form.Get("recipients"),
		Language:   form.Get("language"), IsDefault: form.On("is_default"), BillTogether: form.On("bill_together"),
	}
}

// sheet is a form as it stands: of which contract, with which values and problems.
type sheet struct {
	contract *contract.Contract // nil: a new one
	input    contract.Input
	problems map[string]string
	stale    bool
	accounts []crm.Choice
	lists    []price.ListRow
	taxes    []tax.Rate
}

// maxChoices is how many accounts the select holds; beyond that a person types the name.
const maxChoices = 500

func (h Handlers) form(c echo.Context, status int, s sheet) error {
	if err := h.choices(c, &s); err != nil {
		return err
	}
	m := layout.Form{Page: session.Page(c, "New billing contract", nav), Groups: groups(s)}
	m.Form = ui.Form{Action: path, Save: "Create contract", Cancel: path}
	m.Page.Crumbs = []layout.Crumb{{Label: "Billing contracts", Href: path}}
	if k := s.contract; k != nil {
		m.Page.Title = "Edit " + k.Name
		m.Page.Crumbs = append(m.Page.Crumbs, layout.Crumb{Label: k.Name, Href: recordPath(k.ID)})
		m.Form = ui.Form{Action: recordPath(k.ID), Version: strconv.Itoa(k.Version), Save: "Save contract",
			Cancel: recordPath(k.ID)}
	}
	if s.stale {
		now := s
		now.input = contract.InputOf(*s.contract)
		m.Overtaken(groups(now))
	}
	if s.contract == nil {
		var err error
		if m.Remark, err = h.foresight(c, s.input); err != nil {
			return err
		}
	}
	m.Summarize(s.problems)
	m.Page.Narrow = true
	return httpx.Render(c, status, m.Show())
}

// foresight says what a new contract of a customer would bill from when, and which subscriptions are older.
func (h Handlers) foresight(c echo.Context, in contract.Input) (*ui.Callout, error) {
	ctx := c.Request().Context()
	p, err := h.Contracts.ProspectOf(ctx, h.Contracts.DB.Read(ctx), in)
	if err != nil || p.Waiting == 0 {
		return nil, err
	}
	out := &ui.Callout{Tone: ui.Info,
		Title: words.Counted(p.Waiting, "subscription", "subscriptions") + " of " + p.Name +
			" wait for a contract"}
	if in.IsDefault {
		out.Text = "They land in it"
		if in.BillFrom != "" {
			out.Text += ", and are billed from " + in.BillFrom + " once they are signed off"
		}
		out.Text += ". "
	}
	if p.Older > 0 {
		out.Text += fmt.Sprintf("Older than that day: %d; their days before it count as billed elsewhere. ", p.Older)
	}
	if p.Amount.Valid && p.Currency != "" {
		out.Text += fmt.Sprintf("By the price list: %s %s per month. ",
			money.Grouped(money.Round(p.Amount.Decimal, p.Currency), p.Currency), p.Currency)
	}
	if p.Unpriced > 0 {
		out.Text += fmt.Sprintf("Without a price in the list: %d.", p.Unpriced)
	}
	return out, nil
}

func (h Handlers) choices(c echo.Context, s *sheet) error {
	ctx := c.Request().Context()
	db := h.Contracts.DB.Read(ctx)
	var err error
	if s.accounts, err = crm.Choices(db, maxChoices); err != nil {
		return err
	}
	if s.lists, err = price.AllLists(ctx, db); err != nil {
		return err
	}
	b, err := tax.Load(ctx, db)
	s.taxes = b.Codes()
	return err
}
