package review_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

// history is random writes of all the rooms that a review follows.
type history struct {
	*world
	sides     []*side
	customers []uuid.UUID
	contracts []uuid.UUID
	names     []string // external ids that were ever listed
	list      uuid.UUID
	item      uuid.UUID
	n         int // tells this history from the others
}

// After any sequence of writes the stored review equals a fresh one, and every
// signature that stands has the present fingerprint (DESIGN 4, RULES 7).
func TestTheStoredReviewFollowsEveryWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		h := begin(w, rt)
		actions := h.actions()
		actions[""] = func(rt *rapid.T) { h.check(rt) }
		rt.Repeat(actions)
	})
}

func begin(w *world, rt *rapid.T) *history {
	w.made++ // histories share a database, each with customers of its own
	h := &history{world: w, n: w.made}
	h.list, h.item = w.priceList(fmt.Sprintf("List %d", h.n))
	for i := range 2 {
		c := w.customer(fmt.Sprintf("Customer %d.%d", h.n, i))
		h.customers = append(h.customers, c)
		h.contracts = append(h.contracts, w.contract(c, "Monthly", h.list).ID)
		h.sides = append(h.sides, w.side(fmt.Sprintf("provider-%d-%d", h.n, i)))
	}
	h.lists(rt, h.sides[0])
	h.lists(rt, h.sides[1])
	return h
}

func (h *history) check(rt *rapid.T) {
	stale, err := h.reviews.Stale(h.Context(), h.db.Read(h.Context()), h.all())
	if err != nil {
		rt.Fatal(err)
	}
	if len(stale) > 0 {
		rt.Fatalf("stored reviews differ from fresh ones:\n%s", strings.Join(stale, "\n"))
	}
}

func (h *history) lists(rt *rapid.T, s *side) {
	name := fmt.Sprintf("S-%d-%d", h.n, len(h.names))
	h.names = append(h.names, name)
	s.listed[name] = record(name, func(d *distributor.Subscription) {
		if rapid.Bool().Draw(rt, "other product") {
			d.PartNumber, d.SKU = "OTHER:0001", "900200"
		}
	})
	h.sync(s)
}

func (h *history) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"days pass": func(rt *rapid.T) {
			h.clock.Advance(time.Duration(rapid.IntRange(1, 40).Draw(rt, "days")) * 24 * time.Hour)
			h.do(rt, h.db.InTx(h.Context(),
				func(tx *gorm.DB) error { return h.reviews.Refresh(h.Context(), tx, h.all()) }))
		},
		"new":        func(rt *rapid.T) { h.lists(rt, h.anySide(rt)) },
		"changes":    h.changes,
		"missing":    h.misses,
		"map":        h.maps,
		"unmap":      h.unmaps,
		"exclude":    h.excludes,
		"own price":  h.ownPrice,
		"list price": h.listPrice,
		"contract":   h.moves,
		"no contract": func(rt *rapid.T) {
			h.person(rt, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
				return subscription.SetContract(h.Context(), tx, a, uuid.NullUUID{})
			})
		},
		"no twin": func(rt *rapid.T) {
			h.person(rt, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
				return subscription.DeclareNoTwin(h.Context(), tx, a)
			})
		},
		"confirm": func(rt *rapid.T) {
			h.person(rt, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
				return subscription.ConfirmGone(h.Context(), tx, a)
			})
		},
		"keep price": func(rt *rapid.T) {
			h.person(rt, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
				return subscription.KeepPrice(h.Context(), tx, a)
			})
		},
		"edit contract": func(rt *rapid.T) {
			h.do(rt, h.editContract(rapid.SampledFrom(h.contracts).Draw(rt, "contract"), rt))
		},
		"price item": h.editItem,
		"sign":       h.signs,
		"sign all":   h.signsAll,
	}
}

// do lets a refusal by a rule pass, and fails on anything else.
func (h *history) do(rt *rapid.T, err error) {
	switch errs.KindOf(err) {
	case errs.Conflict, errs.Invalid:
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
}

func (h *history) anySide(rt *rapid.T) *side { return rapid.SampledFrom(h.sides).Draw(rt, "side") }

func (h *history) person(rt *rapid.T, do func(*gorm.DB, subscription.Act) (subscription.Subscription, error)) {
	h.do(rt, h.act(rapid.SampledFrom(h.names).Draw(rt, "subscription"), do))
}

// changes alters one listed record in one of the ways that distributors do.
func (h *history) changes(rt *rapid.T) {
	s := h.anySide(rt)
	if name, was, any := s.any(rt); any {
		s.listed[name] = record(name, func(d *distributor.Subscription) {
			*d = was
			rapid.SampledFrom([]func(){
				func() { d.Quantity = rapid.IntRange(0, 9).Draw(rt, "seats") },
				func() { d.UnitCost = amount(rapid.SampledFrom([]string{"1", "18.7", "30.5"}).Draw(rt, "cost")) },
				func() {
					d.Status = rapid.SampledFrom([]distributor.Status{"active", "", "suspended", "pending", "cancelled",
						"expired", "frobbed"}).Draw(rt, "status")
				},
				func() {
					d.Term = rapid.SampledFrom([]distributor.Term{distributor.Annual, distributor.Monthly,
						distributor.FreqUnknown}).Draw(rt, "term")
				},
				func() { d.Start, d.End = d.Start.AddMonths(12), d.End.AddMonths(12) },
				func() {
					d.Kind = rapid.SampledFrom([]distributor.Kind{distributor.Licence, distributor.Usage,
						distributor.Trial}).Draw(rt, "kind")
				},
			}).Draw(rt, "change")()
		})
	}
	h.sync(s)
}

func (h *history) misses(rt *rapid.T) {
	s := h.anySide(rt)
	if name, _, any := s.any(rt); any {
		delete(s.listed, name)
	}
	h.sync(s)
}

func (s *side) any(rt *rapid.T) (string, distributor.Subscription, bool) {
	if len(s.listed) == 0 {
		return "", distributor.Subscription{}, false
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(s.listed))).Draw(rt, "listed")
	return name, s.listed[name], true
}

