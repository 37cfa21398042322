package invoice

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// What the deeds of this room are called.
const (
	BillDeed   = "bill-invoices"
	PayDeed    = "pay-invoices"
	CreditDeed = "credit-invoices"
	VoidDeed   = "void-invoices"
)

// Deeds are what can be done to many invoices: mark them as paid (paid_on; with one, amount), credit them (again,
// reason), void them (reason).
func (s Service) Deeds() []selection.Deed {
	return []selection.Deed{paying{deed{s}}, crediting{deed{s}}, voiding{deed{s}}}
}

// deed is what they have in common.
type deed struct{ Service }

// List is the list of invoices.
func (deed) List() string { return "invoices" }

// Chunk is how many are looked at or done in one transaction.
func (deed) Chunk() int { return 25 }

// Marks are the versions, and with each payment and credit a version changes.
func (deed) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID   uuid.UUID
		Mark string
	}
	err := db.WithContext(ctx).Raw(`SELECT id, concat_ws(' ', version, state, (SELECT count(*) FROM invoice_lines c
			JOIN invoice_lines l ON l.id = c.credits_line_id WHERE l.invoice_id = i.id AND c.live)) AS mark
		FROM invoices i WHERE id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Mark
	}
	return out, err
}

// seen is an invoice as a preview shows it.
type seen struct {
	Invoice
	CustomerName string
	ContractName string
}

func (deed) read(ctx context.Context, db *gorm.DB, records []selection.Record) ([]seen, error) {
	ids := make(postgres.IDs, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	var all []seen
	err := db.WithContext(ctx).Raw(`SELECT * FROM invoices WHERE id = ANY (?::uuid[]) ORDER BY seq`,
		ids).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("invoices to look at: %w", err)
	}
	return all, nil
}

func (x seen) seen(why string) selection.Seen {
	return selection.Seen{ID: x.ID, Name: x.Called(), Sub: x.CustomerName + ", " + x.ContractName, Will: why == "",
		Kind: why, Currency: x.Currency}
}

// still refuses an item that does not stand as it was shown.
func (d deed) still(ctx context.Context, tx *gorm.DB, i selection.Item) error {
	if i.Mark == "" {
		return nil
	}
	now, err := d.Marks(ctx, tx, []uuid.UUID{i.RecordID})
	if err == nil && now[i.RecordID] != i.Mark {
		return errs.New(errs.Conflict, "somebody changed it since it was shown")
	}
	return err
}

type paying struct{ deed }

// Name is what the deed is called.
func (paying) Name() string { return PayDeed }

// wanted reads what was typed for a payment.
func wanted(p selection.Params) (Paying, error) {
	var out Paying
	var err error
	if out.On, err = clock.ParseDate(p["paid_on"]); err != nil {
		return out, errs.Fields{"paid_on": "Enter a date as 2026-03-31."}.Err()
	}
	if p["amount"] != "" {
		amount, ok := money.ParseNumber(p["amount"])
		if !ok {
			return out, errs.Fields{"amount": "Enter an amount as 1234.50."}.Err()
		}
		out.Amount = decimal.NewNullDecimal(amount)
	}
	out.Reference = p["note"]
	return out, nil
}

// Look says which would be paid, with what is open.
func (d paying) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	all, err := d.read(ctx, db, records)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(all))
	for i, x := range all {
		ids[i] = x.lead()
	}
	open, err := MoneyOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	p, err := wanted(w.Params)
	if err != nil {
		return nil, err
	}
	out, told := make([]selection.Seen, len(all)), map[uuid.UUID]bool{}
	for i, x := range all {
		out[i] = x.seen(d.why(x, p))
		if m := open[x.lead()]; out[i].Will && !told[m.ID] {
			told[m.ID], out[i].Amount = true, decimal.NewNullDecimal(m.Open())
			if p.Amount.Valid {
				out[i].Amount = p.Amount
			}
		}
	}
	return out, nil
}

func (d paying) why(x seen, p Paying) string {
	switch {
	case x.State != Billed:
		return "it is " + string(x.State)
	case p.On.After(clock.Today(d.Clock, d.Zone)):
		return "the day lies ahead"
	case !p.On.IsZero() && p.On.Before(x.payableFrom(d.Zone)):
		return "the day lies too far back"
	}
	return ""
}

// Do notes the payments. What shares a document is paid with it.
func (d paying) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	p, err := wanted(w.Params)
	if err != nil {
		return nil, err
	}
	return d.each(ctx, tx, items, Billed, Paid, func(tx *gorm.DB, x Invoice) (selection.Result, error) {
		own := p
		own.ID = x.ID
		id, err := d.ReceiveIn(ctx, tx, by, own)
		return selection.Result{Trace: id.String()}, err
	})
}

// Undo takes the payments back.
func (d paying) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		if i.Trace == "" {
			return selection.Result{}, nil
		}
		id, err := uuid.Parse(i.Trace)
		if err != nil {
			return selection.Result{}, err
		}
		return selection.Result{}, d.TakeBackIn(ctx, tx, by, id)
	})
}

type crediting struct{ deed }

// Name is what the deed is called.
func (crediting) Name() string { return CreditDeed }

// Look says which would be credited, with what credits have left of each.
func (d crediting) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	all, err := d.read(ctx, db, records)
	if err != nil {
		return nil, err
	}
	out := make([]selection.Seen, len(all))
	for i, x := range all {
		why, left := "", decimal.Decimal{}
		if x.State != Billed && x.State != Paid || x.Kind == Credit {
			why = "only a billed or paid invoice is credited"
		} else if lines, err := order(x.ID, w.Params).take(ctx, db, x.Invoice); errs.KindOf(err) == errs.Conflict {
			why = "its lines are credited already"
		} else if err != nil {
			return nil, err
		} else {
			for _, l := range lines {
				left = left.Sub(l.Left)
			}
		}
		out[i] = x.seen(why)
		out[i].Amount = decimal.NullDecimal{Decimal: left, Valid: why == ""}
	}
	return out, nil
}

func order(id uuid.UUID, p selection.Params) CreditOrder {
	o := CreditOrder{InvoiceID: id, Reason: p["reason"]}
	if p["again"] != "" {
		again := p["again"] == "yes"
		o.Again = &again
	} else {
		o.Again = new(bool) // the preview counts what is left of all lines
	}
	return o
}

// Do drafts the credit notes.
func (d crediting) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		if err := d.still(ctx, tx, i); err != nil {
			return selection.Result{}, err
		}
		id, err := d.CreditLinesIn(ctx, tx, by, order(i.RecordID, w.Params))
		return selection.Result{Trace: id.String()}, err
	})
}

// Undo voids the credit notes while they are drafts.
func (d crediting) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		id, err := uuid.Parse(i.Trace)
		if err != nil {
			return selection.Result{}, err
		}
		x, err := Get(ctx, tx, id)
		if err != nil {
			return selection.Result{}, err
		}
		if x.State != Draft {
			return selection.Result{}, errs.Newf(errs.Conflict, "its credit note is %s already", x.State)
		}
		return selection.Result{}, d.VoidIn(ctx, tx, by, Step{ID: id, Reason: "taken back"})
	})
}

type voiding struct{ deed }

// Name is what the deed is called.
func (voiding) Name() string { return VoidDeed }

// Arrange puts the later before the earlier ones, so that none rests under another of the selection.
func (voiding) Arrange(ctx context.Context, db *gorm.DB, records []selection.Record) error {
	return arrange(ctx, db, records, -1)
}

// arrange puts records in the order of their drafts, or with -1 turned around.
func arrange(ctx context.Context, db *gorm.DB, records []selection.Record, way int) error {
	ids := make(postgres.IDs, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	var rows []struct {
		ID  uuid.UUID
		Seq int64
	}
	err := db.WithContext(ctx).Raw(`SELECT id, seq FROM invoices WHERE id = ANY (?::uuid[])`, ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("order of invoices: %w", err)
	}
	seqs := make(map[uuid.UUID]int64, len(rows))
	for _, r := range rows {
		seqs[r.ID] = r.Seq
	}
	slices.SortStableFunc(records,
		func(a, b selection.Record) int { return way * cmp.Compare(seqs[a.ID], seqs[b.ID]) })
	return nil
}

// Look says which could be voided, and what stands against the others. The later ones were looked at before.
func (d voiding) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	all, err := d.read(ctx, db, records)
	if err != nil {
		return nil, err
	}
	var too []uuid.UUID
	err = db.WithContext(ctx).Raw(`SELECT record_id FROM bulk_items WHERE work_id = ? AND state = 'will'`, w.ID).
		Scan(&too).Error
	if err != nil {
		return nil, fmt.Errorf("invoices to void: %w", err)
	}
	slices.Reverse(all)
	out := make([]selection.Seen, len(all))
	for i, x := range all {
		why := ""
		if err := voidable(ctx, db, x.Invoice, too...); errs.KindOf(err) == errs.Conflict {
			why = errs.Public(err)
		} else if err != nil {
			return nil, err
		} else {
			too = append(too, x.ID)
		}
		out[i] = x.seen(why)
		out[i].Amount = decimal.NullDecimal{Decimal: x.Total, Valid: why == ""}
	}
	return out, nil
}

// Do voids them, the later before the earlier ones. What shares a document is void with it.
func (d voiding) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.each(ctx, tx, items, Billed, Void, func(tx *gorm.DB, x Invoice) (selection.Result, error) {
		return selection.Result{}, d.VoidIn(ctx, tx, by, Step{ID: x.ID, Reason: w.Params["reason"]})
	})
}

// each takes those that stand as they were shown from one state to another. One that shares a document with an
// earlier one went with it.
func (d deed) each(ctx context.Context, tx *gorm.DB, items []selection.Item, from, to State,
	do func(tx *gorm.DB, x Invoice) (selection.Result, error)) ([]selection.Result, error) {
	return selection.Each(tx, items, func(tx *gorm.DB, i selection.Item) (selection.Result, error) {
		x, err := Get(ctx, tx, i.RecordID)
		if err != nil {
			return selection.Result{}, err
		}
		if x.State == to && x.SharedID.Valid && strings.Contains(i.Mark, string(from)) {
			return selection.Result{}, nil
		}
		if err := d.still(ctx, tx, i); err != nil {
			return selection.Result{}, err
		}
		return do(tx, x)
	})
}

// Undo cannot be: a number that was void stays void. What was on it is due again.
func (voiding) Undo(_ context.Context, _ *gorm.DB, _ audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return stays(items, "a void invoice stays void; what was on it is due again, and the next run bills it"), nil
}

// Billing bills drafts of any kind, in the order in which they were made. fresh refuses one that is no longer what a
// draft made now would be.
func (s Service) Billing(fresh func(ctx context.Context, tx *gorm.DB, i Invoice) error) selection.Deed {
	return billing{deed{s}, fresh}
}

type billing struct {
	deed
	fresh func(ctx context.Context, tx *gorm.DB, i Invoice) error
}

// Name is what the deed is called.
func (billing) Name() string { return BillDeed }

// Arrange has the numbers follow the drafts.
func (billing) Arrange(ctx context.Context, db *gorm.DB, records []selection.Record) error {
	return arrange(ctx, db, records, 1)
}

// Look says which would be billed.
func (d billing) Look(ctx context.Context, db *gorm.DB, _ selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	all, err := d.read(ctx, db, records)
	if err != nil {
		return nil, err
	}
	out := make([]selection.Seen, len(all))
	for i, x := range all {
		why := ""
		if x.State != Draft {
			why = "it is " + string(x.State) + " already"
		} else if err := d.fresh(ctx, db, x.Invoice); errs.KindOf(err) == errs.Conflict {
			why = errs.Public(err)
		} else if err != nil {
			return nil, err
		}
		out[i] = x.seen(why)
		out[i].Amount = decimal.NullDecimal{Decimal: x.Total, Valid: why == ""}
	}
	return out, nil
}

// Do bills them. What goes out on the same document is billed with it.
func (d billing) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.each(ctx, tx, items, Draft, Billed, func(tx *gorm.DB, x Invoice) (selection.Result, error) {
		if err := d.fresh(ctx, tx, x); err != nil {
			return selection.Result{}, err
		}
		return selection.Result{}, d.BillIn(ctx, tx, by, Step{ID: x.ID})
	})
}

// Undo cannot be: a number that was given stays.
func (billing) Undo(_ context.Context, _ *gorm.DB, _ audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return stays(items, "a number that was given stays; void it, or correct it by a credit"), nil
}

// stays refuses an undo.
func stays(items []selection.Item, why string) []selection.Result {
	out := make([]selection.Result, len(items))
	for n, i := range items {
		out[n] = selection.Result{ID: i.RecordID, Refused: why}
	}
	return out
}
