package proof

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/distributor"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// subscriptionRow is one subscription of either side, with what was decided about it.
type subscriptionRow struct {
	ID             uuid.UUID
	IsNew          bool
	CRMAccountID   uuid.UUID `gorm:"column:crm_account_id"`
	ExternalID     string
	ProductName    string
	PartNumber     string
	SKU            string `gorm:"column:sku"`
	State          subscription.State
	TwinHold       bool
	CutoverHold    bool
	ProviderStatus distributor.Status
	FrozenFrom     clock.Date
	BillableFrom   clock.Date
	PairID         uuid.NullUUID
	PairKind       pairing.Kind
	PairDay        clock.Date
	Strayed        bool
	AccountState   account.State
	Whose          string
	Step           pairing.Step
}

// Subscriptions that the proof looks at: licences of both providers that have not ended
// long ago, and those in a decision, which stay in the proof of the customer that it is
// about, whoever's they are now. Purchases and usage have no seat-days (RULES 4).
const subscriptionRows = `WITH d AS (SELECT p.*, c.crm_account_id AS whose, c.state AS step FROM cutover_pairs p
	JOIN cutover_customers c ON c.id = p.customer_id WHERE c.cutover_id = @run AND p.undone_at IS NULL)
	SELECT s.id, s.provider_id = r.new_provider_id AS is_new, coalesce(d.whose, s.crm_account_id) AS crm_account_id,
		s.external_id, s.product_name,
	coalesce(p.part_number, s.part_number) AS part_number, s.sku, s.state, s.twin_hold, s.cutover_hold,
		s.provider_status,
	s.frozen_from, s.billable_from,
	d.id AS pair_id, coalesce(d.kind, '') AS pair_kind, d.day AS pair_day,
	d.id IS NOT NULL AND s.crm_account_id IS DISTINCT
	FROM d.whose AS strayed, a.state AS account_state, coalesce(w.name, '') AS whose, coalesce(d.step, '') AS step
	FROM cutovers r JOIN subscriptions s ON s.provider_id IN (r.old_provider_id, r.new_provider_id) AND s.id IN (
		SELECT id FROM subscriptions WHERE crm_account_id = ANY (CAST(@customers AS uuid[]))
		UNION SELECT unnest(ARRAY[old_subscription_id, new_subscription_id]) FROM d
		WHERE d.whose = ANY (CAST(@customers AS uuid[])))
	JOIN provider_accounts a ON a.id = s.account_id LEFT JOIN crm_accounts w ON w.id = s.crm_account_id
	LEFT JOIN products p ON p.id = s.product_id
	LEFT JOIN d ON s.id IN (d.old_subscription_id, d.new_subscription_id)
	WHERE r.id = @run AND s.kind NOT IN ('one_time', 'usage')
	AND (d.id IS NOT NULL OR s.state <> 'inactive' OR s.deactivated_on >= r.created_at::date - 400)
	ORDER BY crm_account_id, lower(s.product_name), s.id`

func load(ctx context.Context, db *gorm.DB, runID uuid.UUID, customers []uuid.UUID) ([]subscriptionRow,
	map[uuid.UUID]*side, error) {
	var subs []subscriptionRow
	err := db.WithContext(ctx).Raw(subscriptionRows,
		map[string]any{"run": runID, "customers": postgres.IDs(customers)}).Scan(&subs).Error
	if err != nil {
		return nil, nil, fmt.Errorf("subscriptions of the proof: %w", err)
	}
	ids := make([]uuid.UUID, len(subs))
	for i, s := range subs {
		ids[i] = s.ID
	}
	histories, err := history.Load(ctx, db, ids)
	if err != nil {
		return nil, nil, err
	}
	r, err := recordsOf(ctx, db, runID, ids)
	if err != nil {
		return nil, nil, err
	}
	sides := make(map[uuid.UUID]*side, len(subs))
	for _, s := range subs {
		sides[s.ID] = s.side(histories[s.ID], r)
	}
	return subs, sides, nil
}

// records are what of the ledger and the invoices is no meaning of a row, but how it came to be.
type records struct {
	closings map[uuid.UUID]bool      // rows with which somebody closed a subscription here since the run began
	billedOn map[uuid.UUID]uuid.UUID // the subscription that a line was made for
}

func recordsOf(ctx context.Context, db *gorm.DB, runID uuid.UUID, ids []uuid.UUID) (records, error) {
	out := records{closings: map[uuid.UUID]bool{}, billedOn: map[uuid.UUID]uuid.UUID{}}
	var rows []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT c.id FROM cutovers r JOIN license_changes c ON c.recorded_at >= r.created_at
		WHERE r.id = ? AND c.subscription_id = ANY (?::uuid[]) AND c.event = 'deactivate'
		AND c.reason IN ('person', 'cutover') AND c.origin_change_id IS NULL`,
		runID, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return out, fmt.Errorf("closings of the proof: %w", err)
	}
	for _, id := range rows {
		out.closings[id] = true
	}
	var lines []struct{ ID, SubscriptionID uuid.UUID }
	err = db.WithContext(ctx).Raw(`SELECT id, subscription_id FROM invoice_lines WHERE live
		AND subscription_id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&lines).Error
	if err != nil {
		return out, fmt.Errorf("lines of the proof: %w", err)
	}
	for _, l := range lines {
		out.billedOn[l.ID] = l.SubscriptionID
	}
	return out, nil
}

