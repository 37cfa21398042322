package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// Order asks for a draft. Digest is that of the preview the person saw; empty: they
// saw none. Earlier confirms the lines that begin before the cycle.
type Order struct {
	Run
	Digest  string
	Earlier bool
}

// ErrAsks says that a first run has lines before its cycle, which a person must confirm.
var ErrAsks = errors.New("billing: lines before the cycle are not confirmed")

// ErrChanged says that what would be billed is no longer what the preview showed.
var ErrChanged = errors.New("billing: changed since the preview")

// Draft makes the invoice of a run. From then on its days and rows are taken, so
// that nothing else can bill them; a void gives them back. Refused with
// errs.Conflict when nothing is to bill, when the cycle is on a live invoice, when
// the preview is out of date (ErrChanged) or not confirmed (ErrAsks).
func (s Service) Draft(ctx context.Context, by audit.Actor, o Order) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lockCandidates(ctx, tx, o.ContractID); err != nil {
			return err
		}
		run := o.Run
		p, err := s.plan(ctx, tx, &run)
		if err != nil {
			return err
		}
		if err := o.accepts(p); err != nil {
			return err
		}
		w := drafting{ctx: ctx, tx: tx, id: id, by: by, plan: p}
		if err := w.write(s.Clock.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "invoice.drafted", ObjectType: "invoice", ObjectID: id.String(), ObjectName: p.Contract.Name,
			After: map[string]any{"kind": p.Kind, "period_start": p.Period.From.String(), "period_end": p.Period.To.String(), "currency": p.Contract.Currency,
				"total": p.Total.String(), "subscriptions": len(p.Items), "left_out": len(p.LeftOut)}})
	})
	return id, err
}

func (o Order) accepts(p Plan) error {
	switch n, _ := p.Earlier(); {
	case p.Empty():
		return errs.Newf(errs.Conflict, "There is nothing to bill in %s up to %s. Left out, for reasons that the preview tells: %d. No invoice was made.", p.Contract.Name, p.Period.To, len(p.LeftOut))
	case o.Digest != "" && o.Digest != p.Digest:
		return errs.Because(errs.Conflict, "What would be billed has changed since the preview. Nothing was billed; look at it again.", ErrChanged)
	case p.Asks() && !o.Earlier:
		return errs.Because(errs.Conflict, fmt.Sprintf("This is the first invoice of the contract, and %d of its lines begin before the cycle. Confirm them first; nothing was billed.", n), ErrAsks)
	}
	return nil
}

// drafting writes one invoice.
type drafting struct {
	ctx  context.Context
	tx   *gorm.DB
	id   uuid.UUID
	by   audit.Actor
	plan Plan
}

func (w drafting) write(now any) error {
	p := w.plan
	err := w.tx.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end, payment_terms, tax_code, drafted_by, drafted_at)
		VALUES (?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?, ?, ?, ?)`, w.id, p.Contract.ID, p.Contract.CRMAccountID, p.Kind, p.Contract.Currency, p.Total,
		p.Period.From, p.Period.To, p.Contract.PaymentTerms, p.Contract.TaxCode, w.by.Name, now).Error
	if err != nil {
		return fmt.Errorf("draft invoice: %w", err)
	}
	for _, step := range []func() error{w.lines, w.coverage, w.marks, w.through} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (w drafting) rows(sql string, rows []map[string]any) error {
	if len(rows) == 0 {
		return nil
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := w.tx.Exec(sql, string(doc)).Error; err != nil {
		return fmt.Errorf("draft invoice: %w", err)
	}
	return nil
}

func (w drafting) lines() error {
	var lines, changes []map[string]any
	for _, it := range w.plan.Items {
		for _, l := range it.Lines {
			id := uuid.Must(uuid.NewV7())
			lines = append(lines, map[string]any{"id": id, "invoice_id": w.id, "position": len(lines) + 1, "subscription_id": it.ID, "kind": l.Kind,
				"product_name": it.Name, "part_number": it.PartNumber, "from_date": l.Period.From, "to_date": l.Period.To, "seats": l.Seats,
				"unit_price": l.Price.Value.Decimal, "price_period": l.Price.Period, "currency": w.plan.Contract.Currency, "amount": l.Amount, "exact": l.Exact.Decimal})
			for _, c := range l.Changes {
				changes = append(changes, map[string]any{"line_id": id, "change_id": c})
			}
		}
	}
	err := w.rows(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, product_name, part_number, from_date, to_date, seats, unit_price, price_period, currency, amount, exact)
		SELECT id, invoice_id, position, subscription_id, kind, product_name, part_number, from_date, to_date, seats, unit_price, price_period, currency, amount, exact
		FROM jsonb_to_recordset(?::jsonb) AS l (id uuid, invoice_id uuid, position integer, subscription_id uuid, kind text, product_name text, part_number text, from_date date, to_date date,
			seats integer, unit_price numeric, price_period text, currency text, amount numeric, exact numeric)`, lines)
	if err != nil {
		return err
	}
	return w.rows(`INSERT INTO invoice_line_changes (line_id, change_id) SELECT line_id, change_id FROM jsonb_to_recordset(?::jsonb) AS c (line_id uuid, change_id uuid)`, changes)
}

func (w drafting) coverage() error {
	var rows []map[string]any
	for _, it := range w.plan.Items {
		row := map[string]any{"invoice_id": w.id, "subscription_id": it.ID, "began": it.Began, "through_after": it.After,
			"billed_days": it.Stand.Billed, "held_days": it.Stand.Held, "forfeited_days": it.Stand.Forfeited, "new_forfeited": it.Forfeited}
		if !it.Before.IsZero() {
			row["through_before"] = it.Before
		}
		rows = append(rows, row)
	}
	return w.rows(`INSERT INTO invoice_coverage (invoice_id, subscription_id, through_before, began, through_after, billed_days, held_days, forfeited_days, new_forfeited)
		SELECT invoice_id, subscription_id, through_before, began, through_after, billed_days, held_days, forfeited_days, new_forfeited
		FROM jsonb_to_recordset(?::jsonb) AS c (invoice_id uuid, subscription_id uuid, through_before date, began date, through_after date,
			billed_days bigint, held_days bigint, forfeited_days bigint, new_forfeited bigint)`, rows)
}

func (w drafting) marks() error {
	var settled, unbilled []uuid.UUID
	for _, it := range w.plan.Items {
		settled, unbilled = append(settled, it.settled...), append(unbilled, it.unbilled...)
	}
	invoiced, archived, on := ledger.Invoiced, ledger.Archived, uuid.NullUUID{UUID: w.id, Valid: true}
	_, err := ledger.Mark{By: w.by, Why: fmt.Sprintf("on the invoice of %s up to %s", w.plan.Contract.Name, w.plan.Period.To), Billing: &invoiced, Invoice: &on}.Apply(w.ctx, w.tx, settled)
	if err != nil {
		return err
	}
	_, err = ledger.Mark{By: w.by, Why: "dated before the first day that is billed", Billing: &archived}.Apply(w.ctx, w.tx, unbilled)
	return err
}

func (w drafting) through() error {
	all := make([]subscription.Billed, len(w.plan.Items))
	for i, it := range w.plan.Items {
		all[i] = subscription.Billed{ID: it.ID, Through: it.After}
	}
	return subscription.SetBilled(w.ctx, w.tx, all)
}
