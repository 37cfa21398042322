package cutover_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
)

// moveStory moves one customer through a run in any order of steps, readings, invoices and
// wrong turns, by two people.
type moveStory struct {
	*market
	*client
	rt    *rapid.T
	truth map[string]int // seats that the customer really has, which both providers list when they are read
	ended map[string]bool
}

var skus = []string{"E3", "E5"}

func newMoveStory(m market, rt *rapid.T, n int) *moveStory {
	m.fatal = rt.Fatalf
	s := &moveStory{market: &m, rt: rt, truth: map[string]int{}, ended: map[string]bool{}}
	s.today("2026-01-01")
	s.client = s.market.client(fmt.Sprintf("customer-%d", n), "yes")
	for _, sku := range skus {
		s.truth[sku] = rapid.IntRange(1, 5).Draw(rt, sku)
	}
	s.readOld()
	for _, sku := range skus {
		s.price(s.oldID(s.market, sku), "12", "2026-01-01")
		s.sign(s.oldID(s.market, sku))
	}
	s.must(s.market.bill(s.client, "2026-02-01"))
	s.today("2026-01-20")
	s.readNew()
	return s
}

func (s *moveStory) readOld() {
	for _, sku := range skus {
		r := legacy(sku, s.truth[sku])
		if s.ended[sku] {
			r.Status, r.StatusText = distributor.StatusCancelled, "cancelled"
		}
		s.oldList[r.ExternalID] = r
	}
	s.syncOld(s.client)
}

func (s *moveStory) readNew() {
	for _, sku := range skus {
		r := modern(sku, s.truth[sku])
		s.newList[r.ExternalID] = r
	}
	s.syncNew(s.client)
}

// rule passes what was done or refused by a rule; anything else is a fault.
func (s *moveStory) rule(err error) {
	s.Helper()
	k := errs.KindOf(err)
	if err == nil || (k == errs.Conflict || k == errs.Invalid || k == errs.NotFound) &&
		!strings.HasPrefix(errs.Public(err), "The ledger would") {
		return
	}
	s.rt.Fatalf("no rule: %v", err)
}

func (s *moveStory) step(t *rapid.T, do func(by audit.Actor, customers []uuid.UUID) (cutover.Report, error)) {
	r, err := do(rapid.SampledFrom([]audit.Actor{ada, bob}).Draw(t, "by"), []uuid.UUID{s.client.id})
	s.rule(err)
	for _, why := range r.Refused {
		if strings.HasPrefix(why.Why, "The ledger would") {
			t.Fatal(why.Why)
		}
	}
}

func (s *moveStory) actions() map[string]func(*rapid.T) {
	ctx := s.Context()
	return map[string]func(*rapid.T){
		"days pass": func(t *rapid.T) {
			s.clock.Advance(time.Duration(rapid.IntRange(1, 20).Draw(t, "days")) * 24 * time.Hour)
		},
		"seats change": func(t *rapid.T) {
			s.truth[rapid.SampledFrom(skus).Draw(t, "sku")] = rapid.IntRange(0, 6).Draw(t, "seats")
		},
		"old one ends upstream": func(t *rapid.T) {
			if rapid.IntRange(0, 5).Draw(t, "seldom") == 0 {
				s.ended[rapid.SampledFrom(skus).Draw(t, "sku")] = true
			}
		},
		"old is read": func(*rapid.T) { s.readOld() },
		"new is read": func(*rapid.T) { s.readNew() },
		"switch day": func(t *rapid.T) {
			on := s.todayIs().AddDays(rapid.IntRange(-40, 10).Draw(t, "day"))
			s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report, error) {
				return s.SetSwitchDay(ctx, by, s.run, c, on)
			})
		},
		"exact": func(t *rapid.T) {
			s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report,
				error) {
				return s.AcceptExact(ctx, by, s.run, c)
			})
		},
		"decide": s.decide,
		"undecide": func(t *rapid.T) {
			if pairs := s.view(s.client).Pairs; len(pairs) > 0 {
				s.rule(s.Undecide(ctx, bob, s.run, rapid.SampledFrom(pairs).Draw(t, "pair").ID))
			}
		},
		"confirm": func(t *rapid.T) {
			s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report,
				error) {
				return s.Confirm(ctx, by, s.run, c)
			})
		},
		"reassign": func(t *rapid.T) {
			s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report,
				error) {
				return s.Reassign(ctx, by, s.run, c)
			})
		},
		"retire": func(t *rapid.T) {
			s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report,
				error) {
				return s.RetireOld(ctx, by, s.run, c)
			})
		},
		"undo": func(t *rapid.T) {
			s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report,
				error) {
				return s.UndoStep(ctx, by, s.run, c)
			})
		},
		"bill": func(*rapid.T) { s.billDue() },
		"void": func(*rapid.T) { s.voidLast() },
		"sign": func(t *rapid.T) { s.sign(s.newID(s.market, rapid.SampledFrom(skus).Draw(t, "sku"))) },
		"by hand": func(t *rapid.T) {
			if rapid.IntRange(0, 3).Draw(t, "seldom") == 0 {
				id := s.oldID(s.market, rapid.SampledFrom(skus).Draw(t, "sku"))
				s.rule(s.retires.Deactivate(ctx, bob, retire.End{ID: id}))
			}
		},
		"go on":       s.goOn, // else few histories would come far
		"and on":      s.goOn,
		"and further": s.goOn,
		"":            func(*rapid.T) { s.sums(); s.heldIsNotBilled() },
	}
}

