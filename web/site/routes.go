package site

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/app"
	"seatledger/internal/auth"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// route is one line of the table: who may do what, where.
type route struct {
	method string
	path   string
	handle echo.HandlerFunc
	roles  []auth.Role // any of them, and always an admin; none: everybody signed in
	open   bool        // without a session
	stream bool        // answers as long as it lasts
	csv    bool        // the same address with .csv gives the same rows as a file
}

func (r route) paths() []string {
	if r.csv {
		return []string{r.path, r.path + ".csv"}
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
	return route{method: http.MethodGet, path: path, handle: h, roles: roles, csv: true}
}

func open(r route) route { r.open = true; return r }

func stream(r route) route { r.stream = true; return r }

// routes is the table of contents of the site.
func routes(a *app.App, m *session.Manager, o Options) []route {
	const (
		admin    = auth.Admin
		operator = auth.Operator
		billing  = auth.Billing
	)
	sessions := session.Handlers{Manager: m, Auth: a.Auth, SetupCode: o.SetupCode}

	return []route{
		open(get(session.SetupPath, sessions.SetupForm)),
		open(post(session.SetupPath, sessions.Setup)),
		open(get(session.LoginPath, sessions.LoginForm)),
		open(post(session.LoginPath, sessions.Login)),
		open(post(session.LogoutPath, sessions.Logout)),
		open(post(httpx.ThemePath, httpx.SetTheme)),
	}
}
