// Package sso answers the way to the identity provider and back, and the pages on which it is set up and people are
// linked to who they are there. Whether somebody is who they say is for internal/sso to find out.
package sso

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	"seatledger/internal/sso"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Where the pages are.
const (
	BackPath     = session.ProviderPath + "/callback"
	settingsPath = at.Settings + "/sso"
	linkPath     = at.Profile + "/identity"
)

// Handlers answers them.
type Handlers struct {
	SSO     sso.Service
	Manager *session.Manager
	BaseURL string
	Zone    *time.Location
}

func (h Handlers) back() string { return strings.TrimSuffix(h.BaseURL, "/") + BackPath }

func (h Handlers) https() bool { return strings.HasPrefix(strings.ToLower(h.BaseURL), "https://") }

// browserCookie is the name under which a browser keeps what its way back is proved with. It is no session.
func (h Handlers) browserCookie() string { return session.CookieName(h.https()) + "-sso" }

func (h Handlers) setBrowser(c echo.Context, value string) {
	k := &http.Cookie{Name: h.browserCookie(), Value: value, Path: "/", Secure: h.https(), HttpOnly: true,
		SameSite: http.SameSiteLaxMode, MaxAge: 600}
	if value == "" {
		k.MaxAge = -1
	}
	c.SetCookie(k)
}

// Begin leads to the provider.
func (h Handlers) Begin(c echo.Context) error {
	if session.User(c).Role != "" {
		return httpx.SeeOther(c, httpx.SafeNext(c.QueryParam("next")))
	}
	gone, err := h.SSO.Begin(c.Request().Context(), sso.Start{Address: c.RealIP(), Back: h.back(),
		Next: httpx.SafeNext(c.QueryParam("next"))})
	if err != nil {
		return err
	}
	h.setBrowser(c, gone.Browser)
	return c.Redirect(http.StatusSeeOther, gone.URL)
}

// Return takes somebody in who comes back from the provider: into a session, or into the link that they asked for.
func (h Handlers) Return(c echo.Context) error {
	ctx, q := c.Request().Context(), c.QueryParams()
	browser := ""
	if k, err := c.Cookie(h.browserCookie()); err == nil {
		browser = k.Value
	}
	h.setBrowser(c, "")
	p, err := h.SSO.Finish(ctx, sso.Return{State: only(q, "state"), Code: only(q, "code"), Error: only(q, "error"),
		Browser: browser, Back: h.back()})
	if err != nil {
		return err
	}
	if p.Link != uuid.Nil {
		if err := h.SSO.Link(ctx, session.User(c), p); err != nil {
			return err
		}
		return httpx.Done(c, at.Profile, "You are linked. From now on you can sign in by the identity provider.")
	}
	e, err := h.SSO.SignIn(ctx, p, c.RealIP())
	if err != nil {
		return err
	}
	return h.Manager.Enter(c, e, p.Next)
}

// only is a parameter that is said once; said twice it is none.
func only(q url.Values, name string) string {
	if len(q[name]) != 1 {
		return ""
	}
	return q[name][0]
}

// Link is the page on which a person links themselves to who they are at the provider, or ends that.
func (h Handlers) Link(c echo.Context) error {
	ctx := c.Request().Context()
	u := session.User(c)
	p, err := sso.Load(ctx, h.SSO.DB.Read(ctx))
	if err != nil {
		return err
	}
	all, err := sso.Of(ctx, h.SSO.DB.Read(ctx), u.ID)
	if err != nil {
		return err
	}
	m := h.page(c, "Identity provider")
	m.Facts = h.identities(all)
	switch {
	case len(all) > 0:
		m.Form = ui.Form{Action: linkPath + "/end", Save: "End the link", Cancel: at.Profile}
	case p.On:
		m.Form = ui.Form{Action: linkPath, Save: "Link to " + p.Name, Cancel: at.Profile}
	default:
		return httpx.Render(c, http.StatusOK, views.Onward{Frame: m.Frame, Text: "No identity provider is set up here.",
			Link: ui.LinkButton{Text: "Back to your profile", Href: at.Profile}}.Page())
	}
	return httpx.Render(c, http.StatusOK, m.Page())
}

func (h Handlers) page(c echo.Context, title string) views.Edit {
	m := views.Edit{Frame: session.Page(c, title, at.Settings)}
	m.Frame.Narrow = true
	return m
}

