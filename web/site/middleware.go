package site

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func isHTTPS(base string) bool { return strings.HasPrefix(strings.ToLower(base), "https://") }

// ipExtractor believes X-Forwarded-For only from the proxies that were named.
func ipExtractor(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	opts := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		_, network, err := net.ParseCIDR(p.String())
		if err == nil {
			opts = append(opts, echo.TrustIPRange(network))
		}
	}
	return echo.ExtractIPFromXFFHeader(opts...)
}

// trailingSlash sends an address with a slash too many to the one without.
func trailingSlash(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		if len(u.Path) < 2 || !strings.HasSuffix(u.Path, "/") || strings.HasPrefix(u.Path, "/static/") {
			return next(c)
		}
		to := url.URL{Path: "/" + strings.Trim(u.Path, "/"), RawQuery: u.RawQuery}
		code := http.StatusMovedPermanently
		if m := c.Request().Method; m != http.MethodGet && m != http.MethodHead {
			code = http.StatusPermanentRedirect
		}
		return c.Redirect(code, to.String())
	}
}

// readableAddress refuses what no value of ours can be, before anything looks for it: a NUL, and what is no UTF-8.
func readableAddress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		asked, err := url.QueryUnescape(c.Request().URL.RawQuery)
		if err == nil && (!utf8.ValidString(asked) || strings.ContainsRune(asked, 0)) {
			return errs.New(errs.Invalid, "This address holds characters that nothing here can be looked for by. "+
				"Start again from the list.")
		}
		return next(c)
	}
}

func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := uuid.NewString()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		c.SetRequest(c.Request().WithContext(obs.WithRequest(c.Request().Context(), id)))
		return next(c)
	}
}

// whence says in the trail from which address a request comes; its session is added where there is one.
func whence(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := audit.WithFrom(c.Request().Context(), audit.From{Address: c.RealIP()})
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// fileGiven is a row of the trail for each file, before anything of it leaves.
func fileGiven(a *app.App) httpx.Given {
	return func(c echo.Context, name string) error {
		u, after := c.Request().URL, map[string]any{}
		if u.RawQuery != "" {
			after["filter"] = u.RawQuery
		}
		if id := session.TokenID(c); id != uuid.Nil {
			after["token"] = id
		}
		return audit.Note(c.Request().Context(), a.DB, a.Clock, session.Actor(c), audit.Event{
			Action: "file.given", ObjectType: "file", ObjectID: u.Path, ObjectName: name, After: after})
	}
}

// requestLog writes one line per request: never a query, a form or a cookie.
func requestLog(log *slog.Logger, clk clock.Clock) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := clk.Now()
			err := next(c)
			if err != nil {
				c.Error(err)
			}
			r := c.Request()
			log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method),
				slog.String("path", r.URL.Path),
				slog.Int("status", c.Response().Status), slog.Int64("bytes", c.Response().Size),
				slog.Duration("took", clk.Now().Sub(began)))
			return nil
		}
	}
}

// recovered turns a panic into an error page. http.ErrAbortHandler passes: it breaks the connection on purpose.
func recovered(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http looks for this very value
					panic(p)
				}
				log.ErrorContext(c.Request().Context(), "panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
				if c.Response().Committed {
					panic(http.ErrAbortHandler) // half an answer must not look like a whole one
				}
				err = fmt.Errorf("panic in %s", c.Path())
			}()
			return next(c)
		}
	}
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

func securityHeaders(https bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
			if !strings.HasPrefix(c.Request().URL.Path, "/static/") {
				h.Set("Cache-Control", "no-store")
			}
			if https {
				h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
			}
			return next(c)
		}
	}
}

// hostGuard answers only to the name people use, so that no page is made for another's.
func hostGuard(base string) echo.MiddlewareFunc {
	own := ""
	if u, err := url.Parse(base); err == nil {
		own = u.Host
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if isHealth(c.Request().URL.Path) || strings.EqualFold(c.Request().Host, own) ||
				sameLoopback(c.Request().Host, own) {
				return next(c)
			}
			return echo.NewHTTPError(http.StatusMisdirectedRequest,
				"This server is not known by that name. Use "+base+".")
		}
	}
}

// sameLoopback lets 127.0.0.1 and localhost stand for each other on the same port.
func sameLoopback(host, own string) bool {
	h, hp, err1 := net.SplitHostPort(host)
	o, op, err2 := net.SplitHostPort(own)
	return err1 == nil && err2 == nil && hp == op && isLoopbackName(h) && isLoopbackName(o)
}

func isLoopbackName(h string) bool {
	ip, err := netip.ParseAddr(h)
	return strings.EqualFold(h, "localhost") || err == nil && ip.IsLoopback()
}

var errOtherScheme = errors.New("the origin has another scheme")

// otherScheme tells a write that comes from the site's own host in the clear, where people use https.
func otherScheme(baseURL string, r *http.Request) bool {
	scheme, host, known := strings.Cut(strings.TrimRight(baseURL, "/"), "://")
	from, at, sent := strings.Cut(r.Header.Get("Origin"), "://")
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
	return known && sent && !safe && strings.EqualFold(scheme, "https") && strings.EqualFold(at, host) &&
		!strings.EqualFold(from, scheme)
}

// crossOrigin refuses writes that another site makes a browser send. A request without Origin and Sec-Fetch-Site comes
// from no browser and passes. Where people use https, http is another origin. What is refused stands in the trail.
func crossOrigin(baseURL string, refused func(ctx context.Context, address, why string) error) echo.MiddlewareFunc {
	guard := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := guard.Check(c.Request())
			if err == nil && otherScheme(baseURL, c.Request()) {
				err = errOtherScheme
			}
			if err != nil {
				if err := refused(c.Request().Context(), c.RealIP(), "from another site"); err != nil {
					return err
				}
				return echo.NewHTTPError(http.StatusForbidden,
					"This request came from another site, so nothing was changed. Open the page here and try again.")
			}
			return next(c)
		}
	}
}
