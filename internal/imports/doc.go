// Package imports brings files in: it says what the columns and signs of one mean, keeps
// the file between its preview and its application, says line by line what each
// would do, and applies it in one transaction. What a line means is its Kind's
// matter; this package knows no record but the uploaded file.
package imports
