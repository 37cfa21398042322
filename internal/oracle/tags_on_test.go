//go:build faults

package oracle

// buildTags builds the program with its planted faults, each asleep until
// SEATLEDGER_FAULT names it.
const buildTags = "faults"