// goOn does what a person would do next.
func (s *moveStory) goOn(t *rapid.T) {
	v := s.view(s.client)
	switch v.Customer.Step {
	case pairing.Open:
		if v.Customer.SwitchDay.IsZero() || rapid.Bool().Draw(t, "another switch day") {
			on := s.todayIs().AddDays(rapid.IntRange(-25, 5).Draw(t, "day"))
			s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report, error) {
				return s.SetSwitchDay(s.Context(), by, s.run, c, on)
			})
		}
		if rapid.IntRange(0, 2).Draw(t, "a wrong turn") == 0 {
			s.wrongTurn(rapid.SampledFrom(skus).Draw(t, "sku"))
		}
		for _, p := range s.view(s.client).Proposals {
			s.rule(s.Decide(s.Context(), ada, s.run,
				cutover.Decision{CRMAccountID: s.client.id, Kind: pairing.Twin, Old: p.Old, New: p.New}))
		}
		s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report, error) {
			return s.Confirm(s.Context(), by, s.run, c)
		})
	case pairing.Confirmed:
		if len(v.Missing) > 0 {
			s.billDue()
		}
		s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report, error) {
			return s.Reassign(s.Context(), by, s.run, c)
		})
	case pairing.Reassigned:
		s.priceAndSign()
		s.step(t, func(by audit.Actor, c []uuid.UUID) (cutover.Report, error) {
			return s.RetireOld(s.Context(), by, s.run, c)
		})
	default:
		s.clock.Advance(15 * 24 * time.Hour)
		s.billDue()
	}
}

// wrongTurn lets an old one end beside its new one, which is billed from its start.
func (s *moveStory) wrongTurn(sku string) {
	for _, d := range []cutover.Decision{{Kind: pairing.Ended, Old: s.oldID(s.market, sku)},
		{Kind: pairing.New, New: s.newID(s.market, sku), FromStart: true}} {
		d.CRMAccountID, d.Confirmed = s.client.id, s.client.name
		s.rule(s.Decide(s.Context(), ada, s.run, d))
	}
}

func (s *moveStory) decide(t *rapid.T) {
	v := s.view(s.client)
	d := cutover.Decision{CRMAccountID: s.client.id,
		Kind: rapid.SampledFrom([]pairing.Kind{pairing.Twin, pairing.Twin, pairing.New, pairing.Ended}).Draw(t, "kind")}
	if d.Kind != pairing.New && len(v.Old) > 0 {
		d.Old = rapid.SampledFrom(v.Old).Draw(t, "old").ID
	}
	if d.Kind != pairing.Ended && len(v.New) > 0 {
		d.New = rapid.SampledFrom(v.New).Draw(t, "new").ID
	}
	if rapid.Bool().Draw(t, "by name") {
		d.Confirmed, d.FromStart = s.client.name, d.Kind == pairing.New && rapid.Bool().Draw(t, "from its start")
	}
	s.rule(s.Decide(s.Context(), ada, s.run, d))
}

