package plan_test

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
	"seatledger/internal/subscription/plan/plantest"
	_ "seatledger/internal/testkit/samehistories"
)

// history drives the rules and the model side by side.
type history struct {
	memory *memory
	model  plantest.Model
	before []ledger.Change
}

func newHistory(t *testing.T) *history {
	m := newMemory(t)
	m.landing = &plan.Landing{CRMAccountID: m.account.CRMAccountID.UUID}
	return &history{memory: m, model: plantest.Model{Record: record("S")}}
}

func (h *history) sync() {
	h.memory.see(h.model.Record)
	h.model.Seen()
}

// actions are what distributor, time and person can do. The distributor's are seen at the next sync.
func (h *history) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"days pass": func(t *rapid.T) {
			h.memory.now = h.memory.now.AddDate(0, 0,
				rapid.IntRange(1, 40).Draw(t, "days"))
		},
		"seats": func(t *rapid.T) { h.change(seats(rapid.IntRange(0, 12).Draw(t, "seats"))) },
		"logged seats": func(t *rapid.T) {
			delta := rapid.IntRange(-3, 5).Draw(t, "delta")
			if next := h.model.Record.Quantity + delta; next >= 0 && delta != 0 {
				at := h.memory.now.Add(-1)
				h.memory.log = append(h.memory.log, distributor.Change{SubscriptionExternalID: "S", At: at,
					On: date(at.Format("2006-01-02")), Delta: delta})
				h.change(seats(next))
			}
		},
		"cost": func(t *rapid.T) {
			h.change(costs(rapid.SampledFrom([]string{"18.70", "19.5", "0.004"}).Draw(t, "cost")))
		},
		"renew": func(*rapid.T) { h.renew() },
		"term end moves": func(t *rapid.T) {
			end := h.model.Record.Start.AddMonths(rapid.IntRange(1, 30).Draw(t, "months"))
			h.change(func(d *distributor.Subscription) { d.End = end })
		},
		"ends":  func(t *rapid.T) { h.change(status(rapid.SampledFrom(plantest.EndingWords).Draw(t, "status"))) },
		"lives": func(t *rapid.T) { h.change(status(rapid.SampledFrom(plantest.LivingWords).Draw(t, "status"))) },
		"start unread": func(t *rapid.T) {
			h.change(unreadStart(rapid.SampledFrom([]string{"spring", "summer"}).Draw(t, "text")))
		},
		"end unread": func(t *rapid.T) {
			h.change(unreadEnd(rapid.SampledFrom([]string{"autumn", "winter"}).Draw(t, "text")))
		},
		"dates read": func(*rapid.T) {
			h.change(func(d *distributor.Subscription) { d.StartText, d.EndText, d.Start = "", "", date("2026-01-15") })
		},
		"dates withheld": func(*rapid.T) {
			h.change(func(d *distributor.Subscription) {
				d.StartText, d.EndText, d.Start, d.End = "", "", clock.Date{}, clock.Date{}
			})
		},
		"say":       func(t *rapid.T) { h.say(t) },
		"no dates":  func(*rapid.T) { h.change(term("", "")) },
		"sync":      func(*rapid.T) { h.sync() },
		"sync same": func(t *rapid.T) { h.syncSame(t) },
		"missing":   func(*rapid.T) { h.miss() },
		"move": func(t *rapid.T) {
			state := h.memory.account.State
			h.memory.account = mapped(byte(rapid.IntRange(1, 3).Draw(t, "account")))
			h.memory.account.State = state
			h.model.Moved = h.model.Moved || h.model.Known && h.memory.stored.AccountID != h.memory.account.ID
			h.sync()
		},
		"hold":    func(t *rapid.T) { h.hold(rapid.Bool().Draw(t, "twin")) },
		"exclude": func(t *rapid.T) { h.exclude(rapid.Bool().Draw(t, "excluded")) },
		"person ends": func(t *rapid.T) {
			h.personEnds(rapid.IntRange(-20, 20).Draw(t, "days"), rapid.Bool().Draw(t, "refund"))
		},
		"person takes back": func(t *rapid.T) { h.personTakesBack(rapid.IntRange(-5, 30).Draw(t, "days")) },
		"freeze":            func(*rapid.T) { h.freeze() },
		"":                  h.check,
	}
}

// change alters the distributor's record; it is synced at once, so that the model knows what was last reported.
func (h *history) change(c func(*distributor.Subscription)) {
	r := h.model.Record
	h.model.Record = record("S", func(d *distributor.Subscription) { *d = r; c(d) })
	h.sync()
}

