package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// Append writes rows in their order, in two statements however many they are. Rows
// without an id get one. The database keeps the ledger quantity of each subscription
// and compares it with the billable one at commit.
func Append(ctx context.Context, tx *gorm.DB, o Origin, rows []Change) error {
	if len(rows) == 0 {
		return nil
	}
	if o.By.Name == "" {
		return audit.ErrNoActor
	}
	document, err := documentOf(o, rows)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	for _, insert := range []string{insertChanges, insertStatus} {
		if err := tx.WithContext(ctx).Exec(insert, document).Error; err != nil {
			return fmt.Errorf("append to ledger: %w", err)
		}
	}
	return nil
}

const insertChanges = `
INSERT INTO license_changes (id, subscription_id, event, reason, effective_at, recorded_at, delta, quantity_after,
	estimated,
    unit_cost, cost_period, cost_currency, unit_price, price_period, currency, details, source, sync_run_id, actor_id,
	actor, note, origin_change_id,
    refund, replaces_id, written_for_id, product_id, term, billing_frequency, price_from, price_item_id)
SELECT id, subscription_id, event, reason, effective_at, recorded_at, delta, quantity_after, estimated,
    unit_cost, cost_period, cost_currency, unit_price, price_period, currency, details, source, sync_run_id, actor_id,
	actor, note, origin_change_id,
    refund, replaces_id, written_for_id, product_id, term, billing_frequency, price_from, price_item_id
FROM ROWS FROM (jsonb_to_recordset(?::jsonb) AS (id uuid, subscription_id uuid, event text, reason text,
	effective_at date, recorded_at timestamptz,
    delta integer, quantity_after integer, estimated boolean, unit_cost numeric, cost_period text, cost_currency text,
	unit_price numeric,
    price_period text, currency text, details jsonb, source text, sync_run_id uuid, actor_id uuid, actor text,
	note text, origin_change_id uuid,
    refund boolean, replaces_id uuid, written_for_id uuid, product_id uuid, term text, billing_frequency text,
	price_from text, price_item_id uuid))
    WITH ORDINALITY
ORDER BY ordinality`

const insertStatus = `
INSERT INTO license_change_status (change_id, counted, billing_state)
SELECT id, counted, billing_state FROM jsonb_to_recordset(?::jsonb) AS r (id uuid, counted boolean, billing_state text)`

// row is a Change as the insert statements read it.
type row struct {
	ID             uuid.UUID     `json:"id"`
	SubscriptionID uuid.UUID     `json:"subscription_id"`
	Event          Event         `json:"event"`
	Reason         *Reason       `json:"reason"`
	EffectiveAt    string        `json:"effective_at"`
	RecordedAt     any           `json:"recorded_at"`
	Delta          int           `json:"delta"`
	QuantityAfter  int           `json:"quantity_after"`
	Estimated      bool          `json:"estimated"`
	UnitCost       any           `json:"unit_cost"`
	CostPeriod     string        `json:"cost_period"`
	CostCurrency   string        `json:"cost_currency"`
	UnitPrice      any           `json:"unit_price"`
	PricePeriod    string        `json:"price_period"`
	Currency       string        `json:"currency"`
	Details        Details       `json:"details,omitempty"`
	Source         Source        `json:"source"`
	RunID          uuid.NullUUID `json:"sync_run_id"`
	ActorID        uuid.NullUUID `json:"actor_id"`
	Actor          string        `json:"actor"`
	Note           string        `json:"note"`
	OriginID       uuid.NullUUID `json:"origin_change_id"`
	Refund         bool          `json:"refund"`
	ReplacesID     uuid.NullUUID `json:"replaces_id"`
	WrittenForID   uuid.NullUUID `json:"written_for_id"`
	ProductID      uuid.NullUUID `json:"product_id"`
	Term           string        `json:"term"`
	Frequency      string        `json:"billing_frequency"`
	PriceFrom      PriceFrom     `json:"price_from"`
	PriceItemID    uuid.NullUUID `json:"price_item_id"`
	Counted        bool          `json:"counted"`
	Billing        BillingState  `json:"billing_state"`
}

// documentOf is all rows as one JSON text: one parameter, whatever their number.
func documentOf(o Origin, rows []Change) (string, error) {
	all := make([]row, len(rows))
	for i := range rows {
		if rows[i].ID == uuid.Nil {
			rows[i].ID = uuid.Must(uuid.NewV7())
		}
		all[i] = rowOf(o, rows[i])
	}
	b, err := json.Marshal(all)
	return string(b), err
}

func rowOf(o Origin, c Change) row {
	r := row{
		ID: c.ID, SubscriptionID: c.SubscriptionID, Event: c.Event, EffectiveAt: c.EffectiveAt.String(),
		RecordedAt: o.At,
		Delta:      c.Delta, QuantityAfter: c.QuantityAfter, Estimated: c.Estimated,
		UnitCost: c.Cost.number(), CostPeriod: string(c.Cost.Period), CostCurrency: c.Cost.Currency,
		UnitPrice: c.Price.number(), PricePeriod: string(c.Price.Period), Currency: c.Price.Currency,
		Details: c.Details, Source: o.Source, RunID: o.RunID, Actor: o.By.Name, Note: c.Note, OriginID: c.OriginID,
		ActorID: uuid.NullUUID{UUID: o.By.ID, Valid: o.By.IsPerson()}, Counted: !c.Uncounted, Billing: c.Billing,
		Refund: c.Refund && c.Delta < 0, ReplacesID: c.ReplacesID, WrittenForID: c.WrittenForID,
	}
	if c.Event == Price {
		r.ProductID, r.Term, r.Frequency = c.PriceFor.Product, c.PriceFor.Term, c.PriceFor.Frequency
		r.PriceFrom, r.PriceItemID = c.PriceFor.From, c.PriceFor.ItemID
	}
	if c.Reason != NoReason {
		r.Reason = &c.Reason
	}
	switch {
	case r.Billing != "":
	case c.Delta < 0 && !c.Refund:
		r.Billing = Archived // nothing of it is ever given back
	default:
		r.Billing = Open
	}
	return r
}

// number is the amount as JSON text, which keeps every digit; nil when unknown.
func (a Amount) number() any {
	if !a.Value.Valid {
		return nil
	}
	return a.Value.Decimal.String()
}
