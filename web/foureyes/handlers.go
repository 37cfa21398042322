// Package foureyes answers the pages of what needs a second person, and stands before every form that is posted, so
// that a deed which a room lets nobody do alone becomes a request.
package foureyes

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/foureyes"
	"seatledger/internal/money"
	"seatledger/internal/words"
	view "seatledger/views/foureyes"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the pages under /four-eyes.
type Handlers struct {
	Requests foureyes.Service
	Zone     *time.Location
}

const (
	mostShown = 200
	title     = "Four eyes"
)

// List are the requests, those that wait first.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := h.Requests.Latest(ctx, mostShown)
	if err != nil {
		return err
	}
	rules, err := foureyes.Load(ctx, h.Requests.DB.Read(ctx))
	if err != nil {
		return err
	}
	m := view.List{Page: session.Page(c, title, ""), Table: h.table(all)}
	m.Page.Lead = "What one person asked for and another grants. What is granted is done by who asked, once, within " +
		"24 hours, and only as it was asked."
	if !rules.On {
		m.Remark = &ui.Callout{Tone: ui.Info, Title: "Four eyes are switched off",
			Text: "Nothing needs a second person. An administrator switches it on in the settings."}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) table(all []foureyes.Request) ui.Table {
	t := ui.Table{Caption: "Requests", Plain: true, Columns: []ui.Column{{Label: "What"}, {Label: "Money"},
		{Label: "State"}, {Label: "Asked", Nowrap: true}, {Label: "Answered"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nobody has asked for anything",
			Text: "What needs a second person stands here as soon as somebody posts it."}}
	for _, r := range all {
		asked, answered := ui.Of(httpx.Moment(r.AskedAt, h.Zone)), ui.TextCell(r.DecidedByName)
		asked.Sub, answered.Sub = "by "+r.AskedByName, r.Note
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: r.Called(), Href: at.FourEyesRequest(r.ID)},
			ui.TextCell(sums(r)), {Badges: []ui.Badge{h.badge(r)}}, asked, answered}})
	}
	return t
}

func (h Handlers) badge(r foureyes.Request) ui.Badge {
	switch r.At(h.Requests.Clock.Now()) {
	case foureyes.Open:
		return ui.Badge{Text: "waits for a second person", Tone: ui.Warn}
	case foureyes.Granted:
		return ui.Badge{Text: "granted, not done yet", Tone: ui.Info}
	case foureyes.Done:
		return ui.Badge{Text: "done", Tone: ui.Good}
	case foureyes.Refused:
		return ui.Badge{Text: "refused", Tone: ui.Bad}
	case foureyes.Withdrawn:
		return ui.Badge{Text: "withdrawn", Tone: ui.Neutral}
	}
	return ui.Badge{Text: "lapsed", Tone: ui.Neutral}
}

func sums(r foureyes.Request) string {
	var out []string
	for _, a := range r.Money {
		out = append(out, money.Grouped(a.Value, a.Currency)+" "+a.Currency)
	}
	if r.Unpriced > 0 {
		out = append(out, words.Counted(r.Unpriced, "record")+" without a known amount")
	}
	return strings.Join(out, ", ")
}

// Show is one request.
func (h Handlers) Show(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	return h.show(c, http.StatusOK, id, nil)
}

