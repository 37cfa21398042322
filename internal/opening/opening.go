// Package opening looks once at what was billed before each day had its own price and
// seats, and keeps the differences until a person says yes. Nothing else reads or
// writes its tables but the one load of histories.
package opening

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/listing"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
)

// Service takes stock, and carries out what people say of it.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
}

// batch is how many subscriptions are looked at together.
const batch = 500

// TakeStock looks once at what was billed before a bill became the difference of two
// states: prices that only pages showed become dated rows, and what the days that were
// billed come to now is kept beside them, as though billed, until a person says yes.
func (s Service) TakeStock(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var done bool
		err := tx.Raw(`SELECT pg_advisory_xact_lock(hashtext('seatledger.opening')), EXISTS (SELECT
			FROM opening_done)`).Row().Scan(new(any), &done)
		if err != nil || done {
			return err
		}
		var ids []uuid.UUID
		if err := tx.Raw(`SELECT id FROM subscriptions ORDER BY id FOR NO KEY UPDATE`).Scan(&ids).Error; err != nil {
			return fmt.Errorf("take stock: %w", err)
		}
		for ; len(ids) > 0; ids = ids[min(batch, len(ids)):] {
			if err := s.takeStockOf(ctx, tx, ids[:min(batch, len(ids))]); err != nil {
				return fmt.Errorf("take stock: %w", err)
			}
		}
		return tx.Exec(`INSERT INTO opening_done (at) VALUES (?)`, s.Clock.Now()).Error
	})
}

func (s Service) takeStockOf(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) error {
	was, err := shownPrices(ctx, tx, ids)
	if err != nil {
		return err
	}
	histories, err := history.Load(ctx, tx, ids)
	if err != nil {
		return err
	}
	var rows []ledger.Change
	for _, id := range ids {
		if row, missing := firstPrice(histories[id], was[id]); missing {
			rows = append(rows, row)
		}
	}
	origin := ledger.Origin{Source: ledger.FromImport, By: audit.System, At: s.Clock.Now(), Zone: s.Zone}
	if err := ledger.Append(ctx, tx, origin, rows); err != nil {
		return err
	}
	if histories, err = history.Load(ctx, tx, ids); err != nil {
		return err
	}
	if err := subscription.CopyPrices(ctx, tx, ids, clock.Today(s.Clock, s.Zone)); err != nil {
		return err
	}
	if err := s.keepPrices(ctx, tx, ids, was, histories); err != nil {
		return err
	}
	return s.keepDifferences(ctx, tx, ids, histories)
}

// shownPrice is what pages showed of a subscription before prices were dated.
type shownPrice struct {
	ID       uuid.UUID
	Shown    ledger.Amount
	Before   ledger.Amount // the first dated price: what it replaced; none where no price is dated
	ByPerson bool
	Quantity int
}

// first is the price of the days before any dated one: what the first of them replaced, else what pages showed.
func (p shownPrice) first() ledger.Amount {
	if p.Before.Value.Valid {
		return p.Before
	}
	return p.Shown
}

func shownPrices(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]shownPrice, error) {
	rows, err := tx.WithContext(ctx).Raw(`
		SELECT s.id, s.unit_price, s.price_period, s.currency, s.price_by_person, s.ledger_quantity,
		       coalesce((f.details->'price'->'before'->>'amount')::numeric, f.unit_price),
		       coalesce(f.details->'price'->'before'->>'period', f.price_period, ''),
			coalesce(f.details->'price'->'before'->>'currency', f.currency, '')
		FROM subscriptions s
		LEFT JOIN LATERAL (SELECT c.details, c.unit_price, c.price_period, c.currency FROM license_changes c
			JOIN license_change_status st ON st.change_id = c.id AND st.counted
			WHERE c.subscription_id = s.id AND c.event = 'price' ORDER BY c.seq LIMIT 1) f ON true
		WHERE s.id = ANY (CAST(? AS uuid[]))`, postgres.IDs(ids)).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := make(map[uuid.UUID]shownPrice, len(ids))
	for rows.Next() {
		var p shownPrice
		err := rows.Scan(&p.ID, &p.Shown.Value, &p.Shown.Period, &p.Shown.Currency, &p.ByPerson, &p.Quantity,
			&p.Before.Value, &p.Before.Period, &p.Before.Currency)
		if err != nil {
			return nil, err
		}
		out[p.ID] = p
	}
	return out, rows.Err()
}

