package subscription_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
)

// priced writes whatever moves the price of a day, and compares the stored copy with the history after each step.
type priced struct {
	*office
	id       uuid.UUID
	ext      string
	record   distributor.Subscription
	contract []uuid.UUID
}

func newPriced(o *office, n int) *priced {
	mine := *o
	mine.world = &world{t: o.t, db: o.db, now: time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)}
	mine.customer = mine.world.customer(fmt.Sprintf("Priced %d", n))
	p := &priced{office: &mine, ext: fmt.Sprintf("P%d", n)}
	other := mine.priceList("USD")
	mine.priceItem(other, part, "31", "2025-06-01")
	bare := mine.priceList("USD")
	for i, list := range []uuid.UUID{o.list, other, bare} {
		p.contract = append(p.contract, mine.world.contract(mine.customer, list, i == 0))
	}
	mine.exec(`UPDATE billing_contracts SET bill_from = '2026-04-01' WHERE id = ?`, p.contract[1])
	mine.account = mine.mapTo(mine.world.account(o.provider, fmt.Sprintf("priced-%d", n)), mine.customer)
	p.record = record(p.ext)
	mine.sync(mine.provider, mine.account, p.record)
	p.id = mine.byExternal(p.ext).ID
	return p
}

// try runs an act; a refusal by a rule is no failure.
func (p *priced) try(rt *rapid.T, do func(tx *gorm.DB, a subscription.Act) error) {
	err := p.db.InTx(p.t.Context(), func(tx *gorm.DB) error { return do(tx, p.act(p.id)) })
	if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid || ledgerFault(err) {
		rt.Fatal(err)
	}
}

func (p *priced) change(c func(*distributor.Subscription)) {
	r := p.record
	p.record = record(p.ext, func(d *distributor.Subscription) { *d = r; c(d) })
	p.sync(p.provider, p.account, p.record)
}

func (p *priced) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"price":         p.setPrice,
		"correct price": p.correctPrice,
		"contract":      p.setContract,
		"days pass": func(rt *rapid.T) {
			p.now = p.now.AddDate(0, 0, rapid.IntRange(1, 90).Draw(rt, "days"))
			p.tx(func(tx *gorm.DB) error {
				_, err := subscription.DayChanged(p.t.Context(), tx, p.person().Today())
				return err
			})
		},
		"product": func(rt *rapid.T) {
			number := rapid.SampledFrom([]string{part, "OTHER"}).Draw(rt, "part")
			p.change(func(d *distributor.Subscription) { d.PartNumber, d.SKU = number, "sku-"+number })
		},
		"term": func(rt *rapid.T) {
			word := rapid.SampledFrom([]distributor.Term{distributor.Annual, distributor.Monthly,
				distributor.FreqUnknown}).Draw(rt, "term")
			p.change(func(d *distributor.Subscription) { d.Term = word })
		},
		"seats": func(rt *rapid.T) { p.change(seats(rapid.IntRange(0, 9).Draw(rt, "seats"))) },
		"unmapped and back": func(*rapid.T) {
			p.account = p.mapTo(p.unmap(p.account, account.Unmapped), p.customer)
		},
		"list fills": func(*rapid.T) {
			p.tx(func(tx *gorm.DB) error {
				_, err := subscription.FillPrices(p.t.Context(), tx, p.contract[0], p.person(), time.UTC)
				return err
			})
		},
		"": p.check,
	}
}