func (h *history) renew() {
	r := h.model.Record
	if r.Start.IsZero() {
		return
	}
	h.change(func(d *distributor.Subscription) {
		d.Start, d.Status = r.Start.AddMonths(12), distributor.StatusActive
		d.End = d.Start.AddMonths(12).AddDays(-1)
	})
}

func (h *history) syncSame(t *rapid.T) {
	if !h.model.Known || h.model.Missing {
		return
	}
	h.memory.now = h.memory.now.AddDate(0, 0, 1)
	h.memory.see(h.model.Record)
	if !h.memory.last.Empty() {
		t.Fatalf("the same record again writes: %+v", h.memory.last)
	}
}

func (h *history) miss() {
	if !h.model.Known {
		return
	}
	alreadyEnded := h.model.Ended() && !h.model.EndedHere && h.model.Frozen == nil
	h.memory.miss()
	h.model.Missing = h.model.Missing || !alreadyEnded
}

func (h *history) hold(twin bool) {
	if h.model.Known {
		h.memory.stored.TwinHold, h.model.Twin = twin, twin
		h.sync()
	}
}

func (h *history) exclude(excluded bool) {
	if !h.model.Known {
		return
	}
	h.memory.account.State, h.model.Excluded = account.Mapped, excluded
	if excluded {
		h.memory.account.State = account.Excluded
	}
	h.sync()
}

func (h *history) personEnds(days int, refund bool) {
	if !h.model.Known {
		return
	}
	on := date(h.memory.now.AddDate(0, 0, days).Format("2006-01-02"))
	m := h.memory
	p, err := plan.End(m.current(), plan.Ending{By: plan.ByPerson, On: on, Refund: refund})
	if err == nil {
		m.keep(p)
		h.model.EndedHere = true
	}
}

func (h *history) personTakesBack(days int) {
	if !h.model.Known || !h.model.EndedHere {
		return
	}
	m := h.memory
	on := date(m.stored.DeactivatedOn.AddDays(days).String())
	p, err := plan.TakeBack(m.current(), plan.Return{On: on})
	if err == nil {
		m.keep(p)
		h.model.EndedHere = false
	}
}

// say tells the days of whatever cannot be read.
func (h *history) say(t *rapid.T) {
	if !h.model.Known {
		return
	}
	m := h.memory
	var start, end clock.Date
	if m.stored.StartUnread() {
		start = date("2026-01-01").AddDays(rapid.IntRange(0, 90).Draw(t, "start"))
	}
	if m.stored.EndUnread() {
		end = date("2026-01-01").AddDays(rapid.IntRange(0, 500).Draw(t, "end"))
	}
	p, err := plan.Say(m.input(nil), start, end)
	if err != nil {
		return
	}
	m.keep(p)
	if !start.IsZero() {
		h.model.StartSaid = h.model.Record.StartText
	}
	if !end.IsZero() {
		h.model.EndSaid = h.model.Record.EndText
	}
	missing := h.model.Missing
	h.model.Seen()
	h.model.Missing = missing
}

func (h *history) freeze() {
	if h.model.Undated || !h.model.Known || h.model.Frozen != nil || h.memory.stored.State == plan.Inactive {
		return
	}
	q := h.memory.stored.Quantity
	h.memory.stored.FrozenQuantity, h.memory.stored.FrozenFrom, h.model.Frozen = &q, date("2026-01-01"), &q
}

// check holds after every step.
func (h *history) check(t *rapid.T) {
	m := h.memory
	if len(m.rows) < len(h.before) || len(h.before) > 0 && !reflect.DeepEqual(m.rows[:len(h.before)], h.before) {
		t.Fatalf("rows were changed")
	}
	h.before = append([]ledger.Change{}, m.rows...)
	if !h.model.Known {
		return
	}
	if got, want := m.sum(), h.model.Billable(); got != want {
		t.Fatalf("counted rows sum to %d, billable are %d\n%v", got, want, m.lines())
	}
	if m.stored.State != h.model.State() {
		t.Fatalf("state %s, want %s (%+v)", m.stored.State, h.model.State(), h.model)
	}
	running := 0
	for _, r := range m.rows {
		if running += r.Delta; running != r.QuantityAfter {
			t.Fatalf("quantity after is %d, want %d: %v", r.QuantityAfter, running, m.lines())
		}
		if r.EffectiveAt.IsZero() {
			t.Fatalf("a row without a day: %v", m.lines())
		}
		if n := m.seatsOn(r.EffectiveAt); n < 0 {
			t.Fatalf("%d seats on %s: %v", n, r.EffectiveAt, m.lines())
		}
	}
}

func TestAnyHistoryKeepsTheLedgerTrue(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { rt.Repeat(newHistory(t).actions()) })
		})
	}
}
