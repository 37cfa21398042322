package billingrun

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/foureyes"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/words"
)

// askedPasses asks for a second person before drafts go on that are unusual.
func (s *Service) askedPasses(ctx context.Context, tx *gorm.DB, by audit.Actor, r Run, a Asked) error {
	if a.Usual || a.Goal != ToBill && a.Goal != ToSend {
		return nil
	}
	var rows []struct {
		ContractID uuid.UUID
		InvoiceID  uuid.UUID
		Version    int
		Total      decimal.Decimal
		Currency   string
	}
	err := tx.WithContext(ctx).Raw(`SELECT c.contract_id, c.invoice_id, i.version, i.total, i.currency
		FROM billing_run_contracts c JOIN invoices i ON i.id = c.invoice_id
		WHERE c.run_id = @run AND c.state = 'drafted' AND (c.goal = 'draft' OR c.goal = 'bill' AND @goal = 'send')
			AND (c.late OR c.remarks <> '[]') AND (@all OR c.contract_id = ANY (CAST(@ids AS uuid[])))
		ORDER BY c.contract_id`, map[string]any{"run": a.Run, "goal": a.Goal, "all": len(a.Contracts) == 0,
		"ids": postgres.IDs(a.Contracts)}).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	d := foureyes.Deed{Kind: foureyes.Run, ObjectType: "billing_run", ObjectID: r.ID.String(), ObjectName: r.Called(),
		Facts: []foureyes.Fact{{Term: "Unusual drafts", Value: words.Count(len(rows))},
			{Term: "They are to be", Value: map[Goal]string{ToBill: "billed", ToSend: "billed and sent"}[a.Goal]}}}
	for _, x := range rows {
		d.Money = money.Added(d.Money, money.Amount{Value: x.Total, Currency: x.Currency})
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
