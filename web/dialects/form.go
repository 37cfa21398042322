package dialects

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/dialects"
)

// formState is what the form is filled with.
type formState struct {
	p        provider.Provider
	now      dialect.Version
	in       dialect.Input
	problems map[string]string
}

func (h Handlers) form(c echo.Context, status int, f formState) error {
	wire := h.Dialects.Wire(f.p.Connector)
	ctx := c.Request().Context()
	all, err := dialect.Versions(ctx, h.DB.Read(ctx), f.p.ID)
	if err != nil {
		return err
	}
	m := view.Dialect{Page: session.Page(c, "Dialect", "Providers"), Versions: h.versions(f, all)}
	m.Page.Kicker, m.Page.Crumbs = f.p.Name, crumbs(f.p)
	m.Page.Lead = "What differs from how Seatledger expects this distributor to speak. It changes only how answers are " +
		"read and where lists are asked for."
	m.Notes = []ui.Callout{{Tone: ui.Info,
		Text: "Saving keeps a new version and tries it: you see what would change, " +
			"and nothing is read with it until you take it."}}
	m.Fields = worded(f)
	m.Folds = folds(f, wire)
	summary := slices.Clone(m.Fields)
	mark(m.Fields, f.problems)
	for i := range m.Folds {
		if mark(m.Folds[i].Fields, f.problems) {
			m.Folds[i].Fold.Open = true
		}
		summary = append(summary, m.Folds[i].Fields...)
	}
	m.Summary = ui.Summarize(f.problems, summary...)
	m.Page.HasErrors = m.Summary.Any()
	m.Form = ui.Form{Action: path(f.p.ID), Version: strconv.Itoa(f.now.Number), Save: "Keep and try it",
		Cancel: providerPath(f.p.ID)}
	return httpx.Render(c, status, m.Show())
}

func mark(fields []ui.Field, problems map[string]string) bool {
	any := false
	for i := range fields {
		fields[i].Error = problems[fields[i].Name]
		any = any || fields[i].Error != ""
	}
	return any
}

