package subscription

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// listFollow is a price that is so many percent above its contract's list, whenever that changes.
type listFollow struct {
	SubscriptionID uuid.UUID       `json:"-"`
	Percent        decimal.Decimal `json:"percent"`
	Step           decimal.Decimal `json:"step"`
	Ending         decimal.Decimal `json:"ending"`
	Since          clock.Date      `json:"since"`
}

func (f listFollow) rule() price.Rule {
	return price.Rule{Change: price.Percent, Value: f.Percent, Step: f.Step, Ending: f.Ending, BelowCost: true}
}

// followsNote begins the note of every row that is written because a list changed.
const followsNote = "follows the list"

func followOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (*listFollow, error) {
	var found []listFollow
	err := db.WithContext(ctx).Raw(`SELECT subscription_id, percent, step, ending, since FROM price_follows
		WHERE subscription_id = ?`, id).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (f listFollow) keep(ctx context.Context, tx *gorm.DB, o ledger.Origin) error {
	return tx.WithContext(ctx).Exec(`INSERT INTO price_follows (subscription_id, percent, step, ending, since, set_by,
			set_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (subscription_id) DO UPDATE SET percent = excluded.percent, step = excluded.step,
			ending = excluded.ending, since = excluded.since, set_by = excluded.set_by, set_at = excluded.set_at`,
		f.SubscriptionID, f.Percent, f.Step, f.Ending, f.Since, o.By.Name, o.At).Error
}

func unfollow(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	return tx.WithContext(ctx).Exec(`DELETE FROM price_follows WHERE subscription_id = ?`, id).Error
}

// FollowLists writes for subscriptions that follow their list what the list says by now: a row on each day from today
// on on which its price changes. Days before today keep what they had; a person's price is never set aside. It gives
// the ids that changed.
func FollowLists(ctx context.Context, tx *gorm.DB, ids []uuid.UUID, o ledger.Origin, zone *time.Location) ([]uuid.UUID,
	error) {
	var all []listFollow
	err := tx.WithContext(ctx).Raw(`SELECT f.subscription_id, f.percent, f.step, f.ending, f.since FROM price_follows f
		JOIN subscriptions s ON s.id = f.subscription_id
		WHERE f.subscription_id = ANY (?::uuid[]) AND s.contract_id IS NOT NULL AND s.state <> 'inactive'
		ORDER BY f.subscription_id FOR NO KEY UPDATE OF s`, postgres.IDs(ids)).Scan(&all).Error
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids = ids[:0:0]
	for _, f := range all {
		ids = append(ids, f.SubscriptionID)
	}
	rows, err := load(ctx, tx, "s.id = ANY (?::uuid[]) ORDER BY s.id", postgres.IDs(ids))
	if err != nil {
		return nil, err
	}
	histories, err := history.Load(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	today := clock.DateOf(o.At, zone)
	var fresh []ledger.Change
	var changed []uuid.UUID
	for i, s := range rows {
		steps, err := listSteps(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		made := all[i].rows(s, histories[s.ID], steps, today)
		if fresh = append(fresh, made...); len(made) > 0 {
			changed = append(changed, s.ID)
		}
	}
	if err := ledger.Append(ctx, tx, o.In(zone), fresh); err != nil {
		return nil, err
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return changed, CopyPrices(ctx, tx, changed, today)
}

// listStep is an item of a list with the days on which it is in force.
type listStep struct {
	ID        uuid.UUID
	UnitPrice decimal.Decimal
	Unit      money.Period
	Currency  string
	From      clock.Date
	To        clock.Date
}

// listSteps are the items of a subscription's product, term and frequency in its contract's list.
func listSteps(ctx context.Context, db *gorm.DB, s Subscription) ([]listStep, error) {
	var steps []listStep
	err := db.WithContext(ctx).Raw(`SELECT i.id, i.unit_price, i.unit, l.currency, i.effective_from AS "from",
			i.effective_to AS "to" FROM billing_contracts b
		JOIN price_lists l ON l.id = b.price_list_id AND l.currency = b.currency
		JOIN price_list_items i ON i.price_list_id = l.id AND i.product_id = ? AND i.term = ?
		AND i.billing_frequency = ?
		WHERE b.id = ? ORDER BY i.effective_from`, s.ProductID, s.Term, s.Frequency, s.ContractID).Scan(&steps).Error
	if err != nil {
		return nil, fmt.Errorf("prices that are followed: %w", err)
	}
	return steps, nil
}

// inForce is the item of a day: of those in force the one that began last.
func inForce(steps []listStep, day clock.Date) (listStep, bool) {
	for _, s := range slices.Backward(steps) {
		if !s.From.After(day) && (s.To.IsZero() || s.To.After(day)) {
			return s, true
		}
	}
	return listStep{}, false
}

// rows are the prices to enter: on each day from today and from its beginning on, on which the list's price may change,
// where another one holds.
func (f listFollow) rows(s Subscription, h history.History, steps []listStep, today clock.Date) []ledger.Change {
	first := clock.Later(clock.Later(f.Since, today), h.FirstDay())
	days := []clock.Date{first}
	for _, step := range steps {
		for _, day := range []clock.Date{step.From, step.To} {
			if day.After(first) {
				days = append(days, day)
			}
		}
	}
	slices.SortFunc(days, func(a, b clock.Date) int { return b.DaysUntil(a) })
	var out []ledger.Change
	for _, day := range slices.Compact(days) {
		step, found := inForce(steps, day)
		if !found {
			continue // a list without a price takes none away
		}
		value, _ := f.rule().Of(step.UnitPrice, decimal.NullDecimal{}, step.Currency)
		want := ledger.Amount{Value: decimal.NewNullDecimal(value), Period: step.Unit, Currency: step.Currency}
		stands, priced := h.PriceOn(day)
		if priced && (stands.Price.Equal(want) || stands.Price.ByPerson) {
			continue
		}
		row := priceRow(h, s, day, want, ledger.FromList, fmt.Sprintf("%s: %s", followsNote, f.rule().Words("list")))
		row.PriceFor.ItemID = set(step.ID)
		out = append(out, row)
		h = h.With(history.Row{Event: ledger.Price, On: day, Seq: nextSeq(h), Price: history.Price{Amount: want,
			Product: row.PriceFor.Product, Term: row.PriceFor.Term, Rhythm: row.PriceFor.Frequency,
			From: ledger.FromList, ItemID: row.PriceFor.ItemID}})
	}
	return out
}

func nextSeq(h history.History) int64 {
	var last int64
	for _, r := range h.Rows {
		last = max(last, r.Seq)
	}
	return last + 1
}

// setAsideFollowing sets the rows aside that were written because a list was followed since a row.
func setAsideFollowing(ctx context.Context, tx *gorm.DB, a Act, since uuid.UUID) error {
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Raw(`SELECT n.id FROM license_changes n
		JOIN license_change_status st ON st.change_id = n.id
		JOIN license_changes c ON c.id = ? WHERE n.subscription_id = c.subscription_id AND n.event = 'price'
			AND n.seq > c.seq AND st.counted AND n.note LIKE ?`, since, followsNote+"%").Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return err
	}
	no := false
	_, err = ledger.Mark{By: a.Origin.By, Why: "taken back: it follows its list no more",
		Counted: &no}.Apply(ctx, tx, ids)
	return err
}