func (h Handlers) show(c echo.Context, status int, id uuid.UUID, problems map[string]string) error {
	r, err := h.Requests.Get(c.Request().Context(), id)
	if err != nil {
		return err
	}
	me, state := session.User(c), r.At(h.Requests.Clock.Now())
	m := view.Request{Page: session.Page(c, r.Called(), title), Remark: h.remark(c, r), Facts: h.facts(r),
		Asked: asked(r)}
	tied := ""
	if state == foureyes.Open {
		if tied, err = h.secondPeople(c, r, &m.Remark); err != nil {
			return err
		}
	}
	m.Page.Narrow, m.Page.Badges = true, []ui.Badge{h.badge(r)}
	m.Page.Crumbs = []layout.Crumb{{Label: title, Href: at.FourEyes}}
	path := at.FourEyesRequest(r.ID)
	switch {
	case r.AskedBy != me.ID && state == foureyes.Open && tied == "" && auth.Allowed(me.Role, auth.Billing):
		m.Answer = answer(r, problems)
		m.Summary = ui.Summarize(problems, m.Answer.Note, m.Answer.Why)
		m.Page.HasErrors = m.Summary.Any()
	case r.AskedBy == me.ID && state == foureyes.Granted:
		m.Do = carryOut(r)
	case r.AskedBy == me.ID && state == foureyes.Open:
		m.Back = &ui.PostButton{Button: ui.Button{Text: "Withdraw the request", Action: path + "/withdraw"}}
	}
	return httpx.Render(c, status, m.Show())
}

// secondPeople says who may grant an open request, and why the reader may not although their role would allow it.
func (h Handlers) secondPeople(c echo.Context, r foureyes.Request, remark *ui.Callout) (tied string, err error) {
	ctx, me := c.Request().Context(), session.User(c)
	if r.AskedBy != me.ID {
		if !auth.Allowed(me.Role, auth.Billing) {
			return "", nil
		}
		if tied, err = h.Requests.Tied(ctx, r, me.ID); tied != "" {
			remark.Text += " You do not count as a second person here. " + tied
		}
		return tied, err
	}
	names, err := h.Requests.Granters(ctx, r)
	switch {
	case err != nil:
		return "", err
	case len(names) == 0:
		remark.Text += " Nobody can at present: " + foureyes.NobodyCounts
	default:
		remark.Text += " Who counts as a second person: " + strings.Join(names, ", ") + "."
	}
	return "", nil
}

func (h Handlers) remark(c echo.Context, r foureyes.Request) ui.Callout {
	mine := r.AskedBy == session.User(c).ID
	until := httpx.Moment(r.ExpiresAt, h.Zone).Text
	switch r.At(h.Requests.Clock.Now()) {
	case foureyes.Open:
		if mine {
			return ui.Callout{Tone: ui.Warn, Title: "Waits for a second person",
				Text: "You asked for it, so somebody " +
					"else has to grant it: an administrator, or somebody with the role billing. It lapses on " + until +
					"."}
		}
		return ui.Callout{Tone: ui.Warn, Title: r.AskedByName + " asks for this",
			Text: "Nothing was done yet. It lapses on " + until + "."}
	case foureyes.Granted:
		return ui.Callout{Tone: ui.Info, Title: r.DecidedByName + " granted this", Text: "It is not done yet: " +
			r.AskedByName + " carries it out, until " + until + ". If anything changes before, the grant lapses."}
	case foureyes.Done:
		return ui.Callout{Tone: ui.Good, Title: "It was carried out", Text: "Once, as it was asked and granted."}
	case foureyes.Refused:
		return ui.Callout{Tone: ui.Bad, Title: r.DecidedByName + " refused this", Text: r.Note}
	case foureyes.Withdrawn:
		return ui.Callout{Tone: ui.Neutral, Title: "Withdrawn", Text: "Who asked for it took it back. Nothing was " +
			"done."}
	}
	why := r.Why
	if why == "" {
		why = "nobody carried it out within 24 hours"
	}
	return ui.Callout{Tone: ui.Neutral, Title: "Lapsed", Text: "Nothing was done: " + why + ". Ask again where it is " +
		"still wanted."}
}

func (h Handlers) facts(r foureyes.Request) ui.DefinitionList {
	items := []ui.Definition{{Term: "About", Value: ui.Cell{Text: r.ObjectName,
		Href: session.ObjectHref(r.ObjectType, r.ObjectID)}}, ui.Fact("Money", sums(r)),
		{Term: "Asked", Value: ui.Of(httpx.Moment(r.AskedAt, h.Zone)), Note: "by " + r.AskedByName}}
	if r.DecidedAt != nil {
		items = append(items, ui.Definition{Term: "Answered", Value: ui.Of(httpx.Moment(*r.DecidedAt, h.Zone)),
			Note: "by " + r.DecidedByName})
	}
	if r.Note != "" {
		items = append(items, ui.Fact("Note of the answer", r.Note))
	}
	return ui.DefinitionList{Items: items}
}

