// Package bookfile makes the files that accounting systems read of issued documents. Each
// system is a small description, columns with a function each, on one engine. It is pure:
// it knows no database, and nothing of an invoice but its stored document.
package bookfile