func (s *moveStory) billDue() {
	end, err := s.bills.Due(s.Context(), s.contract, invoice.FullCycle)
	s.must(err)
	s.rule(s.market.bill(s.client, end.String()))
}

func (s *moveStory) voidLast() {
	var ids []uuid.UUID
	s.must(s.db.Read(s.Context()).
		Raw(`SELECT id FROM invoices WHERE contract_id = ? AND state <> 'void' ORDER BY seq DESC LIMIT 1`,
			s.contract).Scan(&ids).Error)
	if len(ids) > 0 {
		s.rule(s.bills.Void(s.Context(), ada, invoice.Step{ID: ids[0], Reason: "wrong"}))
	}
}

// sums: the counted rows of each subscription are its billable quantity.
func (s *moveStory) sums() {
	got := s.text(`SELECT string_agg(concat_ws(' ', s.external_id, s.billable_quantity, q.sum), ', ')
		FROM subscriptions s CROSS JOIN LATERAL (SELECT coalesce(sum(c.delta), 0) AS sum
		FROM license_changes c JOIN license_change_status t ON t.change_id = c.id AND t.counted
		WHERE c.subscription_id = s.id) q WHERE s.crm_account_id = ? AND q.sum <> s.billable_quantity`, s.client.id)
	if got != "" {
		s.rt.Fatalf("rows that do not sum up: %s", got)
	}
}

// heldIsNotBilled: no live invoice has a day of a new twin while its old one still counts.
func (s *moveStory) heldIsNotBilled() {
	got := s.text(`SELECT string_agg(DISTINCT n.external_id, ', ') FROM cutover_pairs p
		JOIN subscriptions o ON o.id = p.old_subscription_id JOIN subscriptions n ON n.id = p.new_subscription_id
		JOIN invoice_lines l ON l.subscription_id = n.id AND l.live WHERE p.undone_at IS NULL AND p.day IS NOT NULL
		AND o.state <> 'inactive' AND n.crm_account_id = ?`, s.client.id)
	if got != "" {
		s.rt.Fatalf("billed on both sides: %s", got)
	}
}

func (s *moveStory) todayIs() clock.Date { return clock.Today(s.clock, time.UTC) }

// complete takes the customer the rest of the way.
func (s *moveStory) complete() {
	for round := 0; s.view(s.client).Customer.Step != pairing.Retired; round++ {
		if round > 12 {
			v := s.view(s.client)
			s.rt.Fatalf("stuck at %s: %+v", v.Customer.Step, v.Missing)
		}
		s.push(round)
	}
	for range 3 {
		s.priceAndSign()
		s.clock.Advance(31 * 24 * time.Hour)
		s.billDue()
	}
}

func (s *moveStory) push(round int) {
	ctx, c := s.Context(), []uuid.UUID{s.client.id}
	v := s.view(s.client)
	if v.Customer.Step == pairing.Open {
		if _, err := s.SetSwitchDay(ctx, ada, s.run, c, s.todayIs()); err != nil {
			s.rt.Fatal(err)
		}
		s.decideAll(v, round)
		_, err := s.Confirm(ctx, ada, s.run, c)
		s.must(err)
		return
	}
	s.priceAndSign()
	s.clock.Advance(10 * 24 * time.Hour)
	s.billDue()
	for _, do := range []step{moved, retired} {
		_, err := do(s.market, s.client)
		s.must(err)
	}
	if now := s.view(s.client); round > 6 && now.Customer.Step != pairing.Retired {
		_, err := s.UndoStep(ctx, ada, s.run, c)
		s.must(err)
	}
}

func (s *moveStory) decideAll(v cutover.CustomerView, round int) {
	if round > 0 { // a twin that cannot be one: apart
		for _, p := range v.Pairs {
			s.rule(s.Undecide(s.Context(), ada, s.run, p.ID))
		}
	} else {
		for _, p := range v.Proposals {
			s.rule(s.Decide(s.Context(), ada, s.run,
				cutover.Decision{CRMAccountID: s.client.id, Kind: pairing.Twin, Old: p.Old, New: p.New}))
		}
	}
	v = s.view(s.client)
	for _, o := range v.Old {
		if o.Needs {
			s.rule(s.Decide(s.Context(), ada, s.run,
				cutover.Decision{CRMAccountID: s.client.id, Kind: pairing.Ended, Old: o.ID, Confirmed: s.client.name}))
		}
	}
	for _, n := range v.New {
		if n.Needs {
			s.rule(s.Decide(s.Context(), ada, s.run,
				cutover.Decision{CRMAccountID: s.client.id, Kind: pairing.New, New: n.ID, Confirmed: s.client.name}))
		}
	}
}

