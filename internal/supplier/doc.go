// Package supplier takes the distributor's bills in: it knows the layouts that such files come in, reads their lines
// as they are, and keeps each bill as it came. What the lines mean beside the ledger and the invoices is not its
// matter: who compares them is told of each bill that comes in or is set aside, within the same transaction.
package supplier
