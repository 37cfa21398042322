package contract

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// What the deeds of this room are called.
const (
	MakeDeed = "make-contracts"
	EditDeed = "edit-contracts"
)

// Deeds are what this room can do to many: make a contract for each customer that has none, and change terms
// of contracts.
func (s Service) Deeds() []selection.Deed { return []selection.Deed{making{s}, editing{s}} }

// making gives customers the same contract, each from its earliest subscription on.
type making struct{ Service }

// Name is what the deed is called.
func (making) Name() string { return MakeDeed }

// List is the list of CRM accounts.
func (making) List() string { return "crm-accounts" }

// Chunk is how many are made in one transaction: the subscriptions of each land in it.
func (making) Chunk() int { return 20 }

// waits are subscriptions of a customer that would land in a default contract (RULES 6).
const waits = `s.crm_account_id = a.id AND s.contract_id IS NULL AND NOT s.never_land AND s.state <> 'inactive'`

// Marks are how customers stand, and what waits for a contract of theirs.
func (making) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return marks(db.WithContext(ctx),
		`SELECT a.id, concat_ws(' ', a.version, a.mapped_accounts, a.active_contracts, w.mark)
		AS mark FROM crm_accounts a, LATERAL (SELECT concat_ws(' ', count(*), sum(s.version),
			sum(s.billable_quantity)) AS mark
			FROM subscriptions s WHERE `+waits+`) w WHERE a.id = ANY (?::uuid[])`, ids)
}

func marks(db *gorm.DB, sql string, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID   uuid.UUID
		Mark string
	}
	if err := db.Raw(sql, postgres.IDs(ids)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("how records stand: %w", err)
	}
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Mark
	}
	return out, nil
}

// Check refuses terms that no contract could have.
func (m making) Check(ctx context.Context, db *gorm.DB, p selection.Params) error {
	if p["price_list_id"] == "" {
		return errs.Fields{"price_list_id": "Choose the price list: the contracts take their currency from it."}.Err()
	}
	in, problems := m.input(p), errs.Fields{}
	if in.StartDate == "" {
		in.StartDate = "1900-01-01" // each has its own
	}
	if _, err := in.settled(db.WithContext(ctx), problems, uuid.NullUUID{}); err != nil {
		return err
	}
	return problems.Err()
}

// input is the form that was typed for all.
func (m making) input(p selection.Params) Input {
	in := Input{Name: p["name"], PriceList: p["price_list_id"], BillingFrequency: p["billing_frequency"],
		Timing: p["timing"], BillingDay: p["billing_day"], Refunds: p["refunds"], PaymentTerms: p["payment_terms"],
		TaxCode: p["tax_code"], Language: p["language"], Renewal: p["renewal"], UsageRule: p["usage_rule"],
		StartDate: p["start_date"],
		BillFrom:  p["bill_from"], IsDefault: true}
	if in.BillFrom == "" {
		in.BillFrom = NextMonth(m.today()).String()
	}
	return in
}

// NextMonth is the first day of the month after a day's.
func NextMonth(day clock.Date) clock.Date {
	return clock.NewDate(day.Year(), day.Month(), 1).AddMonths(1)
}

// inFor is the form for one customer: without a typed start it is the earliest subscription's, and never after the
// first billed day.
func (m making) inFor(p selection.Params, c Prospect) Input {
	in := m.input(p)
	in.CRMAccount = c.ID.String()
	if in.StartDate == "" {
		in.StartDate = m.startFor(c, in).String()
	}
	return in
}

func (m making) startFor(c Prospect, in Input) clock.Date {
	start := c.Earliest
	if start.IsZero() {
		start = m.today()
	}
	if from, err := clock.ParseDate(in.BillFrom); err == nil && !from.IsZero() {
		start = clock.Earlier(start, from)
	}
	return start
}

// Prospect is a CRM account with what would land in a contract of it.
type Prospect struct {
	ID         uuid.UUID
	Name       string
	ExternalID string
	Mapped     int
	Contracts  int
	Waiting    int
	Seats      int
	Earliest   clock.Date
	Older      int // began before the first billed day
	Unpriced   int // the list has no price for them
	Foreign    int // bought in another currency than the list's
	Amount     decimal.NullDecimal
	Currency   string
}