// firstPrice is a price for the days from the first billable one, where no dated row holds on it.
func firstPrice(h history.History, was shownPrice) (ledger.Change, bool) {
	day := h.FirstDay()
	if _, priced := h.PriceOn(day); priced || day.IsZero() || !was.first().Value.Valid || len(h.Stays) == 0 {
		return ledger.Change{}, false
	}
	from := ledger.WasShown
	if was.ByPerson {
		from = ledger.ByTyping
	}
	return ledger.Change{
		SubscriptionID: h.ID, Event: ledger.Price, EffectiveAt: day, QuantityAfter: was.Quantity, Price: was.first(),
		PriceFor: ledger.PriceFor{From: from}, Note: "what pages showed before prices were dated",
		Details: ledger.Details{"price": ledger.Was{After: was.first().Words()}},
	}, true
}

// keepPrices notes of which subscriptions the price is another one now than pages showed.
func (s Service) keepPrices(ctx context.Context, tx *gorm.DB, ids []uuid.UUID, was map[uuid.UUID]shownPrice,
	histories map[uuid.UUID]history.History) error {
	var rows []map[string]any
	for _, id := range ids {
		now := ledger.Amount{}
		if row, found := histories[id].PriceToday(clock.Today(s.Clock, s.Zone)); found {
			now = row.Price.Amount
		}
		if shown := was[id].Shown; !shown.Equal(now) && (shown.Value.Valid || now.Value.Valid) {
			rows = append(rows, map[string]any{"id": id, "shown": shown.Words(), "now": now.Words()})
		}
	}
	return insert(ctx, tx, `
		INSERT INTO opening_prices (subscription_id, shown, shown_period, shown_currency, price, price_period, currency,
			found_at)
		SELECT id, (shown->>'amount')::numeric, coalesce(shown->>'period', ''), coalesce(shown->>'currency', ''),
			(now->>'amount')::numeric, coalesce(now->>'period', ''), coalesce(now->>'currency', ''), now()
		FROM jsonb_to_recordset(?::jsonb) AS r (id uuid, shown jsonb, now jsonb)`, rows)
}

// keepDifferences notes what the days that were billed come to now, less what was billed.
func (s Service) keepDifferences(ctx context.Context, tx *gorm.DB, ids []uuid.UUID,
	histories map[uuid.UUID]history.History) error {
	var rows []map[string]any
	for _, id := range ids {
		h := histories[id]
		for _, k := range h.Contracts() {
			to := h.PaidTo(k)
			if to.IsZero() {
				continue
			}
			r := billing.Reckon(h, k, to)
			t := r.Standing()
			for _, c := range r.Charges {
				rows = append(rows, map[string]any{
					"id": uuid.Must(uuid.NewV7()), "contract_id": k, "subscription_id": id, "kind": c.Kind,
					"from_date": c.Period.From, "to_date": c.Period.To,
					"seats": c.Seats, "unit_price": c.Price.Value.Decimal, "price_period": c.Price.Period,
					"currency": r.Currency(),
					"exact":    c.Exact.Decimal, "amount": t.Add(c.Exact, r.Currency()),
				})
			}
		}
	}
	return insert(ctx, tx, `
		INSERT INTO opening_differences (id, contract_id, subscription_id, kind, from_date, to_date, seats, unit_price,
			price_period, currency,
			exact, amount, after_seq, found_at)
		SELECT id, contract_id, subscription_id, kind, from_date, to_date, seats, unit_price, price_period, currency,
			exact, amount,
			(SELECT coalesce(max(seq), 0) FROM license_changes), now()
		FROM jsonb_to_recordset(?::jsonb) AS r (id uuid, contract_id uuid, subscription_id uuid, kind text,
			from_date date, to_date date, seats integer,
			unit_price numeric, price_period text, currency text, exact numeric, amount numeric)`, rows)
}

// Difference is what days that were billed before the law of days come to beyond what was billed.
type Difference struct {
	ContractID     uuid.UUID
	Contract       string
	CRMAccount     string `gorm:"column:crm_account"`
	SubscriptionID uuid.UUID
	ExternalID     string
	Product        string
	Kind           history.Kind
	FromDate       clock.Date
	ToDate         clock.Date
	Seats          int
	Amount         decimal.Decimal
	Currency       string
}

