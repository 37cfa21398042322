package app

import (
	"context"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/internal/supplier"
)

// supplierBills takes the distributor's bills in, as files and from connectors that can tell them.
func (a *App) supplierBills() supplier.Service {
	return supplier.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Received: a.compareBill, SetAside: a.compareBill,
		Tells:  func(connector string) bool { return connect.CapabilitiesOf(connector).Bills },
		Reader: a.billReader}
}

func (a *App) billReader(ctx context.Context, id uuid.UUID) (distributor.BillReader, error) {
	p, err := provider.Get(ctx, a.DB.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	c, err := a.Providers.Connect(ctx, p)
	if err != nil {
		return nil, err
	}
	reader, ok := c.(distributor.BillReader)
	if !ok {
		return nil, errs.New(errs.Conflict, "This connector cannot tell what was charged. Upload the bill as a file.")
	}
	return reader, nil
}