// customersOf reads customers with what of theirs waits, at the prices of a list.
func customersOf(db *gorm.DB, ids []uuid.UUID, list uuid.UUID, from, today clock.Date) ([]Prospect, error) {
	var rows []Prospect
	err := db.Raw(`SELECT a.id, a.name, coalesce(a.external_id, '') AS external_id, a.mapped_accounts AS mapped,
			a.active_contracts AS contracts, w.*, coalesce(l.currency, '') AS currency
		FROM crm_accounts a LEFT JOIN price_lists l ON l.id = @list, LATERAL (
			SELECT count(*) AS waiting, coalesce(sum(s.quantity), 0) AS seats, min(s.start_date) AS earliest,
				count(*) FILTER (WHERE s.start_date < CAST(@from AS date)) AS older,
				count(*) FILTER (WHERE i.unit_price IS NULL AND s.kind NOT IN ('usage', 'trial')) AS unpriced,
				count(*) FILTER (WHERE s.cost_currency NOT IN ('', l.currency)) AS foreign,
				sum(s.quantity * i.unit_price / CASE i.unit WHEN 'month' THEN 1 WHEN 'quarter' THEN 3
					WHEN 'year' THEN 12 WHEN 'three_years' THEN 36 END) AS amount
			FROM subscriptions s LEFT JOIN LATERAL (SELECT n.unit_price, n.unit FROM price_list_items n
				WHERE n.price_list_id = @list AND n.product_id = s.product_id AND n.term = s.term
					AND n.billing_frequency = s.billing_frequency
					AND n.effective_from <= coalesce(s.term_start, CAST(@today AS date))
					AND (n.effective_to IS NULL OR n.effective_to > coalesce(s.term_start, CAST(@today AS date)))
				ORDER BY n.effective_from DESC LIMIT 1) i ON true
			WHERE `+waits+`) w
		WHERE a.id = ANY (CAST(@ids AS uuid[]))`, map[string]any{"ids": postgres.IDs(ids), "list": list,
		"from": from, "today": today}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("customers of contracts to make: %w", err)
	}
	return rows, nil
}

// ProspectOf is what waits for a contract of a customer that prices by a list and is billed from a day on.
func (s Service) ProspectOf(ctx context.Context, db *gorm.DB, in Input) (Prospect, error) {
	db = db.WithContext(ctx)
	id, err := uuid.Parse(in.CRMAccount)
	if err != nil {
		return Prospect{}, nil //nolint:nilerr // nobody is chosen yet, so nothing waits
	}
	list, err := in.list(db, errs.Fields{})
	if err != nil {
		return Prospect{}, err
	}
	from, _ := clock.ParseDate(in.BillFrom) // what cannot be read is refused elsewhere
	found, err := customersOf(db, []uuid.UUID{id}, list.ID, from, s.today())
	if err != nil || len(found) == 0 {
		return Prospect{}, err
	}
	return found[0], nil
}

func (m making) read(ctx context.Context, db *gorm.DB, p selection.Params, ids []uuid.UUID) ([]Prospect, error) {
	db = db.WithContext(ctx)
	list, err := m.input(p).list(db, errs.Fields{})
	if err != nil {
		return nil, err
	}
	from, err := clock.ParseDate(m.input(p).BillFrom)
	if err != nil {
		return nil, err
	}
	return customersOf(db, ids, list.ID, from, m.today())
}

// How a preview of contracts counts.
const (
	withSubscriptions = "subscriptions land in it"
	withNothing       = "nothing waits for it yet"
)

// Look says who would get a contract, what lands in it and what that comes to per month.
func (m making) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	rows, err := m.read(ctx, db, w.Params, recordIDs(records))
	if err != nil {
		return nil, err
	}
	out := make([]selection.Seen, len(rows))
	for i, c := range rows {
		out[i] = m.seen(w.Params, c)
	}
	return out, nil
}

func recordIDs(records []selection.Record) []uuid.UUID {
	ids := make([]uuid.UUID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return ids
}

func (m making) seen(p selection.Params, c Prospect) selection.Seen {
	x := selection.Seen{ID: c.ID, Name: c.Name, Sub: c.ExternalID, Seats: c.Seats, Currency: c.Currency,
		Amount: c.Amount}
	x.Kind = c.refused()
	if x.Will = x.Kind == ""; !x.Will {
		x.Seats, x.Amount = 0, decimal.NullDecimal{}
		return x
	}
	in := m.inFor(p, c)
	x.Kind, x.Says = withSubscriptions, fmt.Sprintf("From %s, billed from %s.", in.StartDate, in.BillFrom)
	if c.Waiting == 0 {
		x.Kind = withNothing
		return x
	}
	x.Says += fmt.Sprintf(" Subscriptions that land in it: %d.", c.Waiting)
	if c.Older > 0 {
		x.Says += fmt.Sprintf(" Older than the first billed day: %d; their days before it count as billed elsewhere.",
			c.Older)
	}
	if c.Unpriced > 0 {
		x.Says += fmt.Sprintf(" Without a price in the list: %d.", c.Unpriced)
	}
	if c.Foreign > 0 {
		x.Says += fmt.Sprintf(" Bought in another currency than %s: %d.", c.Currency, c.Foreign)
	}
	return x
}

func (c Prospect) refused() string {
	switch {
	case c.Contracts > 0:
		return "it has an active contract"
	case c.Mapped == 0:
		return "no provider account is mapped to it"
	}
	return ""
}

// Do makes the contracts of those that stand as they were shown.
func (m making) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		c, err := m.still(ctx, tx, w.Params, i)
		if err != nil {
			return selection.Result{}, err
		}
		made, err := m.createIn(tx, by, m.inFor(w.Params, c))
		return selection.Result{Trace: trace(made.ID, made.Version)}, err
	})
}

