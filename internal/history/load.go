package history

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// Load reads the histories of subscriptions. Those that took over another's history,
// and those whose history went over, are read along: they share what is paid.
func Load(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]History, error) {
	if len(ids) == 0 {
		return map[uuid.UUID]History{}, nil
	}
	w := stored{db: db.WithContext(ctx)}
	for _, step := range []func() error{
		func() error { return w.readSubscriptions(ids) }, w.readMoves, w.readRows, w.readExtras, w.readStays,
		w.readLines, w.readContracts,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("read histories: %w", err)
		}
	}
	return w.decode()
}

// One reads the history of one subscription.
func One(ctx context.Context, db *gorm.DB, id uuid.UUID) (History, error) {
	all, err := Load(ctx, db, []uuid.UUID{id})
	return all[id], err
}

// stored is what the database has of some subscriptions.
type stored struct {
	db        *gorm.DB
	subs      []storedSubscription
	moves     []move
	rows      []storedRow
	extras    []storedExtra
	stays     []storedStay
	lines     []storedLine
	contracts []storedContract
}

type storedSubscription struct {
	ID               uuid.UUID
	Kind             string
	ProductID        uuid.NullUUID
	ProductName      string
	PartNumber       string
	Term             string
	BillingFrequency string
	BillableFrom     clock.Date
	FrozenFrom       clock.Date
	EndsOn           clock.Date
	EndsRefund       bool
	EndsSeq          int64
	EndsInvoice      int64
	State            string
}

// Moves of days from one subscription to another: reassigned history, and twins that a cut-over has confirmed.
const movesQuery = `
	SELECT source_id, target_id, made_at AS at FROM reassignments WHERE undone_at IS NULL
	UNION
	SELECT old_subscription_id, new_subscription_id, decided_at FROM cutover_pairs
	WHERE kind = 'twin' AND day IS NOT NULL AND undone_at IS NULL
	  AND NOT EXISTS (SELECT FROM reassignments r WHERE r.source_id = old_subscription_id AND r.undone_at IS NULL)`

func (w *stored) readSubscriptions(ids []uuid.UUID) error {
	return w.db.Raw(`
		WITH RECURSIVE moves AS (`+movesQuery+`),
		kin AS (
			SELECT id FROM unnest(CAST(? AS uuid[])) AS id
			UNION
			SELECT CASE WHEN m.source_id = kin.id THEN m.target_id ELSE m.source_id END
			FROM kin JOIN moves m ON kin.id IN (m.source_id, m.target_id))
		SELECT s.id, s.kind, s.product_id, s.product_name, s.part_number, s.term, s.billing_frequency,
		s.billable_from,
			s.frozen_from, s.ends_on, s.ends_refund, s.ends_seq,
			s.ends_invoice, s.state
		FROM kin JOIN subscriptions s ON s.id = kin.id ORDER BY s.id`, postgres.IDs(ids)).Scan(&w.subs).Error
}

func (w *stored) ids() postgres.IDs {
	ids := make(postgres.IDs, len(w.subs))
	for i, s := range w.subs {
		ids[i] = s.ID
	}
	return ids
}

// move is days that went from one subscription to another.
type move struct {
	SourceID uuid.UUID
	TargetID uuid.UUID
}

func (w *stored) readMoves() error {
	return w.db.Raw(`SELECT source_id, target_id FROM (`+movesQuery+
		`) m WHERE source_id = ANY (CAST(? AS uuid[])) ORDER BY at, source_id`,
		w.ids()).Scan(&w.moves).Error
}

type storedRow struct {
	ID               uuid.UUID
	Seq              int64
	SubscriptionID   uuid.UUID
	Event            ledger.Event
	Reason           ledger.Reason
	Source           ledger.Source
	EffectiveAt      clock.Date
	Delta            int
	Refund           bool
	Counted          bool
	UnitPrice        decimal.NullDecimal
	PricePeriod      money.Period
	Currency         string
	PriceFrom        ledger.PriceFrom
	PriceItemID      uuid.NullUUID
	ProductID        uuid.NullUUID
	Term             string
	BillingFrequency string
	Product          string // before and after, as JSON; empty where the row changes none
	OriginChangeID   uuid.NullUUID
	ReplacesID       uuid.NullUUID
	WrittenForID     uuid.NullUUID
	Outside          bool
	Until            clock.Date
}

