// Package closing looks at one month of one distributor as a whole: what its bill should come to, what it came to,
// how much of it is matched and explained, what is left of it by customer, product and vendor, and who has signed
// that. It reads bills, differences, ledger and invoices, writes nothing but signatures, and knows no screen.
package closing
