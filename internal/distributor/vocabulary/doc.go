// Package vocabulary turns the words a distributor writes into those of the port:
// statuses by their stem, billing rhythms and terms, vendors, kinds, and the
// sentences of a change log. What it does not know it says is unknown; the word
// as received is kept by the caller. It knows no JSON and no network.
package vocabulary
