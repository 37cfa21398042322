package settings

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const (
	appPath      = profilePath + "/app"
	passkeysPath = profilePath + "/passkeys"
	recoveryPath = profilePath + "/recovery"
	letMePath    = profilePath + "/factor-link"
	recoveryOnce = "recovery" // under which new recovery codes are kept for one page
)

// BeginApp makes a new secret for an authenticator app, and leads to the page that shows it.
func (h Handlers) BeginApp(c echo.Context) error {
	free, err := h.Auth.MayEnrol(c.Request().Context(), session.User(c), session.Hash(c))
	if err != nil {
		return err
	}
	if !free {
		return auth.ErrEnrolLate()
	}
	if err := h.Auth.BeginTOTP(c.Request().Context(), session.User(c)); err != nil {
		return err
	}
	return httpx.SeeOther(c, appPath)
}

// App shows the picture for the app.
func (h Handlers) App(c echo.Context) error { return h.appPage(c, http.StatusOK, nil) }

// ConfirmApp takes the first code, which puts the app in use.
func (h Handlers) ConfirmApp(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	codes, err := h.Auth.ConfirmTOTP(c.Request().Context(), session.User(c), form.Get("code"), session.Hash(c))
	if messages, refused := httpx.Refused(err); refused {
		return h.appPage(c, http.StatusUnprocessableEntity, messages)
	}
	if err != nil {
		return err
	}
	return h.added(c, codes,
		"From now on a code of your app is asked when you sign in. Your other sessions have ended.")
}

// added leads on from a new factor: to the recovery codes where it brought some.
func (h Handlers) added(c echo.Context, codes []string, says string) error {
	if err := session.Renew(c); err != nil {
		return err
	}
	if len(codes) == 0 {
		return httpx.Done(c, profilePath, says)
	}
	if err := session.KeepSecret(c, recoveryOnce, strings.Join(codes, "\n")); err != nil {
		return err
	}
	return httpx.Done(c, recoveryPath, says)
}

func (h Handlers) appPage(c echo.Context, status int, problems map[string]string) error {
	begun, err := h.Auth.BegunTOTP(c.Request().Context(), session.User(c))
	if err != nil {
		return err
	}
	fields := withProblems([]ui.Field{{Name: "code", Label: "Code that the app shows", Autocomplete: "one-time-code",
		InputMode: "numeric", Required: true, Size: ui.Medium, Hint: "Six digits; they change every 30 seconds."}},
		problems)
	summary := ui.Summarize(problems, fields...)
	v := views.AppSetup{Frame: h.frame(c, "Set up an authenticator app", summary), Tabs: tabs(c, profilePath),
		Summary: summary, Fields: fields, Picture: begun.Picture,
		Facts: ui.DefinitionList{Items: []ui.Definition{
			{Term: "Secret, for typing", Value: ui.Cell{Text: spaced(begun.Secret), Mono: true}}}},
		Form: ui.Form{Action: appPath, Save: "Use this app", Cancel: profilePath}}
	v.Frame.Narrow = true
	v.Frame.Lead = "Scan the picture with an authenticator app, or type the secret. Then enter the code that it shows."
	return httpx.Render(c, status, v.Page())
}

