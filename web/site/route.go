package site

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
)

// route is one line of the table: who may do what, where.
type route struct {
	method string
	path   string
	handle echo.HandlerFunc
	roles  []auth.Role // any of them, and always an admin; none: everybody signed in
	open   bool        // without a session
	stream bool        // answers as long as it lasts
	takes  Class       // what is sent to it; empty: an ordinary form
	file   bool        // the same address with .csv or .xlsx gives the same rows as a file
	early  bool        // also for who must set up a second factor first
	proof  bool        // asks its person to prove once more who they are, unless they did so just now
	// proofIf tells which requests ask it; nil: all.
	proofIf func(c echo.Context) (bool, error)
}

func (r route) paths() []string {
	if r.file {
		return []string{r.path, r.path + ".csv", r.path + ".xlsx"}
	}
	return []string{r.path}
}

func get(path string, h echo.HandlerFunc, roles ...auth.Role) route {
	return route{method: http.MethodGet, path: path, handle: h, roles: roles}
}

func post(path string, h echo.HandlerFunc, roles ...auth.Role) route {
	return route{method: http.MethodPost, path: path, handle: h, roles: roles}
}

func list(path string, h echo.HandlerFunc, roles ...auth.Role) route {
	return route{method: http.MethodGet, path: path, handle: h, roles: roles, file: true}
}

func open(r route) route { r.open = true; return r }

func stream(r route) route { r.stream = true; return r }

func early(r route) route { r.early = true; return r }

// proven is a route that is dear: it asks its person to prove who they are (web/session, Proven).
func proven(r route) route { r.proof = true; return r }

// provenIf is one that is dear for some of what is sent to it.
func provenIf(r route, asks func(c echo.Context) (bool, error)) route {
	r.proof, r.proofIf = true, asks
	return r
}

// doors are the pages of the table by their paths, so that nobody is led to one that is closed to them.
type doors map[string][]auth.Role

// note keeps the pages of a table and gives it back.
func (d doors) note(table []route) []route {
	for _, r := range table {
		if r.method == http.MethodGet {
			d[r.path] = r.roles
		}
	}
	return table
}

// Open tells whether a role may open the page at a path; false where there is none.
func (d doors) Open(r auth.Role, path string) bool {
	roles, known := d[path]
	return known && (len(roles) == 0 || auth.Allowed(r, roles...))
}
