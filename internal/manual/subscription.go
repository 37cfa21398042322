package manual

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
)

// EnterSubscription makes a subscription of a manual provider. errs.Invalid for a
// field that is wrong or an id that is there already; errs.Conflict for another provider.
func (s Service) EnterSubscription(ctx context.Context, by audit.Actor, providerID uuid.UUID,
	e subscription.HandEntry) (uuid.UUID, error) {
	d, err := e.Record()
	if err != nil {
		if _, conflict := ByHand(ctx, s.DB.Read(ctx), providerID); conflict != nil {
			return uuid.Nil, conflict
		}
		return uuid.Nil, err
	}
	var made uuid.UUID
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		p, err := hold(ctx, tx, providerID)
		if err != nil {
			return err
		}
		if err := unknown(tx, p, d); err != nil {
			return err
		}
		if made, err = s.enter(ctx, tx, by, p, d); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, entered(p, "subscription", made, d.ProductName, e))
	})
	return made, err
}

func (s Service) enter(ctx context.Context, tx *gorm.DB, by audit.Actor, p provider.Provider,
	d distributor.Subscription) (uuid.UUID, error) {
	res, err := subscription.EnterByHand(ctx, tx, ruled(p), []distributor.Subscription{d},
		s.origin(by, ledger.FromPerson), s.Zone)
	switch {
	case errs.FieldsOf(err)["account_external_id"] != "":
		return uuid.Nil, errs.Fields{"account_external_id": fmt.Sprintf("%s has no account %q. "+
			"Enter the account first.", p.Name, d.AccountExternalID)}.Err()
	case err != nil:
		return uuid.Nil, err
	case len(res.Bad) > 0:
		return uuid.Nil, errs.Newf(errs.Invalid, "This cannot be stored: %s.", res.Bad[0].Reason)
	case len(res.Touched) != 1:
		return uuid.Nil, fmt.Errorf("entering subscription %s wrote %d rows", d.ExternalID, len(res.Touched))
	}
	return res.Touched[0], s.Reviews.Refresh(ctx, tx, res.Touched)
}

// unknown refuses an id that the provider has already: a form makes, it does not overwrite.
func unknown(tx *gorm.DB, p provider.Provider, d distributor.Subscription) error {
	var product string
	found := tx.Raw(`SELECT product_name FROM subscriptions WHERE provider_id = ? AND external_id = ?`, p.ID,
		d.ExternalID).Scan(&product)
	if found.Error != nil || found.RowsAffected == 0 {
		return found.Error
	}
	return errs.Fields{"external_id": fmt.Sprintf("%s already has a subscription with this id: %s. "+
		"Change its seats on its page, or import a file.", p.Name, product)}.Err()
}