func (h Handlers) identities(all []sso.Identity) *ui.DefinitionList {
	d := &ui.DefinitionList{}
	for _, x := range all {
		d.Items = append(d.Items, ui.Definition{Term: "Subject", Value: ui.Cell{Text: x.Subject, Mono: true}},
			ui.Fact("Issuer", x.Issuer), ui.Definition{Term: "Linked", Value: ui.Of(httpx.Moment(x.LinkedAt, h.Zone)),
				Note: "by " + x.LinkedBy})
	}
	if len(all) == 0 {
		d.Items = append(d.Items, ui.Fact("Identity provider", "not linked"))
	}
	return d
}

// BeginLink leads a person who is signed in to the provider, by a page of ours: no form may lead out of this site.
func (h Handlers) BeginLink(c echo.Context) error {
	gone, err := h.SSO.Begin(c.Request().Context(), sso.Start{Address: c.RealIP(), Back: h.back(), Next: at.Profile,
		Link: session.User(c).ID})
	if err != nil {
		return err
	}
	h.setBrowser(c, gone.Browser)
	frame := session.Page(c, "Go on to the identity provider", at.Settings)
	frame.Narrow = true
	return httpx.Render(c, http.StatusOK, views.Onward{Frame: frame,
		Text: "Sign in there. It leads back here, and who " +
			"you are there is then linked to you.", Link: ui.LinkButton{Text: "Go on", Href: gone.URL,
			Weight: ui.Primary}}.Page())
}

// EndLink lets a person be known to no provider any more.
func (h Handlers) EndLink(c echo.Context) error {
	if err := h.SSO.Unlink(c.Request().Context(), session.Actor(c), session.User(c)); err != nil {
		return err
	}
	return httpx.Done(c, at.Profile, "The link to the identity provider has ended.")
}

func userPath(u auth.User) string { return at.Settings + "/users/" + u.ID.String() }

func (h Handlers) wanted(c echo.Context) (auth.User, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return auth.User{}, err
	}
	ctx := c.Request().Context()
	return auth.Get(ctx, h.SSO.DB.Read(ctx), id)
}

// User is the page on which an administrator links somebody.
func (h Handlers) User(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	return h.userPage(c, http.StatusOK, u, "", nil)
}

func (h Handlers) userPage(c echo.Context, status int, u auth.User, subject string, problems map[string]string) error {
	ctx := c.Request().Context()
	p, err := sso.Load(ctx, h.SSO.DB.Read(ctx))
	if err != nil {
		return err
	}
	all, err := sso.Of(ctx, h.SSO.DB.Read(ctx), u.ID)
	if err != nil {
		return err
	}
	m := h.page(c, "Identity provider of "+u.Name)
	m.Facts = h.identities(all)
	m.Form = ui.Form{Action: userPath(u) + "/identity", Save: "Link", Cancel: userPath(u)}
	if len(all) > 0 {
		m.Form = ui.Form{Action: userPath(u) + "/identity/end", Save: "End the link", Cancel: userPath(u)}
		return httpx.Render(c, status, m.Page())
	}
	m.Fields = []ui.Field{{Name: "subject", Label: "Subject", Value: subject, Required: true,
		Error: problems["subject"],
		Hint: "As the provider names this person in tokens for this application (sub), never their mail address. " +
			"The issuer is " + p.Issuer + "."}}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Frame.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Page())
}

// LinkUser links somebody by the subject that an administrator types.
func (h Handlers) LinkUser(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p, err := sso.Load(ctx, h.SSO.DB.Read(ctx))
	if err != nil {
		return err
	}
	if p.Issuer == "" {
		return errs.New(errs.Conflict, "No identity provider is set up. Nothing was changed.")
	}
	err = h.SSO.LinkTo(ctx, session.Actor(c), u, p.Issuer, form.Get("subject"))
	if messages, refused := httpx.Refused(err); refused {
		return h.userPage(c, http.StatusUnprocessableEntity, u, form.Get("subject"), messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, userPath(u), u.Name+" is linked.")
}

// EndUserLink ends somebody's link.
func (h Handlers) EndUserLink(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	if err := h.SSO.Unlink(c.Request().Context(), session.Actor(c), u); err != nil {
		return err
	}
	return httpx.Done(c, userPath(u), "The link has ended.")
}
