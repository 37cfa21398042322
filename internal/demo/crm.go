package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/crm"
	"seatledger/internal/distributor/sandbox"
)

// seedCustomers makes CRM accounts for the distributor's companies: some that match
// well, some poorly, some not at all; and a few that the distributor does not know.
func seedCustomers(ctx context.Context, a *app.App, by audit.Actor,
	companies []sandbox.Company) ([]crm.Account, error) {
	var made []crm.Account
	for i, c := range companies {
		facts, ok := asInCRM(i, c)
		if !ok {
			continue
		}
		acc, err := a.CRM.Create(ctx, by, crm.Input{Facts: facts})
		if err != nil {
			return nil, fmt.Errorf("sample CRM account %s: %w", c.Name, err)
		}
		made = append(made, acc)
	}
	for i, name := range []string{"Bramble Lane Books", "Quillfeather Press LLC", "Old Harbor Chandlery",
		"Tansy & Rue Apothecary"} {
		_, err := a.CRM.Create(ctx, by,
			crm.Input{Facts: crm.Facts{ExternalID: fmt.Sprintf("CRM-9%02d", i), Name: name}})
		if err != nil {
			return nil, err
		}
	}
	return made, nil
}

// asInCRM is how a CRM knows a company: every eighth not at all, others without what
// would make them certain.
func asInCRM(i int, c sandbox.Company) (crm.Facts, bool) {
	f := crm.Facts{ExternalID: fmt.Sprintf("CRM-%04d", i+1), Name: c.Name, Website: c.Domain,
		EmailDomains: c.MailDomain, TenantID: c.TenantID,
		Street: c.Street, City: c.City, State: c.State, PostalCode: c.PostalCode, Country: c.Country, Phone: c.Phone}
	switch i % 8 {
	case 3: // the tenant id was never entered
		f.TenantID = ""
	case 5: // name and town alone
		f.Website, f.EmailDomains, f.TenantID, f.Street, f.PostalCode, f.Phone = "", "", "", "", "", ""
	case 6: // a short name, as a salesperson typed it
		f.Name, f.Website, f.EmailDomains, f.TenantID, f.Street = firstWords(c.Name), "", "", "", ""
	case 7:
		return f, false
	}
	return f, true
}

func firstWords(name string) string {
	words := strings.Fields(name)
	return strings.Join(words[:min(2, len(words))], " ")
}

// monthOf is the first day of a day's month.
func monthOf(day clock.Date) clock.Date { return clock.NewDate(day.Year(), day.Month(), 1) }

// seedContracts makes a default contract for most customers; one in twelve has none, one in fifteen has two.
// All bill from some months ago; those are billed, so that an invoice of this month can be made at once.
func seedContracts(ctx context.Context, a *app.App, by audit.Actor, customers []crm.Account,
	list uuid.UUID) (made []uuid.UUID, err error) {
	from := monthOf(clock.Today(a.Clock, a.Zone)).AddMonths(-monthsBilled)
	for i, c := range customers {
		if i%12 == 11 {
			continue
		}
		names := []string{"Cloud monthly"}
		if i%15 == 14 {
			names = append(names, "Projects")
		}
		for j, name := range names {
			k, err := a.Contracts.Create(ctx, by, contract.Input{
				CRMAccount: c.ID.String(), Name: name, Currency: "USD", BillingFrequency: "monthly", Timing: "advance",
				BillingDay: "1",
				PriceList:  list.String(), StartDate: "2024-01-01", BillFrom: from.String(), Refunds: "global",
				IsDefault:    j == 0,
				PaymentTerms: "30",
			})
			if err != nil {
				return nil, fmt.Errorf("sample contract of %s: %w", c.Name, err)
			}
			made = append(made, k.ID)
		}
	}
	return made, nil
}
