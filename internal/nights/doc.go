// Package nights holds the tests of whole nights: the product reads a distributor
// that fails, lies, changes while it is read or is out of reach, and a machine or
// database fails meanwhile. One table has a row for each fault, from which
// docs/reliability.md is made; random histories are held against a simple model;
// runs are broken off at every commit and call. It knows the product's front door,
// its clockwork and its tables, and what the rules say, not how the product does it.
package nights