func (p *priced) setPrice(rt *rapid.T) {
	today := p.person().Today()
	price := subscription.Price{
		UnitPrice: price(rapid.SampledFrom([]string{"0", "19", "20", "21.5"}).Draw(rt, "price")), Period: money.Month,
		On: today.AddDays(rapid.IntRange(-60, 60).Draw(rt, "days")),
		Later: rapid.SampledFrom([]subscription.Later{subscription.KeepLater, subscription.ReplaceLater,
			subscription.NotSaid}).Draw(rt, "later"),
		Gap: rapid.Bool().Draw(rt, "gap"),
	}
	p.try(rt, func(tx *gorm.DB, a subscription.Act) error {
		h, err := history.One(p.t.Context(), tx, p.id)
		if err != nil {
			return err
		}
		later := subscription.LaterPrices(h, price.On)
		_, err = subscription.SetPrice(p.t.Context(), tx, a, price)
		var asked *subscription.AskedPrice
		if price.Later == subscription.NotSaid && len(later) > 0 && !price.On.Before(h.FirstDay()) &&
			len(h.Stays) > 0 &&
			h.ContractOn(today) != uuid.Nil && !errors.As(err, &asked) {
			rt.Errorf("a price on %s before another on %s did not ask: %v", price.On, later[0].On, err)
		}
		return err
	})
}

func (p *priced) correctPrice(rt *rapid.T) {
	h := p.history(rt)
	var rows []history.Row
	for _, r := range h.Rows {
		if r.Event == ledger.Price {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return
	}
	row := rapid.SampledFrom(rows).Draw(rt, "row")
	c := subscription.PriceCorrection{ChangeID: row.ID, Note: "as agreed", SetAside: rapid.Bool().Draw(rt, "aside")}
	if rapid.Bool().Draw(rt, "other price") {
		c.UnitPrice = price("17.25")
	}
	if rapid.Bool().Draw(rt, "other day") {
		c.On = row.On.AddDays(rapid.IntRange(-40, 40).Draw(rt, "days"))
	}
	p.try(rt, func(tx *gorm.DB, a subscription.Act) error {
		_, err := subscription.CorrectPrice(p.t.Context(), tx, a, c)
		return err
	})
}

func (p *priced) setContract(rt *rapid.T) {
	to := uuid.NullUUID{}
	if n := rapid.IntRange(0, len(p.contract)).Draw(rt, "contract"); n > 0 {
		to = uuid.NullUUID{UUID: p.contract[n-1], Valid: true}
	}
	p.try(rt, func(tx *gorm.DB, a subscription.Act) error {
		_, err := subscription.SetContract(p.t.Context(), tx, a, to)
		return err
	})
}

func (p *priced) history(rt *rapid.T) history.History {
	h, err := history.One(p.t.Context(), p.db.Read(p.t.Context()), p.id)
	if err != nil {
		rt.Fatal(err)
	}
	return h
}

func (p *priced) check(rt *rapid.T) {
	stored, h := p.byExternal(p.ext), p.history(rt)
	row, found := h.PriceToday(p.person().Today())
	if !found {
		row = history.Row{}
	}
	is, want := stored.Price(), row.Price.Amount
	if !is.Equal(want) || stored.UnitPrice.Valid != found || stored.PriceByPerson != row.Price.ByPerson ||
		stored.PriceItemID != row.Price.ItemID {
		rt.Fatalf("stored price %v (by person %v), of today %v (by person %v)", is, stored.PriceByPerson, want,
			row.Price.ByPerson)
	}
	if !stored.ContractID.Valid && found {
		rt.Fatalf("outside of a contract it has the price %v", want)
	}
	if found && row.Price.From == ledger.OnLanding && stored.ContractID.UUID == p.contract[2] {
		rt.Fatalf("a contract whose list has no price has the filled price %v", want)
	}
}

func TestTheStoredPriceIsThatOfTodayAfterAnySequenceOfWrites(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	few(t, func(rt *rapid.T, n int) { rt.Repeat(newPriced(o, n).actions()) })
}

// few runs a property half of inDatabase times; once it failed, as often as it takes to make the failure small.
func few(t *testing.T, run func(rt *rapid.T, n int)) {
	n, passed, failed := 0, 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if passed >= inDatabase/2 && !failed {
			return
		}
		done := false
		defer func() { failed = failed || !done }()
		n++
		run(rt, n)
		passed, done = passed+1, true
	})
}
