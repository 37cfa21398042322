package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// editing changes the same terms of many contracts. What is left empty stays as it is in each.
type editing struct{ Service }

// Name is what the deed is called.
func (editing) Name() string { return EditDeed }

// List is the list of contracts.
func (editing) List() string { return All.Name }

// Chunk is how many are changed in one transaction.
func (editing) Chunk() int { return 50 }

// Marks are how contracts stand, with their last invoice.
func (editing) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return marks(db.WithContext(ctx), `SELECT c.id, concat_ws(' ', c.version, (SELECT max(i.seq) FROM invoices i
		WHERE i.contract_id = c.id AND i.state <> 'void')) AS mark FROM billing_contracts c
		WHERE c.id = ANY (?::uuid[])`,
		ids)
}

// Editable are the terms that can be changed for many, by the names of the form.
func Editable() []string {
	return []string{"price_list_id", "billing_day", "payment_terms", "refunds", "bill_from", "renewal",
		"usage_rule", "tax_code", "recipients", "language"}
}

// Check refuses words that no contract could have.
func (editing) Check(ctx context.Context, db *gorm.DB, p selection.Params) error {
	problems, db := errs.Fields{}, db.WithContext(ctx)
	in := overlaid(Input{Name: "-", StartDate: "1900-01-01", Currency: "XXX"}, p)
	list, err := in.list(db, problems)
	if err != nil {
		return err
	}
	if list.ID != uuid.Nil {
		in.Currency = list.Currency
	}
	if _, err := in.settled(db, problems, uuid.NullUUID{}); err != nil {
		return err
	}
	for field := range problems {
		if !slices.Contains(Editable(), field) {
			delete(problems, field)
		}
	}
	return problems.Err()
}

// editable are the fields of a form that can be changed for many.
func (in *Input) editable() map[string]*string {
	return map[string]*string{"price_list_id": &in.PriceList, "billing_day": &in.BillingDay,
		"payment_terms": &in.PaymentTerms, "refunds": &in.Refunds, "bill_from": &in.BillFrom, "renewal": &in.Renewal,
		"usage_rule": &in.UsageRule,
		"tax_code":   &in.TaxCode, "recipients": &in.Recipients, "language": &in.Language}
}

// overlaid is a form with what was typed for all.
func overlaid(in Input, p selection.Params) Input {
	for field, at := range in.editable() {
		if v := strings.TrimSpace(p[field]); v != "" {
			*at = v
		}
	}
	return in
}

// worth is what stands in a contract.
type worth struct {
	ID       uuid.UUID
	Customer string
	Seats    int
	Amount   decimal.NullDecimal
}

func worthOf(db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]worth, error) {
	var rows []worth
	err := db.Raw(`SELECT c.id, a.name AS customer, coalesce(w.seats, 0) AS seats, w.amount FROM billing_contracts c
		JOIN crm_accounts a ON a.id = c.crm_account_id, LATERAL (
			SELECT sum(s.billable_quantity) AS seats, sum(s.billable_quantity * s.unit_price /
				CASE s.price_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12
					WHEN 'three_years' THEN 36 END) AS amount
			FROM subscriptions s WHERE s.contract_id = c.id AND s.state <> 'inactive') w
		WHERE c.id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("worth of contracts: %w", err)
	}
	out := make(map[uuid.UUID]worth, len(rows))
	for _, w := range rows {
		out[w.ID] = w
	}
	return out, nil
}

// Look says which would change, what in each, and what stands in them per month.
func (d editing) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	db = db.WithContext(ctx)
	ids := recordIDs(records)
	worths, err := worthOf(db, ids)
	if err != nil {
		return nil, err
	}
	var out []selection.Seen
	for _, id := range ids {
		c, err := get(db, id, "")
		if err != nil {
			return nil, err
		}
		x, err := d.seen(db, w.Params, c, worths[id])
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (editing) seen(db *gorm.DB, p selection.Params, c Contract, w worth) (selection.Seen, error) {
	x := selection.Seen{ID: c.ID, Name: w.Customer, Sub: c.Name, Seats: w.Seats, Amount: w.Amount,
		Currency: c.Currency}
	after, err := edited(db, c, overlaid(InputOf(c), p))
	if errs.KindOf(err) == errs.Invalid {
		x.Kind = firstOf(errs.FieldsOf(err))
		return x, nil
	}
	if err != nil {
		return x, err
	}
	was, is := difference(c.Terms, after)
	if len(is) == 0 {
		x.Kind = "it stands so already"
		return x, nil
	}
	x.Will, x.Kind, x.Says = true, "changed", ""
	for _, field := range Editable() {
		if now, changed := is[field]; changed {
			x.Says += fmt.Sprintf("%s: %s, was %s. ", strings.ReplaceAll(strings.TrimSuffix(field, "_id"), "_", " "),
				named(db, field, now), named(db, field, was[field]))
		}
	}
	x.Says = strings.TrimSpace(x.Says)
	return x, nil
}

// named is a value as a person knows it.
func named(db *gorm.DB, field, value string) string {
	if value == "" {
		return "nothing"
	}
	if field != "price_list_id" {
		return value
	}
	var names []string
	if err := db.Raw(`SELECT name FROM price_lists WHERE id = ?`, value).Scan(&names).Error; err != nil ||
		len(names) == 0 {
		return value
	}
	return names[0]
}

// firstOf is what is said of the first field, in the order of the form.
func firstOf(problems map[string]string) string {
	for _, c := range (Terms{}).Columns() {
		if says, found := problems[c.Name]; found {
			return says
		}
	}
	return "it cannot be changed so"
}

// edit is what was changed in a contract, and the version it reached.
type edit struct {
	Version int               `json:"version"`
	Was     map[string]string `json:"was"`
}

// Do changes those that stand as they were shown.
func (d editing) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		c, err := get(tx.WithContext(ctx), i.RecordID, "FOR UPDATE")
		if err != nil {
			return selection.Result{}, err
		}
		now, err := d.Marks(ctx, tx, []uuid.UUID{c.ID})
		if err != nil {
			return selection.Result{}, err
		}
		if i.Mark != "" && now[c.ID] != i.Mark {
			return selection.Result{}, errs.New(errs.Conflict, "it was changed after the preview, or billed")
		}
		if err := d.updateIn(tx, by, Edit{ID: c.ID, Version: c.Version,
			Input: overlaid(InputOf(c), w.Params)}); err != nil {
			return selection.Result{}, err
		}
		after, err := get(tx, c.ID, "")
		if err != nil {
			return selection.Result{}, err
		}
		was, _ := difference(c.Terms, after.Terms)
		doc, err := json.Marshal(edit{Version: after.Version, Was: was})
		return selection.Result{Trace: string(doc)}, err
	})
}

// Undo gives contracts back the terms that they had, where nobody has changed them since.
func (d editing) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		var done edit
		if err := json.Unmarshal([]byte(i.Trace), &done); err != nil {
			return selection.Result{}, errs.New(errs.Conflict, "what stood before is not known")
		}
		c, err := get(tx.WithContext(ctx), i.RecordID, "FOR UPDATE")
		if err != nil {
			return selection.Result{}, err
		}
		if c.Version != done.Version {
			return selection.Result{}, errs.New(errs.Conflict, "it was changed since")
		}
		return selection.Result{}, d.updateIn(tx, by, Edit{ID: c.ID, Version: c.Version,
			Input: restored(InputOf(c), done.Was)})
	})
}

// restored is a form with the values that stood before, empty ones too.
func restored(in Input, was map[string]string) Input {
	for field, at := range in.editable() {
		if v, changed := was[field]; changed {
			*at = v
		}
	}
	return in
}
