package cutover

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Report is what a step came to, customer by customer.
type Report struct {
	Done    []uuid.UUID
	Already []Refusal // done before: by whom and when
	Refused []Refusal
}

// Refusal is a customer for whom a step was not done, and why.
type Refusal struct {
	CRMAccountID uuid.UUID
	CRMAccount   string
	Why          string  // sentences: what is missing, what to do
	Missing      []Check // the same one by one, each with the way to its work; empty where it is one sentence
}

// each takes customers one by one, each in a transaction of its own: what was done
// stays done, whatever becomes of the others.
func (s Service) each(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID,
	step func(*lockedCustomer) error) (Report, error) {
	var out Report
	run, err := Get(ctx, s.DB.Read(ctx), id)
	if err == nil {
		err = run.mustBeOpen()
	}
	if err != nil {
		return out, err
	}
	customers = unique(customers)
	if len(customers) == 0 {
		return out, errs.Fields{"crm_account_id": "Tick the customers first."}.Err()
	}
	names, err := s.names(ctx, customers)
	if err != nil {
		return out, err
	}
	for _, c := range customers {
		err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
			m, err := s.lockCustomer(ctx, tx, by, id, c)
			if err != nil {
				return err
			}
			if err := step(m); err != nil {
				return err
			}
			return m.settle()
		})
		if err := out.note(Refusal{CRMAccountID: c, CRMAccount: names[c]}, err); err != nil {
			return out, err
		}
	}
	return out, nil
}

// note sorts an outcome; what is neither done nor refused by a rule ends the batch.
func (r *Report) note(c Refusal, err error) error {
	var before doneBefore
	switch {
	case err == nil:
		r.Done = append(r.Done, c.CRMAccountID)
	case errors.As(err, &before):
		c.Why = before.says
		r.Already = append(r.Already, c)
	case errs.KindOf(err) == errs.Internal || errs.KindOf(err) == errs.Unavailable:
		return err
	default:
		var lacking Lacking
		if errors.As(err, &lacking) {
			c.Missing = lacking.Checks
		}
		c.Why = sentence(err)
		r.Refused = append(r.Refused, c)
	}
	return nil
}

// sentence is what an error tells a person, with what it says at a field.
func sentence(err error) string {
	for _, says := range errs.FieldsOf(err) {
		return says
	}
	return errs.Public(err)
}

func (s Service) names(ctx context.Context, customers []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID   uuid.UUID
		Name string
	}
	if err := s.DB.Read(ctx).Raw(`SELECT id, name FROM crm_accounts WHERE id = ANY (?::uuid[])`,
		postgres.IDs(customers)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("names of customers: %w", err)
	}
	out := map[uuid.UUID]string{}
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, nil
}

func unique(ids []uuid.UUID) []uuid.UUID {
	var out []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
