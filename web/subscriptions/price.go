package subscriptions

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// SetPrice sets the selling price from a day on: an item of the contract's price
// list, or a person's own amount, which is an exception. Where a person must say more,
// it asks (RULES 5).
func (h Handlers) SetPrice(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	p, err := priceIn(form)
	if err == nil {
		err = h.notBoth(c.Request().Context(), id, form, p)
	}
	if err == nil {
		err = h.decisions().SetPrice(c.Request().Context(), session.Actor(c), opened(id, form), p)
	}
	var asked *subscription.AskedPrice
	if errors.As(err, &asked) {
		return h.askPrice(c, id, form, *asked)
	}
	return h.answer(c, id, form, "price", "The price was saved.", err)
}

// notBoth refuses an item together with another price: nobody can tell which was meant.
func (h Handlers) notBoth(ctx context.Context, id uuid.UUID, form httpx.Values, p subscription.Price) error {
	if !p.ItemID.Valid || form.Get("unit_price") == "" {
		return nil
	}
	typed, err := price.ParsePrice(form.Get("unit_price"))
	options, oerr := list.OptionsOf(ctx, h.DB.Read(ctx), id)
	if oerr != nil {
		return oerr
	}
	for _, x := range options.Prices {
		if x.ID == p.ItemID.UUID && err == nil && x.UnitPrice.Equal(typed) {
			return nil
		}
	}
	return errs.Fields{"unit_price": "Choose an item of the price list or type a price of your own, not both."}.Err()
}

// KeepPrice declines what a renewal proposed.
func (h Handlers) KeepPrice(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	err = h.decisions().KeepPrice(c.Request().Context(), session.Actor(c), opened(id, form))
	return h.answer(c, id, form, "", "The price stays as it is.", err)
}

// priceIn reads the form. No day is the one that the record proposes.
func priceIn(form httpx.Values) (subscription.Price, error) {
	problems := errs.Fields{}
	p := subscription.Price{Note: form.Get("note"), On: dayIn(form, "effective_on", problems),
		Later: subscription.Later(form.Get("later")), Gap: form.On("gap") || form.Get("gap") == "yes"}
	switch p.Later {
	case subscription.NotSaid, subscription.KeepLater, subscription.ReplaceLater:
	default:
		problems.Add("later", "Say whether the later prices stay (keep) or are set aside (replace).")
	}
	var err error
	if p.ItemID, err = idIn(form, "price_list_item_id", "Choose an item of the contract's price list."); err != nil {
		problems.Add("price_list_item_id", "Choose an item of the contract's price list.")
	}
	if !p.ItemID.Valid {
		ownPrice(form, &p, problems)
	}
	return p, problems.Err()
}

// dayIn reads a day that may be left empty.
func dayIn(form httpx.Values, name string, problems errs.Fields) clock.Date {
	on, err := clock.ParseDate(form.Get(name))
	if err != nil {
		problems.Add(name, "Write the date as YYYY-MM-DD.")
	}
	return on
}

func ownPrice(form httpx.Values, p *subscription.Price, problems errs.Fields) {
	amount, err := price.ParsePrice(form.Get("unit_price"))
	if err != nil {
		problems.Add("unit_price", "%s", errs.Public(err))
	} else {
		p.UnitPrice = decimal.NewNullDecimal(amount)
	}
	period, known := money.ParsePeriod(form.Get("price_period"))
	if !known {
		problems.Add("price_period", "Choose what the price is for: a month, a quarter, a year, three years, or once.")
	}
	p.Period = period
}
