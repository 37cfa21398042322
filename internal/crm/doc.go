// Package crm keeps the customers as the reseller's CRM knows them: their
// fields and what those may hold, the list, and the CSV import by external id.
// It knows provider accounts, contracts and subscriptions only by reading how
// many hang on an account.
package crm
