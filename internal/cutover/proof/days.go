package proof

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Day is one day of one product of one customer, for the CSV.
type Day struct {
	Customer Whose
	Key      string
	Name     string
	Day      clock.Date
	Segment
}

// EachDay hands over every day of a run's proof, customer by customer.
func EachDay(ctx context.Context, db *gorm.DB, runID uuid.UUID, f Filter, today clock.Date, do func(Day) error) error {
	return Each(ctx, db, runID, f, today, func(c Customer) error {
		for _, p := range c.Products {
			for _, s := range p.Segments {
				for d := s.From; d.Before(s.To); d = d.AddDays(1) {
					if err := do(Day{Customer: c.Whose, Key: p.Key, Name: p.Name, Day: d, Segment: s}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}
