// Package sandbox is a stand-in distributor: an HTTP server that speaks the two
// faces of TD SYNNEX Stellr (comprehensive and legacy) over one made-up data set,
// and an admin face that changes the data, the clock and the faults while it runs.
//
// It exists so that connectors, demos and tests meet real HTTP. It knows nothing
// of the product: no database, no connector, no ledger. What the distributor
// publishes is followed to the letter; everything else is marked "Guess:" here
// and listed in docs/sandbox.md, so that nobody takes it for the real contract.
package sandbox
