package subscription

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/subscription/plan"
)

// Price is a selling price that a person sets: an amount of their own, or an item of
// the contract's price list, as one proposed at a renewal.
type Price struct {
	UnitPrice decimal.NullDecimal
	Period    money.Period
	ItemID    uuid.NullUUID // set: the item's price and period, and no exception
	On        clock.Date    // zero: the first day without a price, else today
	Later     Later         // what becomes of prices that begin later
	Gap       bool          // billable days before it stay without a price
	From      ledger.PriceFrom
	Note      string

	listed uuid.NullUUID // the item that an amount of its own was reckoned from
}

// Later is what a person says of prices that begin after a new one.
type Later string

// The answers.
const (
	NotSaid      Later = ""
	KeepLater    Later = "keep"    // they hold from their days
	ReplaceLater Later = "replace" // they are set aside
)

// AskedPrice is what a person must say before a price is entered. It is an errs.Conflict.
type AskedPrice struct {
	On    clock.Date    // day of the price that was entered
	Later []history.Row // prices that begin later
	Gap   clock.Date    // first billable day that would stay without a price; zero: none
}

func (a *AskedPrice) Error() string { return "subscription: a price needs a person's word" }

// SetPrice writes a price row of that date (RULES 5). A price of a person's own is
// kept by every later landing, and marked as an exception. A proposal that stood is
// thereby decided, and it follows no list any more. Refused with an AskedPrice where it comes before later prices, or
// leaves billable days without one, and the person has not said what becomes of them.
func SetPrice(ctx context.Context, tx *gorm.DB, a Act, p Price) (Subscription, error) {
	return actOnPrice(ctx, tx, a, func(s plan.Current, h history.History) (plan.Plan, error) {
		if !s.ContractID.Valid {
			return plan.Plan{}, errs.New(errs.Conflict,
				"A price is set within a contract, in its currency. Put the subscription into a contract first.")
		}
		to, err := groundOf(ctx, tx, s.ContractID.UUID)
		if err != nil {
			return plan.Plan{}, err
		}
		if p.ItemID.Valid {
			if err := p.ofItem(ctx, tx, s, *to); err != nil {
				return plan.Plan{}, err
			}
		}
		dated := !p.On.IsZero()
		if !dated {
			p.On = ProposedDay(h, a.Today())
		}
		if err := p.check(h, a.Today()); err != nil {
			return plan.Plan{}, err
		}
		if err := p.asks(ctx, tx, a, h); err != nil {
			return plan.Plan{}, err
		}
		if err := unfollow(ctx, tx, a.ID); err != nil {
			return plan.Plan{}, err
		}
		d := s.Draft()
		d.Row.ProposedItemID = uuid.NullUUID{}
		row := p.row(h, s.Subscription, currencyOn(h, p.On, to.Currency))
		if p.Later == ReplaceLater || !holds(h, row, dated) {
			d.Enter(row)
		}
		return d.Finish(&s.Subscription), nil
	})
}

// currencyOn is that of the contract that a day belongs to: days of a former one keep theirs.
func currencyOn(h history.History, day clock.Date, otherwise string) string {
	if k := h.Contract(h.ContractOn(day)); k.Currency != "" {
		return k.Currency
	}
	return otherwise
}

// holds tells whether the same price of the same source holds on that day already; where a person named the day, from
// another day it is a change.
func holds(h history.History, row ledger.Change, dated bool) bool {
	stands, found := h.PriceOn(row.EffectiveAt)
	typed := row.PriceFor.From == ledger.ByTyping
	return found && (!dated || stands.On == row.EffectiveAt) && stands.Price.Equal(row.Price) &&
		stands.Price.ByPerson == typed && stands.Price.ItemID == row.PriceFor.ItemID
}

// actOnPrice is act with the history that prices are reckoned from.
func actOnPrice(ctx context.Context, tx *gorm.DB, a Act,
	decide func(plan.Current, history.History) (plan.Plan, error)) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		h, err := history.One(ctx, tx, a.ID)
		if err != nil {
			return plan.Plan{}, err
		}
		return decide(s, h)
	})
}

