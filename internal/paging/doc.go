// Package paging pages lists by cursor: an opaque token says after which record
// the next page starts, by the value of the sort key and the id as tiebreak, so
// that rows added or removed meanwhile repeat nothing and lose nothing. It builds
// the SQL fragments for that out of constant expressions of an allow-list, and
// knows no table, no HTTP and no database driver.
package paging
