// Package httpx is the plumbing between the routes and the rules: it renders views
// into a buffer, turns errors into pages, reads forms and list parameters, writes
// CSV streams and keeps the notice that is shown once. It decides nothing about
// records: it knows no database and none of the rooms under internal.
package httpx
