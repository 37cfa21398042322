package subscriptions

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/internal/impact"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// priced is a dated price that a person corrects.
type priced struct {
	subscription subscription.Subscription
	price        list.DatedPrice
}

// PriceForm asks for the right price or day of a dated price.
func (h Handlers) PriceForm(c echo.Context) error {
	p, err := h.pricedIn(c)
	if err != nil {
		return err
	}
	return h.priceCorrection(c, http.StatusOK, p, nil, nil)
}

// CorrectPrice sets a dated price aside and, unless it only goes, writes it as it should have been (RULES 5).
func (h Handlers) CorrectPrice(c echo.Context) error {
	p, err := h.pricedIn(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	correction, err := priceCorrectionIn(form, p.price.ChangeID)
	if err == nil {
		err = h.decisions().CorrectPrice(c.Request().Context(), session.Actor(c), opened(p.subscription.ID, form),
			correction)
	}
	if messages, ok := httpx.Refused(err); ok {
		return h.priceCorrection(c, http.StatusUnprocessableEntity, p, form, messages)
	}
	if errors.Is(err, subscription.ErrStale) {
		return errs.New(errs.Conflict,
			"Somebody changed this subscription while you were at it. Nothing was saved; "+
				"open the price again on its page.")
	}
	if err != nil {
		return err
	}
	done := "The price was corrected. The next run charges or credits what it changes of days that were billed."
	if correction.SetAside {
		done = "The price was set aside."
	}
	return httpx.Done(c, recordPath(p.subscription.ID)+"#prices", done)
}

func priceCorrectionIn(form httpx.Values, change uuid.UUID) (subscription.PriceCorrection, error) {
	problems := errs.Fields{}
	out := subscription.PriceCorrection{ChangeID: change, SetAside: form.On("set_aside"), Note: form.Get("note")}
	if out.SetAside {
		return out, nil
	}
	out.On = dayIn(form, "effective_on", problems)
	if typed := form.Get("unit_price"); typed != "" {
		amount, err := price.ParsePrice(typed)
		if err != nil {
			problems.Add("unit_price", "%s", errs.Public(err))
		}
		out.UnitPrice = decimal.NewNullDecimal(amount)
	}
	return out, problems.Err()
}

func (h Handlers) pricedIn(c echo.Context) (p priced, err error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return p, err
	}
	change, err := httpx.ID(c, "change")
	if err != nil {
		return p, err
	}
	ctx := c.Request().Context()
	if p.subscription, err = subscription.Get(ctx, h.DB.Read(ctx), id); err != nil {
		return p, err
	}
	rows, err := list.DatedPrices(ctx, h.DB.Read(ctx), id)
	for _, r := range rows {
		if r.ChangeID == change {
			p.price = r
			return p, err
		}
	}
	if err == nil {
		err = errs.New(errs.NotFound, "This subscription has no such price.")
	}
	return p, err
}

func (h Handlers) priceCorrection(c echo.Context, status int, p priced, typed httpx.Values,
	problems map[string]string) error {
	s := p.subscription
	m := h.step(c, s, "Correct a price")
	stands := worded(p.price.UnitPrice, p.price.Currency, p.price.PricePeriod)
	m.Card = ui.Card{Title: "As it stands"}
	m.Facts = ui.DefinitionList{Items: []ui.Definition{
		{Term: "Subscription", Value: ui.LinkCell(s.Called(), recordPath(s.ID)), Note: s.ExternalID},
		ui.Fact("Price", stands),
		{Term: "From", Value: day(p.price.EffectiveOn)},
		{Term: "Set", Value: ui.TextCell(setBy[p.price.PriceFrom]), Note: "by " + p.price.Actor},
	}}
	if p.price.SetAside {
		m.Remarks = []ui.Callout{{Tone: ui.Info, Title: "This price was set aside already",
			Text: p.price.Why() + ". Look at the prices that hold."}}
		return httpx.Render(c, status, m.Show())
	}
	without, err := impact.WithoutRow(c.Request().Context(), h.DB.Read(c.Request().Context()), s.ID, p.price.ChangeID)
	if err != nil {
		return err
	}
	m.Forms = []view.StepForm{rightPrice(p, typed), priceAside(p, typed, without)}
	scope := "correct"
	if typed.On("set_aside") {
		scope = "aside"
	}
	refuse(&m, scope, problems)
	return httpx.Render(c, status, m.Show())
}

func correctPath(p priced) string {
	return recordPath(p.subscription.ID) + "/prices/" + p.price.ChangeID.String() + "/correct"
}

func rightPrice(p priced, typed httpx.Values) view.StepForm {
	if typed.On("set_aside") {
		typed = nil
	}
	stands := ""
	if p.price.UnitPrice.Valid {
		stands = p.price.UnitPrice.Decimal.String()
	}
	field := func(f ui.Field) ui.Field { f.Scope = "correct"; return f }
	return view.StepForm{
		Confirm: ui.ConfirmForm{
			Action: correctPath(p), Title: "As it should have been", Button: "Correct the price", Gentle: true,
			Cancel: recordPath(p.subscription.ID) + "#prices", Hidden: versionPair(p.subscription),
			Text: "The row is set aside and written anew, with who and why. " +
				"Days that were billed at it are charged or credited by the next run.",
		},
		Fields: []ui.Field{
			field(ui.Field{Kind: ui.NumberInput, Name: "unit_price", Label: "Price per seat",
				Value: typedOr(typed, "unit_price", stands), Prefix: p.price.Currency,
				Suffix: periods[p.price.PricePeriod], Size: ui.Medium}),
			field(ui.Field{Kind: ui.DateInput, Name: "effective_on", Label: "Holds from",
				Value: typedOr(typed, "effective_on", p.price.EffectiveOn.String()), Size: ui.Short}),
			field(ui.Field{Name: "note", Label: "Why", Value: typed.Get("note"), Required: true,
				Hint: "It stays with the price and stands in the audit trail."}),
		},
	}
}

func priceAside(p priced, typed httpx.Values, without impact.Weight) view.StepForm {
	note := ""
	if typed.On("set_aside") {
		note = typed.Get("note")
	}
	return view.StepForm{
		Confirm: ui.ConfirmForm{
			Action: correctPath(p), Title: "Or set it aside", Button: "Set the price aside",
			Cancel: recordPath(p.subscription.ID) + "#prices",
			Hidden: append(versionPair(p.subscription), ui.Pair{Name: "set_aside", Value: "1"}),
			Text: "It is no price any more. Another one that fits holds in its place; " +
				"where there is none, the days have no price, and a run stops at the first unpaid one.",
			Effects: []ui.Definition{{Term: "Days already billed", Value: ui.TextCell(moneyDifference(without))}},
		},
		Fields: []ui.Field{{Scope: "aside", Name: "note", Label: "Why", Value: note, Required: true}},
	}
}

func versionPair(s subscription.Subscription) []ui.Pair {
	return []ui.Pair{{Name: "version", Value: strconv.Itoa(s.Version)}}
}
