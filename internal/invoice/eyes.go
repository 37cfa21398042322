package invoice

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/foureyes"
	"seatledger/internal/money"
	"seatledger/internal/selection"
)

// unusual is the condition of an invoice i that a billing run has drafted and that somebody should look at first.
const unusual = `EXISTS (SELECT FROM billing_run_contracts c WHERE c.invoice_id = i.id AND c.state = 'drafted'
	AND (c.late OR c.remarks <> '[]'))`

// Guard weighs what many credits give.
func (crediting) Guard(ctx context.Context, db *gorm.DB, w selection.Work) (foureyes.Deed, error) {
	return selection.Weighed(ctx, db, w, foureyes.Credit)
}

// Guard weighs what many voids take back of what is out; drafts are nobody's business.
func (voiding) Guard(ctx context.Context, db *gorm.DB, w selection.Work) (foureyes.Deed, error) {
	return guardOf(ctx, db, w, foureyes.Credit, "i.state <> 'draft' AND i.kind <> 'credit'")
}

// Guard weighs the drafts of a billing run that are unusual, and what drafts below zero give back; a credit was weighed
// when it was made.
func (billing) Guard(ctx context.Context, db *gorm.DB, w selection.Work) (foureyes.Deed, error) {
	gives, err := guardOf(ctx, db, w, foureyes.Credit, "i.state = 'draft' AND i.kind <> 'credit' AND i.total < 0")
	if err != nil {
		return gives, err
	}
	if gives.Kind != "" {
		gives.Facts = []foureyes.Fact{foureyes.GivesBack(gives.Money)}
	}
	odd, err := guardOf(ctx, db, w, foureyes.Run, unusual)
	if err != nil || odd.Kind == "" {
		return gives, err
	}
	odd.Facts, odd.Gives = gives.Facts, gives.Money
	return odd, nil
}

func guardOf(ctx context.Context, db *gorm.DB, w selection.Work, kind foureyes.Kind, where string) (foureyes.Deed,
	error) {
	var rows []money.Amount
	// What goes out on the same document goes with it.
	err := db.WithContext(ctx).Raw(`WITH chosen AS (SELECT r.id, r.shared_id, r.state FROM bulk_items b
			JOIN invoices r ON r.id = b.record_id WHERE b.work_id = ? AND b.state IN ('will', 'waiting'))
		SELECT i.currency, sum(abs(i.total)) AS value FROM invoices i
		WHERE i.id IN (SELECT id FROM chosen UNION SELECT o.id FROM chosen c JOIN invoices o
			ON o.shared_id = c.shared_id AND o.state = c.state) AND `+where+`
		GROUP BY i.currency ORDER BY i.currency`, w.ID).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return foureyes.Deed{}, err
	}
	return foureyes.Deed{Kind: kind, Money: rows}, nil
}

// creditPasses asks for a second person for a credit as it was drafted.
func (s Service) creditPasses(ctx context.Context, tx *gorm.DB, by audit.Actor, credit uuid.UUID, o CreditOrder) error {
	of, err := Get(ctx, tx, o.InvoiceID)
	if err != nil {
		return err
	}
	made, err := Get(ctx, tx, credit)
	if err != nil {
		return err
	}
	var lines []struct {
		Of     uuid.UUID
		Amount decimal.Decimal
	}
	err = tx.Raw(`SELECT credits_line_id AS of, amount FROM invoice_lines WHERE invoice_id = ? ORDER BY position`,
		credit).Scan(&lines).Error
	if err != nil {
		return err
	}
	again := map[bool]string{true: "to be billed again", false: "goodwill"}[*o.Again]
	return foureyes.Pass(ctx, tx, s.Clock, by, foureyes.Deed{Kind: foureyes.Credit, ObjectType: "invoice",
		ObjectID: of.ID.String(), ObjectName: of.Called(),
		Facts: []foureyes.Fact{{Term: "Credit", Value: again}, {Term: "Lines", Value: fmt.Sprint(len(lines))},
			{Term: "Reason", Value: made.Note}},
		Money: money.Added(nil, money.Amount{Value: made.Total, Currency: made.Currency}), Digest: foureyes.Digest(
			foureyes.Credit, of.ID, of.Version, *o.Again, made.Note, made.Total, lines)})
}

// voidPasses asks for a second person before what is out is taken back. What is credited or a draft needs nobody.
func (s Service) voidPasses(ctx context.Context, tx *gorm.DB, by audit.Actor, st Step) error {
	i, err := Locked(ctx, tx, st.ID, st.Version)
	if err != nil || i.State != Billed || i.Kind == Credit {
		return err
	}
	all, err := sharing(ctx, tx, i)
	if err != nil {
		return err
	}
	d := foureyes.Deed{Kind: foureyes.Credit, ObjectType: "invoice", ObjectID: i.ID.String(), ObjectName: i.Called(),
		Facts: []foureyes.Fact{{Term: "Void", Value: "the whole document"}, {Term: "Reason", Value: st.Reason}}}
	var rests []string
	for _, x := range all {
		d.Money = money.Added(d.Money, money.Amount{Value: x.Total, Currency: x.Currency})
		rests = append(rests, fmt.Sprint(x.ID, x.Version, x.Total))
	}
	d.Digest = foureyes.Digest(d.Kind, "void", i.ID, st.Reason, rests)
	return foureyes.Pass(ctx, tx, s.Clock, by, d)
}

// billPasses asks for a second person before a draft is billed that its billing run found unusual, or that gives back
// what a credit would.
func (s Service) billPasses(ctx context.Context, tx *gorm.DB, by audit.Actor, st Step) error {
	i, err := Locked(ctx, tx, st.ID, st.Version)
	if err != nil {
		return err
	}
	all, err := sharing(ctx, tx, i)
	if err != nil {
		return err
	}
	d := foureyes.Deed{Kind: foureyes.Credit, ObjectType: "invoice", ObjectID: i.ID.String(), ObjectName: i.Called()}
	var rests []string
	for _, x := range all {
		var is bool
		if err := tx.Raw(`SELECT `+unusual+` FROM invoices i WHERE i.id = ?`, x.ID).Row().Scan(&is); err != nil {
			return err
		}
		if is {
			d.Kind = foureyes.Run
		}
		gives := x.Total.IsNegative() && x.Kind != Credit
		if gives {
			d.Gives = money.Added(d.Gives, money.Amount{Value: x.Total, Currency: x.Currency})
		}
		if is || gives {
			d.Money = money.Added(d.Money, money.Amount{Value: x.Total, Currency: x.Currency})
			rests = append(rests, fmt.Sprint(x.ID, x.Version, x.Total))
		}
	}
	if len(rests) == 0 {
		return nil
	}
	if len(d.Gives) > 0 {
		d.Facts = []foureyes.Fact{foureyes.GivesBack(d.Gives)}
	}
	slices.Sort(rests)
	d.Digest = foureyes.Digest(d.Kind, "bill", rests)
	return foureyes.Pass(ctx, tx, s.Clock, by, d)
}
