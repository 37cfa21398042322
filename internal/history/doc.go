// Package history reads a subscription's ledger, its prices, its contracts and its
// invoice lines once, and decodes them once into days: what counts, what is paid,
// what another system billed, what is forfeited, and the price (RULES 5 and 8). What
// a row means is said here and nowhere else; billing, proof, review and screens
// stand on it. It is pure but for one load. It knows no runs and no documents,
// writes nothing, and no state word of a row decides anything in it.
package history
