package crmsources

import (
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/crmsource"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/crmsources"
)

// Run is the page of one reading.
func (h Handlers) Run(c echo.Context) error {
	src, err := h.source(c)
	if err != nil {
		return err
	}
	run, err := h.run(c, src)
	if err != nil {
		return err
	}
	m := view.Run{Page: session.Page(c, "Reading of "+src.Name, nav), Figures: figures(run),
		Facts: h.runFacts(src, run), Result: result(run)}
	m.Page.Kicker, m.Page.Badges = "CRM source", []ui.Badge{state.Run(run.State)}
	m.Page.Crumbs = crumbs(layout.Crumb{Label: src.Name, Href: path(src.ID)})
	if !run.State.Finished() {
		p := progressOf(run)
		m.Live = &ui.LiveProgress{Progress: ui.Progress{Label: "Reading " + src.Name, Text: p.Text, Done: p.Done,
			Total: p.Total}, Src: runPath(src.ID, run.ID) + "/events"}
	}
	if mayRead(c) {
		m.Page.Actions, m.Agree = runActions(src, run), agree(src, run)
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) run(c echo.Context, src crmsource.Source) (crmsource.Run, error) {
	id, err := httpx.ID(c, "run")
	if err != nil {
		return crmsource.Run{}, err
	}
	ctx := c.Request().Context()
	return crmsource.GetRun(ctx, h.DB.Read(ctx), src.ID, id)
}

func result(r crmsource.Run) *ui.Callout {
	if r.Message == "" {
		return nil
	}
	return &ui.Callout{Tone: state.Run(r.State).Tone, Title: state.Run(r.State).Text,
		Text: joined(r.Message, r.Advice)}
}

func runActions(src crmsource.Source, r crmsource.Run) []templ.Component {
	if !r.State.Finished() {
		return []templ.Component{ui.PostButton{Button: ui.Button{Text: "Cancel reading", Icon: "stop",
			Action:   runPath(src.ID, r.ID) + "/cancel",
			Disabled: r.CancelRequestedBy != "", Why: why(r.CancelRequestedBy != "", "It has been asked to end")}}}
	}
	if !src.Active {
		return nil
	}
	return []templ.Component{ui.PostButton{Button: ui.Button{Text: "Read again", Icon: "refresh",
		Action: path(src.ID) + "/read"}}}
}

// agree asks whether what the guard stopped is really so.
func agree(src crmsource.Source, r crmsource.Run) *ui.ConfirmForm {
	if r.State != crmsource.Stopped || !src.Active {
		return nil
	}
	return &ui.ConfirmForm{
		Action: path(src.ID) + "/read", Hidden: []ui.Pair{{Name: "allow_gone", Value: "on"}},
		Title: "Are they really gone?",
		Text: "If these accounts were really deleted in the CRM, it is read again and they are marked as gone " +
			"there. Nothing is deleted here, and what comes back later is taken up again.",
		Button: "Read again and mark them as gone",
	}
}

// counted are the figures of a run under the names that the stream tells them by.
func counted(r crmsource.Run) [][3]string {
	n := strconv.Itoa
	return [][3]string{
		{"Accounts read", "accounts", n(r.Accounts)}, {"Contacts read", "contacts", n(r.Contacts)},
		{"Added", "added", n(r.Added)}, {"Changed", "changed", n(r.Changed)},
		{"Unchanged", "unchanged", n(r.Unchanged)}, {"Gone at the source", "gone", n(r.Gone)},
		{"Hand edits kept in", "kept", n(r.Kept)},
		{"Inactive, not brought in", "skipped", n(r.Skipped)}, {"Could not be brought in", "refused", n(r.Refused)},
	}
}

func figures(r crmsource.Run) ui.DefinitionList {
	out := ui.DefinitionList{Columns: 2,
		Items: []ui.Definition{{Term: "State", Value: ui.Of(ui.Live{Name: "state", Value: state.Run(r.State).Text})}}}
	for _, f := range counted(r) {
		out.Items = append(out.Items, ui.Definition{Term: f[0], Value: ui.Of(ui.Live{Name: f[1], Value: f[2]})})
	}
	return out
}

func progressOf(r crmsource.Run) httpx.Progress {
	p := httpx.Progress{Text: "Waiting for its turn", Final: r.State.Finished(),
		Values: map[string]string{"state": state.Run(r.State).Text}}
	switch {
	case r.Applied > 0:
		p.Text, p.Done, p.Total = strconv.Itoa(r.Applied)+" accounts compared", r.Applied, max(r.Applied, r.Accounts)
	case r.State == crmsource.Running:
		p.Text = strconv.Itoa(r.Accounts) + " accounts and " + strconv.Itoa(r.Contacts) + " contacts read"
	}
	for _, f := range counted(r) {
		p.Values[f[1]] = f[2]
	}
	return p
}

func (h Handlers) runFacts(src crmsource.Source, r crmsource.Run) ui.DefinitionList {
	how := map[string]string{"whole": "Everything", "changes": "Only what changed"}[r.ReadHow]
	d := ui.DefinitionList{Items: []ui.Definition{
		{Term: "Source", Value: ui.LinkCell(src.Name, path(src.ID))}, ui.Fact("What was read", how),
		ui.Fact("Started by", startedBy(r)),
		{Term: "Requested", Value: ui.Of(h.moment(&r.RequestedAt))},
		{Term: "Started", Value: ui.Of(h.moment(r.StartedAt))},
		{Term: "Finished", Value: ui.Of(h.moment(r.FinishedAt))},
		ui.Fact("Attempt", strconv.Itoa(r.Attempt)),
	}}
	if r.AllowGone {
		d.Items = append(d.Items, ui.Fact("Gone", "A person agreed that what is missing is gone"))
	}
	return d
}

const (
	lookEvery = time.Second
	pingEvery = 15 // looks without news
)

// Events streams a reading's progress until it ends, the reader leaves, or the session
// would no longer be let in.
func (h Handlers) Events(c echo.Context) error {
	src, err := h.source(c)
	if err != nil {
		return err
	}
	run, err := h.run(c, src)
	if err != nil {
		return err
	}
	ctx, hash := c.Request().Context(), session.Hash(c)
	s, err := httpx.Events(c)
	if err != nil {
		return err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for t := (teller{stream: s}); ; {
		if err := t.tell(progressOf(run)); err != nil || run.State.Finished() {
			return nil // nobody listens any more, or there is nothing more to tell
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		if !h.Sessions.StillValid(ctx, hash) {
			return nil
		}
		if run, err = crmsource.GetRun(ctx, h.DB.Read(ctx), src.ID, run.ID); err != nil {
			return err
		}
	}
}

// teller sends what is new, and now and then a sign of life.
type teller struct {
	stream *httpx.Stream
	last   httpx.Progress
	silent int
}

func (t *teller) tell(p httpx.Progress) error {
	if !reflect.DeepEqual(p, t.last) {
		t.last, t.silent = p, 0
		return t.stream.Send(p)
	}
	if t.silent++; t.silent < pingEvery {
		return nil
	}
	t.silent = 0
	return t.stream.Ping()
}
