package manual

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
)

// standing is a stored subscription as an entry, to be compared with a line.
type standing struct {
	ID                uuid.UUID
	AccountExternalID string
	ExternalID        string
	PartNumber        string
	ProductName       string
	Quantity          int
	UnitCost          decimal.NullDecimal
	CostPeriod        string
	CostCurrency      string
	Term              string
	TermText          string
	BillingFrequency  string
	FrequencyText     string `gorm:"column:billing_frequency_text"`
	StartDate         clock.Date
	EndDate           clock.Date
	AtEnd             string
	State             subscription.State
}

func (s standing) entry() subscription.HandEntry {
	e := subscription.HandEntry{
		AccountExternalID: s.AccountExternalID, ExternalID: s.ExternalID, PartNumber: s.PartNumber,
		Product: s.ProductName, Quantity: strconv.Itoa(s.Quantity),
		CostPeriod: s.CostPeriod, Currency: s.CostCurrency, Term: s.TermText, BillingFrequency: s.FrequencyText,
		StartDate: s.StartDate.String(), EndDate: s.EndDate.String(), AtEnd: s.AtEnd,
	}
	if s.UnitCost.Valid {
		e.UnitCost = money.Plain(s.UnitCost.Decimal)
	}
	return e
}

func standingsOf(tx *gorm.DB, providerID uuid.UUID) (map[string]standing, error) {
	var rows []standing
	err := tx.Raw(`SELECT s.id, a.external_id AS account_external_id, s.external_id, s.part_number, s.product_name,
		s.quantity, s.unit_cost, s.cost_period,
			s.cost_currency, s.term, s.term_text, s.billing_frequency, s.billing_frequency_text, s.start_date,
				s.end_date, s.at_end, s.state
		FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.provider_id = ?`, providerID).Scan(&rows).Error
	byID := make(map[string]standing, len(rows))
	for _, s := range rows {
		byID[s.ExternalID] = s
	}
	return byID, err
}

// subscriptionLine is a subscription that a file makes or changes.
type subscriptionLine struct {
	number   int // of the line
	record   distributor.Subscription
	known    uuid.UUID // uuid.Nil: a new one
	quantity *subscription.Quantity
}

// subscriptionPlanning is what the lines of a file are compared with.
type subscriptionPlanning struct {
	table    imports.Table
	known    map[string]standing
	accounts map[string]account.Account
	provider string
	currency string // the provider's default
	today    clock.Date
}

func (k importKind) planSubscriptions(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	p := subscriptionPlanning{table: t, provider: k.provider.Name, currency: k.provider.Currency,
		today: clock.Today(k.Clock, k.Zone)}
	var err error
	if p.known, err = standingsOf(tx, k.provider.ID); err != nil {
		return imports.Plan{}, err
	}
	if p.accounts, err = account.ByExternalID(tx.Statement.Context, tx, k.provider.ID); err != nil {
		return imports.Plan{}, err
	}
	plan := imports.Plan{Notes: []string{"The file holds subscriptions."}}
	twice := doubles(t)
	var todo []subscriptionLine
	for _, l := range t.Lines {
		row, line := p.row(l)
		if other, again := twice[l.Number]; again {
			row, line = imports.Refuse(l.Number, l.Get("external_id"), imports.SameAs("external id", other)), nil
		}
		plan.Rows = append(plan.Rows, row)
		if line != nil {
			todo = append(todo, *line)
		}
	}
	refused, err := k.rehearse(tx.Statement.Context, tx, todo)
	if err != nil {
		return imports.Plan{}, err
	}
	for i, r := range plan.Rows {
		if why := refused[r.Line]; why != "" {
			plan.Rows[i] = imports.Refuse(r.Line, r.Label, why)
		}
	}
	todo = slices.DeleteFunc(todo, func(l subscriptionLine) bool { return refused[l.number] != "" })
	plan.Write = func(tx *gorm.DB) error { return k.writeSubscriptions(tx.Statement.Context, tx, todo) }
	return plan, nil
}

// row compares a line with the subscription of that id.
func (p subscriptionPlanning) row(l imports.Line) (imports.Row, *subscriptionLine) {
	was, exists := p.known[l.Get("external_id")]
	before, after := was.entry(), p.entry(l, was, exists)
	row := imports.Row{Line: l.Number, Label: orElse(after.Product, after.ExternalID)}
	d, on, err := p.read(l, after)
	if err != nil {
		return imports.Refuse(row.Line, row.Label, reasons(err, subscriptionColumns...)), nil
	}
	line := &subscriptionLine{number: l.Number, record: d}
	row.Note = endsNote(d, was.AtEnd)
	if !exists {
		row.Outcome, row.Changes = imports.New, changes(entryFields(&subscription.HandEntry{}), entryFields(&after))
		return row, line
	}
	line.known = was.ID
	if row.Changes = p.changed(before, after, d); len(row.Changes) == 0 {
		row.Outcome, row.Note = imports.Unchanged, ""
		return row, nil
	}
	row.Outcome = imports.Changed
	if d.Quantity != was.Quantity && was.State != subscription.Inactive {
		row.Note = strings.TrimSpace("The seats change from " + on.String() +
			" on; rows behind that day keep what they reach. " + row.Note)
		line.quantity = &subscription.Quantity{Seats: d.Quantity, On: on,
			Note: fmt.Sprintf("import, line %d", l.Number)}
		line.record.Quantity = was.Quantity // the row of the ledger is dated as typed, so it is written apart
	}
	return row, line
}

