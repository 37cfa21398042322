package cutover

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// Confirm freezes the old subscriptions of customers and holds the new ones back
// until their switch (RULES 9). Refused while something is undecided, without a
// switch day, and where the old ledger goes on behind it.
func (s Service) Confirm(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return s.each(ctx, by, id, customers, (*lockedCustomer).confirm)
}

func (m *lockedCustomer) readiness() readiness { return readiness{m.sides, m.customer} }

func (m *lockedCustomer) confirm() error {
	if err := m.already(pairing.Confirmed); err != nil {
		return err
	}
	if err := refuse(m.readiness().missing(m.ctx, m.tx, pairing.Confirmed)); err != nil {
		return err
	}
	for _, p := range m.Pairs {
		if err := m.confirmPair(p); err != nil {
			return err
		}
	}
	for _, n := range m.unpaired() {
		if err := m.billFrom(n.ID, m.customer.SwitchDay); err != nil {
			return err
		}
	}
	return m.step(pairing.Confirmed)
}

// unpaired are new ones that go on although nothing was decided about them here: they
// too are billed from the switch day. What an invoice has days of keeps its first day.
func (m *lockedCustomer) unpaired() []Side {
	var out []Side
	for _, n := range m.New {
		if !n.Over() && !n.Strayed && m.pairOf(n.ID) == nil && !n.Billed && n.HistorySince.IsZero() {
			out = append(out, n)
		}
	}
	return out
}

// billFrom sets the first day that a new one is billed; zero: none but its own.
func (m *lockedCustomer) billFrom(id uuid.UUID, day clock.Date) error {
	now, err := subscription.Get(m.ctx, m.tx, id)
	if err != nil || now.BillableFrom == day {
		return err
	}
	h := now.History()
	h.BillableFrom = day
	_, err = subscription.SetHistory(m.ctx, m.tx, m.act(id), h)
	return err
}

// confirmPair does to the subscriptions of one decision what confirming means for them.
func (m *lockedCustomer) confirmPair(p pairing.Pair) error {
	day := m.customer.SwitchDay
	var kept placement
	if p.Kind != pairing.New {
		old, _, _ := m.find(p.Old.UUID)
		day = leavingOld{Pair: p, old: old}.firstDay(day)
		if !old.Over() {
			if _, err := subscription.Freeze(m.ctx, m.tx, m.act(old.ID), day); err != nil {
				return err
			}
		}
		var err error
		if kept.Archived, err = m.leaveToNew(old, day); err != nil {
			return err
		}
	}
	if p.Kind != pairing.Ended {
		if err := m.confirmNew(p, day, &kept); err != nil {
			return err
		}
	}
	doc, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return m.pairUpdate(p.ID, "day = ?, placement = ?::jsonb", day, string(doc))
}

// placement is what taking a confirmation back needs to know.
type placement struct {
	Was      subscription.Local `json:"was"`              // people's side of the new one before
	Carried  subscription.Local `json:"carried"`          // and after: what the confirmation carried over
	Prices   []uuid.UUID        `json:"prices,omitempty"` // rows that it brought
	Archived []uuid.UUID        `json:"archived,omitempty"`
}

// confirmNew releases one that has no twin, and holds a twin back, with what it lacks
// of the old one's contract and price.
func (m *lockedCustomer) confirmNew(p pairing.Pair, day clock.Date, kept *placement) error {
	now, err := subscription.Get(m.ctx, m.tx, p.New.UUID)
	if err != nil {
		return err
	}
	kept.Was = now.Local
	if p.Kind == pairing.New {
		if now, err = subscription.DeclareNoTwin(m.ctx, m.tx, m.act(now.ID)); err != nil {
			return err
		}
		kept.Carried = now.Local
		if p.FromStart {
			day = clock.Date{}
		}
		return m.billFrom(now.ID, day)
	}
	seq, err := m.lastRow()
	if err != nil {
		return err
	}
	if now, err = subscription.HoldBack(m.ctx, m.tx, m.act(now.ID), day); err != nil {
		return err
	}
	old, err := subscription.Get(m.ctx, m.tx, p.Old.UUID)
	if err != nil {
		return err
	}
	if now, err = m.carryContract(old, now); err != nil {
		return err
	}
	if now, err = m.carryPrice(old, now, day); err != nil {
		return err
	}
	kept.Carried = now.Local
	kept.Prices, err = m.pricesSince(now.ID, seq)
	return err
}

