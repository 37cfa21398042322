package subscription

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// settlePrices enters the prices that plans fill by themselves, and makes the stored
// copies anew of all whose price the plans may have changed.
func settlePrices(ctx context.Context, tx *gorm.DB, o ledger.Origin, plans []plan.Plan) error {
	var ids []uuid.UUID
	for _, p := range plans {
		if p.New || p.Placed || p.Touched || len(p.Fills) > 0 || repriced(p.Entries) {
			ids = append(ids, p.Row.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	histories, err := history.Load(ctx, tx, ids)
	if err != nil {
		return err
	}
	stale, err := foreignPrices(ctx, tx, plans, histories)
	if err != nil {
		return err
	}
	if len(stale) > 0 {
		no := false
		why := "it was filled from the price list of another contract"
		if _, err := (ledger.Mark{By: o.By, Why: why, Counted: &no}).Apply(ctx, tx, stale); err != nil {
			return err
		}
		if histories, err = history.Load(ctx, tx, ids); err != nil {
			return err
		}
	}
	var rows []ledger.Change
	for _, p := range plans {
		for _, f := range p.Fills {
			if row, fits := filled(histories[p.Row.ID], p.Row, f); fits {
				rows = append(rows, row)
			}
		}
	}
	if err := ledger.Append(ctx, tx, o, rows); err != nil {
		return err
	}
	if len(rows) > 0 {
		if histories, err = history.Load(ctx, tx, ids); err != nil {
			return err
		}
	}
	return copyPrices(ctx, tx, ids, histories, o.Today())
}

// foreignPrices are the prices that were filled by themselves for days that belong to
// another contract now, from a list that is not that contract's: they are no prices of
// it, whether its own list has one or none (RULES 5).
func foreignPrices(ctx context.Context, tx *gorm.DB, plans []plan.Plan,
	histories map[uuid.UUID]history.History) ([]uuid.UUID, error) {
	var filled []uuid.UUID
	for _, p := range plans {
		if !p.Placed || !p.Row.ContractID.Valid {
			continue
		}
		h := histories[p.Row.ID]
		first := landingDay(h)
		for _, r := range h.Rows {
			if r.Event == ledger.Price && r.Price.From == ledger.OnLanding && !r.On.Before(first) {
				filled = append(filled, r.ID)
			}
		}
	}
	if len(filled) == 0 {
		return nil, nil
	}
	var foreign []uuid.UUID
	err := tx.WithContext(ctx).Raw(`
		SELECT c.id FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id
		JOIN billing_contracts b ON b.id = s.contract_id
		LEFT JOIN price_list_items i ON i.id = c.price_item_id
		WHERE c.id IN (?) AND i.price_list_id IS DISTINCT FROM b.price_list_id
		ORDER BY c.id`, filled).Scan(&foreign).Error
	if err != nil {
		return nil, fmt.Errorf("prices of other contracts: %w", err)
	}
	return foreign, nil
}

// repriced tells whether rows may change the price of a day, or move the first one.
func repriced(rows []ledger.Change) bool {
	for _, c := range rows {
		switch c.Event {
		case ledger.Price, ledger.Product, ledger.Renew, ledger.Create, ledger.Carry:
			return true
		}
	}
	return false
}

// filled is the row of a price that is entered by itself. None is where a person's own
// price holds on that day, or the same price does. Of a landing, the same price must
// have begun under this contract: what began under a former one may be corrected for
// that one's days, and a landing has a row of its own (RULES 5).
func filled(h history.History, s Subscription, f plan.Fill) (ledger.Change, bool) {
	on := f.On
	if on.IsZero() {
		on = landingDay(h)
	}
	if on.IsZero() {
		return ledger.Change{}, false
	}
	if n := len(h.Products); f.On.IsZero() && n > 0 {
		// the item is of what it is now; days of what it was before have no price of it
		on = clock.Later(on, h.Products[n-1].On)
	}
	stands, found := h.PriceOn(on)
	landing := f.On.IsZero()
	same := stands.Price.Equal(f.Price) && !(landing && stands.On.Before(landingDay(h)))
	if found && (landing || f.Yields) && (stands.Price.ByPerson || same) {
		return ledger.Change{}, false
	}
	note := f.Note
	if note == "" {
		note = "from the contract's price list"
	}
	row := priceRow(h, s, on, f.Price, ledger.OnLanding, note)
	row.PriceFor.ItemID = set(f.ItemID)
	return row, true
}

// landingDay is the first day under the contract that it lies in now.
func landingDay(h history.History) clock.Date {
	if len(h.Stays) == 0 {
		return clock.Date{}
	}
	last := h.Stays[len(h.Stays)-1]
	k := h.Contract(last.Contract)
	return clock.Later(clock.Later(h.FirstDay(), last.On), clock.Later(k.Start, k.BillFrom))
}

// priceRow is a price from a day on, for what the subscription is on it.
func priceRow(h history.History, s Subscription, on clock.Date, price ledger.Amount, from ledger.PriceFrom,
	note string) ledger.Change {
	is := h.ProductOn(on)
	before := ledger.Amount{}
	if stands, found := h.PriceOn(on); found {
		before = stands.Price.Amount
	}
	return ledger.Change{
		SubscriptionID: s.ID, Event: ledger.Price, EffectiveAt: on, QuantityAfter: s.LedgerQuantity, Price: price,
		Cost: s.Cost(), Note: note,
		PriceFor: ledger.PriceFor{Product: is.ID, Term: is.Term, Frequency: is.Rhythm, From: from},
		Details:  ledger.Details{"price": ledger.Was{Before: before.Words(), After: price.Words()}},
	}
}

// copiedPrice is the price of a day as a row of the list shows it. Billing never reads it.
type copiedPrice struct {
	ID       uuid.UUID     `json:"id"`
	Price    any           `json:"unit_price"`
	Period   string        `json:"price_period"`
	Currency string        `json:"currency"`
	ItemID   uuid.NullUUID `json:"item_id"`
	ByPerson bool          `json:"by_person"`
	Until    any           `json:"price_until"`
}

// PriceUntil is the next day after one on which the price that pages show may be another; zero: none is known.
func PriceUntil(h history.History, today clock.Date) clock.Date {
	var next clock.Date
	consider := func(day clock.Date) {
		if day.After(clock.Later(today, h.FirstDay())) && (next.IsZero() || day.Before(next)) {
			next = day
		}
	}
	for _, r := range h.Rows {
		if r.Event == ledger.Price {
			consider(r.On)
		}
	}
	for _, s := range h.Stays {
		consider(s.On)
	}
	for _, p := range h.Products {
		consider(p.On)
	}
	return next
}

// copyPrices stores for lists the price of today, before the first billable day that of that day (RULES 5).
func copyPrices(ctx context.Context, tx *gorm.DB, ids []uuid.UUID, histories map[uuid.UUID]history.History,
	today clock.Date) error {
	all := make([]copiedPrice, len(ids))
	for i, id := range ids {
		h := histories[id]
		all[i] = copiedPrice{ID: id, Until: date(PriceUntil(h, today))}
		if row, found := h.PriceToday(today); found {
			p := row.Price
			all[i].Price, all[i].Period, all[i].Currency = amount(p.Value), string(p.Period), p.Currency
			all[i].ItemID, all[i].ByPerson = p.ItemID, p.ByPerson
		}
	}
	doc, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("copy prices: %w", err)
	}
	err = tx.WithContext(ctx).Exec(`
		UPDATE subscriptions s SET unit_price = n.unit_price, price_period = n.price_period, currency = n.currency,
			price_list_item_id = n.item_id, price_by_person = n.by_person, price_until = n.price_until
		FROM (SELECT v.id, v.unit_price, v.price_period, v.currency, i.id AS item_id, v.by_person, v.price_until
			FROM jsonb_to_recordset(CAST(? AS jsonb)) AS v (id uuid, unit_price numeric, price_period text,
				currency text, item_id uuid,
				by_person boolean, price_until date)
			LEFT JOIN price_list_items i ON i.id = v.item_id) n
		WHERE s.id = n.id AND (s.unit_price, s.price_period, s.currency, s.price_list_item_id, s.price_by_person,
			s.price_until)
			IS DISTINCT FROM (n.unit_price, n.price_period, n.currency, n.item_id, n.by_person,
				n.price_until)`, string(doc)).Error
	if err != nil {
		return fmt.Errorf("copy prices: %w", err)
	}
	return nil
}

// CopyPrices makes the stored copies of some subscriptions anew, after another room changed what decides their price.
func CopyPrices(ctx context.Context, tx *gorm.DB, ids []uuid.UUID, today clock.Date) error {
	histories, err := history.Load(ctx, tx, ids)
	if err != nil || len(ids) == 0 {
		return err
	}
	return copyPrices(ctx, tx, ids, histories, today)
}

// DayChanged makes the copies anew whose price is another one by today, and counts the seats that were dated ahead to
// today. It gives the ids of the former: their reviews are to be made again.
func DayChanged(ctx context.Context, tx *gorm.DB, today clock.Date) ([]uuid.UUID, error) {
	if err := countSeats(ctx, tx, today); err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Raw(`SELECT id FROM subscriptions WHERE price_until <= ? ORDER BY id FOR NO KEY UPDATE`,
		today).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("prices that begin today: %w", err)
	}
	return ids, CopyPrices(ctx, tx, ids, today)
}

// countSeats tells the database which day it is, and counts anew what is dated between that day and the one before.
func countSeats(ctx context.Context, tx *gorm.DB, today clock.Date) error {
	var was clock.Date
	db := tx.WithContext(ctx)
	err := db.Raw(`SELECT today FROM billing_day FOR UPDATE`).Scan(&was).Error
	if err != nil || was == today {
		return err
	}
	if err := db.Exec(`INSERT INTO billing_day (today) VALUES (?) ON CONFLICT (only_one)
		DO UPDATE SET today = excluded.today`, today).Error; err != nil {
		return fmt.Errorf("turn the day: %w", err)
	}
	span, args := "t.change_effective_at > ?", []any{today}
	if !was.IsZero() {
		span, args = "t.change_effective_at > ? AND t.change_effective_at <= ?",
			[]any{clock.Earlier(was, today), clock.Later(was, today)}
	}
	err = db.Exec(`UPDATE subscriptions s SET seats_ahead = a.seats FROM (
			SELECT x.id, (SELECT coalesce(sum(c.delta), 0) FROM license_changes c
				JOIN license_change_status t ON t.change_id = c.id
				WHERE c.subscription_id = x.id AND t.counted AND c.effective_at > ?) AS seats
			FROM (SELECT id FROM subscriptions WHERE id IN (SELECT t.change_subscription_id
				FROM license_change_status t WHERE `+span+`) ORDER BY id FOR NO KEY UPDATE) x) a
		WHERE s.id = a.id AND s.seats_ahead <> a.seats`, append([]any{today}, args...)...).Error
	if err != nil {
		return fmt.Errorf("seats that begin to count: %w", err)
	}
	return nil
}

// Relanded enters anew the prices that were filled on the first day under a contract,
// where that day has moved before it was billed (RULES 5).
func Relanded(ctx context.Context, tx *gorm.DB, contractID uuid.UUID, o ledger.Origin) ([]uuid.UUID, error) {
	rows, err := load(ctx, tx, `s.contract_id = ? ORDER BY s.id FOR UPDATE OF s`, contractID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, s := range rows {
		ids[i] = s.ID
	}
	histories, err := history.Load(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var fresh []ledger.Change
	var aside []uuid.UUID
	for _, s := range rows {
		h := histories[s.ID]
		if old, moved := movedLanding(h, contractID); moved {
			aside = append(aside, old.ID)
			if stands, found := h.PriceOn(landingDay(h)); found && stands.Price.ByPerson {
				continue // what a machine writes never takes the place of a person's
			}
			row := priceRow(h, s, landingDay(h), old.Price.Amount, ledger.OnLanding,
				"the first day under the contract has moved")
			row.PriceFor.ItemID, row.ReplacesID = old.Price.ItemID, set(old.ID)
			fresh = append(fresh, row)
		}
	}
	no := false
	if _, err := (ledger.Mark{By: o.By, Why: "the first day under the contract has moved", Counted: &no}).Apply(ctx, tx,
		aside); err != nil {
		return nil, err
	}
	if err := ledger.Append(ctx, tx, o, fresh); err != nil {
		return nil, err
	}
	return ids, CopyPrices(ctx, tx, ids, o.Today())
}

// movedLanding finds the landing row of a subscription that nothing of the contract was billed for and whose day is
// another now.
func movedLanding(h history.History, contractID uuid.UUID) (history.Row, bool) {
	day := landingDay(h)
	if !h.PaidTo(contractID).IsZero() || day.IsZero() {
		return history.Row{}, false
	}
	for _, r := range h.Rows {
		if r.Event == ledger.Price && r.Price.From == ledger.OnLanding && r.On != day &&
			h.ContractOn(r.On) == contractID && len(h.Stays) == 1 {
			return r, true
		}
	}
	return history.Row{}, false
}
