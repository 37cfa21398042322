package session

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	views "seatledger/views/session"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// Names of the fields with which a person proves who they are. No other form has them.
const (
	heldField     = "proof_form"
	passwordField = "proof_password"
)

// Proven lets a request through whose person proved who they are within auth.ProofLasts. Of others a page asks it
// first; it leads back to the page that was asked for, and sends the form that was sent, as it was typed. asks tells
// whether this request is one that needs it; nil: always.
func (m *Manager) Proven(asks func(c echo.Context) (bool, error)) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.Method == http.MethodGet || r.Method == http.MethodHead {
				if m.IsProved(c) {
					return next(c)
				}
				return httpx.SeeOther(c, withNext(ProvePath, r.URL.RequestURI()))
			}
			if form, ok := proofIn(c); ok {
				return m.answered(c, form, next)
			}
			needed := !m.IsProved(c)
			if needed && asks != nil {
				var err error
				if needed, err = asks(c); err != nil {
					return err
				}
			}
			if !needed {
				return next(c)
			}
			return m.hold(c)
		}
	}
}

// proofIn is the form of the page that asks, when this request is that.
func proofIn(c echo.Context) (httpx.Values, bool) {
	r := c.Request()
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		return nil, false
	}
	body, err := whole(c)
	if err != nil {
		return nil, false // the handler says what is wrong with it
	}
	posted, err := url.ParseQuery(string(body))
	if err != nil || !posted.Has(heldField) {
		return nil, false
	}
	form, err := httpx.Form(c)
	return form, err == nil
}

// whole reads the body, and puts it back. Of one that is too large the beginning is put back, with the rest behind
// it.
func whole(c echo.Context) ([]byte, error) {
	r := c.Request()
	body, err := io.ReadAll(io.LimitReader(r.Body, httpx.FormLimit+1))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	if err == nil && len(body) > httpx.FormLimit {
		err = echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	}
	return body, err
}

// hold keeps what was sent, and asks who is there.
func (m *Manager) hold(c echo.Context) error {
	body, err := whole(c)
	if err != nil {
		return err
	}
	r := c.Request()
	id, err := m.o.Auth.Hold(r.Context(), sessionOf(c), auth.HeldForm{Address: addressOf(r),
		ContentType: r.Header.Get("Content-Type"), Body: body})
	if err != nil {
		return err
	}
	return m.askProof(c, http.StatusUnauthorized, id, nil)
}

func addressOf(r *http.Request) string { return r.Method + " " + r.URL.RequestURI() }

// answered takes what the page asked for, and goes on with the form that was held.
func (m *Manager) answered(c echo.Context, form httpx.Values, next echo.HandlerFunc) error {
	r := c.Request()
	id, err := uuid.Parse(form.Get(heldField))
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	if !m.IsProved(c) {
		if done, err := m.prove(c, form, id); !done {
			return err
		}
	}
	held, err := m.o.Auth.Release(r.Context(), sessionOf(c), id, addressOf(r))
	if err != nil {
		return err
	}
	as := c.Request().Clone(c.Request().Context())
	as.Body, as.ContentLength = io.NopCloser(bytes.NewReader(held.Body)), int64(len(held.Body))
	as.Form, as.PostForm, as.MultipartForm = nil, nil, nil
	as.Header.Set("Content-Type", held.ContentType)
	c.SetRequest(as)
	return next(c)
}

// prove checks what was shown. done is false when the answer was given here.
func (m *Manager) prove(c echo.Context, form httpx.Values, held uuid.UUID) (done bool, err error) {
	shown, err := m.o.Auth.Prove(c.Request().Context(), User(c), auth.Reproof{Password: form.Get(passwordField),
		Code: form.Get("code"), Passkey: form.Get("passkey"), Address: c.RealIP()})
	if err == nil {
		return true, m.Proved(c, shown.By, shown.Strong)
	}
	status, says := refusal(c, err, passwordField)
	if says == nil {
		return false, err
	}
	return false, m.askProof(c, status, held, says)
}

// ProveForm asks somebody who is signed in to prove it, before a page that is dear.
func (h Handlers) ProveForm(c echo.Context) error {
	if h.Manager.IsProved(c) {
		return httpx.SeeOther(c, httpx.SafeNext(c.QueryParam("next")))
	}
	return h.Manager.askProof(c, http.StatusOK, uuid.Nil, nil)
}

// Prove takes it, and leads on to the page.
func (h Handlers) Prove(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if done, err := h.Manager.prove(c, form, uuid.Nil); !done || err != nil {
		return err
	}
	return httpx.SeeOther(c, httpx.SafeNext(form.Get("next")))
}

// askProof is the page that asks. held names the form that waits; none: a page is asked for.
func (m *Manager) askProof(c echo.Context, status int, held uuid.UUID, problems map[string]string) error {
	r := c.Request()
	f, err := m.o.Auth.FactorsOf(r.Context(), User(c).ID)
	if err != nil {
		return err
	}
	d := m.proofPage(c, f, problems)
	d.Action = r.URL.RequestURI()
	d.Hidden = []ui.Pair{{Name: heldField, Value: held.String()}}
	back := "/"
	if held == uuid.Nil {
		d.Action = ProvePath
		next := r.URL.Query().Get("next")
		if r.Method == http.MethodPost {
			next = r.PostForm.Get("next")
		}
		d.Hidden = []ui.Pair{{Name: "next", Value: httpx.SafeNext(next)}}
	} else if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
		back = httpx.SafeNext(from.RequestURI())
	}
	if at, ok := m.o.Auth.PasskeysAt(); ok && len(f.Passkeys) > 0 {
		d.Passkey = &ui.PasskeyForm{Action: d.Action, Ask: AskProofPath, At: at.String(), Hidden: d.Hidden,
			Button: "Use a passkey", Without: "Passkeys need JavaScript, which is off here. Use your password.",
			Error: problems["passkey"]}
	}
	d.Links = []ui.LinkButton{{Text: "Go back without it", Href: back, Weight: ui.Quiet}}
	return httpx.Render(c, status, d.Page())
}

func (m *Manager) proofPage(c echo.Context, f auth.Factors, problems map[string]string) views.Door {
	fields := []ui.Field{{Kind: ui.PasswordInput, Name: passwordField, Label: "Your password",
		Autocomplete: "current-password", Autofocus: true, Required: true}}
	switch {
	case f.App != nil:
		fields = append(fields, codeField("Code of your authenticator app", "Six digits, or a recovery code."))
	case f.Any():
		fields = append(fields, codeField("Recovery code", "Or use your passkey below, without a password."))
	}
	for i := range fields[1:] {
		fields[i+1].Autofocus = false
	}
	d := door(c, m.o.Version, "Is it still you?", fields, problems)
	d.Frame.Lead = "This changes something important, and you showed who you are more than an hour ago. " +
		"What you typed is kept and goes on from here."
	d.Button = "Go on"
	return d
}