// lastRow is the place of the last row of all ledgers.
func (m *lockedCustomer) lastRow() (seq int64, err error) {
	if err := m.tx.WithContext(m.ctx).Raw(`SELECT coalesce(max(seq), 0) FROM license_changes`).Row().
		Scan(&seq); err != nil {
		return 0, fmt.Errorf("last row of the ledger: %w", err)
	}
	return seq, nil
}

// pricesSince are the prices of a subscription that hold and were entered behind a place.
func (m *lockedCustomer) pricesSince(id uuid.UUID, seq int64) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := m.tx.WithContext(m.ctx).
		Raw(`SELECT c.id FROM license_changes c JOIN license_change_status t ON t.change_id = c.id AND t.counted
		WHERE c.subscription_id = ? AND c.event = 'price' AND c.seq > ? ORDER BY c.seq`, id, seq).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("prices of %s: %w", id, err)
	}
	return ids, nil
}

// carryContract lets a new twin without a contract land in the old one's, at the
// price of its list.
func (m *lockedCustomer) carryContract(old, now subscription.Subscription) (subscription.Subscription, error) {
	if now.ContractID.Valid || !old.ContractID.Valid || now.State == subscription.Inactive {
		return now, nil
	}
	k, err := contract.Get(m.ctx, m.tx, old.ContractID.UUID)
	if err != nil || !k.Active || k.CRMAccountID != now.CRMAccountID.UUID {
		return now, err
	}
	return subscription.SetContract(m.ctx, m.tx, m.act(now.ID), old.ContractID)
}

// carryPrice lets the price that the old twin had on its last day go over: one that a
// person set whatever the list says, any other where the contract they share has none
// (RULES 9). A price that a person set for the new one stays.
func (m *lockedCustomer) carryPrice(old, now subscription.Subscription,
	day clock.Date) (subscription.Subscription, error) {
	histories, err := history.Load(m.ctx, m.tx, []uuid.UUID{old.ID, now.ID})
	if err != nil {
		return now, err
	}
	fresh := histories[now.ID]
	on := clock.Later(day, fresh.FirstDay())
	was, had := histories[old.ID].PriceToday(day.AddDays(-1))
	is, has := fresh.PriceOn(on)
	price := subscription.Price{UnitPrice: was.Price.Value, Period: was.Price.Period, On: on,
		Later: subscription.KeepLater, Gap: true, From: ledger.CarriedIn,
		Note: fmt.Sprintf("carried over from %s in the cut-over %s", old.ExternalID, m.run.Name)}
	switch {
	case !had || now.State == subscription.Inactive || !now.ContractID.Valid ||
		fresh.Contract(now.ContractID.UUID).Currency != was.Price.Currency:
		return now, nil
	case has && (is.Price.ByPerson || is.Price.Equal(was.Price.Amount)):
		return now, nil
	case was.Price.ByPerson: // it stays a person's: no list replaces it
		price.From = ledger.ByTyping
	case has || now.ContractID != old.ContractID:
		return now, nil
	}
	return subscription.SetPrice(m.ctx, m.tx, m.act(now.ID), price)
}

// leaveToNew archives open rows of an old one that begin on the switch day itself:
// that day is the new one's, so no run ever bills them on the old.
func (m *lockedCustomer) leaveToNew(old Side, day clock.Date) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := m.tx.WithContext(m.ctx).
		Raw(`SELECT c.id FROM license_changes c JOIN license_change_status t ON t.change_id = c.id
		WHERE c.subscription_id = ? AND t.counted AND t.billing_state = 'open' AND c.effective_at = ?
		ORDER BY c.id`, old.ID, day).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("rows on the switch day: %w", err)
	}
	archived := ledger.Archived
	_, err = ledger.Mark{By: m.by, Why: fmt.Sprintf("the switch day %s belongs to the new subscription", day),
		Billing: &archived}.Apply(m.ctx, m.tx, ids)
	return ids, err
}

// unconfirm lets the old ones count again as the distributor has them, and the new
// ones wait for a person as before.
func (m *lockedCustomer) unconfirm() error {
	for _, p := range m.Pairs {
		if err := m.unconfirmPair(p); err != nil {
			return err
		}
	}
	for _, n := range m.unpaired() {
		if n.BillableFrom == m.customer.SwitchDay {
			if err := m.billFrom(n.ID, clock.Date{}); err != nil {
				return err
			}
		}
	}
	return m.step(pairing.Open)
}

