package billing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Order asks for a draft. Digest is that of the preview the person saw; empty: they
// saw none. Late confirms the lines that begin before the cycle or move paid days.
type Order struct {
	Run
	Digest string
	Late   bool
}

// ErrAsks says that a run has late lines, which a person must confirm.
var ErrAsks = errors.New("billing: late lines are not confirmed")

// ErrChanged says that what would be billed is no longer what the preview showed.
var ErrChanged = errors.New("billing: changed since the preview")

// Draft makes the invoice of a run. From then on its days are paid by it, so that
// nothing else can bill them; a void gives them back. Refused with errs.Conflict when
// nothing is to bill, when the preview is out of date (ErrChanged) or not confirmed (ErrAsks).
func (s Service) Draft(ctx context.Context, by audit.Actor, o Order) (uuid.UUID, error) {
	var id uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var err error
		id, err = s.draft(ctx, tx, by, o)
		return err
	})
	return id, err
}

func (s Service) draft(ctx context.Context, tx *gorm.DB, by audit.Actor, o Order) (uuid.UUID, error) {
	if err := LockContract(ctx, tx, o.ContractID); err != nil {
		return uuid.Nil, err
	}
	p, err := s.plan(ctx, tx, &o.Run)
	if err != nil {
		return uuid.Nil, err
	}
	if err := o.accepts(p); err != nil {
		return uuid.Nil, err
	}
	d := draft{id: uuid.Must(uuid.NewV7()), by: by, plan: p}
	if err := d.write(ctx, tx, s.Clock.Now()); err != nil {
		return uuid.Nil, err
	}
	return d.id, audit.Record(ctx, tx, s.Clock, by, audit.Event{
		Action: "invoice.drafted", ObjectType: "invoice", ObjectID: d.id.String(), ObjectName: p.Contract.Name,
		After: map[string]any{"kind": p.Kind, "period_start": p.Covers.From.String(),
			"period_end": p.Covers.To.String(),
			"currency":   p.Contract.Currency, "total": p.Total.String(), "subscriptions": len(p.Items),
			"typed_lines": len(p.Typed), "left_out": len(p.LeftOut)},
	})
}

func (o Order) accepts(p Plan) error {
	switch n, _ := p.Late(); {
	case p.Waits != "":
		return errs.Newf(errs.Conflict, "%s No invoice was made.", p.Waits)
	case p.Empty():
		return errs.Newf(errs.Conflict,
			"There is nothing to bill in %s up to %s. Left out, for reasons that the preview tells: %d. "+
				"No invoice was made.",
			p.Contract.Name, p.Period.To, len(p.LeftOut))
	case o.Digest != "" && o.Digest != p.Digest:
		return errs.Because(errs.Conflict,
			"What would be billed has changed since the preview. Nothing was billed; look at it again.", ErrChanged)
	case n > 0 && !o.Late:
		return errs.Because(errs.Conflict,
			fmt.Sprintf("%d of the lines begin before the cycle or change days that were paid. Confirm them first; "+
				"nothing was billed.", n), ErrAsks)
	}
	return nil
}

// draft is one invoice on its way into the database.
type draft struct {
	id   uuid.UUID
	by   audit.Actor
	plan Plan
}

func (d draft) write(ctx context.Context, tx *gorm.DB, now any) error {
	p := d.plan
	err := tx.WithContext(ctx).Exec(`
		INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end,
			run_to, after_seq,
			payment_terms, tax_code, drafted_by, drafted_at)
		VALUES (?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM license_changes), ?, ?, ?, ?)`,
		d.id, p.Contract.ID, p.Contract.CRMAccountID, p.Kind, p.Contract.Currency, p.Total, p.Covers.From, p.Covers.To,
		p.Period.To,
		p.Contract.PaymentTerms, p.Contract.TaxCode, d.by.Name, now).Error
	if err != nil {
		return fmt.Errorf("draft invoice: %w", err)
	}
	for _, step := range []func(context.Context, *gorm.DB) error{d.lines, d.coverage, d.settle} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return RefreshThrough(ctx, tx, d.subscriptions())
}

func (d draft) subscriptions() []uuid.UUID {
	ids := make([]uuid.UUID, len(d.plan.Items))
	for i, it := range d.plan.Items {
		ids[i] = it.ID
	}
	return ids
}

