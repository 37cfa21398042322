package crm

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// UseOffer puts what a file or source has in the place of what a person edited. From
// then on the field follows the source again. errs.Conflict when nothing is offered any more.
func (s Service) UseOffer(ctx context.Context, by audit.Actor, id uuid.UUID, field string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := get(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		p, err := ProvenanceOf(tx, id)
		if err != nil {
			return err
		}
		offer, ok := p.Offers[field]
		if !ok {
			return errs.New(errs.Conflict,
				"The source no longer has anything else for this field. Nothing was changed.")
		}
		after := before
		after.set(field, offer.Value)
		if after.Facts, err = after.Check(); err != nil {
			return err
		}
		p = p.clone()
		p.Origins[field] = offer.Origin
		delete(p.Offers, field)
		if err := s.save(tx, after, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, changed(before, after))
	})
}
