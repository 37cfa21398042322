// Package books takes issued documents into accounting systems: what each calls our
// customers, products and taxes, what waits to be exported, and the exports themselves.
// Every invoice goes once. The files are made by bookfile, from stored documents only.
package books
