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
	h := handlersOf(a, m, o)

	return []route{
		open(get(session.SetupPath, h.sessions.SetupForm)),
		open(post(session.SetupPath, h.sessions.Setup)),
		open(get(session.LoginPath, h.sessions.LoginForm)),
		open(post(session.LoginPath, h.sessions.Login)),
		open(post(session.LogoutPath, h.sessions.Logout)),
		open(post(httpx.ThemePath, httpx.SetTheme)),

		list("/providers", h.providers.List),
		get("/providers/new", h.providers.New, admin),
		post("/providers", h.providers.Create, admin),
		get("/providers/:id", h.providers.Show),
		get("/providers/:id/edit", h.providers.Edit, admin),
		post("/providers/:id", h.providers.Update, admin),
		post("/providers/:id/verify", h.providers.Verify, operator),
		post("/providers/:id/sync-accounts", h.providers.SyncAccounts, operator),
		post("/providers/:id/sync-subscriptions", h.providers.SyncSubscriptions, operator),
		post("/providers/:id/deactivate", h.providers.Deactivate, admin),
		post("/providers/:id/activate", h.providers.Activate, admin),

		list("/crm-accounts", h.crm.List),
		get("/crm-accounts/new", h.crm.New, operator, billing),
		post("/crm-accounts", h.crm.Create, operator, billing),
		get("/crm-accounts/import", h.crm.ImportForm, operator, billing),
		post("/crm-accounts/import", h.crm.Upload, operator, billing),
		get("/crm-accounts/import/:import", h.crm.Preview, operator, billing),
		post("/crm-accounts/import/:import/apply", h.crm.Apply, operator, billing),
		get("/crm-accounts/:id", h.crm.Record),
		get("/crm-accounts/:id/edit", h.crm.Edit, operator, billing),
		post("/crm-accounts/:id", h.crm.Update, operator, billing),

		list("/audit", h.audit.List),
		get("/audit/:seq", h.audit.Entry),
	}
}
