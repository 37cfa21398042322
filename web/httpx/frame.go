package httpx

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/docs/handbook"
	"seatledger/internal/clock"
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Notices keeps what a person is told once, on the next page. The session stands behind it.
type Notices interface {
	Put(ctx context.Context, n layout.Notice)
	Pop(ctx context.Context) []layout.Notice
}

// Frame is what every page of a request has in common.
type Frame struct {
	// Base gives navigation, user and version for this request. It is asked when a
	// page is made, so that counts in the navigation are fresh.
	Base    func(c echo.Context) layout.Page
	Desk    func(c echo.Context) Desk // what the person arranged; nil: nothing
	Notices Notices                   // nil: notices are dropped, as on pages without a session
	Log     *slog.Logger              // for what goes wrong after an answer has begun; the default logger when nil
}

const frameKey = "httpx.frame"

// WithFrame is the middleware that gives every handler behind it the frame.
func WithFrame(f Frame) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(frameKey, f)
			return next(c)
		}
	}
}

const clockKey = "httpx.clock"

// WithClock is the middleware that has every page say so where the clock was moved.
func WithClock(clk clock.Clock, zone *time.Location) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if at, moved := clock.True(clk); moved {
				const form = "Mon 2 Jan 2006, 15:04 MST"
				c.Set(clockKey, "The clock is moved: it is "+clk.Now().In(zone).Format(form)+" here, and in truth "+
					at.In(zone).Format(form)+
					". Nothing on this server is real business.")
			}
			return next(c)
		}
	}
}

// movedClock is the sentence of a moved clock, or nothing.
func movedClock(c echo.Context) string {
	s, _ := c.Get(clockKey).(string)
	return s
}

// Bare is the frame of a page without navigation.
func Bare(c echo.Context, title string) layout.Bare {
	return layout.Bare{Title: title, Theme: Theme(c), Clock: movedClock(c)}
}

// Page is the frame of a page with its title: navigation with the present place
// marked, user, theme, and the notices that wait. Call it once per answer, as
// notices are shown once.
func Page(c echo.Context, title string) layout.Page {
	f := frameOf(c)
	p := layout.Page{}
	if f.Base != nil {
		p = f.Base(c)
	}
	p.Title = title
	if n := turned(c.QueryParams()); n > 1 {
		p.PageLabel = "page " + strconv.Itoa(n)
	}
	p.Nav = marked(p.Nav, c.Request().URL.Path)
	if d := deskOf(c); d.Known {
		p.Compact, p.Nav = d.Compact, arranged(p.Nav, d, c.Request().URL)
	}
	p.Clock = movedClock(c)
	p.Theme = Theme(c)
	p.Here = c.Request().URL.RequestURI()
	if p.User.Name != "" {
		p.Help = handbook.For(c.Request().URL.Path)
	}
	if f.Notices != nil {
		p.Flash = f.Notices.Pop(c.Request().Context())
	}
	return p
}

// Tell keeps a sentence for the next page.
func Tell(c echo.Context, tone ui.Tone, text string) {
	TellNotice(c, layout.Notice{Text: text, Tone: tone})
}

// TellNotice keeps a notice, which may carry a link, for the next page.
func TellNotice(c echo.Context, n layout.Notice) {
	if f := frameOf(c); f.Notices != nil {
		f.Notices.Put(c.Request().Context(), n)
	}
}

// SeeOther answers a good POST: 303 to a page of ours.
func SeeOther(c echo.Context, to string) error {
	return c.Redirect(http.StatusSeeOther, to)
}

// Done answers a good POST and tells on the next page what was done.
func Done(c echo.Context, to, text string) error {
	Tell(c, ui.Good, text)
	return SeeOther(c, to)
}

func logOf(c echo.Context) *slog.Logger {
	if f := frameOf(c); f.Log != nil {
		return f.Log
	}
	return slog.Default()
}

func frameOf(c echo.Context) Frame {
	f, _ := c.Get(frameKey).(Frame)
	return f
}

// marked copies the navigation with the entry active that fits the path best.
func marked(nav []layout.Section, path string) []layout.Section {
	best := bestHref(nav, path)
	out := make([]layout.Section, len(nav))
	for i, s := range nav {
		items := make([]layout.Item, len(s.Items))
		for j, it := range s.Items {
			it.Active = it.Href == best
			items[j] = it
		}
		out[i] = layout.Section{Title: s.Title, Items: items}
	}
	return out
}

func bestHref(nav []layout.Section, path string) string {
	best := ""
	for _, s := range nav {
		for _, it := range s.Items {
			if within(path, it.Href) && len(it.Href) > len(best) {
				best = it.Href
			}
		}
	}
	return best
}

// arranged has the views that a person pinned under their lists, and leads to a list by the view
// that is the usual one of their role.
func arranged(nav []layout.Section, d Desk, here *url.URL) []layout.Section {
	out := make([]layout.Section, len(nav))
	for i, s := range nav {
		out[i].Title = s.Title
		for _, it := range s.Items {
			list := it.Href
			var pinned []layout.Item
			for _, v := range d.Views {
				if v.Path != list {
					continue
				}
				if v.Usual {
					it.Href = v.Href()
				}
				if v.Pinned {
					pinned = append(pinned, layout.Item{Label: v.Name, Href: v.Href(), Under: true,
						Active: here.Path == list && here.Query().Get("view") == v.ID})
				}
			}
			out[i].Items = append(append(out[i].Items, it), pinned...)
		}
	}
	return out
}

// within tells whether path is href or below it; "/" holds only itself.
func within(path, href string) bool {
	return path == href || href != "/" && strings.HasPrefix(path, href+"/")
}