// farAhead is behind every day that the proof looks at.
var farAhead = clock.NewDate(9999, time.December, 31)

// side lays a subscription's history out in days.
func (s subscriptionRow) side(h history.History, r records) *side {
	out := &side{
		ID: s.ID, Number: s.ExternalID, Strayed: s.strayed(), From: s.BillableFrom, Frozen: s.FrozenFrom,
		Held: s.State == subscription.Held, Asks: s.State == subscription.Held && (s.TwinHold || s.CutoverHold),
		Over:    s.State == subscription.Inactive,
		Running: !plan.Ends(s.ProviderStatus),
		Price: func(day clock.Date) ledger.Amount {
			row, _ := h.PriceOn(day)
			return row.Price.Amount
		},
		Most: func(day clock.Date) int { return mostCounted(h, r.movedAt(h, day), day) },
	}
	for _, row := range h.Rows {
		if row.Delta == 0 {
			continue
		}
		out.Seats = append(out.Seats, ledger.Point{On: row.On, Delta: row.Delta})
		if row.Event == ledger.Adjust {
			out.Adjusted = append(out.Adjusted, row.On)
		}
		if r.closings[row.ID] {
			out.ClosedHere = append(out.ClosedHere, row.On)
		}
	}
	if end := h.Ends.On; !end.IsZero() {
		out.Seats = append(out.Seats, ledger.Point{On: end, Delta: -out.Seats.At(end)})
	}
	out.charged(h, r)
	// A new one that had ended, that nobody has spoken of and that nobody billed was never billable here.
	out.Held = out.Held || s.IsNew && !s.PairID.Valid && s.State == subscription.Inactive && len(out.Billed) == 0
	return out
}

// charged fills in what counts, is billed and is forfeited, over all contracts. Days
// that no contract bills count from the first day on that could be billed.
func (s *side) charged(h history.History, r records) {
	add := func(to *[]stretch, p contract.Period, seats int) {
		if seats != 0 {
			*to = append(*to, stretch{p.From, p.To, seats})
		}
	}
	for _, id := range h.Contracts() {
		for _, span := range h.Days(id, farAhead) {
			if span.Own {
				add(&s.Own, span.Period, span.Counted)
			}
			add(&s.Billed, span.Period, span.Paid)
			add(&s.Elsewhere, span.Period, span.Outside)
			add(&s.Forfeited, span.Period, span.Forfeited)
		}
	}
	for _, l := range h.Lines {
		if r.moved(h, l) {
			add(&s.Moved, l.Period, l.Seats)
		}
	}
	own := contract.Period{From: h.FirstDay(), To: farAhead}
	if !h.Limit.IsZero() {
		own.To = h.Limit
	}
	for _, span := range h.Ledger(farAhead) {
		if p := span.Within(own); !p.Empty() && h.ContractOn(p.From) == uuid.Nil {
			add(&s.Own, p, span.Counted)
		}
	}
}

// moved tells whether a line was made for another subscription: it stands here since the switch.
func (r records) moved(h history.History, l history.Line) bool {
	return l.Standing && (l.Kind == history.Cycle || l.Kind == history.CatchUp) && r.billedOn[l.ID] != h.ID
}

// movedAt is where the last line that moved here with a day stands in the order of recording.
func (r records) movedAt(h history.History, day clock.Date) history.Place {
	var at history.Place
	for _, l := range h.Lines {
		if r.moved(h, l) && l.Period.Has(day) && l.Place.Compare(at) > 0 {
			at = l.Place
		}
	}
	return at
}

// mostCounted is the most seats that counted for a day at any time since a place in the order of recording.
func mostCounted(h history.History, since history.Place, day clock.Date) int {
	rows := slices.Clone(h.Rows)
	slices.SortStableFunc(rows, func(a, b history.Row) int { return a.Place.Compare(b.Place) })
	before, seats, most := 0, 0, 0
	for _, row := range rows {
		if row.On.After(day) {
			continue
		}
		seats += row.Delta
		if row.Place.Compare(since) <= 0 {
			before = seats
			continue
		}
		most = max(most, seats)
	}
	return max(before, most)
}

// strayed says, of one that is no longer the customer's, what to do; else nothing.
func (s subscriptionRow) strayed() string {
	if !s.Strayed {
		return ""
	}
	return pairing.Side{ExternalID: s.ExternalID, ProductName: s.ProductName}.NoLongerTheirs(s.Whose,
		s.AccountState, s.Step)
}