// ofItem takes price and period from an item of the contract's list.
func (p *Price) ofItem(ctx context.Context, tx *gorm.DB, s plan.Current, to ground) error {
	var found []item
	err := tx.WithContext(ctx).Raw(`
		SELECT i.id, i.unit_price, i.unit, l.currency FROM price_list_items i
		JOIN price_lists l ON l.id = i.price_list_id
		WHERE i.id = ? AND i.price_list_id = ?
		AND i.product_id = ?`, p.ItemID.UUID, to.PriceListID, s.ProductID).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("price list item: %w", err)
	}
	if len(found) == 0 || found[0].Currency != to.Currency {
		return errs.Fields{"price_list_item_id": "This is no price of this product in the contract's price list and " +
			"currency."}.Err()
	}
	p.UnitPrice, p.Period = decimal.NewNullDecimal(found[0].UnitPrice), found[0].Unit
	return nil
}

// yearsAhead is how far ahead a price may be dated.
const yearsAhead = 5

func (p Price) check(h history.History, today clock.Date) error {
	problems := errs.Fields{}
	switch {
	case !p.UnitPrice.Valid:
		problems.Add("unit_price", "Enter a price.")
	case p.UnitPrice.Decimal.IsNegative() || p.UnitPrice.Decimal.GreaterThanOrEqual(money.HighestPrice):
		problems.Add("unit_price", "Enter a price from 0 to below %s.", money.HighestPrice)
	}
	if p.Period.Months() == 0 && p.Period != money.Once {
		problems.Add("price_period", "Choose what the price is for: a month, a quarter, a year, three years, or once.")
	}
	datable(problems, h, p.On, today)
	return problems.Err()
}

func datable(problems errs.Fields, h history.History, on, today clock.Date) {
	switch first := h.FirstDay(); {
	case on.IsZero():
		problems.Add("effective_on", "Enter the day from which it holds.")
	case on.Before(first):
		problems.Add("effective_on", "The first billable day of this subscription is %s; no price holds before it.",
			first)
	case on.After(clock.Later(today, first).AddMonths(12 * yearsAhead)):
		problems.Add("effective_on", "This is more than five years ahead. Enter an earlier day.")
	}
}

// ProposedDay is the day that the form proposes: the first billable one without a price, else today.
func ProposedDay(h history.History, today clock.Date) clock.Date {
	if gap := firstWithout(h, clock.Later(today, h.FirstDay()).AddDays(1)); !gap.IsZero() {
		return gap
	}
	return clock.Later(today, h.FirstDay())
}

// firstWithout is the first billable day before one that counts seats and has no price; zero: none.
func firstWithout(h history.History, before clock.Date) clock.Date {
	var first clock.Date
	for _, id := range h.Contracts() {
		for _, s := range h.Days(id, before) {
			if s.Own && !s.Priced && s.Counted > 0 && (first.IsZero() || s.From.Before(first)) {
				first = s.From
			}
		}
	}
	return first
}

// LaterPrices are the prices of the contract of a day that begin after it.
func LaterPrices(h history.History, on clock.Date) []history.Row {
	var out []history.Row
	currency := h.Contract(h.ContractOn(on)).Currency
	for _, r := range h.Rows {
		if r.Event == ledger.Price && r.On.After(on) && r.Price.Value.Valid && r.Price.Currency == currency {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b history.Row) int { return b.On.DaysUntil(a.On) })
	return out
}

// asks refuses a price that a person must say more about; it sets later ones aside where they said so.
func (p Price) asks(ctx context.Context, tx *gorm.DB, a Act, h history.History) error {
	later := LaterPrices(h, p.On)
	asked := &AskedPrice{On: p.On}
	if p.Later == NotSaid {
		asked.Later = later
	}
	if gap := firstWithout(h, p.On); !p.Gap && !gap.IsZero() {
		asked.Gap = gap
	}
	switch {
	case len(asked.Later) > 0:
		return errs.Because(errs.Conflict,
			fmt.Sprintf("Another price begins on %s. Say whether it stays from its day, or is set aside. "+
				"Nothing was changed.", later[0].On), asked)
	case !asked.Gap.IsZero():
		return errs.Because(errs.Conflict, fmt.Sprintf(
			"Billable days from %s up to %s would stay without a price, so they could not be billed. "+
				"Choose %s, or say that they stay so. Nothing was changed.",
			asked.Gap, p.On, asked.Gap), asked)
	case p.Later != ReplaceLater || len(later) == 0:
		return nil
	}
	ids := make([]uuid.UUID, len(later))
	for i, r := range later {
		ids[i] = r.ID
	}
	no := false
	_, err := ledger.Mark{By: a.Origin.By, Why: fmt.Sprintf("replaced by the price from %s", p.On),
		Counted: &no}.Apply(ctx, tx, ids)
	return err
}

