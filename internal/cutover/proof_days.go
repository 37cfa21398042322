package cutover

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Day is one day of one product of one customer, for the CSV.
type Day struct {
	Customer ProvedCustomer
	Key      string
	Name     string
	Day      clock.Date
	Segment
}

// EachDay hands over every day of a run's proof, customer by customer.
func EachDay(ctx context.Context, db *gorm.DB, run Run, f ProofFilter, today clock.Date, do func(Day) error) error {
	return EachProof(ctx, db, run, f, today, func(c CustomerProof) error {
		for _, p := range c.Products {
			for _, s := range p.Segments {
				for d := s.From; d.Before(s.To); d = d.AddDays(1) {
					if err := do(Day{Customer: c.ProvedCustomer, Key: p.Key, Name: p.Name, Day: d, Segment: s}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// ProofDay is the day on which a run's proof is made: today, or the day on which the run ended.
func (s Service) ProofDay(run Run) clock.Date {
	if run.EndedAt != nil {
		return clock.DateOf(*run.EndedAt, s.Zone)
	}
	return s.today()
}
