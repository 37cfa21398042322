// Package imports brings CSV files in: it reads what spreadsheets write, keeps
// the file between its preview and its application, says line by line what each
// would do, and applies it in one transaction. What a line means is its Kind's
// matter; this package knows no record but the uploaded file.
package imports
