package settings

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/notify"
	"seatledger/internal/webhook"
	"seatledger/views/layout"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const (
	hooksPath  = path + "/webhooks"
	hooksTitle = "Webhooks"
	hookOnce   = "webhook" // under which a new signing secret is kept for one page
)

func hookPath(id uuid.UUID) string { return hooksPath + "/" + id.String() }

var shapes = map[webhook.Shape]string{webhook.Standard: "Standard Webhooks", webhook.Slack: "Slack",
	webhook.Teams: "Microsoft Teams"}

// Webhooks lists the receivers of notices.
func (h Handlers) Webhooks(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := webhook.All(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	add := ui.LinkButton{Text: "New webhook", Href: hooksPath + "/new"}
	t := ui.Table{Caption: hooksTitle, Plain: true, Columns: []ui.Column{{Label: "Name"}, {Label: "Reads"},
		{Label: "State"}, {Label: "Notices"}, {Label: "Last delivered", Nowrap: true}, {Label: "Failed"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No webhooks yet",
			Text:   "A webhook sends notices on as they are told: to a program of yours, to Slack or to Teams.",
			Action: &add}}
	for _, w := range all {
		failed := ui.Cell{Text: "0", Muted: true}
		if w.Failed > 0 {
			failed = ui.LinkCell(strconv.Itoa(w.Failed), hookPath(w.ID)+"?state=failed")
		}
		name := ui.LinkCell(w.Name, hookPath(w.ID))
		name.Sub = w.Host
		t.Rows = append(t.Rows, ui.Row{Muted: !w.Active, Cells: []ui.Cell{name, ui.TextCell(shapes[w.Shape]),
			{Badges: []ui.Badge{hookBadge(w.Webhook)}}, ui.TextCell(choiceWords(w.Choice())),
			h.momentCell(w.LastDelivered), failed}})
	}
	frame := h.frame(c, hooksTitle, ui.ErrorSummary{})
	frame.Lead = "Who is sent notices as they are told. Each is delivered at least once, always under the same id."
	if len(all) > 0 {
		frame.Actions = []templ.Component{add}
	}
	return httpx.Render(c, http.StatusOK, views.Users{Frame: frame, Tabs: tabs(c, hooksPath), Table: t}.Page())
}

func hookBadge(w webhook.Webhook) ui.Badge {
	switch {
	case !w.Active:
		return ui.Badge{Text: "switched off"}
	case w.FailingSince != nil:
		return ui.Badge{Text: "failing", Tone: ui.Warn}
	}
	return ui.Badge{Text: "on", Tone: ui.Good}
}

// hookForm is the form of a webhook as it is to be shown.
type hookForm struct {
	id       uuid.UUID // zero: a new one
	name     string
	in       webhook.Input
	marks    map[string]webhook.Mark
	problems map[string]string
	stale    *views.Stale
}

// NewWebhook is the form of a new one.
func (h Handlers) NewWebhook(c echo.Context) error {
	return h.hookEdit(c, http.StatusOK, hookForm{in: webhook.Input{Shape: webhook.Standard,
		Choice: notify.Choice{From: notify.Warn}}})
}

func readHook(form httpx.Values) webhook.Input {
	return webhook.Input{Name: form.Get("name"), Shape: webhook.Shape(form.Get("shape")),
		Address: distributor.Secret(strings.TrimSpace(form.Get("address"))),
		Signing: distributor.Secret(strings.TrimSpace(form.Get("signing"))), NewSigning: form.On("new_signing"),
		Choice: readChoice(form), Version: form.Version()}
}

// CreateWebhook stores it, and leads to its page, which shows a signing secret that was made this once.
func (h Handlers) CreateWebhook(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := readHook(form)
	made, err := h.Hooks.Create(c.Request().Context(), session.Actor(c), in)
	if messages, refused := httpx.Refused(err); refused {
		return h.hookEdit(c, http.StatusUnprocessableEntity, hookForm{in: in, problems: messages})
	}
	if err != nil {
		return err
	}
	return h.hookDone(c, made, "The webhook was made. Send a test message to see whether it arrives.")
}

func (h Handlers) hookDone(c echo.Context, made webhook.Made, text string) error {
	if made.Signing != "" {
		if err := session.KeepSecret(c, hookOnce, made.Signing); err != nil {
			return err
		}
	}
	return httpx.Done(c, hookPath(made.Webhook.ID), text)
}

// EditWebhook is the form of one that stands.
func (h Handlers) EditWebhook(c echo.Context) error {
	w, marks, err := h.hook(c)
	if err != nil {
		return err
	}
	return h.hookEdit(c, http.StatusOK, hookForm{id: w.ID, name: w.Name, marks: marks, in: webhook.Input{Name: w.Name,
		Shape: w.Shape, Choice: w.Choice(), Version: w.Version}})
}

// SaveWebhook stores a changed one.
func (h Handlers) SaveWebhook(c echo.Context) error {
	w, marks, err := h.hook(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	f := hookForm{id: w.ID, name: w.Name, in: readHook(form), marks: marks}
	made, err := h.Hooks.Update(c.Request().Context(), session.Actor(c), w.ID, f.in)
	if messages, refused := httpx.Refused(err); refused {
		f.problems = messages
		return h.hookEdit(c, http.StatusUnprocessableEntity, f)
	}
	if errors.Is(err, webhook.ErrStale) {
		f.stale = stale("", []ui.Diff{{Field: "Name", Before: w.Name, After: f.in.Name},
			{Field: "Receiver", Before: shapes[w.Shape], After: shapes[f.in.Shape]},
			{Field: "Notices", Before: choiceWords(w.Choice()), After: choiceWords(f.in.Choice)}})
		f.in.Version = w.Version
		return h.hookEdit(c, http.StatusConflict, f)
	}
	if err != nil {
		return err
	}
	return h.hookDone(c, made, "The webhook was saved.")
}

func (h Handlers) hook(c echo.Context) (webhook.Webhook, map[string]webhook.Mark, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return webhook.Webhook{}, nil, err
	}
	ctx := c.Request().Context()
	w, err := webhook.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return w, nil, err
	}
	marks, err := webhook.Marks(ctx, h.DB.Read(ctx), id)
	return w, marks, err
}

// kept tells of a stored secret that it stays where nothing is typed.
func (h Handlers) kept(m webhook.Mark) string {
	if !m.Set() {
		return ""
	}
	return "Set on " + httpx.MomentText(m.SetAt, h.Zone) + " by " + m.SetBy + " for " + m.SentTo +
		". Leave blank to keep it. "
}

func (h Handlers) hookEdit(c echo.Context, status int, f hookForm) error {
	fresh := f.id == uuid.Nil
	action, cancel, title := hooksPath, hooksPath, "New webhook"
	if !fresh {
		action, cancel, title = hookPath(f.id), hookPath(f.id), "Edit "+f.name
	}
	where := layout.FieldGroup{Group: ui.Group{Title: "Where"}, Fields: []ui.Field{
		{Name: "name", Label: "Name", Value: f.in.Name, Required: true, Size: ui.Medium},
		{Kind: ui.SelectBox, Name: "shape", Label: "Receiver", Value: string(f.in.Shape), Size: ui.Medium,
			Options: []ui.Option{{Value: string(webhook.Standard), Label: "A program that reads Standard Webhooks"},
				{Value: string(webhook.Slack), Label: shapes[webhook.Slack]},
				{Value: string(webhook.Teams), Label: shapes[webhook.Teams] + ", by a workflow"}}},
		{Kind: ui.SecretInput, Name: "address", Label: "Address", Required: fresh,
			Hint: h.kept(f.marks[webhook.Address]) +
				"Begins with https://. It is kept like a password and never shown: " +
				"who knows it may write there."},
		{Kind: ui.SecretInput, Name: "signing", Label: "Signing secret", Hint: h.kept(f.marks[webhook.Signing]) +
			"For Standard Webhooks, as whsec_... Where none is stored and this is empty, one is made and shown once."}}}
	if f.marks[webhook.Signing].Set() {
		where.Fields = append(where.Fields, ui.Field{Kind: ui.Checkbox, Name: "new_signing", Checked: f.in.NewSigning,
			Label: "Make another signing secret",
			Hint: "The stored one signs nothing any more, from now on. To change it " +
				"without a gap, use Change the signing secret on the webhook's page."})
	}
	groups := append([]layout.FieldGroup{where}, choiceGroups(f.in.Choice, false)...)
	summary := ui.Summarize(f.problems, grouped(groups, f.problems)...)
	frame := h.frame(c, title, summary)
	frame.Narrow, frame.Crumbs = true, []layout.Crumb{{Label: hooksTitle, Href: hooksPath}}
	return httpx.Render(c, status, views.Grouped{Frame: frame, Tabs: tabs(c, hooksPath), Summary: summary,
		Stale:  f.stale,
		Groups: groups, Form: ui.Form{Action: action, Version: strconv.Itoa(f.in.Version), Save: "Save the webhook",
			Cancel: cancel}}.Page())
}

// Webhook shows one, with its log.
func (h Handlers) Webhook(c echo.Context) error {
	w, marks, err := h.hook(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	state := webhook.State(c.QueryParam("state"))
	if state != webhook.Failed && state != webhook.Queued {
		state = ""
	}
	log, err := webhook.Log(ctx, h.DB.Read(ctx), w.ID, state)
	if err != nil {
		return err
	}
	m := views.Hook{Frame: h.frame(c, w.Name, ui.ErrorSummary{}), Tabs: tabs(c, hooksPath), Remark: h.hookRemark(w),
		Facts: h.hookFacts(w, marks), Log: h.hookLog(w, log), Title: "Deliveries",
		States: &ui.Tabs{Label: "Which deliveries", Items: []ui.Tab{
			{Label: "All", Href: hookPath(w.ID), Active: state == ""},
			{Label: "Failed", Href: hookPath(w.ID) + "?state=failed", Active: state == webhook.Failed},
			{Label: "Waiting", Href: hookPath(w.ID) + "?state=queued", Active: state == webhook.Queued}}}}
	m.Frame.Kicker, m.Frame.Crumbs = "Webhook", []layout.Crumb{{Label: hooksTitle, Href: hooksPath}}
	m.Frame.Badges = []ui.Badge{hookBadge(w)}
	m.Frame.Actions = hookActions(w)
	if made := session.TakeSecret(c, hookOnce); made != "" {
		m.Made = &views.Made{Note: ui.Callout{Tone: ui.Good, Title: "The new signing secret, shown this once",
			Text: "Copy it to the receiver. It verifies with it that a message is from here."},
			Facts: ui.DefinitionList{Items: []ui.Definition{{Term: "Signing secret",
				Value: ui.Cell{Text: made, Mono: true}}}}}
	}
	return httpx.Render(c, http.StatusOK, m.Page())
}

func (h Handlers) hookRemark(w webhook.Webhook) *ui.Callout {
	switch {
	case !w.Active:
		return &ui.Callout{Tone: ui.Warn, Title: "Switched off", Text: w.OffWhy +
			" What is told now is not sent later. " +
			"Switch it on, then send what failed again."}
	case w.FailingSince != nil:
		return &ui.Callout{Tone: ui.Warn, Title: "Failing since " + httpx.MomentText(*w.FailingSince, h.Zone),
			Text: "Each message is tried ten times over three days. Where nothing arrives for three days, the webhook is " +
				"switched off and the bell says so."}
	}
	return nil
}

func (h Handlers) hookFacts(w webhook.Webhook, marks map[string]webhook.Mark) ui.DefinitionList {
	address := marks[webhook.Address]
	items := []ui.Definition{ui.Fact("Receiver", shapes[w.Shape]),
		{Term: "Address", Value: ui.TextCell(w.Host + "/…"), Note: "set on " + httpx.MomentText(address.SetAt,
			h.Zone) +
			" by " + address.SetBy},
		ui.Fact("Notices", choiceWords(w.Choice())),
		{Term: "Made", Value: ui.Of(h.moment(w.CreatedAt)), Note: "by " + w.CreatedBy}}
	if s := marks[webhook.Signing]; s.Set() {
		items = append(items, ui.Definition{Term: "Signing secret", Value: ui.Of(h.moment(s.SetAt)),
			Note: "set by " + s.SetBy})
	}
	if b := marks[webhook.SigningBefore]; b.Set() && b.Until.After(h.Clock.Now()) {
		items = append(items, ui.Definition{Term: "The one before it signs too", Value: ui.Of(h.moment(*b.Until)),
			Note: "until then"})
	}
	return ui.DefinitionList{Columns: 2, Items: items}
}

func hookActions(w webhook.Webhook) []templ.Component {
	here := hookPath(w.ID)
	menu := ui.CommandMenu{Commands: []ui.Command{{Label: "Edit", Href: here + "/edit"}}}
	add := func(c ui.Command) { menu.Commands = append(menu.Commands, c) }
	if w.Active {
		add(ui.Command{Label: "Send all failed again", Action: here + "/again", Hint: "Under the ids that they had."})
	}
	if w.Shape == webhook.Standard {
		add(ui.Command{Label: "Change the signing secret", Action: here + "/rotate",
			Hint: "Another one is made. For a day messages are signed with both."})
	}
	if w.Active {
		add(ui.Command{Label: "Switch off", Action: here + "/off",
			Hint: "What is told while it is off is not sent later."})
	} else {
		add(ui.Command{Label: "Switch on", Action: here + "/on"})
	}
	add(ui.Command{Label: "Remove", Action: here + "/remove", Destructive: true,
		Hint: "With its secrets and its log.", Confirm: "Remove " + w.Name + "?"})
	return []templ.Component{ui.PostButton{Button: ui.Button{Text: "Send a test message", Action: here + "/test"}},
		menu}
}

var deliveryBadges = map[webhook.State]ui.Badge{webhook.Queued: {Text: "waiting", Tone: ui.Info},
	webhook.Delivered: {Text: "delivered", Tone: ui.Good}, webhook.Failed: {Text: "failed", Tone: ui.Bad}}

func (h Handlers) hookLog(w webhook.Webhook, all []webhook.Delivery) ui.Table {
	t := ui.Table{Caption: "Deliveries", Plain: true, Columns: []ui.Column{{Label: "What"}, {Label: "State"},
		{Label: "Queued", Nowrap: true}, {Label: "Tries"}, {Label: "Last answer"}, {Label: "Send again",
			Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing here yet",
			Text: "Send a test message, or wait for the next notice."}}
	for _, d := range all {
		what := ui.LinkCell(d.Label(), hookPath(w.ID)+"/deliveries/"+d.ID.String())
		what.Sub = d.ObjectName
		again := ui.Cell{}
		if d.State == webhook.Failed && d.Kind != "" && w.Active {
			again = ui.Of(againButton(w.ID, d))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{what, {Badges: []ui.Badge{deliveryBadges[d.State]}},
			ui.Of(h.moment(d.QueuedAt)), ui.TextCell(strconv.Itoa(d.Attempt)), answerCell(d.Code, d.MS, d.Answer),
			again}})
	}
	if len(all) == webhook.LogSize {
		t.Caption = fmt.Sprintf("The newest %d deliveries", webhook.LogSize)
	}
	return t
}

func againButton(hook uuid.UUID, d webhook.Delivery) ui.PostButton {
	return ui.PostButton{Button: ui.Button{Text: "Send again", Compact: true,
		Action: hookPath(hook) + "/deliveries/" + d.ID.String() + "/again"}}
}

func answerCell(code, ms int, answer string) ui.Cell {
	if code == 0 {
		return ui.TextCell(answer)
	}
	return ui.Cell{Text: fmt.Sprintf("%d in %d ms", code, ms), Sub: answer}
}

// Delivery shows one message with its tries.
func (h Handlers) Delivery(c echo.Context) error {
	w, _, err := h.hook(c)
	if err != nil {
		return err
	}
	id, err := httpx.ID(c, "delivery")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := webhook.DeliveryOf(ctx, h.DB.Read(ctx), w.ID, id)
	if err != nil {
		return err
	}
	tries, err := webhook.Tries(ctx, h.DB.Read(ctx), w.ID, id)
	if err != nil {
		return err
	}
	m := views.Hook{Frame: h.frame(c, d.Label(), ui.ErrorSummary{}), Tabs: tabs(c, hooksPath), Title: "Tries",
		Facts: ui.DefinitionList{Items: []ui.Definition{{Term: "webhook-id", Value: ui.Cell{Text: d.ID.String(),
			Mono: true},
			Note: "the same on every try"}}},
		Log: ui.Table{Caption: "Tries", Plain: true, Columns: []ui.Column{{Label: "When", Nowrap: true},
			{Label: "What came of it"}, {Label: "Answer"}}, Empty: &ui.EmptyState{Kind: ui.NothingYet,
			Title: "Not tried yet", Text: "It goes out within seconds."}}}
	if d.Text != "" {
		m.Facts.Items = append(m.Facts.Items, ui.Definition{Term: "On", Value: ui.TextCell(d.ObjectName)},
			ui.Fact("What it tells", d.Text))
	}
	if d.State == webhook.Queued {
		m.Facts.Items = append(m.Facts.Items, ui.Definition{Term: "Next try", Value: ui.Of(h.moment(d.NextAt))})
	}
	for _, t := range tries {
		outcome := t.Outcome
		if outcome == "" {
			outcome = "not known"
		}
		m.Log.Rows = append(m.Log.Rows, ui.Row{Cells: []ui.Cell{ui.Of(h.moment(t.At)), ui.TextCell(outcome),
			answerCell(t.Code, t.MS, t.Answer)}})
	}
	m.Frame.Kicker, m.Frame.Crumbs = "Delivery", []layout.Crumb{{Label: hooksTitle, Href: hooksPath},
		{Label: w.Name, Href: hookPath(w.ID)}}
	m.Frame.Badges = []ui.Badge{deliveryBadges[d.State]}
	if w.Active && d.Kind != "" {
		again := againButton(w.ID, d)
		again.Compact = false
		m.Frame.Actions = []templ.Component{again}
	}
	return httpx.Render(c, http.StatusOK, m.Page())
}

// AgainDelivery sends one message once more, under the id that it had.
func (h Handlers) AgainDelivery(c echo.Context) error {
	delivery, err := httpx.ID(c, "delivery")
	if err != nil {
		return err
	}
	return h.hookStep(c, func(ctx context.Context, by audit.Actor, id uuid.UUID) (string, error) {
		return "It goes out within seconds.", h.Hooks.Again(ctx, by, id, delivery)
	})
}

// AgainWebhook sends all that failed once more.
func (h Handlers) AgainWebhook(c echo.Context) error {
	return h.hookStep(c, func(ctx context.Context, by audit.Actor, id uuid.UUID) (string, error) {
		n, err := h.Hooks.AgainAll(ctx, by, id)
		if n == 0 {
			return "Nothing has failed.", err
		}
		return strconv.Itoa(n) + " that failed go out again.", err
	})
}

// RotateWebhook makes another signing secret.
func (h Handlers) RotateWebhook(c echo.Context) error {
	return h.hookStep(c, func(ctx context.Context, by audit.Actor, id uuid.UUID) (string, error) {
		made, err := h.Hooks.Rotate(ctx, by, id)
		if err == nil {
			err = session.KeepSecret(c, hookOnce, made)
		}
		return "The signing secret was changed. Copy it now; for a day messages are signed with both.", err
	})
}

// WebhookOn switches one on.
func (h Handlers) WebhookOn(c echo.Context) error { return h.switchHook(c, true, "It is on.") }

// WebhookOff switches one off.
func (h Handlers) WebhookOff(c echo.Context) error { return h.switchHook(c, false, "It is off.") }

func (h Handlers) switchHook(c echo.Context, on bool, done string) error {
	return h.hookStep(c, func(ctx context.Context, by audit.Actor, id uuid.UUID) (string, error) {
		return done, h.Hooks.SetActive(ctx, by, id, on)
	})
}

// RemoveWebhook takes one away.
func (h Handlers) RemoveWebhook(c echo.Context) error {
	w, _, err := h.hook(c)
	if err != nil {
		return err
	}
	if err := h.Hooks.Remove(c.Request().Context(), session.Actor(c), w.ID); err != nil {
		return err
	}
	return httpx.Done(c, hooksPath, "The webhook "+w.Name+" was removed.")
}

// TestWebhook sends a test message at once.
func (h Handlers) TestWebhook(c echo.Context) error {
	w, _, err := h.hook(c)
	if err != nil {
		return err
	}
	delivered, words, err := h.Hooks.Test(c.Request().Context(), session.Actor(c), w.ID)
	if err != nil {
		return err
	}
	if !delivered {
		httpx.Tell(c, ui.Bad, "The test message was not delivered: "+words)
		return httpx.SeeOther(c, hookPath(w.ID))
	}
	return httpx.Done(c, hookPath(w.ID), "The test message was delivered: "+words)
}

func (h Handlers) hookStep(c echo.Context,
	do func(ctx context.Context, by audit.Actor, id uuid.UUID) (string, error)) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	done, err := do(c.Request().Context(), session.Actor(c), id)
	if err != nil {
		return err
	}
	return httpx.Done(c, hookPath(id), done)
}