// endsNote says what a typed end means in money, where the line says it anew.
func endsNote(d distributor.Subscription, was string) string {
	if d.AtEnd != distributor.AtEndEnds || was == string(d.AtEnd) {
		return ""
	}
	return "It ends with " + d.End.String() + ": no later day is billed, and it closes by itself."
}

// entry lays the columns of the file over what stands.
func (p subscriptionPlanning) entry(l imports.Line, was standing, exists bool) subscription.HandEntry {
	e := subscription.HandEntry{}
	if exists {
		e = was.entry()
	}
	for _, f := range entryFields(&e) {
		if p.table.Has(f.name) {
			*f.value = l.Get(f.name)
		}
	}
	return e
}

func (p subscriptionPlanning) read(l imports.Line, e subscription.HandEntry) (distributor.Subscription,
	clock.Date, error) {
	d, err := e.Record()
	problems := errs.Fields{}
	for name, m := range errs.FieldsOf(err) {
		problems.Add(name, "%s", m)
	}
	if err != nil && len(problems) == 0 {
		return d, p.today, err
	}
	if _, known := p.accounts[e.AccountExternalID]; !known && e.AccountExternalID != "" {
		problems.Add("account_external_id", "%s has no account %q. Import the accounts first.", p.provider,
			e.AccountExternalID)
	}
	on := p.today
	if s := l.Get("effective_at"); s != "" {
		if on, err = clock.ParseDate(s); err != nil {
			problems.Add("effective_at", "Enter a date as 2026-03-31.")
		}
	}
	return d, on, problems.Err()
}

// changed are the fields that differ in what is stored, not in how it is spelled.
func (p subscriptionPlanning) changed(before, after subscription.HandEntry,
	d distributor.Subscription) []imports.Change {
	stored := after
	stored.Quantity, stored.CostPeriod = strconv.Itoa(d.Quantity), string(d.CostPeriod)
	stored.Currency = orElse(d.Currency, p.currency)
	stored.StartDate, stored.EndDate, stored.AtEnd, stored.UnitCost = d.Start.String(), d.End.String(),
		string(d.AtEnd), ""
	if d.UnitCost.Valid {
		stored.UnitCost = money.Plain(d.UnitCost.Decimal.Round(6))
	}
	return changes(entryFields(&before), entryFields(&stored))
}

// entryFields are the fields of an entry under their CONTRACT names.
func entryFields(e *subscription.HandEntry) []field {
	return []field{
		{"account_external_id", &e.AccountExternalID}, {"external_id", &e.ExternalID}, {"part_number", &e.PartNumber},
		{"product", &e.Product},
		{"quantity", &e.Quantity}, {"unit_cost", &e.UnitCost}, {"cost_period", &e.CostPeriod},
		{"currency", &e.Currency}, {"term", &e.Term},
		{"billing_frequency", &e.BillingFrequency}, {"start_date", &e.StartDate}, {"end_date", &e.EndDate},
		{"at_end", &e.AtEnd},
	}
}

func (k importKind) writeSubscriptions(ctx context.Context, tx *gorm.DB, todo []subscriptionLine) error {
	touched, err := k.enterLines(ctx, tx, todo)
	if err != nil {
		return errs.Because(errs.Conflict, firstMessage(err)+" Nothing was imported.", err)
	}
	return k.Reviews.Refresh(ctx, tx, touched)
}

// enterLines stores the lines and the ledger rows of their seats. It gives the subscriptions that it touched.
func (k importKind) enterLines(ctx context.Context, tx *gorm.DB, todo []subscriptionLine) ([]uuid.UUID, error) {
	o := k.origin(k.by, ledger.FromImport)
	records := make([]distributor.Subscription, len(todo))
	for i, l := range todo {
		records[i] = l.record
	}
	res, err := subscription.EnterByHand(ctx, tx, ruled(k.provider), records, o, k.Zone)
	if err != nil {
		return nil, err
	}
	if len(res.Bad) > 0 {
		return nil, errs.Newf(errs.Invalid, "The subscription %s cannot be stored: %s.", res.Bad[0].ExternalID,
			res.Bad[0].Reason)
	}
	touched := res.Touched
	for _, l := range todo {
		if l.quantity == nil {
			continue
		}
		if _, err := subscription.SetQuantity(ctx, tx, subscription.Act{ID: l.known, Origin: o, Zone: k.Zone},
			*l.quantity); err != nil {
			return nil, err
		}
		touched = append(touched, l.known)
	}
	return touched, nil
}

func firstMessage(err error) string {
	for _, m := range errs.FieldsOf(err) {
		return m
	}
	return errs.Public(err)
}
