package site

import (
	"net/http"

	"seatledger/internal/app"
	"seatledger/internal/auth"
	"seatledger/web/session"
)

// Line is a route as the tests see it.
type Line struct {
	Method string
	Path   string
	Roles  []auth.Role
	Open   bool
	// Proof is "proof" where the person is asked to prove once more who they are, "proof?" where for some deeds alone.
	Proof string
	Class Class
}

// BoundOf is what a class may become.
func BoundOf(c Class) Bound { return boundOf(c) }

// Table is the table of contents, with the files of lists as lines of their own.
func Table(a *app.App, o Options) []Line {
	var out []Line
	m := session.New(session.Options{DB: a.DB, Clock: a.Clock, Log: a.Log})
	for _, r := range routes(a, m, o) {
		for _, path := range r.paths() {
			out = append(out, Line{Method: r.method, Path: path, Roles: r.roles, Open: r.open, Proof: r.asksProof(),
				Class: r.class(path)})
		}
	}
	return out
}

func (r route) asksProof() string {
	switch {
	case !r.proof:
		return ""
	case r.proofIf != nil:
		return "proof?"
	}
	return "proof"
}

// Safe tells whether a route must change nothing.
func (l Line) Safe() bool { return l.Method == http.MethodGet }

// ListsWithoutAreas are the lists of which nothing says which tokens read them.
func ListsWithoutAreas(a *app.App) []string {
	var out []string
	m := session.New(session.Options{DB: a.DB, Clock: a.Clock, Log: a.Log})
	for _, r := range routes(a, m, Options{}) {
		if _, known := areas[r.path]; r.file && !known {
			out = append(out, r.path)
		}
	}
	return out
}
