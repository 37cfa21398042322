package demo

import (
	"context"
	"fmt"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/company"
)

// seedSeller is who bills on the demo's documents.
func seedSeller(ctx context.Context, a *app.App, by audit.Actor) error {
	f := company.Form{Company: company.Company{
		LegalName: "Example Cloud Reseller LLC", Address: "100 Harbour Street\nPortland, ME 04101\nUnited States",
		TaxIDs:      "EIN 00-0000000",
		PaymentText: "Please name the number of this document.", Bank: "Example Bank, account 000 000 000",
		Footer: "Example Cloud Reseller LLC, 100 Harbour Street, Portland", Paper: company.Letter,
	}}
	if err := (company.Service{DB: a.DB, Clock: a.Clock}).Save(ctx, by, clock.Today(a.Clock, a.Zone), f); err != nil {
		return fmt.Errorf("sample company: %w", err)
	}
	return nil
}
