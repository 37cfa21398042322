// Package at says where the page of each record is. It is the one home of addresses: it knows no record but by
// its id, and no screen.
package at

import (
	"strconv"

	"github.com/google/uuid"
)

// Provider is the page of a provider.
func Provider(id uuid.UUID) string { return "/providers/" + id.String() }

// Account is the page of a provider account.
func Account(id uuid.UUID) string { return "/accounts/" + id.String() }

// CRMAccount is the page of a CRM account.
func CRMAccount(id uuid.UUID) string { return "/crm-accounts/" + id.String() }

// CRMSource is the page of a CRM source.
func CRMSource(id uuid.UUID) string { return "/crm-sources/" + id.String() }

// Contract is the page of a billing contract.
func Contract(id uuid.UUID) string { return "/contracts/" + id.String() }

// PriceList is the page of a price list.
func PriceList(id uuid.UUID) string { return "/price-lists/" + id.String() }

// Subscription is the page of a subscription.
func Subscription(id uuid.UUID) string { return "/subscriptions/" + id.String() }

// Invoice is the page of an invoice.
func Invoice(id uuid.UUID) string { return "/invoices/" + id.String() }

// Mail is the page of a mail.
func Mail(id uuid.UUID) string { return "/mails/" + id.String() }

// Cutover is the page of a cut-over.
func Cutover(id uuid.UUID) string { return "/cutovers/" + id.String() }

// SyncRun is the page of a sync run.
func SyncRun(id uuid.UUID) string { return "/sync-runs/" + id.String() }

// Entry is the page of an entry of the audit trail.
func Entry(seq int64) string { return "/audit/" + strconv.FormatInt(seq, 10) }
