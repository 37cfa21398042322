package settings

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/letters"
	"seatledger/internal/mail"
	"seatledger/internal/notify"
	"seatledger/internal/settings"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// mailInput is what was typed in one of the page's three forms, and what was wrong with it.
type mailInput struct {
	form     string // server, rules or test; empty: nothing was typed
	server   mail.Input
	rules    letters.RulesInput
	to       string
	problems map[string]string
	stale    *views.Stale
}

// Mail shows the mail server, what goes out by itself, and the test mail.
func (h Handlers) Mail(c echo.Context) error { return h.mailPage(c, http.StatusOK, mailInput{}) }

// SaveMail stores the mail server.
func (h Handlers) SaveMail(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := mailInput{form: "server", server: readServer(form)}
	err = h.Letters.Mail.Save(c.Request().Context(), session.Actor(c), in.server)
	if errors.Is(err, settings.ErrStale) {
		return h.serverStale(c, in)
	}
	return h.mailDone(c, err, in, "The mail server was saved. Send a test mail to see whether it takes mail.")
}

func readServer(form httpx.Values) mail.Input {
	return mail.Input{Server: mail.Server{Host: form.Get("host"), Security: mail.Security(form.Get("security")),
		UserName: form.Get("user_name"), FromName: form.Get("from_name"), FromAddress: form.Get("from_address"),
		ReplyTo: form.Get("reply_to"), CopyTo: form.Get("copy_to")}, Port: form.Get("port"),
		PerMinute: form.Get("per_minute"), Password: distributor.Secret(form.Get("password")),
		PasswordClear: form.On("password_clear"), Version: formVersion(form)}
}

func formVersion(form httpx.Values) int {
	n := form.Version()
	return n
}

// SaveMailRules stores what goes out by itself.
func (h Handlers) SaveMailRules(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := mailInput{form: "rules", rules: letters.RulesInput{LinesCSV: form.On("lines_csv"),
		Reminders: form.On("reminders"), Stages: form.Get("stages"), RemindFrom: form.Get("remind_from"),
		NoticesTo: form.Get("notices_to"), NoticesFrom: form.Get("notices_from"), Version: formVersion(form)}}
	err = h.Letters.SaveRules(c.Request().Context(), session.Actor(c), in.rules)
	if errors.Is(err, settings.ErrStale) {
		return h.rulesStale(c, in)
	}
	return h.mailDone(c, err, in, "Saved.")
}

// TestMail sends a mail at once and says what the server answered.
func (h Handlers) TestMail(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := mailInput{form: "test", to: form.Get("to")}
	answer, err := h.Letters.Mail.Test(c.Request().Context(), session.Actor(c), in.to)
	return h.mailDone(c, err, in, "The server took the test mail for "+in.to+": "+answer)
}

