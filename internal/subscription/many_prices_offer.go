package subscription

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// offer is the price that one subscription would get.
type offer struct {
	Subscription
	h        history.History
	on       clock.Date
	now      ledger.Amount // on that day
	priced   bool
	price    ledger.Amount
	item     uuid.NullUUID
	raised   bool   // to its cost
	older    bool   // the item was not in force when the term began
	refused  string // why it gets none
	later    []history.Row
	currency string
}

// offers reckons the price of each.
func (d repricing) offers(ctx context.Context, db *gorm.DB, o offering, ids []uuid.UUID) ([]offer, error) {
	rows, err := load(ctx, db, "s.id = ANY (?::uuid[]) ORDER BY s.id", postgres.IDs(ids))
	if err != nil {
		return nil, err
	}
	histories, err := history.Load(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	today := clock.Today(d.Clock, d.Zone)
	all := make([]offer, len(rows))
	for i, s := range rows {
		all[i] = offer{Subscription: s, h: histories[s.ID]}
		all[i].begin(o, today)
	}
	if o.base == OfList {
		if err := fromLists(ctx, db, o, all, today); err != nil {
			return nil, err
		}
	}
	for i := range all {
		all[i].reckon(o, today)
	}
	return all, nil
}

// begin settles the day, and what can have no price at all.
func (x *offer) begin(o offering, today clock.Date) {
	switch {
	case !x.ContractID.Valid:
		x.refused = "it stands in no contract"
		return
	case x.State == Inactive:
		x.refused = "it has ended"
		return
	case x.Kind == distributor.Usage:
		x.refused = "usage has no price here"
		return
	}
	if x.on = o.on; x.on.IsZero() {
		x.on = ProposedDay(x.h, today)
	}
	x.currency = currencyOn(x.h, x.on, x.h.Contract(x.ContractID.UUID).Currency)
	if stands, found := x.h.PriceOn(x.on); found {
		x.now, x.priced = stands.Price.Amount, true
	}
	x.later = LaterPrices(x.h, x.on)
}

// fromLists finds the item of each: of the term's start for the plain list price (RULES 5), else the one in force on
// the day.
func fromLists(ctx context.Context, db *gorm.DB, o offering, all []offer, today clock.Date) error {
	var onTerm, onDay []pricing
	for i, x := range all {
		if x.refused != "" {
			continue
		}
		p := pricingOf(i, x.ContractID.UUID, x.Subscription, today)
		if o.plain {
			onTerm = append(onTerm, p)
		}
		p.On = x.on.String()
		onDay = append(onDay, p)
	}
	first, err := itemsOf(ctx, db, o.list, onTerm)
	if err != nil {
		return err
	}
	second, err := itemsOf(ctx, db, o.list, onDay)
	if err != nil {
		return err
	}
	for i := range all {
		found, ok := first[i]
		if !ok {
			found, ok = second[i]
			all[i].older = o.plain && ok
		}
		if ok {
			all[i].price, all[i].item = found.price(), set(found.ID)
		}
	}
	return nil
}

// itemsOf is itemsInForce in a list that was named; without one in that of each contract.
func itemsOf(ctx context.Context, db *gorm.DB, list uuid.NullUUID, asked []pricing) (map[int]item, error) {
	if !list.Valid || len(asked) == 0 {
		return itemsInForce(ctx, db, asked)
	}
	doc, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	var found []item
	err = db.WithContext(ctx).Raw(`
		SELECT DISTINCT ON (w.n) w.n, i.id, i.unit_price, i.unit, l.currency
		FROM jsonb_to_recordset(?::jsonb) AS w (n integer, contract_id uuid, product_id uuid, term text, frequency text,
			day date)
		JOIN billing_contracts b ON b.id = w.contract_id
		JOIN price_lists l ON l.id = ? AND l.currency = b.currency
		JOIN price_list_items i ON i.price_list_id = l.id AND i.product_id = w.product_id AND i.term = w.term
		AND i.billing_frequency = w.frequency
		WHERE i.effective_from <= w.day AND (i.effective_to IS NULL OR i.effective_to > w.day)
		ORDER BY w.n, i.effective_from DESC`, string(doc), list).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("prices of a list: %w", err)
	}
	byN := make(map[int]item, len(found))
	for _, i := range found {
		byN[i.N] = i
	}
	return byN, nil
}

