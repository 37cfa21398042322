package demo

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"seatledger/internal/account"
	"seatledger/internal/contract"
	"seatledger/internal/crm"
	"seatledger/internal/demo/story"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/syncing"
)

// customer is one company as the reseller has it. The zero id is nobody's: the reseller's own test tenant.
type customer struct {
	id       uuid.UUID
	contract uuid.UUID
	rhythm   rhythm
	unpaid   []owed
}

// rhythm is how often a contract is billed, and when.
type rhythm struct {
	frequency contract.Frequency
	timing    contract.Timing
	months    int
}

// rhythms of ten customers in turn.
func rhythmOf(i int) rhythm {
	switch i % 10 {
	case 6, 7:
		return rhythm{contract.Monthly, contract.Arrears, 1}
	case 8:
		return rhythm{contract.Quarterly, contract.Advance, 3}
	case 9:
		return rhythm{contract.Annual, contract.Advance, 12}
	}
	return rhythm{contract.Monthly, contract.Advance, 1}
}

// seed enters prices, CRM accounts and contracts, as a reseller has them before the first sync.
func (y *year) seed(ctx context.Context) error {
	products := sandbox.NewData(y.data()).Products()
	if err := seedSeller(ctx, y.app, y.me); err != nil {
		return err
	}
	list, _, err := seedPrices(ctx, y.app, y.me, products)
	if err != nil {
		return err
	}
	y.listed = listedPrices(products)
	for i, c := range y.story.Companies {
		made := &customer{rhythm: rhythmOf(i)}
		y.customers = append(y.customers, made)
		if i == story.Excluded {
			continue
		}
		acc, err := y.app.CRM.Create(ctx, y.me, crm.Input{Facts: inYear(i, c)})
		if err != nil {
			return fmt.Errorf("sample CRM account %s: %w", c.Name, err)
		}
		made.id = acc.ID
		if made.contract, err = y.sign(ctx, made, list); err != nil {
			return fmt.Errorf("sample contract of %s: %w", c.Name, err)
		}
	}
	return nil
}

// inYear is how the CRM knows a company: every third without what would make it
// certain, so that a person maps it by hand, and what the hand did is worth carrying over.
func inYear(i int, c sandbox.Company) crm.Facts {
	f := crm.Facts{ExternalID: fmt.Sprintf("CRM-%04d", i+1), Name: c.Name, Website: c.Domain,
		EmailDomains: c.MailDomain, TenantID: c.TenantID,
		Street: c.Street, City: c.City, State: c.State, PostalCode: c.PostalCode, Country: c.Country, Phone: c.Phone}
	if i%3 == 1 {
		f.Website, f.EmailDomains, f.TenantID = "", "", ""
	}
	return f
}

func (y *year) sign(ctx context.Context, c *customer, list uuid.UUID) (uuid.UUID, error) {
	in := contract.Input{
		CRMAccount: c.id.String(), Name: "Licences " + string(c.rhythm.frequency), Currency: "USD",
		BillingFrequency: string(c.rhythm.frequency),
		Timing:           string(c.rhythm.timing), BillingDay: "1", PriceList: list.String(),
		StartDate: y.story.First.String(), BillFrom: y.story.First.String(),
		Refunds: "no", PaymentTerms: "30 days", IsDefault: true,
	}
	if len(y.customers)%7 == 3 {
		in.Refunds = "yes"
	}
	k, err := y.app.Contracts.Create(ctx, y.me, in)
	return k.ID, err
}

// accounts brings the distributor's customers in and ties to the CRM what was not certain by itself.
func (y *year) accounts(ctx context.Context) error {
	if err := y.sync(ctx, y.legacy, syncing.Accounts); err != nil {
		return err
	}
	have, err := account.ByExternalID(ctx, y.app.DB.Read(ctx), y.legacy)
	if err != nil {
		return err
	}
	for i, c := range y.story.Companies {
		a, ok := have[strconv.Itoa(c.LegacyNo)]
		if !ok {
			return fmt.Errorf("the legacy API does not list %s", c.Name)
		}
		if err := y.decide(ctx, a, y.customers[i].id); err != nil {
			return err
		}
	}
	return nil
}

func (y *year) decide(ctx context.Context, a account.Account, crmAccount uuid.UUID) error {
	switch {
	case crmAccount == uuid.Nil:
		return y.app.Mapping.Exclude(ctx, y.me,
			mapping.Choice{AccountID: a.ID, Version: a.Version, Reason: "Our own test tenant"})
	case a.CRMAccountID.UUID == crmAccount:
		return nil
	case a.Mapping != account.Unmapped:
		return errs.Newf(errs.Conflict, "%s was mapped to another customer by itself", a.Name)
	}
	return y.app.Mapping.Map(ctx, y.me,
		mapping.Choice{AccountID: a.ID, CRMAccountID: crmAccount, Reason: "known by name and town"})
}