func insert(ctx context.Context, tx *gorm.DB, sql string, rows []map[string]any) error {
	if len(rows) == 0 {
		return nil
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := tx.WithContext(ctx).Exec(sql, string(doc)).Error; err != nil {
		return fmt.Errorf("draft invoice: %w", err)
	}
	return nil
}

func (d draft) lines(ctx context.Context, tx *gorm.DB) error {
	var lines, changes []map[string]any
	for _, it := range d.plan.Items {
		for _, l := range it.Lines {
			id := uuid.Must(uuid.NewV7())
			lines = append(lines, map[string]any{
				"id": id, "invoice_id": d.id, "position": len(lines) + 1, "subscription_id": it.ID, "kind": l.Kind,
				"product_name": l.product(it), "part_number": cmp.Or(l.Product.Part, it.PartNumber),
				"from_date": l.Period.From, "to_date": l.Period.To, "seats": l.Seats,
				"unit_price": l.Price.Value.Decimal, "price_period": l.Price.Period,
				"currency": d.plan.Contract.Currency,
				"amount":   l.Amount, "exact": l.Exact.Decimal,
			})
			for _, c := range l.Changes {
				changes = append(changes, map[string]any{"line_id": id, "change_id": c})
			}
		}
	}
	for _, l := range d.plan.Typed {
		lines = append(lines, map[string]any{
			"id": uuid.Must(uuid.NewV7()), "invoice_id": d.id, "position": len(lines) + 1, "typed_line_id": l.ID,
			"kind":         Typed,
			"product_name": l.Text, "part_number": "", "from_date": l.Period.From, "to_date": l.Period.To, "seats": 0,
			"quantity":   l.Quantity,
			"unit_price": l.UnitAmount, "price_period": money.Once, "currency": d.plan.Contract.Currency,
			"amount": l.Amount, "exact": 0, "tax_code": l.TaxCode,
		})
	}
	err := insert(ctx, tx, `
		INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, typed_line_id, kind, product_name,
			part_number, from_date, to_date, seats,
			quantity, unit_price, price_period, currency, amount, exact, tax_code)
		SELECT id, invoice_id, position, subscription_id, typed_line_id, kind, product_name, part_number, from_date,
			to_date, seats,
			quantity, unit_price, price_period, currency, amount, exact, coalesce(tax_code, '')
		FROM jsonb_to_recordset(?::jsonb) AS l (id uuid, invoice_id uuid, position integer, subscription_id uuid,
			typed_line_id uuid, kind text,
			product_name text, part_number text, from_date date, to_date date, seats integer, quantity numeric,
				unit_price numeric, price_period text,
			currency text, amount numeric, exact numeric, tax_code text)`, lines)
	if err != nil {
		return err
	}
	return insert(ctx, tx, `INSERT INTO invoice_line_changes (line_id, change_id)
		SELECT line_id, change_id FROM jsonb_to_recordset(?::jsonb) AS c (line_id uuid, change_id uuid)`, changes)
}

func (d draft) coverage(ctx context.Context, tx *gorm.DB) error {
	var rows []map[string]any
	for _, it := range d.plan.Items {
		rows = append(rows, map[string]any{
			"invoice_id": d.id, "subscription_id": it.ID, "began": it.firstDay, "through_after": it.After,
			"billed_days": it.Stand.Billed, "held_days": it.Stand.Held, "forfeited_days": it.Stand.Forfeited,
			"new_forfeited": it.Forfeited,
		})
	}
	return insert(ctx, tx, `
		INSERT INTO invoice_coverage (invoice_id, subscription_id, began, through_after, billed_days, held_days,
			forfeited_days, new_forfeited)
		SELECT invoice_id, subscription_id, began, through_after, billed_days, held_days, forfeited_days, new_forfeited
		FROM jsonb_to_recordset(?::jsonb) AS c (invoice_id uuid, subscription_id uuid, began date, through_after date,
			billed_days bigint, held_days bigint, forfeited_days bigint, new_forfeited bigint)`, rows)
}

// settle tells on the rows what has become of them; nothing is decided by it.
func (d draft) settle(ctx context.Context, tx *gorm.DB) error {
	why := fmt.Sprintf("on the invoice of %s up to %s", d.plan.Contract.Name, d.plan.Covers.To)
	for _, it := range d.plan.Items {
		err := ledger.Settle(ctx, tx, ledger.Settlement{By: d.by, Why: why, Invoice: d.id, Subscription: it.ID,
			From: it.firstDay, To: it.After})
		if err != nil {
			return err
		}
	}
	return nil
}

// product is what the subscription was called on the days of a line.
func (l Line) product(it Item) string {
	return cmp.Or(l.Product.Name, it.Name)
}