func trace(id uuid.UUID, version int) string { return id.String() + " " + strconv.Itoa(version) }

// still reads a customer under lock, and refuses one that does not stand as it was shown.
func (m making) still(ctx context.Context, tx *gorm.DB, p selection.Params, i selection.Item) (Prospect, error) {
	err := tx.WithContext(ctx).Exec(`SELECT FROM crm_accounts WHERE id = ? FOR NO KEY UPDATE`, i.RecordID).Error
	if err != nil {
		return Prospect{}, err
	}
	now, err := m.Marks(ctx, tx, []uuid.UUID{i.RecordID})
	if err != nil {
		return Prospect{}, err
	}
	if i.Mark != "" && now[i.RecordID] != i.Mark {
		return Prospect{}, errs.New(errs.Conflict, "it was changed after the preview")
	}
	found, err := m.read(ctx, tx, p, []uuid.UUID{i.RecordID})
	if err != nil {
		return Prospect{}, err
	}
	if len(found) == 0 {
		return Prospect{}, errs.New(errs.Conflict, "it is no longer there")
	}
	if why := found[0].refused(); why != "" {
		return Prospect{}, errs.New(errs.Conflict, why)
	}
	return found[0], nil
}

// Undo takes contracts back that nobody has touched, signed under or billed by: what landed in them waits again, and
// they are deactivated, since what once stood in a contract stays on record.
func (m making) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		word, version, _ := strings.Cut(i.Trace, " ")
		id, err := uuid.Parse(word)
		if err != nil {
			return selection.Result{}, errs.New(errs.Conflict, "its contract is not known")
		}
		c, err := get(tx.WithContext(ctx), id, "FOR UPDATE")
		if err != nil {
			return selection.Result{}, err
		}
		if strconv.Itoa(c.Version) != version {
			return selection.Result{}, errs.New(errs.Conflict, "the contract was changed since")
		}
		if err := unused(tx, id); err != nil {
			return selection.Result{}, err
		}
		return selection.Result{}, m.takeBack(tx, by, c)
	})
}

// unused refuses a contract on which something stands that a person or an invoice has put there.
func unused(tx *gorm.DB, id uuid.UUID) error {
	var on struct{ Invoices, Signed, Priced, Typed bool }
	err := tx.Raw(`SELECT EXISTS (SELECT FROM invoices WHERE contract_id = @id AND state <> 'void') AS invoices,
			EXISTS (SELECT FROM sign_offs WHERE contract_id = @id AND lapsed_at IS NULL) AS signed,
			EXISTS (SELECT FROM subscriptions WHERE contract_id = @id AND price_by_person) AS priced,
			EXISTS (SELECT FROM typed_lines WHERE contract_id = @id AND set_aside_at IS NULL) AS typed`,
		map[string]any{"id": id}).Scan(&on).Error
	if err != nil {
		return fmt.Errorf("what stands on contract %s: %w", id, err)
	}
	switch {
	case on.Invoices:
		return errs.New(errs.Conflict, "it has an invoice; void that first")
	case on.Signed:
		return errs.New(errs.Conflict, "subscriptions were signed off under it since")
	case on.Priced:
		return errs.New(errs.Conflict, "a price was set in it by hand since")
	case on.Typed:
		return errs.New(errs.Conflict, "a line was typed in it since")
	}
	return nil
}

func (s Service) takeBack(tx *gorm.DB, by audit.Actor, c Contract) error {
	if s.Emptied != nil {
		if err := s.Emptied(tx, by, c.ID); err != nil {
			return err
		}
	}
	now := s.Clock.Now()
	before := c.Name
	// The name is free for the next contract of this customer.
	c.Name = fmt.Sprintf("%s (taken back %s)", cutText(c.Name, maxText-50),
		now.UTC().Format("2006-01-02 15:04:05.000"))
	c.Active, c.DeactivatedAt, c.IsDefault = false, &now, false
	return s.saved(tx, by, c, event("contract.taken_back", c, map[string]string{"name": before},
		map[string]string{"name": c.Name}))
}

func cutText(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
