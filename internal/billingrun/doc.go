// Package billingrun bills many contracts as one job: what is due on a day over all of them, what is unusual about
// it, a durable run that drafts, bills and sends one contract a transaction, contracts that runs leave out, and what
// is prepared by itself. What a contract owes is reckoned by billing, and an invoice is kept by invoice; this room
// knows no day of a subscription, no paper and no way to send one.
package billingrun