// Price is a price that is another one now than pages showed.
type Price struct {
	SubscriptionID uuid.UUID
	ExternalID     string
	Product        string
	CRMAccount     string `gorm:"column:crm_account"`
	Shown          decimal.NullDecimal
	ShownPeriod    string
	ShownCurrency  string
	Price          decimal.NullDecimal
	PricePeriod    string
	Currency       string
}

// Opening is what the law of days changed and nobody has spoken of yet.
type Opening struct {
	Differences []Difference
	Prices      []Price
}

// Waits asks with a list's choices whether there is anything of it: it says something then.
var Waits = listing.Extra{Steady: true, SQL: `SELECT 'waits', '', ''
	WHERE EXISTS (SELECT FROM opening_differences WHERE taken_at IS NULL)
	OR EXISTS (SELECT FROM opening_prices WHERE seen_at IS NULL)`}

// Load reads it.
func Load(ctx context.Context, db *gorm.DB) (Opening, error) {
	var o Opening
	err := db.WithContext(ctx).Raw(`
		SELECT d.contract_id, k.name AS contract, a.name AS crm_account, d.subscription_id, s.external_id,
			coalesce(nullif(s.product_name, ''), s.external_id) AS product,
		       d.kind, d.from_date, d.to_date, d.seats, d.amount, d.currency
		FROM opening_differences d JOIN billing_contracts k ON k.id = d.contract_id
		JOIN crm_accounts a ON a.id = k.crm_account_id
		JOIN subscriptions s ON s.id = d.subscription_id
		WHERE d.taken_at IS NULL ORDER BY lower(a.name), k.id, s.id, d.from_date, d.id`).Scan(&o.Differences).Error
	if err != nil {
		return o, fmt.Errorf("what was billed before: %w", err)
	}
	err = db.WithContext(ctx).Raw(`
		SELECT p.subscription_id, s.external_id, coalesce(nullif(s.product_name, ''), s.external_id) AS product,
			coalesce(a.name, '') AS crm_account,
		       p.shown, p.shown_period, p.shown_currency, p.price, p.price_period, p.currency
		FROM opening_prices p JOIN subscriptions s ON s.id = p.subscription_id LEFT
		JOIN crm_accounts a ON a.id = s.crm_account_id
		WHERE p.seen_at IS NULL ORDER BY lower(coalesce(a.name, '')), s.id`).Scan(&o.Prices).Error
	if err != nil {
		return o, fmt.Errorf("prices that became others: %w", err)
	}
	return o, nil
}

// Take lets the next run of a contract bill its differences.
func (s Service) Take(ctx context.Context, by audit.Actor, contractID uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := invoice.LockContract(ctx, tx, contractID); err != nil {
			return err
		}
		done := tx.Exec(`UPDATE opening_differences SET taken_at = ?, taken_by = ? WHERE contract_id = ?
			AND taken_at IS NULL`, s.Clock.Now(), by.Name, contractID)
		if done.Error != nil {
			return fmt.Errorf("take differences of contract %s: %w", contractID, done.Error)
		}
		if done.RowsAffected == 0 {
			return errs.New(errs.Conflict,
				"This contract has no differences that wait: somebody said yes already. Nothing was changed.")
		}
		return audit.Record(ctx, tx, s.Clock, by,
			audit.Event{Action: "contract.differences_taken", ObjectType: "contract", ObjectID: contractID.String(),
				After: map[string]any{"lines": done.RowsAffected}})
	})
}

// SeePrices notes that a person has seen the prices that became others.
func (s Service) SeePrices(ctx context.Context, by audit.Actor) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.Exec(`UPDATE opening_prices SET seen_at = ?, seen_by = ? WHERE seen_at IS NULL`,
			s.Clock.Now(), by.Name)
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		return audit.Record(ctx, tx, s.Clock, by,
			audit.Event{Action: "prices.seen", ObjectType: "settings", ObjectID: "prices",
				After: map[string]any{"subscriptions": done.RowsAffected}})
	})
}

func insert(ctx context.Context, tx *gorm.DB, sql string, rows []map[string]any) error {
	if len(rows) == 0 {
		return nil
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.WithContext(ctx).Exec(sql, string(doc)).Error
}
