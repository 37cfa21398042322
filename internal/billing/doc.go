// Package billing turns the ledger and the contract into invoices (RULES 8). Its
// core is pure: contract months, what a day costs, and the charges of one
// subscription up to a day. Around it stand the runs that draft, bill, pay and void.
// It knows no screen, sends nothing to anybody, and judges no review: it reads the verdict.
package billing
