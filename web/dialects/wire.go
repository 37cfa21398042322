package dialects

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/dialects"
)

// Wire is what the last run of each kind saw of the wire.
func (h Handlers) Wire(c echo.Context) error {
	p, err := h.of(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	reports, err := dialect.Reports(ctx, h.DB.Read(ctx), p.ID)
	if err != nil {
		return err
	}
	m := view.Wire{Page: session.Page(c, "Wire report", "Providers")}
	m.Page.Kicker, m.Page.Crumbs = p.Name, crumbs(p)
	m.Page.Lead = "What the last runs saw of this distributor's answers: names and words, nothing of any customer."
	if len(reports) == 0 {
		m.Notes = []ui.Callout{{Tone: ui.Info,
			Text: "Nothing yet: the report is made by a sync over the whole provider."}}
	}
	m.Stats, m.Parts, err = h.seen(p, reports)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) seen(p provider.Provider, reports []dialect.Report) (ui.Stats, []view.Part, error) {
	all := distributor.WireReport{}
	var when []ui.Row
	for _, r := range reports {
		w, err := r.Wire()
		if err != nil {
			return nil, nil, err
		}
		merge(&all, w)
		when = append(when, ui.Row{Cells: []ui.Cell{ui.LinkCell(map[string]string{"accounts": "Accounts",
			"subscriptions": "Subscriptions"}[r.Kind], at.SyncRun(r.RunID)),
			ui.Of(httpx.Moment(r.At, h.Zone)),
			ui.TextCell(records(w)), ui.TextCell(strconv.Itoa(w.LargestPage))}})
	}
	if len(reports) == 0 {
		return nil, nil, nil
	}
	stats := ui.Stats{stat("Keys that nothing reads", len(all.Unread)), warned(stat("Words not understood",
		len(all.Words)+all.HiddenWords)), warned(stat("Answers 429", all.Codes["429"])),
		stat("Largest page", all.LargestPage)}
	parts := []view.Part{
		counts("Keys that nothing reads", "Key", all.Unread,
			"Nothing: every key is read, or stands on a single record."),
		counts("Words not understood", "Word", all.Words, "None."),
		ends(p), counts("Decimals of the cost, as written", "Decimals", all.Places, "No cost was seen."),
		answers(all), counts("Names that hit", "Field = name", all.Names, "None."),
		{Card: ui.Card{Title: "Seen by", Flush: true}, Table: ui.Table{Caption: "Seen by", Plain: true, Rows: when,
			Columns: []ui.Column{{Label: "Run"}, {Label: "Ended"}, {Label: "Records"},
				{Label: "Largest page", Numeric: true}}}},
	}
	if all.HiddenWords > 0 {
		parts[1].Card.Text = fmt.Sprintf("%s more not shown, as they may name somebody; "+
			"the subscriptions' pages have them.",
			words.Counted(all.HiddenWords, "word"))
	}
	return stats, parts, nil
}

func records(w distributor.WireReport) string {
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(w.Records)) {
		out = append(out, fmt.Sprintf("%d %s", w.Records[kind], kind))
	}
	return strings.Join(out, ", ")
}

func merge(all *distributor.WireReport, w distributor.WireReport) {
	for _, pair := range []struct {
		into *map[string]int
		from map[string]int
	}{{&all.Unread, w.Unread}, {&all.Words, w.Words}, {&all.Places, w.Places}, {&all.Codes, w.Codes},
		{&all.Names, w.Names}} {
		if *pair.into == nil {
			*pair.into = map[string]int{}
		}
		for key, n := range pair.from {
			(*pair.into)[key] += n
		}
	}
	all.HiddenWords += w.HiddenWords
	all.Pauses += w.Pauses
	all.LongestWait = max(all.LongestWait, w.LongestWait)
	all.LargestPage = max(all.LargestPage, w.LargestPage)
}

func stat(label string, n int) ui.Stat { return ui.Stat{Label: label, Value: strconv.Itoa(n)} }

func warned(s ui.Stat) ui.Stat {
	if s.Value != "0" {
		s.Tone = ui.Warn
	}
	return s
}

// counts is a table of names with how often each was seen, the most frequent first.
func counts(title, head string, m map[string]int, none string) view.Part {
	p := view.Part{Card: ui.Card{Title: title, Flush: true}, Table: ui.Table{Caption: title, Plain: true, Compact: true,
		Columns: []ui.Column{{Label: head}, {Label: "Seen", Numeric: true}},
		Empty:   &ui.EmptyState{Kind: ui.NothingYet, Title: none}}}
	keys := slices.Collect(maps.Keys(m))
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b)) })
	for _, key := range keys {
		p.Table.Rows = append(p.Table.Rows,
			ui.Row{Cells: []ui.Cell{{Text: strings.Replace(key, "=", " = ", 1), Mono: true},
				ui.TextCell(strconv.Itoa(m[key]))}})
	}
	return p
}

func ends(p provider.Provider) view.Part {
	t, ok := p.Tally()
	part := view.Part{Card: ui.Card{Title: "End dates", ID: "end-dates", Flush: true},
		Table: ui.Table{Caption: "End dates", Plain: true, Compact: true,
			Columns: []ui.Column{{Label: "The end date is"}, {Label: "Records", Numeric: true}},
			Empty:   &ui.EmptyState{Kind: ui.NothingYet, Title: "Not counted yet."}}}
	if !ok {
		return part
	}
	part.Card.Text = provider.TallyWords(t)
	for _, r := range []struct {
		text string
		n    int
	}{{"the day after the last one: start plus term", t.DayAfter}, {"the last day: one less", t.LastDay},
		{"not told by start and term", t.Untold}} {
		part.Table.Rows = append(part.Table.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(r.text),
			ui.TextCell(strconv.Itoa(r.n))}})
	}
	return part
}

func answers(w distributor.WireReport) view.Part {
	p := counts("Answers by HTTP code", "Code", w.Codes, "None.")
	if w.Pauses > 0 {
		p.Card.Text = fmt.Sprintf("%s asked for a pause (Retry-After), the longest for %s.", words.Counted(w.Pauses, "answer"),
			w.LongestWait.Round(time.Second))
	}
	odd := 0
	for code, n := range w.Codes {
		if strings.HasPrefix(code, "2") && code != "200" {
			odd += n
		}
	}
	if odd > 0 {
		p.Card.Text = strings.TrimSpace(p.Card.Text + " " + words.Counted(odd, "answer") + " with a 2xx other than 200: " +
			"nothing of those was used.")
	}
	return p
}
