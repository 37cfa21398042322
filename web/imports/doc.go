// Package imports is the pages of every import of a file: upload, columns, preview,
// apply, undo. What is imported is the imports.Kind of the screen that owns the
// records; the routes stand with that screen.
package imports
