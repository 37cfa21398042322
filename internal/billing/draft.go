package billing

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Order asks for a draft. Digest is that of the preview the person saw; empty: they
// saw none. With Due what is due on that day is drafted, as one full cycle. Late confirms
// the lines that begin before the cycle or move paid days, Growth what grew suddenly.
type Order struct {
	Run
	Due    clock.Date
	Digest string
	Late   bool
	Growth bool
}

// ErrAsks says that a run has late lines, which a person must confirm.
var ErrAsks = errors.New("billing: late lines are not confirmed")

// ErrGrew says that a run bills what grew suddenly, which a person must confirm.
var ErrGrew = errors.New("billing: sudden growth is not confirmed")

// ErrNothing says that nothing is due.
var ErrNothing = errors.New("billing: nothing is due")

// ErrChanged says that what would be billed is no longer what the preview showed.
var ErrChanged = errors.New("billing: changed since the preview")

// Draft makes the invoice of a run. From then on its days are paid by it, so that
// nothing else can bill them; a void gives them back. Refused with errs.Conflict when
// nothing is to bill, when the preview is out of date (ErrChanged) or not confirmed (ErrAsks, ErrGrew).
func (s Service) Draft(ctx context.Context, by audit.Actor, o Order) (uuid.UUID, error) {
	var id uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var err error
		id, _, err = s.DraftIn(ctx, tx, by, o)
		return err
	})
	return id, err
}

// DraftIn is Draft as a part of a larger step. It gives what the draft was made of too.
func (s Service) DraftIn(ctx context.Context, tx *gorm.DB, by audit.Actor, o Order) (uuid.UUID, Plan, error) {
	if err := invoice.LockContract(ctx, tx, o.ContractID); err != nil {
		return uuid.Nil, Plan{}, err
	}
	p, err := s.planned(ctx, tx, &o)
	if err != nil {
		return uuid.Nil, p, err
	}
	if err := o.accepts(p); err != nil {
		return uuid.Nil, p, err
	}
	id, err := invoice.Add(ctx, tx, by, s.Clock.Now(), p.drafted())
	if err != nil {
		return uuid.Nil, p, err
	}
	if err := invoice.Join(ctx, tx, id, o.group); err != nil {
		return uuid.Nil, p, err
	}
	return id, p, audit.Record(ctx, tx, s.Clock, by, audit.Event{
		Action: "invoice.drafted", ObjectType: "invoice", ObjectID: id.String(), ObjectName: p.Contract.Name,
		After: map[string]any{"kind": p.Kind, "period_start": p.Covers.From.String(),
			"period_end": p.Covers.To.String(),
			"currency":   p.Contract.Currency, "total": p.Total.String(), "subscriptions": len(p.Items),
			"typed_lines": len(p.Typed), "left_out": len(p.LeftOut)},
	})
}

// planned is the plan of what an order asks for. Where nothing is due, it is that of no lines.
func (s Service) planned(ctx context.Context, tx *gorm.DB, o *Order) (Plan, error) {
	r, err := s.rhythm(ctx, tx, o.ContractID, o.instead)
	if err != nil {
		return Plan{}, err
	}
	if !o.Due.IsZero() {
		end, any := r.dueOn(o.Due)
		if !any {
			return Plan{Contract: r.Contract}, errs.Because(errs.Conflict,
				fmt.Sprintf("Nothing of it is due up to %s that is not billed already.", o.Due), ErrNothing)
		}
		o.Kind, o.End = invoice.FullCycle, end
	}
	return r.read(ctx, tx, &o.Run)
}

func (o Order) accepts(p Plan) error {
	switch n, _ := p.Late(); {
	case p.Waits != "":
		return errs.Because(errs.Conflict, p.Waits+" No invoice was made.", ErrNothing)
	case p.Empty() && len(p.LeftOut) == 0:
		return errs.Because(errs.Conflict, fmt.Sprintf("There is nothing to bill in %s up to %s. No invoice was made.",
			p.Contract.Name, p.Period.To), ErrNothing)
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
	case len(p.Grown()) > 0 && !o.Growth:
		first := p.Grown()[0]
		return errs.Because(errs.Conflict, fmt.Sprintf("%s %s. Confirm it first; nothing was billed.", first.Name,
			first.Grew), ErrGrew)
	}
	return nil
}

// drafted is the plan as the records of invoices take it.
func (p Plan) drafted() invoice.New {
	n := invoice.New{Contract: p.Contract, Kind: p.Kind, Total: p.Total, Covers: p.Covers, RunTo: p.Period.To}
	for _, it := range p.Items {
		n.Stands = append(n.Stands, invoice.Stand{Subscription: it.ID, Began: it.firstDay, After: it.After,
			Days: it.Stand, Forfeited: it.Forfeited, Paid: it.paid, Unpaid: it.unpaid})
		n.Moved = n.Moved || it.moved
		for _, l := range it.Lines {
			n.Lines = append(n.Lines, invoice.NewLine{
				SubscriptionID: uuid.NullUUID{UUID: it.ID, Valid: true}, Kind: l.Kind,
				Product: cmp.Or(l.Product.Name, it.Name), Part: cmp.Or(l.Product.Part, it.PartNumber),
				Period: l.Period, Seats: l.Seats, Price: l.Price, Amount: l.Amount, Exact: l.Exact, Changes: l.Changes,
			})
		}
	}
	for _, l := range p.Typed {
		n.Lines = append(n.Lines, invoice.NewLine{
			TypedLineID: uuid.NullUUID{UUID: l.ID, Valid: true}, Kind: history.Typed, Product: l.Text, Period: l.Period,
			Quantity: decimal.NewNullDecimal(l.Quantity), Amount: l.Amount, TaxCode: l.TaxCode,
			Price: ledger.Amount{Value: decimal.NewNullDecimal(l.UnitAmount), Period: money.Once},
		})
	}
	return n
}