// reckon makes the price of the base, and says where there is none.
func (x *offer) reckon(o offering, today clock.Date) {
	if x.refused != "" {
		return
	}
	base := x.price
	switch o.base {
	case OfCost:
		base = x.Cost()
	case OfNow:
		base = x.now
	}
	switch {
	case !base.Value.Valid && o.base == OfList:
		x.refused = "the list has no price for its product, term and frequency"
	case !base.Value.Valid && o.base == OfCost:
		x.refused = "its cost is not known"
	case !base.Value.Valid:
		x.refused = "it has no price on " + x.on.String()
	case base.Period == money.Unknown || base.Period == "":
		x.refused = "the period of its " + baseWords[o.base] + " is not known"
	case base.Currency != x.currency:
		x.refused = fmt.Sprintf("its %s is in %s, the contract in %s; nothing is converted", baseWords[o.base],
			base.Currency, x.currency)
	}
	if x.refused != "" {
		return
	}
	x.price = base
	if !o.plain {
		value, raised := o.rule.Of(base.Value.Decimal, x.costFor(base.Period), x.currency)
		x.price.Value, x.raised = decimal.NewNullDecimal(value), raised
	}
	p := Price{UnitPrice: x.price.Value, Period: x.price.Period, On: x.on}
	if err := p.check(x.h, today); err != nil {
		x.refused = said(err)
		return
	}
	gap := firstWithout(x.h, x.on)
	switch {
	case !gap.IsZero():
		x.refused = fmt.Sprintf("billable days from %s would stay without a price: choose that day", gap)
	case x.priced && x.now.Equal(x.price) && !o.follow:
		x.refused = "it has this price"
	case x.price.Value.Decimal.IsZero() && x.Kind != distributor.Trial:
		x.refused = "the price would be 0"
	}
}

// said is the first thing that a refusal says.
func said(err error) string {
	for _, s := range errs.FieldsOf(err) {
		return s
	}
	return errs.Public(err)
}

// costFor is its cost for a period; unknown where it cannot be compared.
func (x *offer) costFor(p money.Period) decimal.NullDecimal {
	cost := x.Cost()
	if !cost.Value.Valid || cost.Currency != x.currency {
		return decimal.NullDecimal{}
	}
	if cost.Period == p {
		return cost.Value
	}
	month, ok := money.PerMonth(cost.Value.Decimal, cost.Period)
	if !ok || p.Months() == 0 || cost.Period == money.Once {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(month.Mul(decimal.NewFromInt(int64(p.Months()))))
}

// How a preview of prices counts.
const (
	belowCost = "below cost"
	atCost    = "raised to its cost"
	firstTime = "gets a price"
	dearer    = "dearer"
	cheaper   = "cheaper"
	as        = "the same amount"
)

func (x *offer) seen(o offering) selection.Seen {
	out := selection.Seen{ID: x.ID, Name: named(x.Subscription), Sub: x.ExternalID, Kind: x.refused}
	if x.refused != "" {
		return out
	}
	out.Will, out.Seats, out.Currency = true, x.Quantity, x.currency
	out.Amount, out.Was = perMonth(x.price.Value, x.price.Period, x.Quantity),
		perMonth(x.now.Value, x.now.Period, x.Quantity)
	out.Says = fmt.Sprintf("From %s: %s", x.on, amountWords(x.price))
	if x.priced {
		out.Says += ", before " + amountWords(x.now)
	}
	cost := x.costFor(x.price.Period)
	switch {
	case cost.Valid && x.price.Value.Decimal.LessThan(cost.Decimal):
		out.Kind = belowCost
		out.Says += fmt.Sprintf(". It costs %s %s", cost.Decimal, x.currency)
	case x.raised:
		out.Kind = atCost
	case !x.priced:
		out.Kind = firstTime
	case out.Amount.Decimal.GreaterThan(out.Was.Decimal):
		out.Kind = dearer
	case out.Amount.Decimal.LessThan(out.Was.Decimal):
		out.Kind = cheaper
	default:
		out.Kind = as
	}
	if x.older {
		out.Says += ". The list had no price when its term began"
	}
	if len(x.later) > 0 {
		out.Says += fmt.Sprintf(". Another price begins on %s and stays", x.later[0].On)
	}
	if o.follow {
		out.Says += ". It follows the list from then on"
	}
	return out
}

// amountWords say a price: "12.50 USD per month".
func amountWords(a ledger.Amount) string {
	per := "per " + strings.ReplaceAll(string(a.Period), "_", " ")
	if a.Period == money.Once {
		per = "once"
	}
	d := a.Value.Decimal
	text := d.String()
	if places := money.Digits(a.Currency); d.Equal(d.Round(places)) {
		text = d.StringFixed(places)
	}
	return fmt.Sprintf("%s %s %s", text, a.Currency, per)
}
