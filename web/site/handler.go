package site

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/app"
	"seatledger/internal/auth"
	"seatledger/internal/pace"
	"seatledger/internal/postgres"
	"seatledger/static"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Options is what the site depends on beyond the app.
type Options struct {
	BaseURL   string // as people type it; decides cookies and the accepted Host
	SetupCode string // asked for on the first-admin page; empty on loopback
	Version   string
	Metrics   *Metrics      // nil: nothing is measured
	Patience  time.Duration // how long one request may wait for the database in all; 0: as long as usual
}

// Handler is the whole site.
func Handler(a *app.App, o Options) http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(discard{})
	e.IPExtractor = ipExtractor(a.Config.Proxies())
	e.HTTPErrorHandler = httpx.ErrorHandler(a.Log)
	https := isHTTPS(o.BaseURL)
	sessions := session.New(session.Options{DB: a.DB, Clock: a.Clock, HTTPS: https, Log: a.Log, Version: o.Version,
		Auth: a.Auth})

	e.Use(patient(cmp.Or(o.Patience, postgres.WaitLimit)))
	e.Use(httpx.WithClock(a.Clock, a.Zone), requestID, whence, requestLog(a.Log, a.Clock),
		o.Metrics.measure(a.Clock), traced(a.Tracer),
		recovered(a.Log), securityHeaders(https), httpx.Secure(https),
		bypass(auth.Sessions{DB: a.DB, Clock: a.Clock}.Refused), hostGuard(o.BaseURL), trailingSlash,
		crossOrigin(o.BaseURL, auth.Sessions{DB: a.DB, Clock: a.Clock}.Refused),
		httpx.WithFrame(sessions.Frame()), readableAddress)
	e.GET("/static/*", echo.WrapHandler(static.Handler()))
	health(e, a)

	pages := e.Group("", sessions.Load, sessions.SetupFirst, httpx.WithGiven(fileGiven(a)))
	own := newShares()
	for _, r := range routes(a, sessions, o) {
		r.add(pages, sessions, gates{hold: eyesOf(a).Hold, shares: own, paces: pace.Book{DB: a.DB, Clock: a.Clock}},
			turned(a))
	}
	// A page that does not exist looks the same to everybody who is signed in, and asks others to sign in.
	pages.RouteNotFound("/*", func(echo.Context) error { return echo.ErrNotFound }, sessions.Require())
	return e
}

// patient bounds what a request waits for the database, all its statements and the page of what went wrong together.
func patient(limit time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			c.SetRequest(r.WithContext(postgres.Patient(r.Context(), limit)))
			return next(c)
		}
	}
}

// turned lets no page show the prices of yesterday: the first request of a billing day brings its prices up.
func turned(a *app.App) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := a.TurnDay(c.Request().Context()); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// gates are what stands before the handlers behind sign-in.
type gates struct {
	hold   echo.MiddlewareFunc // what one may not do alone; nil: nothing is held
	shares *shares
	paces  pace.Book
}

func (r route) add(g *echo.Group, m *session.Manager, all gates, then ...echo.MiddlewareFunc) {
	var guards []echo.MiddlewareFunc
	if !r.open {
		guards = append(append(guards, m.Admit(areas[r.path], r.roles...)), then...)
		if !r.early {
			guards = append(guards, m.FactorFirst)
		}
		if r.proof {
			guards = append(guards, m.Proven(r.proofIf))
		}
		if r.method == http.MethodPost && all.hold != nil {
			guards = append(guards, all.hold)
		}
	}
	for _, path := range r.paths() {
		handle, class, guards := r.handle, r.class(path), guards
		if k := boundOf(class).Often; k != "" && all.paces.DB != nil && !r.open {
			guards = append(slices.Clone(guards), paced(all.paces, k))
		}
		if boundOf(class).AtOnce > 0 && all.shares != nil {
			guards = append(slices.Clone(guards), all.shares.fair)
		}
		if r.method == http.MethodPost && !class.isUpload() {
			guards = append([]echo.MiddlewareFunc{fits(class)}, guards...)
		}
		switch {
		case r.method == http.MethodPost:
			handle = within(postLimit, handle)
		case r.method == http.MethodGet && !r.stream && !isFile(path):
			handle = within(pageLimit, handle)
		}
		g.Add(r.method, path, handle, guards...)
		if r.method == http.MethodGet && !r.stream {
			g.Add(http.MethodHead, path, handle, guards...)
		}
	}
}

func isFile(path string) bool {
	return strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, ".xlsx")
}

// within gives up on a request before the connection is closed without an answer, also when the database says
// nothing.
func within(limit time.Duration, handle echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		whole := c.Request()
		ctx, done := context.WithTimeout(whole.Context(), limit)
		defer done()
		c.SetRequest(whole.WithContext(ctx))
		defer c.SetRequest(whole) // what is said of a failure has its own time
		return handle(c)
	}
}
