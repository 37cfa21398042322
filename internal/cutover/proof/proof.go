package proof

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/postgres"
)

// Filter narrows the customers of a proof. Empty fields do not narrow.
type Filter struct {
	Customers []uuid.UUID
	Search    string // in the name
}

// Customer is the proof of one customer.
type Customer struct {
	Whose
	Products []Product
	Totals
}

// Whose is whose proof it is.
type Whose struct {
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	CRMAccount   string    `gorm:"column:crm_account"`
	SwitchDay    clock.Date
	Step         pairing.Step
}

// Product is the days of one product of a customer.
type Product struct {
	Key       string // part number, or the SKU or name where there is none
	Name      string
	Segments  []Segment // all days, in order
	Changes   []Change  // over the switch
	Forfeited int       // seat-days billed, not given back, and held by nobody
	Late      int       // of them, from the switch on
	Worst     Verdict
}

// From is the first day that is proved, and To the one after the last.
func (p Product) From() clock.Date { return p.Segments[0].From }

// To is the day after the last that is proved.
func (p Product) To() clock.Date { return p.Segments[len(p.Segments)-1].To }

// Worst is the worst verdict of all products.
func (c Customer) Worst() Verdict {
	worst := OK
	for _, p := range c.Products {
		if p.Worst.worse(worst) {
			worst = p.Worst
		}
	}
	return worst
}

// batchSize is how many customers are read at a time.
const batchSize = 50

// Each hands over the proof of every customer of a run, by name. Read it in one
// snapshot: the rooms it reads go on changing. Once the run has ended, today is that day.
func Each(ctx context.Context, db *gorm.DB, runID uuid.UUID, asked Filter, today clock.Date,
	do func(Customer) error) error {
	customers, err := customersOf(ctx, db, runID, asked)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(customers, batchSize) {
		ids := make([]uuid.UUID, len(batch))
		for i, c := range batch {
			ids[i] = c.CRMAccountID
		}
		subs, sides, err := load(ctx, db, runID, ids)
		if err != nil {
			return err
		}
		acks, err := acknowledgements(ctx, db, runID, ids)
		if err != nil {
			return err
		}
		for _, whose := range batch {
			c := Customer{Whose: whose}
			c.prove(subs, sides, acks[c.CRMAccountID], today)
			if err := do(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// Customers of the old provider, those the run has a row of, and those at the new
// one alone whose subscriptions wait for a decision.
func customersOf(ctx context.Context, db *gorm.DB, runID uuid.UUID, f Filter) ([]Whose, error) {
	var found []Whose
	err := db.WithContext(ctx).Raw(`SELECT a.id AS crm_account_id, a.name AS crm_account, coalesce(c.switch_day,
		r.switch_day) AS switch_day, coalesce(c.state, 'open') AS step
		FROM cutovers r CROSS JOIN crm_accounts a LEFT JOIN cutover_customers c ON c.cutover_id = r.id
		AND c.crm_account_id = a.id
		WHERE r.id = @run AND (c.id IS NOT NULL OR EXISTS (SELECT FROM subscriptions s WHERE s.crm_account_id = a.id
			AND (s.provider_id = r.old_provider_id OR s.provider_id = r.new_provider_id AND s.state = 'held'
			AND (s.twin_hold OR s.cutover_hold))))
		AND (@every OR a.id = ANY (CAST(@customers AS uuid[]))) AND lower(a.name) LIKE @search
		ORDER BY lower(a.name), a.id`,
		map[string]any{"run": runID, "every": len(f.Customers) == 0, "customers": postgres.IDs(f.Customers),
			"search": postgres.Contains(f.Search)}).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("customers of the proof: %w", err)
	}
	return found, nil
}

// prove lays the customer's subscriptions out by product, and judges every day.
func (c *Customer) prove(subs []subscriptionRow, sides map[uuid.UUID]*side, acks []Acknowledgement, today clock.Date) {
	t := boundary{Day: c.SwitchDay, Fixed: !c.SwitchDay.IsZero()}
	if !t.Fixed {
		t.Day = today
	}
	subs = slices.DeleteFunc(slices.Clone(subs),
		func(s subscriptionRow) bool { return s.CRMAccountID != c.CRMAccountID })
	for _, p := range productsOf(subs, sides, t) {
		for _, a := range acks {
			if a.ProductKey == p.key {
				p.days.Acknowledged = append(p.days.Acknowledged, a)
			}
		}
		proof := p.prove(today)
		if proof.empty() {
			continue
		}
		c.Products = append(c.Products, proof)
		c.add(p.days, proof)
	}
}

func (p product) prove(today clock.Date) Product {
	out := Product{Key: p.key, Name: p.name, Segments: p.days.segments(today), Worst: OK}
	out.Forfeited, out.Late = forfeited(out.Segments)
	from, _ := p.days.window(today)
	out.Changes = p.days.changes(from)
	for _, s := range out.Segments {
		if s.Verdict.worse(out.Worst) {
			out.Worst = s.Verdict
		}
	}
	return out
}

// empty: nobody held a seat of it in all the days that are looked at.
func (p Product) empty() bool {
	return !slices.ContainsFunc(p.Segments, func(s Segment) bool { return !s.idle() })
}
