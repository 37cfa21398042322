package subscription

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// repricing is what deeds about prices have in common.
type repricing struct{ manyDeed }

// listPricing gives subscriptions the price of their contract's list.
type listPricing struct{ repricing }

// rulePricing gives subscriptions a price by a rule: over cost, list or the price they have.
type rulePricing struct{ repricing }

// Name is what the deed is called.
func (listPricing) Name() string { return ListPriceDeed }

// Name is what the deed is called.
func (rulePricing) Name() string { return PriceDeed }

// Base is what a rule reckons from.
type Base string

// The bases.
const (
	OfCost Base = "cost"    // what the distributor charges
	OfList Base = "list"    // the price of a list: the contract's, or a named one
	OfNow  Base = "current" // the price that it has on the day
)

var baseWords = map[Base]string{OfCost: "cost", OfList: "list", OfNow: "price"}

// offering is what prices are to be set, as it was typed.
type offering struct {
	base   Base
	rule   price.Rule
	list   uuid.NullUUID // another list than the contract's
	on     clock.Date    // zero: as each form would propose
	follow bool
	plain  bool // the list's price as it is
}

func (o offering) words() string {
	if o.plain {
		return "the price of the list"
	}
	return o.rule.Words(baseWords[o.base])
}

func plainly(p selection.Params, problems errs.Fields) offering {
	return offering{base: OfList, on: typedDay(problems, p), plain: true,
		rule: price.Rule{Change: price.Fixed, BelowCost: true}}
}

func byRule(p selection.Params, problems errs.Fields) offering {
	o := offering{base: Base(p["base"]), on: typedDay(problems, p), follow: p["follow"] != ""}
	o.rule = price.RuleInput{Change: p["change"], Value: p["value"], Step: p["step"], Ending: p["ending"],
		BelowCost: p["below_cost"]}.Read(problems)
	if baseWords[o.base] == "" {
		problems.Add("base", "Choose cost, list price or the price now.")
	}
	if o.rule.Change == price.Margin && o.base != OfCost && baseWords[o.base] != "" {
		problems.Add("change", "A margin is reckoned over cost. Choose cost as the base.")
	}
	if p["price_list_id"] != "" {
		id, err := uuid.Parse(p["price_list_id"])
		o.list = uuid.NullUUID{UUID: id, Valid: err == nil}
		if err != nil || o.base != OfList {
			problems.Add("price_list_id", "Choose a list, with the list price as the base.")
		}
	}
	if o.follow && (o.base != OfList || o.list.Valid || o.rule.Change != price.Percent) {
		problems.Add("follow", "What follows is a percentage of the price of the contract's own list.")
	}
	return o
}

// Check refuses a day that is none.
func (listPricing) Check(_ context.Context, _ *gorm.DB, p selection.Params) error {
	problems := errs.Fields{}
	plainly(p, problems)
	return problems.Err()
}

// Check refuses a rule that cannot be meant.
func (rulePricing) Check(_ context.Context, _ *gorm.DB, p selection.Params) error {
	problems := errs.Fields{}
	byRule(p, problems)
	return problems.Err()
}

// Look says which would get the price of their list, from when, and what that changes per month.
func (d listPricing) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	return d.look(ctx, db, plainly(w.Params, errs.Fields{}), idsOf(records))
}

// Look says which would get which price by the rule, from when, and what that changes per month.
func (d rulePricing) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	return d.look(ctx, db, byRule(w.Params, errs.Fields{}), idsOf(records))
}

func (d repricing) look(ctx context.Context, db *gorm.DB, o offering, ids []uuid.UUID) ([]selection.Seen, error) {
	all, err := d.offers(ctx, db, o, ids)
	out := make([]selection.Seen, len(all))
	for i, x := range all {
		out[i] = x.seen(o)
	}
	return out, err
}

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

// Do writes the prices of those that stand as they were shown.
func (d listPricing) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.set(ctx, tx, by, plainly(w.Params, errs.Fields{}), items, w.Params["note"])
}

// Do writes the prices of those that stand as they were shown.
func (d rulePricing) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.set(ctx, tx, by, byRule(w.Params, errs.Fields{}), items, w.Params["note"])
}

func (d repricing) set(ctx context.Context, tx *gorm.DB, by audit.Actor, o offering, items []selection.Item,
	note string) ([]selection.Result, error) {
	return d.each(ctx, tx, by, items, "subscription.price_set", func(tx *gorm.DB, a Act, before Subscription,
		i selection.Item) (Subscription, string, error) {
		if err := d.still(ctx, tx, i); err != nil {
			return before, "", err
		}
		all, err := d.offers(ctx, tx, o, []uuid.UUID{a.ID})
		if err != nil {
			return before, "", err
		}
		if all[0].refused != "" {
			return before, "", errs.New(errs.Conflict, all[0].refused)
		}
		return all[0].set(ctx, tx, a, o, note)
	})
}