// spaced is a long word in groups of four.
func spaced(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// RemoveApp takes the app away.
func (h Handlers) RemoveApp(c echo.Context) error {
	if err := h.Auth.RemoveTOTP(c.Request().Context(), session.User(c), session.Hash(c)); err != nil {
		return err
	}
	return h.removed(c, "The authenticator app opens nothing any more. Your other sessions have ended.")
}

func (h Handlers) removed(c echo.Context, says string) error {
	if err := session.Renew(c); err != nil {
		return err
	}
	return httpx.Done(c, profilePath, says)
}

// AskPasskey gives what a browser is asked to make a passkey, for a script.
func (h Handlers) AskPasskey(c echo.Context) error {
	question, err := h.Auth.AskPasskey(c.Request().Context(), session.User(c), c.RealIP())
	return session.Asked(c, question, err)
}

// AddPasskey registers one.
func (h Handlers) AddPasskey(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	name := form.Get("name")
	codes, err := h.Auth.AddPasskey(c.Request().Context(), session.User(c), name, form.Get("passkey"),
		session.Hash(c))
	if messages, refused := httpx.Refused(err); refused {
		return h.profileWith(c, http.StatusUnprocessableEntity, messages, name)
	}
	if err != nil {
		return err
	}
	return h.added(c, codes, "The passkey "+name+" signs you in from now on. Your other sessions have ended.")
}

// RemovePasskey takes one away.
func (h Handlers) RemovePasskey(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Auth.RemovePasskey(c.Request().Context(), session.User(c), id, session.Hash(c)); err != nil {
		return err
	}
	return h.removed(c, "The passkey opens nothing any more. Your other sessions have ended.")
}

// RenewRecovery makes new recovery codes.
func (h Handlers) RenewRecovery(c echo.Context) error {
	codes, err := h.Auth.RenewRecovery(c.Request().Context(), session.User(c))
	if err != nil {
		return err
	}
	return h.added(c, codes, "These are your new recovery codes. The old ones open nothing any more.")
}

// SendFactorLink mails a person the link that lets this browser set up a factor though the time for it is over.
func (h Handlers) SendFactorLink(c echo.Context) error {
	if err := h.Access.SendFactorLink(c.Request().Context(), session.User(c)); err != nil {
		return err
	}
	return httpx.Done(c, profilePath, "A link goes to "+session.User(c).Email+
		". It opens for 30 minutes, once, in this browser.")
}

// Recovery shows new recovery codes, this once.
func (h Handlers) Recovery(c echo.Context) error {
	kept := ""
	if c.Request().Method == http.MethodGet {
		kept = session.TakeSecret(c, recoveryOnce)
	}
	if kept == "" {
		return httpx.SeeOther(c, profilePath)
	}
	v := views.Codes{Frame: h.frame(c, "Recovery codes", ui.ErrorSummary{}), Tabs: tabs(c, profilePath),
		Codes: strings.Split(kept, "\n"),
		Note: ui.Callout{Tone: ui.Warn, Title: "Shown this once",
			Text: "Print them, or keep them where you keep passwords. Each signs you in once " +
				"in place of your app or passkey."},
		Done: ui.LinkButton{Text: "I have kept them", Href: profilePath, Weight: ui.Primary}}
	v.Frame.Narrow = true
	return httpx.Render(c, http.StatusOK, v.Page())
}

// factors is what a person has, with the forms to change it.
func (h Handlers) factors(c echo.Context, f auth.Factors, free bool, problems map[string]string,
	name string) views.Factors {
	v := views.Factors{App: ui.DefinitionList{Items: []ui.Definition{h.appFact(f)}}, Passkeys: h.passkeyTable(f,
		true)}
	begin := ui.PostButton{Button: ui.Button{Text: "Set up an app", Action: appPath + "/begin"}}
	if f.App != nil {
		begin.Text = "Set up another app in its place"
		v.Buttons = append(v.Buttons, begin,
			ui.PostButton{Button: ui.Button{Text: "Remove the app", Action: appPath + "/remove"}})
	} else {
		v.Buttons = append(v.Buttons, begin)
	}
	if !free {
		v.Buttons = []ui.PostButton{{Button: ui.Button{Text: "Send me a link", Action: letMePath}}}
		v.Nowhere = "Open the link of the mail first."
	} else if at, ok := h.Auth.PasskeysAt(); ok {
		field := ui.Field{Name: "name", Label: "Name", Value: name, Required: true, Size: ui.Medium, Scope: "passkey",
			Hint: "As that of the device or key it is on.", Error: problems["name"]}
		v.Add = &ui.PasskeyForm{Action: passkeysPath, Ask: passkeysPath + "/ask", At: at.String(), Make: true,
			Fields: []ui.Field{field}, Button: "Register a passkey", Error: problems["passkey"],
			Without: "Passkeys need JavaScript, which is off here. Set up an authenticator app."}
	} else {
		v.Nowhere = "Passkeys need https and a name in the address of this Seatledger. Set up an authenticator app."
	}
	if f.Any() {
		left := strconv.Itoa(f.Recovery) + " left"
		if f.Recovery == 0 {
			left = "none left: make new ones"
		}
		v.Recovery = ui.DefinitionList{Items: []ui.Definition{ui.Fact("Recovery codes", left)}}
		v.Renew = &ui.PostButton{Button: ui.Button{Text: "Make new recovery codes", Action: recoveryPath}}
	}
	return v
}

func (h Handlers) appFact(f auth.Factors) ui.Definition {
	if f.App == nil {
		return ui.Fact("In use", "no")
	}
	d := ui.Definition{Term: "In use since", Value: ui.Of(h.moment(f.App.ConfirmedAt))}
	if f.App.UsedAt != nil {
		d.Value.Sub = "last code taken " + h.moment(*f.App.UsedAt).Text
	}
	return d
}

func (h Handlers) passkeyTable(f auth.Factors, own bool) ui.Table {
	t := ui.Table{Caption: "Passkeys", Plain: true, Columns: []ui.Column{{Label: "Name"}, {Label: "Registered",
		Nowrap: true},
		{Label: "Last used", Nowrap: true}, {Label: "Remove", Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No passkeys yet",
			Text: "A passkey signs you in with a fingerprint, a face or a PIN of your device, without a password."}}
	for _, k := range f.Passkeys {
		row := ui.Row{Cells: []ui.Cell{ui.TextCell(k.Name), ui.Of(h.moment(k.MadeAt)), h.momentCell(k.UsedAt), {}}}
		if own {
			row.Cells[3] = ui.Of(ui.PostButton{Button: ui.Button{Text: "Remove " + k.Name,
				Action: passkeysPath + "/" + k.ID.String() + "/remove", Compact: true}})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// mustNote says what a person's role asks of them, while they have no second factor.
func (h Handlers) mustNote(c echo.Context, f auth.Factors, free bool) (*ui.Callout, error) {
	if session.User(c).HandedPassword {
		return &ui.Callout{Tone: ui.Warn, Title: "Your password was made for you",
			Text: "Choose one of your own below. Everything else waits until then."}, nil
	}
	if !free {
		return &ui.Callout{Tone: ui.Warn,
			Title: "Your role needs a second factor, and the time to set one up is over",
			Text: "A password may have been stolen, so it alone is not enough any more. Have a link sent to your " +
				"mail " +
				"address and open it in this browser; or ask an administrator to clear your factors, which lets you " +
				"set one up for a day."}, nil
	}
	if session.MustSetUp(c) {
		return &ui.Callout{Tone: ui.Warn, Title: "Your role needs a second factor",
			Text: "Set up an authenticator app or a passkey here. Everything else waits until then."}, nil
	}
	rule, err := h.Auth.LoadRule(c.Request().Context())
	if err != nil || f.Any() {
		return nil, err
	}
	due, required := rule.Due(session.User(c))
	if !required {
		return nil, nil
	}
	return &ui.Callout{Tone: ui.Info, Title: "Your role needs a second factor",
		Text: "Set up an authenticator app or a passkey by " + h.moment(due).Text +
			". After that nothing else opens first, and your password alone is not enough to set one up."}, nil
}
