// Package invoice keeps the records of invoices: what a run has drafted, the lists and
// what a page shows of one, and the steps that a person takes with it: bill, pay, void
// and credit. It knows no screen and reckons nothing: what a draft holds, billing says,
// and what an issued one shows, document.
package invoice
