// Package imports is the pages of every CSV import: upload, preview, apply. What
// is imported is the imports.Kind of the screen that owns the records; the routes
// stand with that screen.
package imports
