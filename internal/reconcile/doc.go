// Package reconcile compares what a distributor charged with what was billed on to customers, line by line and day
// by day, and says each difference with its cause and its money (CONTRACT, neutral supplier bill). It is pure: it
// reads two files, and knows no database, mapping, ledger or screen.
package reconcile