func (s *moveStory) priceAndSign() {
	for _, sku := range skus {
		for _, id := range []uuid.UUID{s.newID(s.market, sku), s.oldID(s.market, sku)} {
			now := s.sub(id)
			if now.State == subscription.Inactive {
				continue
			}
			if !now.UnitPrice.Valid {
				s.price(id, "12", "2026-01-01")
			}
			s.sign(id)
		}
	}
}

// histories are how many are told: each is some hundred transactions, beside which the
// other random tests of this package cost nothing.
const histories = 30

func TestWhateverTheOrderEachSeatDayIsBilledOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	m.start("")
	n, failed := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > histories && !failed {
			return
		}
		defer func() { failed = failed || rt.Failed() }()
		s := newMoveStory(*m, rt, n)
		rt.Repeat(s.actions())
		s.complete()
		s.eachDayOnce()
		s.doublesAreFound()
	})
}

// eachDayOnce compares what live invoices bill of each pair with what was held: by the
// old one up to the switch, by the new one from it on. Only what was closed with No
// refund and has no successor may have been billed for longer: that is forfeited.
func (s *moveStory) eachDayOnce() {
	s.Helper()
	until := s.text(`SELECT max(period_end) FROM invoices WHERE contract_id = ? AND state <> 'void'`, s.contract)
	got := s.text(`
		WITH d AS (SELECT CAST(g AS date) AS day
		FROM generate_series(DATE '2026-01-01', CAST(@until AS date) - 1, interval '1 day') g),
		subs AS (SELECT s.* FROM subscriptions s WHERE s.crm_account_id = @customer),
		p AS (SELECT p.old_subscription_id AS old, p.new_subscription_id AS new, CASE WHEN p.from_start
		THEN DATE '2000-01-01' ELSE p.day END AS turn FROM cutover_pairs p
		JOIN cutover_customers c ON c.id = p.customer_id
				WHERE p.undone_at IS NULL AND c.crm_account_id = @customer
			UNION ALL SELECT s.id, NULL, DATE '9999-01-01' FROM subs s WHERE s.provider_id = @old
			AND NOT EXISTS (SELECT FROM cutover_pairs p WHERE p.undone_at IS NULL AND p.old_subscription_id = s.id)
			UNION ALL SELECT NULL, s.id, coalesce(s.billable_from, DATE '2000-01-01') FROM subs s
			WHERE s.provider_id = @new AND NOT EXISTS (SELECT FROM cutover_pairs p WHERE p.undone_at IS NULL
			AND p.new_subscription_id = s.id)),
		x AS (SELECT p.*, d.day,
			coalesce((SELECT sum(c.delta) FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
			AND st.counted
				WHERE c.subscription_id = CASE WHEN d.day < p.turn THEN p.old ELSE p.new END
				AND c.effective_at <= d.day), 0) AS held,
			coalesce((SELECT sum(l.seats) FROM invoice_lines l WHERE l.live AND l.kind IN ('cycle', 'catch_up')
			AND l.subscription_id IN (p.old, p.new) AND d.day >= l.from_date AND d.day < l.to_date), 0) AS billed
			FROM p, d)
		SELECT string_agg(concat_ws(' ', coalesce((SELECT external_id FROM subs
		WHERE id = old), ''), (SELECT external_id FROM subs WHERE id = new), day, 'held', held, 'billed', billed), E'\n'
		ORDER BY day)
		FROM x WHERE held <> billed AND NOT (new IS NULL AND billed > held
		AND EXISTS (SELECT FROM license_changes c JOIN license_change_status st ON st.change_id = c.id AND st.counted
			WHERE c.subscription_id = old AND c.event = 'deactivate' AND st.billing_state = 'archived'
			AND c.effective_at <= day))`,
		map[string]any{"until": until, "old": s.market.old.ID, "new": s.market.new.ID, "customer": s.client.id})
	if got != "" {
		for _, sku := range skus {
			s.rt.Logf("%s\nold:\n%s\nnew:\n%s", sku, s.ledgerOf(s.oldID(s.market, sku)),
				s.ledgerOf(s.newID(s.market, sku)))
		}
		s.rt.Logf("lines:\n%s", s.text(`SELECT string_agg(concat_ws(' ', i.seq, i.state, s.external_id, l.kind,
			l.from_date, l.to_date, l.seats), E'\n' ORDER BY i.seq, l.position) FROM invoice_lines l
			JOIN invoices i ON i.id = l.invoice_id JOIN subscriptions s ON s.id = l.subscription_id
			WHERE i.contract_id = ? AND l.live`, s.contract))
		s.rt.Fatalf("seat-days that are not billed exactly once:\n%s", got)
	}
}

