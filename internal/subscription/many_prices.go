package subscription

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
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