func (h Handlers) mailDone(c echo.Context, err error, in mailInput, done string) error {
	if messages, refused := httpx.Refused(err); refused {
		in.problems = messages
		return h.mailPage(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, mailPath, done)
}

func (h Handlers) serverStale(c echo.Context, in mailInput) error {
	ctx := c.Request().Context()
	now, saved, err := mail.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	typed := in.server
	in.server.Version = saved.Version
	in.stale = stale(saved.UpdatedBy, []ui.Diff{
		{Field: "Server", Before: now.Host, After: typed.Host},
		{Field: "Port", Before: strconv.Itoa(now.Port), After: typed.Port},
		{Field: "Security", Before: securities[now.Security], After: securities[typed.Security]},
		{Field: "User name", Before: now.UserName, After: typed.UserName},
		{Field: "Name of the sender", Before: now.FromName, After: typed.FromName},
		{Field: "Address of the sender", Before: now.FromAddress, After: typed.FromAddress},
		{Field: "Answers go to", Before: now.ReplyTo, After: typed.ReplyTo},
		{Field: "Copy to the house", Before: now.CopyTo, After: typed.CopyTo},
		{Field: "Mails a minute", Before: strconv.Itoa(now.PerMinute), After: typed.PerMinute},
	})
	return h.mailPage(c, http.StatusConflict, in)
}

func (h Handlers) rulesStale(c echo.Context, in mailInput) error {
	ctx := c.Request().Context()
	now, saved, err := letters.LoadRules(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	typed := in.rules
	in.rules.Version = saved.Version
	in.stale = stale(saved.UpdatedBy, []ui.Diff{
		{Field: "Lines as a file", Before: yesNo(now.LinesCSV), After: yesNo(typed.LinesCSV)},
		{Field: "Reminders", Before: yesNo(now.Reminders), After: yesNo(typed.Reminders)},
		{Field: "Stages", Before: letters.StagesText(now.Stages), After: typed.Stages},
		{Field: "From what is due on", Before: now.RemindFrom.String(), After: typed.RemindFrom},
		{Field: "Notices go to", Before: now.NoticesTo, After: typed.NoticesTo},
		{Field: "Which notices", Before: severities[now.NoticesFrom], After: severities[notify.Severity(typed.NoticesFrom)]},
	})
	return h.mailPage(c, http.StatusConflict, in)
}

var (
	securities = map[mail.Security]string{mail.StartTLS: "STARTTLS", mail.TLS: "TLS", mail.Plain: "None"}
	severities = map[notify.Severity]string{notify.Bad: "Only what stops work", notify.Warn: "Also what to look at",
		notify.Info: "All", notify.Silent: "None"}
)

func (h Handlers) mailPage(c echo.Context, status int, in mailInput) error {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	srv, saved, err := mail.Load(ctx, db)
	if err != nil {
		return err
	}
	mark, err := mail.Password(ctx, db)
	if err != nil {
		return err
	}
	rules, rulesSaved, err := letters.LoadRules(ctx, db)
	if err != nil {
		return err
	}
	line, err := mail.Look(ctx, db)
	if err != nil {
		return err
	}
	if in.form != "server" {
		in.server = mail.Input{Server: srv, Port: strconv.Itoa(srv.Port), PerMinute: strconv.Itoa(srv.PerMinute),
			Version: saved.Version}
	}
	if in.form != "rules" {
		in.rules = letters.RulesInput{LinesCSV: rules.LinesCSV, Reminders: rules.Reminders,
			Stages: letters.StagesText(rules.Stages), RemindFrom: rules.RemindFrom.String(), NoticesTo: rules.NoticesTo,
			NoticesFrom: string(rules.NoticesFrom), Version: rulesSaved.Version}
	}
	m := views.Mail{Tabs: tabs(c, mailPath), Stale: in.stale, Remark: h.lineRemark(srv, line),
		Server: h.serverForm(in, mark), Rules: in.rulesForm(), Templates: templatesTable()}
	if srv.Ready() {
		m.Test = &views.Edit{Form: ui.Form{Action: testPath, Save: "Send a test mail"}, Fields: in.at("test",
			[]ui.Field{
				{Kind: ui.EmailInput, Name: "to", Label: "To", Value: in.to, Size: ui.Medium, Required: true}})}
	}
	for _, e := range []*views.Edit{&m.Server, &m.Rules, m.Test} {
		if e == nil {
			continue
		}
		if s := ui.Summarize(in.problems, e.Fields...); s.Any() && !m.Summary.Any() {
			m.Summary = s
		}
	}
	m.Frame = h.frame(c, "Mail", m.Summary)
	m.Frame.Lead = "Documents, reminders and notices go out through this server. What the server refuses, and what was " +
		"perhaps sent, stands with each mail."
	return httpx.Render(c, status, m.Page())
}

// at puts the messages at the fields of the form that was posted.
func (in mailInput) at(form string, fields []ui.Field) []ui.Field {
	if in.form != form {
		return fields
	}
	return withProblems(fields, in.problems)
}

func (h Handlers) lineRemark(srv mail.Server, l mail.LineState) *ui.Callout {
	switch {
	case !srv.Ready():
		return &ui.Callout{Tone: ui.Info, Title: "No mail goes out yet", Text: "Enter your mail server. " +
			"Your provider of mail tells you its name, port, user name and password."}
	case l.Trouble != "":
		text := l.Trouble
		if l.AgainAt != nil {
			text += " It is tried again at " + httpx.MomentText(*l.AgainAt, h.Zone) + ", or at once after you save."
		}
		return &ui.Callout{Tone: ui.Bad, Title: waiting(l.Waiting), Text: text}
	case l.Unknown > 0:
		return &ui.Callout{Tone: ui.Warn, Title: "Perhaps sent: " + strconv.Itoa(l.Unknown),
			Text: "The answer of the server was not heard. They stand in the list of mails under “Perhaps sent”."}
	}
	return nil
}

func waiting(n int) string {
	if n == 1 {
		return "1 mail waits"
	}
	return strconv.Itoa(n) + " mails wait"
}

func (h Handlers) serverForm(in mailInput, mark mail.PasswordMark) views.Edit {
	s := in.server
	password := ui.Field{Kind: ui.SecretInput, Name: "password", Label: "Password", Size: ui.Medium,
		Cleared: s.PasswordClear, Hint: "Sealed for exactly this server, port and security; any other has it asked for again."}
	if mark.Set() {
		password.SetText = "Set on " + httpx.MomentText(mark.SetAt,
			h.Zone) + " by " + mark.SetBy + " for " + mark.SentTo
	}
	return views.Edit{Form: ui.Form{Action: mailPath, Version: strconv.Itoa(s.Version), Save: "Save the server"},
		Fields: in.at("server", []ui.Field{
			{Name: "host", Label: "Server", Value: s.Host, Size: ui.Medium, Required: true,
				Placeholder: "mail.reseller.example"},
			{Kind: ui.SelectBox, Name: "security", Label: "Security", Value: string(s.Security), Size: ui.Medium,
				Options: []ui.Option{{Value: string(mail.StartTLS), Label: "STARTTLS, mostly on port 587"},
					{Value: string(mail.TLS), Label: "TLS, mostly on port 465"},
					{Value: string(mail.Plain), Label: "None, to a server on this machine only"}}},
			{Kind: ui.NumberInput, Name: "port", Label: "Port", Value: s.Port, Size: ui.Short},
			{Name: "user_name", Label: "User name", Value: s.UserName, Size: ui.Medium,
				Hint: "Empty where the server wants no sign-in."},
			password,
			{Name: "from_name", Label: "Name of the sender", Value: s.FromName, Size: ui.Medium},
			{Kind: ui.EmailInput, Name: "from_address", Label: "Address of the sender", Value: s.FromAddress,
				Size: ui.Medium, Required: true},
			{Kind: ui.EmailInput, Name: "reply_to", Label: "Answers go to", Value: s.ReplyTo, Size: ui.Medium,
				Hint: "Empty: to the address of the sender. Customers are told to answer."},
			{Name: "copy_to", Label: "Copy to the house", Value: s.CopyTo,
				Hint: "Gets each mail to a customer too, unseen by them. Separate several with commas."},
			{Kind: ui.NumberInput, Name: "per_minute", Label: "At most", Value: s.PerMinute, Suffix: "mails a minute",
				Size: ui.Short},
		})}
}

func (in mailInput) rulesForm() views.Edit {
	r := in.rules
	return views.Edit{Form: ui.Form{Action: mailRulesPath, Version: strconv.Itoa(r.Version),
		Save: "Save what goes out"},
		Fields: in.at("rules", []ui.Field{
			{Kind: ui.Toggle, Name: "lines_csv", Label: "Attach the lines as a CSV file", Checked: r.LinesCSV,
				Hint: "Beside the PDF. A customer's own choice stands on its page under Mail and reminders."},
			{Kind: ui.Toggle, Name: "reminders", Label: "Remind of invoices that are overdue", Checked: r.Reminders,
				Hint: "Never of what is disputed, credited in part or has not arrived, and never a customer for whom " +
					"reminders are stopped."},
			{Name: "stages", Label: "Days after the due date", Value: r.Stages, Size: ui.Short,
				Hint: "At most one reminder for each, from eight in the morning on."},
			{Kind: ui.DateInput, Name: "remind_from", Label: "Only what is due from", Value: r.RemindFrom,
				Size: ui.Short,
				Hint: "Empty: from the day on which you switch reminders on."},
			{Name: "notices_to", Label: "Mail notices to", Value: r.NoticesTo,
				Hint: "What happened without a person, as a night that failed. Separate several addresses with commas; " +
					"empty: nobody."},
			{Kind: ui.SelectBox, Name: "notices_from", Label: "Which notices", Value: r.NoticesFrom, Size: ui.Medium,
				Options: []ui.Option{{Value: string(notify.Bad), Label: severities[notify.Bad]},
					{Value: string(notify.Warn), Label: severities[notify.Warn]},
					{Value: string(notify.Info), Label: severities[notify.Info]}}},
		})}
}

var purposes = map[letters.Purpose]string{letters.ForInvoice: "Invoice", letters.ForReminder: "Reminder",
	letters.ForCreditNote: "Credit note", letters.ForStatement: "Statement of charges"}

var languages = map[string]string{"en": "English", "fr": "French"}

func templatesTable() ui.Table {
	t := ui.Table{Caption: "Templates", Plain: true, Columns: []ui.Column{{Label: "In English"}, {Label: "In French"}}}
	for _, p := range letters.Purposes() {
		var links []ui.Cell
		for _, l := range letters.Languages() {
			links = append(links, ui.LinkCell(purposes[p]+", "+languages[string(l)],
				templatesPath+"/"+letters.Key{Purpose: p, Language: l}.String()))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: links})
	}
	return t
}

// Template shows a template and what it makes of a real document.
func (h Handlers) Template(c echo.Context) error {
	k, err := letters.ParseKey(c.Param("key"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	t, saved, err := letters.LoadTemplate(ctx, h.DB.Read(ctx), k)
	if err != nil {
		return err
	}
	return h.templatePage(c, http.StatusOK, k, t, saved.Version, nil)
}

// SaveTemplate stores a template, or shows what it would make without storing it.
func (h Handlers) SaveTemplate(c echo.Context) error {
	k, err := letters.ParseKey(c.Param("key"))
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	t, version := letters.Template{Subject: form.Get("subject"), Body: form.Get("body")}, formVersion(form)
	if form.On("preview") {
		return h.templatePage(c, http.StatusOK, k, t, version, nil)
	}
	ctx := c.Request().Context()
	err = h.Letters.SaveTemplate(ctx, session.Actor(c), k, version, t)
	switch {
	case errors.Is(err, settings.ErrStale):
		now, saved, err := letters.LoadTemplate(ctx, h.DB.Read(ctx), k)
		if err != nil {
			return err
		}
		return h.templatePage(c, http.StatusConflict, k, t, saved.Version, stale(saved.UpdatedBy, []ui.Diff{
			{Field: "Subject", Before: now.Subject, After: t.Subject}, {Field: "Text", Before: now.Body,
				After: t.Body}}))
	case errs.KindOf(err) == errs.Invalid:
		return h.templatePage(c, http.StatusUnprocessableEntity, k, t, version, nil)
	case err != nil:
		return err
	}
	return httpx.Done(c, templatesPath+"/"+k.String(), "The template was saved. Mails in the queue stay as they are.")
}

func (h Handlers) templatePage(c echo.Context, status int, k letters.Key, t letters.Template, version int,
	overtaken *views.Stale) error {
	var id uuid.UUID // none: the newest document that fits
	if named := c.QueryParam("invoice"); named != "" {
		var err error
		if id, err = httpx.ParseID(named); err != nil {
			return err
		}
	}
	seen, err := h.Letters.Preview(c.Request().Context(), k, t, id)
	problems := map[string]string{}
	if messages, refused := httpx.Refused(err); refused {
		problems, err = messages, nil
		status = max(status, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	here := templatesPath + "/" + k.String()
	m := views.Template{Tabs: tabs(c, mailPath), Stale: overtaken,
		Form: ui.Form{Action: here, Version: strconv.Itoa(version), Save: "Save the template", Cancel: mailPath},
		Fields: withProblems([]ui.Field{
			{Name: "subject", Label: "Subject", Value: t.Subject, Required: true},
			{Kind: ui.TextArea, Name: "body", Label: "Text", Value: t.Body, Rows: 18, Required: true,
				Hint: "A line whose fields are all empty is left out."}}, problems),
		Preview: ui.Button{Text: "Preview", Name: "preview", Value: "1"},
		Letter: views.Letter{Lang: string(k.Language), Title: "As it would be", Subject: seen.Subject, Body: seen.Body,
			With: "Filled with " + seen.Number + "."}}
	if seen.None {
		m.Letter = views.Letter{Title: "As it would be", With: "There is no such document yet to fill it with. " +
			"Once one is billed, this shows it."}
	}
	for _, f := range letters.FieldsOf(k.Purpose) {
		m.Known.Items = append(m.Known.Items, ui.Fact("{"+f.Name+"}", f.Means))
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Frame = h.frame(c, "Mail template: "+purposes[k.Purpose]+", "+languages[string(k.Language)], m.Summary)
	if len(problems) > 0 {
		m.Letter = views.Letter{}
	}
	return httpx.Render(c, status, m.Page())
}