func (h Handlers) versions(f formState, all []dialect.Version) view.Part {
	p := view.Part{Card: ui.Card{Title: "Versions", Flush: true}, Table: ui.Table{Caption: "Versions", Plain: true,
		Columns: []ui.Column{{Label: "Version"}, {Label: "State"}, {Label: "Kept"}, {Label: "Note"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No dialect yet",
			Text: "This provider is read as Seatledger expects it."}}}
	for _, v := range all {
		state := ui.Cell{Text: "Not in force", Muted: true}
		switch {
		case v.InForce:
			state = ui.BadgeCell("In force", ui.Good)
			state.Sub = "since " + httpx.Moment(*v.Since, h.Zone).Text + " by " + v.TakenBy
		case v.Since != nil:
			state.Text = "Was in force"
		}
		kept := ui.Of(httpx.Moment(v.MadeAt, h.Zone))
		kept.Sub = "by " + v.MadeBy
		p.Table.Rows = append(p.Table.Rows, ui.Row{Cells: []ui.Cell{
			ui.LinkCell("Version "+strconv.Itoa(v.Number), versionPath(f.p.ID, v.Number)), state, kept,
			ui.TextCell(v.Note)}})
	}
	return p
}

func worded(f formState) []ui.Field {
	area := func(name, label, value, hint string) ui.Field {
		return ui.Field{Kind: ui.TextArea, Name: name, Label: label, Value: value, Hint: hint, Rows: 3}
	}
	return []ui.Field{
		area("statuses", "Words of the status", f.in.Statuses, "One a line: Parked = suspended. Meanings: active, "+
			"suspended, pending, expired, cancelled, discontinued, deleted, unknown. "+
			"Ours are active, suspended, expire, "+
			"cancel and the like in five languages; these come first."),
		area("rhythms", "Words of frequency and term", f.in.Rhythms, "One a line: MTH12 = annual. Meanings: monthly, "+
			"quarterly, annual, triennial, one_time, trial, unknown."),
		area("kinds", "Words of the kind", f.in.Kinds,
			"One a line: cloud consumption = usage. A word in the product's "+
				"name or billing model, or the beginning of its part number. Meanings: licence, one_time, usage, trial."),
		{Kind: ui.SelectBox, Name: "end_date_means", Label: "End date", Value: f.in.EndDate, Size: ui.Medium,
			Options: endDates(), Hint: endHint(f.p)},
		{Kind: ui.SelectBox, Name: "date_order", Label: "03/04/2027 is", Value: f.in.DateOrder, Size: ui.Medium,
			Options: orders(), Hint: "Only where a date could be two days. Ours: such a date is not read, and a person " +
				"says the day."},
		{Kind: ui.Toggle, Name: "doubles", Label: "Sends doubles", Checked: f.in.Doubles,
			Hint: "Prices such as 10.379999999999999 are rounded half-even to six places, with a note. Ours: " +
				"a price with " +
				"more than six decimals is not read."},
		{Name: "per_minute", Label: "Calls a minute", Kind: ui.NumberInput, Value: f.in.PerMinute, Size: ui.Short,
			Hint: "At most, for all workers of this process together. Empty: as fast as the concurrency lets it."},
		{Name: "note", Label: "Note", Value: f.in.Note, Hint: "Why, for whoever reads this later."},
	}
}

func endDates() []ui.Option {
	return []ui.Option{{Value: "", Label: "As the records tell"}, {Value: "last_day", Label: "The last day"},
		{Value: "day_after", Label: "The day after the last one"}}
}

func orders() []ui.Option {
	return []ui.Option{{Value: "", Label: "Not read"}, {Value: "day_first", Label: "3 April: the day first"},
		{Value: "month_first", Label: "4 March: the month first"}}
}

func label(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func endHint(p provider.Provider) string {
	hint := "For records whose start and term do not tell. The same setting as on the provider's form."
	if t, ok := p.Tally(); ok {
		hint += " " + provider.TallyWords(t)
	}
	return hint
}

func folds(f formState, wire distributor.Wire) []view.Fold {
	var out []view.Fold
	if wire.TokenForm {
		out = append(out, view.Fold{Fold: ui.Fold{Summary: "Sign-in", Hint: "scope, Basic header",
			Open: f.in.TokenForm != "" || f.in.BasicAuth}, Fields: []ui.Field{
			{Kind: ui.TextArea, Name: "token_form", Label: "Further fields of the token call",
				Value: f.in.TokenForm, Rows: 2,
				Hint: "One a line: scope = api.read. No secrets: those stand sealed on the provider's form."},
			{Kind: ui.RadioGroup, Name: "client_auth", Label: "The application signs in",
				Value: authWord(f.in.BasicAuth),
				Options: []ui.Option{{Value: "body", Label: "In the form", Hint: "Ours: client_id and client_secret"},
					{Value: "header", Label: "By an HTTP Basic header"}}},
		}})
	}
	if wire.Paths != (distributor.Paths{}) {
		path := func(name, label, value, ours string) ui.Field {
			return ui.Field{Name: name, Label: label, Value: value, Placeholder: ours, Hint: "Ours: " + ours}
		}
		out = append(out, view.Fold{Fold: ui.Fold{Summary: "Paths", Hint: "below the provider's URL, read by GET only",
			Open: f.in.Paths != (distributor.Paths{})}, Fields: []ui.Field{
			path("path_customers", "List of customers", f.in.Paths.Customers, wire.Paths.Customers),
			path("path_subscriptions", "List of subscriptions", f.in.Paths.Subscriptions, wire.Paths.Subscriptions),
			path("path_changes", "Change log", f.in.Paths.Changes, wire.Paths.Changes),
		}})
	}
	for _, part := range []struct{ record, title string }{{distributor.SubscriptionRecord, "Fields of a subscription"},
		{distributor.CustomerRecord, "Fields of a customer"}, {distributor.ChangeRecord, "Fields of the change log"}} {
		if fold := nameFold(f, wire, part.record, part.title); len(fold.Fields) > 0 {
			out = append(out, fold)
		}
	}
	return out
}

func authWord(header bool) string {
	if header {
		return "header"
	}
	return "body"
}

func nameFold(f formState, wire distributor.Wire, record, title string) view.Fold {
	out := view.Fold{Fold: ui.Fold{Summary: title, Hint: "further names, divided by commas, tried before ours"}}
	for _, field := range wire.Fields {
		name, ok := strings.CutPrefix(field.Key, record+".")
		if !ok {
			continue
		}
		typed := f.in.Names[field.Key]
		out.Fold.Open = out.Fold.Open || typed != ""
		hint := "Ours: " + strings.Join(field.Names, ", ")
		if typed != "" {
			hint = "Added: " + typed + ". " + hint
		}
		out.Fields = append(out.Fields,
			ui.Field{Name: "name." + field.Key, Label: name, Value: typed, Hint: hint + "."})
	}
	return out
}

// inputOf is a dialect as the form has it.
func inputOf(d distributor.Dialect, end string) dialect.Input {
	in := dialect.Input{Names: map[string]string{}, Statuses: lines(d.Statuses), Rhythms: lines(d.Rhythms),
		Kinds: lines(d.Kinds), EndDate: end, DateOrder: string(d.DateOrder), Doubles: d.Doubles,
		TokenForm: lines(d.TokenForm), BasicAuth: d.BasicAuth, Paths: d.Paths}
	if d.PerMinute > 0 {
		in.PerMinute = strconv.Itoa(d.PerMinute)
	}
	for key, names := range d.Names {
		in.Names[key] = strings.Join(names, ", ")
	}
	return in
}

func lines[T ~string](m map[string]T) string {
	var out []string
	for _, word := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s = %s", word, m[word]))
	}
	return strings.Join(out, "\n")
}
