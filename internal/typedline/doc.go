// Package typedline keeps the lines that a person types on a contract, once on a day
// or once for every cycle, and tells which of them are due: what should be there less
// what live invoice lines have of it. Billing puts them on its invoices.
package typedline