func (m *lockedCustomer) unconfirmPair(p pairing.Pair) error {
	kept, err := m.placementOf(p)
	if err != nil {
		return err
	}
	if p.Kind != pairing.New {
		if err := m.unfreeze(p, kept); err != nil {
			return err
		}
	}
	if p.Kind != pairing.Ended {
		if err := m.unconfirmNew(p, kept); err != nil {
			return err
		}
	}
	return m.pairUpdate(p.ID, "day = NULL, placement = NULL")
}

func (m *lockedCustomer) unfreeze(p pairing.Pair, kept placement) error {
	old, err := subscription.Get(m.ctx, m.tx, p.Old.UUID)
	if err != nil {
		return err
	}
	open := ledger.Open
	if _, err := (ledger.Mark{By: m.by, Why: "the cut-over's confirmation was taken back", Billing: &open}).Apply(m.ctx,
		m.tx, kept.Archived); err != nil || !old.Frozen() {
		return err
	}
	_, err = subscription.Unfreeze(m.ctx, m.tx, m.act(old.ID))
	return err
}

// unconfirmNew lets a new one wait again. One that was released and billed since stays
// what it was declared to be.
func (m *lockedCustomer) unconfirmNew(p pairing.Pair, kept placement) error {
	now, err := subscription.Get(m.ctx, m.tx, p.New.UUID)
	switch {
	case err != nil:
		return err
	case p.Kind == pairing.Twin && now.CutoverHold:
		if err := m.takePricesBack(now.ID, kept.Prices); err != nil {
			return err
		}
		_, err = subscription.GiveBack(m.ctx, m.tx, m.act(now.ID), kept.Was, kept.Carried)
	case p.Kind == pairing.New && !m.billed(now.ID):
		if !kept.Was.NoTwin && kept.Was.TwinHold {
			if _, err = subscription.Undeclare(m.ctx, m.tx, m.act(now.ID)); err != nil {
				return err
			}
		}
		return m.billFrom(now.ID, clock.Date{})
	}
	return err
}

// takePricesBack sets aside what confirming brought and nobody has corrected since.
func (m *lockedCustomer) takePricesBack(id uuid.UUID, brought []uuid.UUID) error {
	stands, err := m.pricesSince(id, 0)
	if err != nil {
		return err
	}
	for _, row := range brought {
		if !slices.Contains(stands, row) {
			continue
		}
		back := subscription.PriceCorrection{ChangeID: row, SetAside: true,
			Note: "the cut-over's confirmation was taken back"}
		if _, err := subscription.CorrectPrice(m.ctx, m.tx, m.act(id), back); err != nil {
			return err
		}
	}
	return nil
}

func (m *lockedCustomer) billed(id uuid.UUID) bool {
	side, _, _ := m.find(id)
	return side.Billed
}

func (m *lockedCustomer) placementOf(p pairing.Pair) (placement, error) {
	var kept placement
	var doc string
	if err := m.tx.WithContext(m.ctx).Raw(`SELECT coalesce(placement::text, '{}') FROM cutover_pairs WHERE id = ?`,
		p.ID).Row().Scan(&doc); err != nil {
		return kept, fmt.Errorf("placement of decision %s: %w", p.ID, err)
	}
	return kept, json.Unmarshal([]byte(doc), &kept)
}

// takesOver tells what confirming would carry over, for the preview.
func (s *sides) takesOver() []TakenOver {
	var out []TakenOver
	for _, t := range s.twins() {
		if t.old.Strayed || t.new.Strayed {
			continue
		}
		c := TakenOver{New: t.new.ID}
		if !t.new.ContractID.Valid && t.old.ContractID.Valid {
			c.ContractID, c.Contract = t.old.ContractID, t.old.Contract
		}
		lands := c.ContractID.Valid || t.new.ContractID.Valid && t.new.ContractID == t.old.ContractID
		negotiated := t.old.PriceByPerson && !t.new.PriceByPerson && !samePrice(t.old, t.new)
		if t.old.UnitPrice.Valid && lands && (negotiated || !t.new.UnitPrice.Valid) {
			c.UnitPrice, c.Period, c.Currency, c.Negotiated = t.old.UnitPrice, t.old.PricePeriod, t.old.Currency,
				t.old.PriceByPerson
		}
		if c.ContractID.Valid || c.UnitPrice.Valid {
			out = append(out, c)
		}
	}
	return out
}

func samePrice(a, b Side) bool {
	return a.UnitPrice.Valid == b.UnitPrice.Valid && a.UnitPrice.Decimal.Equal(b.UnitPrice.Decimal) &&
		a.PricePeriod == b.PricePeriod && a.Currency == b.Currency
}