func asked(r foureyes.Request) ui.DefinitionList {
	var out ui.DefinitionList
	for _, f := range r.Facts {
		out.Items = append(out.Items, ui.Fact(f.Term, f.Value))
	}
	out.Items = append(out.Items, ui.Definition{Term: "Digest", Value: ui.Cell{Text: r.Digest, Mono: true},
		Note: "of all values, and of all that they rest on"})
	return out
}

func answer(r foureyes.Request, problems map[string]string) *view.Answer {
	path, digest := at.FourEyesRequest(r.ID), []ui.Pair{{Name: "digest", Value: r.Digest}}
	return &view.Answer{
		Grant: ui.ConfirmForm{Action: path + "/grant", Title: "Grant it", Button: "Grant", Gentle: true, Hidden: digest,
			Text: r.AskedByName + " may then do exactly this, once. If anything it rests on changes before, " +
				"the grant lapses."},
		Refuse: ui.ConfirmForm{Action: path + "/refuse", Title: "Refuse it", Button: "Refuse", Hidden: digest,
			Cancel: at.FourEyes, Text: "Nothing is done, and " + r.AskedByName + " is told why."},
		Note: ui.Field{Name: "remark", Label: "Note", Error: problems["remark"], Hint: "It stays with the request."},
		Why:  ui.Field{Name: "note", Label: "Why not", Required: true, Error: problems["note"]},
	}
}

// carryOut posts what was asked once more, to where it was posted. The room compares it with what was granted.
func carryOut(r foureyes.Request) *ui.ConfirmForm {
	if r.Form == nil || !strings.HasPrefix(r.Path, "/") || strings.HasPrefix(r.Path, "//") {
		return nil
	}
	f := &ui.ConfirmForm{Action: r.Path, Title: "Carry it out", Button: "Carry it out", Gentle: true,
		Text:   "It is done as it was asked, once. If anything has changed since, nothing is done and it is said here.",
		Hidden: []ui.Pair{{Name: Field, Value: r.ID.String()}}}
	for _, name := range slices.Sorted(maps.Keys(r.Form)) {
		for _, v := range r.Form[name] {
			f.Hidden = append(f.Hidden, ui.Pair{Name: name, Value: v})
		}
	}
	return f
}

// Grant lets who asked carry it out.
func (h Handlers) Grant(c echo.Context) error { return h.decide(c, "remark", h.grant) }

// Refuse ends it.
func (h Handlers) Refuse(c echo.Context) error { return h.decide(c, "note", h.refuse) }

func (h Handlers) grant(c echo.Context, a foureyes.Answer) (string, error) {
	return "Granted. Who asked was told, and carries it out.",
		h.Requests.Grant(c.Request().Context(), session.Actor(c), a)
}

func (h Handlers) refuse(c echo.Context, a foureyes.Answer) (string, error) {
	return "Refused. Nothing was done, and who asked was told.",
		h.Requests.Refuse(c.Request().Context(), session.Actor(c), a)
}

func (h Handlers) decide(c echo.Context, note string, do func(echo.Context, foureyes.Answer) (string, error)) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	says, err := do(c, foureyes.Answer{ID: id, Digest: form.Get("digest"), Note: form.Get(note)})
	if messages, refused := httpx.Refused(err); refused {
		return h.show(c, http.StatusUnprocessableEntity, id, map[string]string{note: messages["note"]})
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, at.FourEyesRequest(id), says)
}

// Withdraw takes a request back that nobody has answered.
func (h Handlers) Withdraw(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Requests.Withdraw(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, at.FourEyesRequest(id), "The request was withdrawn.")
}