func (p Price) row(h history.History, s Subscription, currency string) ledger.Change {
	from := p.From
	switch {
	case from != "":
	case p.ItemID.Valid:
		from = ledger.FromList
	default:
		from = ledger.ByTyping
	}
	row := priceRow(h, s, p.On, ledger.Amount{Value: plan.Places(p.UnitPrice), Period: p.Period, Currency: currency},
		from, p.Note)
	row.PriceFor.ItemID = p.ItemID
	if p.listed.Valid {
		row.PriceFor.ItemID = p.listed
	}
	return row
}

// PriceCorrection is the right price or day of a price row, or that it is to be set aside.
type PriceCorrection struct {
	ChangeID  uuid.UUID
	UnitPrice decimal.NullDecimal // none: as it was
	On        clock.Date          // zero: as it was
	SetAside  bool
	Note      string
}

// CorrectPrice sets a price row aside and, unless it only goes, writes it anew in its
// place with who and why. Days that were billed at it are charged or credited by the
// next run. errs.Conflict for a row that does not count any more.
func CorrectPrice(ctx context.Context, tx *gorm.DB, a Act, c PriceCorrection) (Subscription, error) {
	return actOnPrice(ctx, tx, a, func(s plan.Current, h history.History) (plan.Plan, error) {
		i := slices.IndexFunc(h.Rows, func(r history.Row) bool { return r.ID == c.ChangeID && r.Event == ledger.Price })
		if i < 0 {
			return plan.Plan{}, errs.New(errs.Conflict,
				"This is no price that holds: it was set aside already, or belongs to another subscription. "+
					"Nothing was changed.")
		}
		old := h.Rows[i]
		if err := c.check(h, old, a.Today()); err != nil {
			return plan.Plan{}, err
		}
		no := false
		if _, err := (ledger.Mark{By: a.Origin.By, Why: "price corrected: " + c.Note, Counted: &no}).Apply(ctx, tx,
			[]uuid.UUID{old.ID}); err != nil {
			return plan.Plan{}, err
		}
		d := s.Draft()
		d.Touched = true
		if !c.SetAside {
			d.Enter(c.row(h, s.Subscription, old))
		}
		return d.Finish(&s.Subscription), nil
	})
}

func (c PriceCorrection) check(h history.History, old history.Row, today clock.Date) error {
	problems := errs.Fields{}
	if c.Note == "" {
		problems.Add("note", "Say why; it stays with the price.")
	}
	if c.UnitPrice.Valid && (c.UnitPrice.Decimal.IsNegative() ||
		c.UnitPrice.Decimal.GreaterThanOrEqual(money.HighestPrice)) {
		problems.Add("unit_price", "Enter a price from 0 to below %s.", money.HighestPrice)
	}
	if !c.SetAside && !c.On.IsZero() {
		datable(problems, h, c.On, today)
	}
	if !c.SetAside && !c.reprices(old) && (c.On.IsZero() || c.On == old.On) {
		problems.Add("unit_price", "This price holds from this day already. Enter the right price, or the right day.")
	}
	return problems.Err()
}

func (c PriceCorrection) row(h history.History, s Subscription, old history.Row) ledger.Change {
	price, on, from := old.Price.Amount, old.On, ledger.ByTyping
	if c.reprices(old) {
		price.Value = plan.Places(c.UnitPrice)
	} else {
		from = old.Price.From
	}
	if !c.On.IsZero() {
		on = c.On
	}
	row := priceRow(h, s, on, price, from, c.Note)
	row.ReplacesID = set(old.ID)
	row.PriceFor.Product, row.PriceFor.Term, row.PriceFor.Frequency = old.Price.Product, old.Price.Term,
		old.Price.Rhythm
	if !c.reprices(old) {
		row.PriceFor.ItemID = old.Price.ItemID
	}
	return row
}

// reprices tells whether the amount is another one. A 0 that a machine filled in is no price; typed, it becomes one.
func (c PriceCorrection) reprices(old history.Row) bool {
	was := old.Price.Value.Decimal
	return c.UnitPrice.Valid && (!c.UnitPrice.Decimal.Equal(was) || was.IsZero() && !old.Price.ByPerson)
}