// doublesAreFound reckons from rows and lines alone on which days both providers count a
// product, or have billed it, and compares the proof. What was billed on a confirmed twin
// stands on the new one from its first billable day.
func (s *moveStory) doublesAreFound() {
	s.Helper()
	want := s.text(`
		WITH d AS (SELECT CAST(g AS date) AS day
		FROM generate_series(DATE '2026-01-01', DATE '2027-12-31', interval '1 day') g),
		sides AS (SELECT s.*, s.provider_id = @old AS is_old, n.billable_from AS turn, q.old_subscription_id AS source
			FROM subscriptions s
			LEFT JOIN cutover_pairs p ON p.old_subscription_id = s.id AND p.undone_at IS NULL AND p.kind = 'twin'
			AND p.day IS NOT NULL
			LEFT JOIN subscriptions n ON n.id = p.new_subscription_id
			LEFT JOIN cutover_pairs q ON q.new_subscription_id = s.id AND q.undone_at IS NULL AND q.kind = 'twin'
			AND q.day IS NOT NULL WHERE s.crm_account_id = @customer),
		x AS (SELECT s.sku, d.day, s.is_old,
			CASE WHEN s.state = 'held' OR d.day < s.billable_from OR d.day >= s.frozen_from THEN 0
			ELSE (SELECT coalesce(sum(c.delta), 0)
				FROM license_changes c JOIN license_change_status st ON st.change_id = c.id AND st.counted
				WHERE c.subscription_id = s.id AND c.effective_at <= d.day) END AS counted,
			CASE WHEN d.day >= s.turn THEN 0 ELSE (SELECT coalesce(sum(l.seats), 0) FROM invoice_lines l
				WHERE l.standing AND l.kind IN ('cycle', 'catch_up') AND (l.subscription_id = s.id
					OR l.subscription_id = s.source AND d.day >= s.billable_from)
				AND d.day >= l.from_date AND d.day < l.to_date) END AS billed
			FROM sides s CROSS JOIN d),
		y AS (SELECT sku, day, sum(counted) FILTER (WHERE is_old) > 0 AND sum(counted) FILTER (WHERE NOT is_old) > 0
			OR sum(billed) FILTER (WHERE is_old) > 0 AND sum(billed) FILTER (WHERE NOT is_old) > 0 AS twice FROM x
			GROUP BY sku, day)
		SELECT string_agg('PN-' || sku || ' ' || day, E'\n' ORDER BY sku, day) FROM y WHERE twice`,
		map[string]any{"old": s.market.old.ID, "customer": s.client.id})
	var got []string
	first, last := clock.Date{}, clock.Date{}
	s.eachDay(func(d proof.Day) {
		if d.Customer.CRMAccountID != s.client.id {
			return
		}
		if first.IsZero() {
			first = d.Day
		}
		last = d.Day
		if d.Verdict == proof.Double {
			got = append(got, d.Key+" "+d.Day.String())
		}
	})
	var expected []string
	for _, line := range strings.Split(want, "\n") {
		if _, on, _ := strings.Cut(line, " "); line != "" && !day(on).Before(first) && !day(on).After(last) {
			expected = append(expected, line)
		}
	}
	if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty()); diff != "" {
		s.rt.Fatalf("doubles of the proof (-reckoned +proof): %s", diff)
	}
}
