package cutover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
)

// Rehearsal is what the steps up to the end would come to.
type Rehearsal struct {
	Customers []Rehearsed
}

// Rehearsed is one customer of a rehearsal.
type Rehearsed struct {
	CRMAccountID uuid.UUID
	CRMAccount   string
	From, To     pairing.Step // it would come from here to there
	Why          string       // why not further; empty: all the way
	SwitchDay    clock.Date
	SeatsBefore  int // active ones of both sides, now
	SeatsAfter   int // and then
	MonthBefore  []MonthlyAmount
	MonthAfter   []MonthlyAmount
	Blockers     []proof.Blocker // of the proof, as it would read
}

// MonthlyAmount is what seats cost a month in one currency.
type MonthlyAmount struct {
	Currency string
	Amount   decimal.Decimal
}

// MostRehearsed is how many customers one rehearsal takes: it is one transaction, and
// whoever wants to move one of them waits for its end.
const MostRehearsed = 100

var errRehearsed = errors.New("cutover: rehearsed, nothing is kept")

// DryRun does confirm, reassign and retire for customers as far as they go, with the
// very code of the steps, in one transaction that is rolled back: nothing is kept.
// Exact proposals that nobody has decided are taken as accepted.
func (s Service) DryRun(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Rehearsal, error) {
	var out Rehearsal
	customers = unique(customers)
	if len(customers) == 0 {
		return out, errs.Fields{"crm_account_id": "Tick the customers first."}.Err()
	}
	if len(customers) > MostRehearsed {
		return out, errs.Fields{"crm_account_id": fmt.Sprintf("These are %d customers; rehearse up to %d at a time. "+
			"Nothing was changed.", len(customers), MostRehearsed)}.Err()
	}
	names, err := s.names(ctx, customers)
	if err != nil {
		return out, err
	}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		out = Rehearsal{}
		for _, c := range customers {
			r := Rehearsed{CRMAccountID: c, CRMAccount: names[c]}
			if err := s.rehearse(ctx, tx, by, id, &r); err != nil {
				return err
			}
			out.Customers = append(out.Customers, r)
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return out, nil
	}
	return out, err
}

// rehearse takes one customer through the steps, each within a savepoint.
func (s Service) rehearse(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID, r *Rehearsed) error {
	accept := func(m *lockedCustomer) error {
		_, err := m.acceptExact()
		return err
	}
	if err := r.sum(ctx, tx, id, &r.SeatsBefore, &r.MonthBefore, &r.From); err != nil {
		return err
	}
	for _, step := range []func(*lockedCustomer) error{accept, (*lockedCustomer).confirm, (*lockedCustomer).reassign,
		(*lockedCustomer).retire} {
		err := postgres.Translate(tx.Transaction(func(tx *gorm.DB) error {
			return s.try(ctx, tx, by, id,
				r.CRMAccountID, step)
		}))
		var before doneBefore
		switch {
		case err == nil || errors.As(err, &before):
		case errs.KindOf(err) == errs.Internal:
			return err
		default:
			r.Why = sentence(err)
		}
		if r.Why != "" {
			break
		}
	}
	if err := r.sum(ctx, tx, id, &r.SeatsAfter, &r.MonthAfter, &r.To); err != nil {
		return err
	}
	var err error
	r.Blockers, err = proof.Blockers(ctx, tx, id, proof.Filter{Customers: []uuid.UUID{r.CRMAccountID}}, s.today())
	return err
}

// try takes one step, and checks what is otherwise checked at commit.
func (s Service) try(ctx context.Context, tx *gorm.DB, by audit.Actor, id, crmAccountID uuid.UUID,
	step func(*lockedCustomer) error) error {
	m, err := s.lockCustomer(ctx, tx, by, id, crmAccountID)
	if err != nil {
		return err
	}
	if err := step(m); err != nil {
		return err
	}
	if err := m.settle(); err != nil {
		return err
	}
	for _, when := range []string{"IMMEDIATE", "DEFERRED"} {
		if err := tx.WithContext(ctx).Exec("SET CONSTRAINTS ALL " + when).Error; err != nil {
			return err
		}
	}
	return nil
}

// sum adds up what is active on both sides, and what it costs a month.
func (r *Rehearsed) sum(ctx context.Context, tx *gorm.DB, id uuid.UUID, seats *int, month *[]MonthlyAmount,
	at *pairing.Step) error {
	c, _, err := customerIn(ctx, tx, id, r.CRMAccountID)
	if err != nil {
		return err
	}
	both, err := sidesOf(ctx, tx, id, r.CRMAccountID)
	if err != nil {
		return err
	}
	r.SwitchDay, *at = c.SwitchDay, c.Step
	sums := map[string]decimal.Decimal{}
	for _, side := range slices.Concat(both.Old, both.New) {
		if side.State != subscription.Active || side.Strayed {
			continue
		}
		*seats += side.Billable
		if per, ok := money.PerMonth(side.UnitPrice.Decimal, side.PricePeriod); ok && side.UnitPrice.Valid {
			sums[side.Currency] = sums[side.Currency].Add(per.Mul(decimal.NewFromInt(int64(side.Billable))))
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		*month = append(*month, MonthlyAmount{currency, money.Round(sums[currency], currency)})
	}
	return nil
}