// readRows reads also what was set aside: a row stands in the place of the one it replaces.
func (w *stored) readRows() error {
	return w.db.Raw(`
		SELECT c.id, c.seq, c.subscription_id, c.event, coalesce(c.reason, '') AS reason, c.source, c.effective_at,
			c.delta, c.refund, st.counted,
		       c.unit_price, c.price_period, c.currency, c.price_from, c.price_item_id, c.product_id, c.term,
			c.billing_frequency,
		       coalesce((c.details->'product')::text, '') AS product, c.origin_change_id, c.replaces_id,
			c.written_for_id,
		       e.change_id IS NOT NULL AS outside, e.until
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id LEFT
		JOIN billed_elsewhere e ON e.change_id = c.id
		WHERE c.subscription_id = ANY (CAST(? AS uuid[])) ORDER BY c.seq`, w.ids()).Scan(&w.rows).Error
}

type storedExtra struct {
	SubscriptionID uuid.UUID
	Seats          int
	FromOn         clock.Date
	ToOn           clock.Date
	AfterSeq       int64
	AfterInvoice   int64
}

// readExtras reads what people bill from a supplier's bill.
func (w *stored) readExtras() error {
	return w.db.Raw(`SELECT subscription_id, seats, from_on, to_on, after_seq, after_invoice FROM supplier_seats
		WHERE subscription_id = ANY (CAST(? AS uuid[])) AND undone_at IS NULL ORDER BY at, id`, w.ids()).
		Scan(&w.extras).Error
}

type storedStay struct {
	SubscriptionID uuid.UUID
	ContractID     uuid.UUID
	FromOn         clock.Date
}

func (w *stored) readStays() error {
	return w.db.Raw(`
		SELECT subscription_id, coalesce(contract_id, '00000000-0000-0000-0000-000000000000') AS contract_id, from_on
		FROM contract_stays WHERE subscription_id = ANY (CAST(? AS uuid[])) AND NOT set_aside
		ORDER BY coalesce(from_on, '-infinity'), seq`, w.ids()).Scan(&w.stays).Error
}

type storedLine struct {
	ID             uuid.UUID
	InvoiceID      uuid.UUID
	ContractID     uuid.UUID
	Seq            int64
	AfterSeq       int64
	SubscriptionID uuid.UUID
	Kind           Kind
	FromDate       clock.Date
	ToDate         clock.Date
	Seats          int
	UnitPrice      decimal.Decimal
	PricePeriod    money.Period
	Currency       string
	Exact          decimal.Decimal
	Amount         decimal.Decimal
	Standing       bool
	Goodwill       bool
}

// readLines reads live lines, and what was found due when the law of days came and is taken as billed until a person
// says yes.
func (w *stored) readLines() error {
	return w.db.Raw(`
		SELECT l.id, l.invoice_id, i.contract_id, i.seq, i.after_seq, l.subscription_id, l.kind, l.from_date,
		l.to_date,
			l.seats,
		       l.unit_price, l.price_period, l.currency, l.exact, l.amount,
		       l.standing AND l.kind <> 'credit' AS standing,
		       l.kind = 'credit' AND NOT l.again AS goodwill
		FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
		WHERE l.subscription_id = ANY (CAST(@ids AS uuid[])) AND l.live
		UNION ALL
		SELECT d.id, d.id, d.contract_id, 0, d.after_seq, d.subscription_id, CASE WHEN d.kind = 'cycle' THEN
		'catch_up'
		ELSE d.kind END, d.from_date, d.to_date, d.seats,
		       d.unit_price, d.price_period, d.currency, d.exact, d.amount, true, false
		FROM opening_differences d WHERE d.subscription_id = ANY (CAST(@ids AS uuid[])) AND d.taken_at IS NULL
		ORDER BY after_seq, seq, from_date, id`, map[string]any{"ids": w.ids()}).Scan(&w.lines).Error
}

type storedContract struct {
	ID         uuid.UUID
	EndRefund  bool
	EndSeq     int64
	EndInvoice int64
	contract.Terms
}

func (w *stored) readContracts() error {
	return w.db.Raw(`
		SELECT k.id, k.end_refund, k.end_seq, k.end_invoice, k.currency, k.billing_frequency, k.billing_day,
			k.start_date, k.end_date, k.bill_from
		FROM billing_contracts k
		WHERE k.id = ANY (CAST(? AS uuid[]))`, w.inOrBilled()).Scan(&w.contracts).Error
}

// inOrBilled are the contracts that they were ever in or have lines of.
func (w *stored) inOrBilled() postgres.IDs {
	ids, seen := postgres.IDs{}, map[uuid.UUID]bool{uuid.Nil: true}
	add := func(id uuid.UUID) {
		if !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	for _, s := range w.stays {
		add(s.ContractID)
	}
	for _, l := range w.lines {
		add(l.ContractID)
	}
	return ids
}
