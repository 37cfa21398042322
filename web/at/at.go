// Package at says where the page of each record is. It is the one home of addresses: it knows no record but by
// its id, and no screen.
package at

import (
	"strconv"

	"github.com/google/uuid"
)

// The lists, and what else stands at the top. A record is below its list.
const (
	Providers      = "/providers"
	Accounts       = "/accounts"
	CRMAccounts    = "/crm-accounts"
	CRMSources     = "/crm-sources"
	Contracts      = "/contracts"
	PriceLists     = "/price-lists"
	Subscriptions  = "/subscriptions"
	Changes        = "/changes"
	Invoices       = "/invoices"
	InvoiceLines   = "/invoice-lines"
	Cutovers       = "/cutovers"
	SyncRuns       = "/sync-runs"
	Audit          = "/audit"
	Mapping        = "/mapping"
	Bulk           = "/bulk"
	Settings       = "/settings"
	Profile        = Settings + "/profile"
	Views          = "/views"
	Notices        = "/notices"
	Renewals       = "/renewals"
	Billing        = "/billing"
	BillingRuns    = "/billing-runs"
	Mails          = "/mails"
	Books          = "/books"
	Money          = "/money"
	Search         = "/search"
	Keys           = "/keys"
	Help           = "/help"
	NextStep       = "/next"
	SupplierBills  = "/supplier-bills"
	Differences    = "/differences"
	SupplierMonths = "/supplier-months"
	FourEyes       = "/four-eyes"
)

// Provider is the page of a provider.
func Provider(id uuid.UUID) string { return Providers + "/" + id.String() }

// Account is the page of a provider account.
func Account(id uuid.UUID) string { return Accounts + "/" + id.String() }

// CRMAccount is the page of a CRM account.
func CRMAccount(id uuid.UUID) string { return CRMAccounts + "/" + id.String() }

// CRMSource is the page of a CRM source.
func CRMSource(id uuid.UUID) string { return CRMSources + "/" + id.String() }

// Contract is the page of a billing contract.
func Contract(id uuid.UUID) string { return Contracts + "/" + id.String() }

// PriceList is the page of a price list.
func PriceList(id uuid.UUID) string { return PriceLists + "/" + id.String() }

// Subscription is the page of a subscription.
func Subscription(id uuid.UUID) string { return Subscriptions + "/" + id.String() }

// SupplierBill is the page of a supplier's bill.
func SupplierBill(id uuid.UUID) string { return SupplierBills + "/" + id.String() }

// Difference is the page of a difference.
func Difference(id uuid.UUID) string { return Differences + "/" + id.String() }

// Invoice is the page of an invoice.
func Invoice(id uuid.UUID) string { return Invoices + "/" + id.String() }

// Mail is the page of a mail.
func Mail(id uuid.UUID) string { return Mails + "/" + id.String() }

// BillingRun is the page of a billing run.
func BillingRun(id uuid.UUID) string { return BillingRuns + "/" + id.String() }

// Export is the page of an export into the books.
func Export(id uuid.UUID) string { return Books + "/exports/" + id.String() }

// Cutover is the page of a cut-over.
func Cutover(id uuid.UUID) string { return Cutovers + "/" + id.String() }

// SyncRun is the page of a sync run.
func SyncRun(id uuid.UUID) string { return SyncRuns + "/" + id.String() }

// FourEyesRequest is the page of what somebody asked a second person for.
func FourEyesRequest(id uuid.UUID) string { return FourEyes + "/" + id.String() }

// Entry is the page of an entry of the audit trail.
func Entry(seq int64) string { return Audit + "/" + strconv.FormatInt(seq, 10) }
