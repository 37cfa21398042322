// Package cutover moves a customer base from an old provider to a new one, customer
// by customer, without a seat lost or billed twice (RULES 9): old and new
// subscriptions are paired, the old ones are frozen on the customer's switch day and
// billed up to it, their history goes over, the new ones are signed and released and
// the old ones ended, and a proof shows every day covered exactly once. Every step can
// be taken back until the run is finished. It sends nothing to a distributor and knows
// no screen.
package cutover