func (h *history) maps(rt *rapid.T) {
	c := mapping.Choice{AccountID: h.anySide(rt).account.ID,
		CRMAccountID: rapid.SampledFrom(h.customers).Draw(rt, "customer")}
	h.do(rt, h.mapping.Map(h.Context(), ada, c))
}

func (h *history) unmaps(rt *rapid.T) {
	h.do(rt, h.mapping.Unmap(h.Context(), ada, mapping.Choice{AccountID: h.anySide(rt).account.ID}))
}

func (h *history) excludes(rt *rapid.T) {
	id := h.anySide(rt).account.ID
	h.do(rt, h.mapping.Exclude(h.Context(), ada, mapping.Choice{AccountID: id, Reason: "ours"}))
	if rapid.Bool().Draw(rt, "include again") {
		h.do(rt, h.mapping.Include(h.Context(), ada, mapping.Choice{AccountID: id}))
	}
}

func (h *history) ownPrice(rt *rapid.T) {
	p := subscription.Price{UnitPrice: amount(rapid.SampledFrom([]string{"0", "19", "22", "24.5"}).Draw(rt, "price")),
		On:     day("2026-11-01"),
		Period: rapid.SampledFrom([]money.Period{money.Month, money.Year, money.Once}).Draw(rt, "period")}
	h.person(rt, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.SetPrice(h.Context(), tx, a, p)
	})
}

func (h *history) listPrice(rt *rapid.T) {
	p := subscription.Price{ItemID: uuid.NullUUID{UUID: h.item, Valid: true}, On: day("2026-11-01")}
	h.person(rt, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.SetPrice(h.Context(), tx, a, p)
	})
}

func (h *history) moves(rt *rapid.T) {
	to := uuid.NullUUID{UUID: rapid.SampledFrom(h.contracts).Draw(rt, "contract"), Valid: true}
	h.person(rt, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.SetContract(h.Context(), tx, a, to)
	})
}

func (h *history) editContract(id uuid.UUID, rt *rapid.T) error {
	if rapid.Bool().Draw(rt, "turn on or off") {
		if rapid.Bool().Draw(rt, "on") {
			return h.world.contracts.Activate(h.Context(), ada, id)
		}
		return h.world.contracts.Deactivate(h.Context(), ada, id)
	}
	c, err := contract.Get(h.Context(), h.db.Read(h.Context()), id)
	if err != nil {
		return err
	}
	in := contractInput(c.CRMAccountID, c.Name, h.list)
	in.BillingFrequency = rapid.SampledFrom([]string{"monthly", "annual"}).Draw(rt, "frequency")
	in.EndDate = rapid.SampledFrom([]string{"", "2026-11-30", "2028-01-01"}).Draw(rt, "end")
	if rapid.Bool().Draw(rt, "without a list") {
		in.PriceList = ""
	}
	return h.world.contracts.Update(h.Context(), ada, contract.Edit{ID: id, Version: c.Version, Input: in})
}

func (h *history) editItem(rt *rapid.T) {
	i, err := price.GetItem(h.Context(), h.db.Read(h.Context()), h.list, h.item)
	if err != nil {
		rt.Fatal(err)
	}
	e := price.ItemEdit{ListID: h.list, ID: h.item, Version: i.Version,
		Input: itemInput(rapid.SampledFrom([]string{"22", "23"}).Draw(rt, "amount"))}
	h.do(rt, h.prices.UpdateItem(h.Context(), ada, e))
}

func (h *history) signs(rt *rapid.T) {
	_, err := h.sign(review.SignOff{IDs: []uuid.UUID{h.id(rapid.SampledFrom(h.names).Draw(rt, "subscription"))}})
	h.do(rt, err)
}

func (h *history) signsAll(rt *rapid.T) {
	_, err := h.sign(review.SignOff{IDs: h.all()})
	h.do(rt, err)
}

func (h *history) all() []uuid.UUID {
	ids := make([]uuid.UUID, len(h.names))
	for i, n := range h.names {
		ids[i] = h.id(n)
	}
	return ids
}
