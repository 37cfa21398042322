package billingrun

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/foureyes"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/words"
)

// odd is the condition of a run's draft that somebody should look at first.
const odd = `(c.late OR c.remarks <> '[]')`

// askedPasses asks for a second person before drafts go on that are unusual, or that give back what a credit would.
func (s *Service) askedPasses(ctx context.Context, tx *gorm.DB, by audit.Actor, r Run, a Asked) error {
	if a.Goal != ToBill && a.Goal != ToSend {
		return nil
	}
	var rows []struct {
		ContractID uuid.UUID
		InvoiceID  uuid.UUID
		Version    int
		Total      decimal.Decimal
		Currency   string
		Odd        bool
	}
	err := tx.WithContext(ctx).Raw(`SELECT c.contract_id, c.invoice_id, i.version, i.total, i.currency,
			`+odd+` AS odd
		FROM billing_run_contracts c JOIN invoices i ON i.id = c.invoice_id
		WHERE c.run_id = @run AND c.state = 'drafted' AND (c.goal = 'draft' OR c.goal = 'bill' AND @goal = 'send')
			AND (i.total < 0 OR `+odd+`) AND NOT (@usual AND `+odd+`)
			AND (@all OR c.contract_id = ANY (CAST(@ids AS uuid[])))
		ORDER BY c.contract_id`, map[string]any{"run": a.Run, "goal": a.Goal, "all": len(a.Contracts) == 0,
		"usual": a.Usual, "ids": postgres.IDs(a.Contracts)}).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	d := foureyes.Deed{Kind: foureyes.Credit, ObjectType: "billing_run", ObjectID: r.ID.String(),
		ObjectName: r.Called()}
	unusual := 0
	for _, x := range rows {
		amount := money.Amount{Value: x.Total, Currency: x.Currency}
		d.Money = money.Added(d.Money, amount)
		if x.Total.IsNegative() {
			d.Gives = money.Added(d.Gives, amount)
		}
		if x.Odd {
			d.Kind, unusual = foureyes.Run, unusual+1
		}
	}
	d.Facts = []foureyes.Fact{{Term: "Unusual drafts", Value: words.Count(unusual)},
		{Term: "They are to be", Value: map[Goal]string{ToBill: "billed", ToSend: "billed and sent"}[a.Goal]}}
	if len(d.Gives) > 0 {
		d.Facts = append(d.Facts, foureyes.GivesBack(d.Gives))
	}
	d.Digest = foureyes.Digest(d.Kind, a.Run, a.Goal, a.Contracts, rows)
	return foureyes.Pass(ctx, tx, s.Clock, by, d)
}

// confirmedPasses asks for a second person before a run begins that bills what is unusual without a look.
func (s *Service) confirmedPasses(ctx context.Context, tx *gorm.DB, by audit.Actor, o Order) error {
	if !o.Late || o.Goal == ToDraft {
		return nil
	}
	return foureyes.Pass(ctx, tx, s.Clock, by, foureyes.Deed{Kind: foureyes.Run, ObjectType: "settings",
		ObjectID: "billing", ObjectName: fmt.Sprintf("all that is due up to %s, unusual or not", o.Day),
		Facts: []foureyes.Fact{{Term: "Contracts", Value: words.Count(len(o.Contracts))},
			{Term: "They are to be", Value: map[Goal]string{ToBill: "billed", ToSend: "billed and sent"}[o.Goal]}},
		Unpriced: len(o.Contracts), Digest: foureyes.Digest(foureyes.Run, o.Filter, o.Address, o.Contracts, o.Goal,
			o.Shown)})
}

// holdsBack says why a draft below zero waits for a person, whoever began its run; empty: nothing holds it.
func holdsBack(ctx context.Context, tx *gorm.DB, total money.Amount) (string, error) {
	rules, err := foureyes.Load(ctx, tx)
	if err != nil || !rules.Holds(total) {
		return "", err
	}
	return fmt.Sprintf("It gives back %s %s, which a second person has to grant. Look at it, then bill it.",
		money.Grouped(total.Value.Abs(), total.Currency), total.Currency), nil
}

// heldBeside says why a draft waits for another that would go out with it, gives back too much, and that nobody has
// let go on; empty: nothing holds it.
func heldBeside(ctx context.Context, tx *gorm.DB, i invoice.Invoice) (string, error) {
	if !i.SharedID.Valid {
		return "", nil
	}
	var beside []money.Amount
	err := tx.Raw(`SELECT i.total AS value, i.currency FROM invoices i
		WHERE i.shared_id = ? AND i.state = 'draft' AND i.id <> ? AND i.kind <> 'credit' AND i.total < 0
			AND NOT EXISTS (SELECT FROM billing_run_contracts c
				WHERE c.invoice_id = i.id AND c.state = 'drafted' AND c.goal IN ('bill', 'send'))`,
		i.SharedID, i.ID).Scan(&beside).Error
	if err != nil {
		return "", err
	}
	for _, total := range beside {
		if why, err := holdsBack(ctx, tx, total); err != nil || why != "" {
			return "Another draft goes out on the same document. " + why, err
		}
	}
	return "", nil
}
