package search

import (
	"time"

	"seatledger/internal/account"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/invoice"
	"seatledger/internal/provider"
	"seatledger/internal/subscription/list"
	"seatledger/web/at"
	"seatledger/web/state"

	view "seatledger/views/search"
)

// kinds are the lists that are searched. Of kinds that fit alike the first comes first.
func kinds(zone *time.Location) []kind {
	return []kind{
		records(crm.All, "CRM accounts", at.CRMAccounts, func(r crm.Row) (view.Hit, []string) {
			return view.Hit{Text: r.Name, Sub: joined(r.Domain, r.ExternalID), Href: at.CRMAccount(r.ID)},
				[]string{r.Name, r.ExternalID, r.Domain, r.TenantID}
		}),
		records(contract.All, "Billing contracts", at.Contracts, func(r contract.Row) (view.Hit, []string) {
			return view.Hit{Text: r.Name, Sub: r.CRMAccount, Href: at.Contract(r.ID)}, []string{r.Name, r.CRMAccount}
		}),
		records(invoice.All(zone), "Invoices", at.Invoices, func(r invoice.ListRow) (view.Hit, []string) {
			badge := state.Invoice(r.State)
			return view.Hit{Text: r.Called(), Sub: joined(r.CRMAccount, r.Contract), Href: at.Invoice(r.ID),
				Badge: &badge}, []string{r.NumberText, r.Called(), r.CRMAccount, r.Contract}
		}),
		records(list.All, "Subscriptions", at.Subscriptions, func(r list.Row) (view.Hit, []string) {
			return view.Hit{Text: r.Product, Sub: joined(r.CRMAccount, r.PartNumber, r.ExternalID),
				Href: at.Subscription(r.ID)}, []string{r.Product, r.PartNumber, r.ExternalID, r.CRMAccount}
		}),
		records(account.All, "Provider accounts", at.Accounts, func(r account.Row) (view.Hit, []string) {
			return view.Hit{Text: r.Name, Sub: joined(r.Provider, r.Domain, r.ExternalID), Href: at.Account(r.ID)},
				[]string{r.Name, r.ExternalID, r.Domain, r.TenantID}
		}),
		records(price.Lists, "Price lists", at.PriceLists, func(r price.ListRow) (view.Hit, []string) {
			return view.Hit{Text: r.Name, Sub: r.Currency, Href: at.PriceList(r.ID)}, []string{r.Name}
		}),
		records(provider.All, "Providers", at.Providers, func(r provider.Row) (view.Hit, []string) {
			return view.Hit{Text: r.Name, Href: at.Provider(r.ID)}, []string{r.Name}
		}),
	}
}