// set writes one price as a dated row. Its trace is that row, the proposal it decided, and what it followed before.
func (x *offer) set(ctx context.Context, tx *gorm.DB, a Act, o offering, note string) (Subscription, string, error) {
	followed, err := followOf(ctx, tx, a.ID)
	if err != nil {
		return x.Subscription, "", err
	}
	p := Price{UnitPrice: x.price.Value, Period: x.price.Period, On: x.on, Later: KeepLater, From: ledger.ByTyping,
		Note: strings.TrimSpace(note + " (" + o.words() + ")")}
	if o.base == OfList && !o.list.Valid && (o.plain || o.follow) {
		p.From, p.listed = ledger.FromList, x.item
	}
	after, err := SetPrice(ctx, tx, a, p)
	if err != nil {
		var asked *AskedPrice
		if errors.As(err, &asked) {
			return after, "", errs.New(errs.Conflict,
				"another price or a day without one stands in the way; set it by itself")
		}
		return after, "", err
	}
	if o.follow {
		f := listFollow{SubscriptionID: a.ID, Percent: o.rule.Value, Step: o.rule.Step, Ending: o.rule.Ending,
			Since: x.on}
		if err := f.keep(ctx, tx, a.Origin); err != nil {
			return after, "", err
		}
		if _, err := FollowLists(ctx, tx, []uuid.UUID{a.ID}, a.Origin, a.Zone); err != nil {
			return after, "", err
		}
	}
	h, err := history.One(ctx, tx, a.ID)
	if err != nil {
		return after, "", err
	}
	row, _ := h.PriceOn(x.on)
	if stood, found := x.h.PriceOn(x.on); found && stood.ID == row.ID {
		row.ID = uuid.Nil // the price was the same, and only follows now
	}
	doc, err := json.Marshal(priceTrace{Row: row.ID, Proposed: x.ProposedItemID, Followed: followed, Follows: o.follow})
	return after, string(doc), err
}

// priceTrace is what setting a price left, by which it is taken back.
type priceTrace struct {
	Row      uuid.UUID     `json:"row"` // nil: none was written
	Proposed uuid.NullUUID `json:"proposed"`
	Followed *listFollow   `json:"followed,omitempty"`
	Follows  bool          `json:"follows"`
}

// Undo sets the prices aside that were written, where no other was set since and no invoice stands on them; what held
// before holds again.
func (d repricing) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.each(ctx, tx, by, items, "subscription.price_taken_back", func(tx *gorm.DB, a Act, before Subscription,
		i selection.Item) (Subscription, string, error) {
		var t priceTrace
		if err := json.Unmarshal([]byte(i.Trace), &t); err != nil {
			return before, "", errSince
		}
		if err := untouchedPrice(ctx, tx, w, before, t); err != nil {
			return before, "", err
		}
		after, err := t.takeBack(ctx, tx, a)
		return after, "", err
	})
}

// untouchedPrice refuses to take a price back that something was done upon.
func untouchedPrice(ctx context.Context, tx *gorm.DB, w selection.Work, s Subscription, t priceTrace) error {
	if t.Row == uuid.Nil {
		return nil
	}
	var on struct{ Stands, Later, Billed bool }
	err := tx.WithContext(ctx).Raw(`SELECT st.counted AS stands,
			EXISTS (SELECT FROM license_changes n JOIN license_change_status ns ON ns.change_id = n.id
				WHERE n.subscription_id = c.subscription_id AND n.event = 'price' AND n.seq > c.seq AND ns.counted
				AND NOT (@follows AND n.note LIKE 'follows the list%')) AS later,
			EXISTS (SELECT FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE l.subscription_id = @id
				AND l.live AND l.to_date > c.effective_at AND i.drafted_at >= @done) AS billed
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id WHERE c.id = @row`,
		map[string]any{"row": t.Row, "id": s.ID, "done": w.DoneAt, "follows": t.Follows}).Scan(&on).Error
	switch {
	case err != nil:
		return fmt.Errorf("price to take back: %w", err)
	case !on.Stands:
		return errs.New(errs.Conflict, "its price was corrected since")
	case on.Later:
		return errs.New(errs.Conflict, "another price was set since")
	case on.Billed:
		return errs.New(errs.Conflict, "it stands on an invoice that was made since; void that or credit it first")
	}
	return nil
}

func (t priceTrace) takeBack(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	if err := unfollow(ctx, tx, a.ID); err != nil {
		return Subscription{}, err
	}
	if t.Row == uuid.Nil {
		return Get(ctx, tx, a.ID)
	}
	if t.Follows {
		if err := setAsideFollowing(ctx, tx, a, t.Row); err != nil {
			return Subscription{}, err
		}
	}
	after, err := CorrectPrice(ctx, tx, a, PriceCorrection{ChangeID: t.Row, SetAside: true, Note: "taken back"})
	if err != nil {
		return after, err
	}
	if t.Followed != nil {
		if err := t.Followed.keep(ctx, tx, a.Origin); err != nil {
			return after, err
		}
	}
	if !t.Proposed.Valid {
		return after, nil
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions SET proposed_item_id = (SELECT id FROM price_list_items
		WHERE id = ?) WHERE id = ?`, t.Proposed, a.ID).Error
	return after, err
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
