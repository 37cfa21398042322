package cutovers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// Show is the page of a run: its gates, how far its customers are, and what can be done.
func (h Handlers) Show(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, customerSpec)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	db := h.Cutovers.DB.Read(ctx)
	gates, err := h.Cutovers.Gates(ctx, db, run.ID)
	if err != nil {
		return err
	}
	progress, err := cutover.ProgressOf(ctx, db, run.ID)
	if err != nil {
		return err
	}
	rows, next, err := cutover.Customers(ctx, db, run.ID, filterOf(q), q.Page)
	if err != nil {
		return err
	}
	if err := cutover.CountExact(ctx, db, run.ID, rows); err != nil {
		return err
	}
	m := view.Run{Page: h.frame(c, run), Remarks: h.remarks(run), Progress: bars(run, progress),
		Gates:   gateSteps(run, gates, mayAct(c)),
		Filters: q.FilterBar("Search customer"), Table: customerTable(q, run, rows, canAct(c, run)),
		Pager: q.Pager(next, "", shown(len(rows), next, "customer", "customers"))}
	m.Filters.CSVHref = ""
	if canAct(c, run) && len(rows) > 0 {
		m.Bulk, m.Fields = bulk(q, run), []ui.Field{
			{Kind: ui.Checkbox, Name: "all", Label: "All customers of this list, ticked or not, on every page",
				Value: "1"},
			{Kind: ui.DateInput, Name: "switch_day", Label: "Switch day to set", Size: ui.Short}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func canAct(c echo.Context, run cutover.Run) bool { return mayAct(c) && run.State == cutover.RunOpen }

func (h Handlers) frame(c echo.Context, run cutover.Run) layout.Page {
	p := session.Page(c, run.Name, nav)
	p.Kicker, p.Badges, p.Crumbs = "Cut-over", []ui.Badge{runStates[run.State]}, crumbs(run)[:1]
	day := "none for all"
	if !run.SwitchDay.IsZero() {
		day = run.SwitchDay.String()
	}
	p.Meta = []layout.Meta{{Label: "From", Text: run.OldProvider, Href: at.Provider(run.OldProviderID)},
		{Label: "To", Text: run.NewProvider, Href: at.Provider(run.NewProviderID)},
		{Label: "Switch day", Text: day},
		{Label: "Begun", Text: httpx.MomentText(run.CreatedAt, h.Cutovers.Zone) + " by " + run.CreatedBy}}
	p.Actions = []templ.Component{ui.LinkButton{Text: "Proof", Href: path(run.ID) + "/proof", Icon: "check"}}
	if !canAct(c, run) {
		return p
	}
	p.Actions = append(p.Actions, ui.CommandMenu{Commands: []ui.Command{
		{Label: "Dry run", Hint: "What confirming, reassigning and retiring would come to; nothing is kept",
			Href: path(run.ID) + "/dry-run"},
		{Label: "Carry the mapping over", Hint: "Suggests customers for the new provider's unmapped accounts",
			Href: path(run.ID) + "/carry"},
		{Label: "Finish", Hint: "Once every gate is done; afterwards no step can be taken back",
			Href: path(run.ID) + "/finish"},
		{Label: "Abandon", Hint: "Only while no customer is confirmed", Href: path(run.ID) + "/abandon",
			Destructive: true},
	}})
	return p
}

func (h Handlers) remarks(run cutover.Run) []ui.Callout {
	switch run.State {
	case cutover.RunFinished:
		return []ui.Callout{{Tone: ui.Good, Title: "Finished",
			Text: h.moment(run.EndedAt) + " by " + run.EndedBy + ". The proof stays here as the final report."}}
	case cutover.RunAbandoned:
		return []ui.Callout{{Tone: ui.Warn, Title: "Abandoned",
			Text: h.moment(run.EndedAt) + " by " + run.EndedBy +
				". New subscriptions that wait as possible twins still wait for a person."}}
	}
	return nil
}

func bars(run cutover.Run, p cutover.Progress) []ui.Progress {
	bar := func(label string, done int) ui.Progress {
		out := ui.Progress{Label: label, Text: itoa(done) + " of " + itoa(p.All), Done: done, Total: max(p.All, 1)}
		if done == p.All {
			out.Tone = ui.Good
		}
		return out
	}
	return []ui.Progress{bar("All decided", p.All-p.Undecided), bar("Confirmed", p.Confirmed+p.Reassigned+p.Retired),
		bar("History reassigned", p.Reassigned+p.Retired), bar("Old ones retired", p.Retired), bar("Done", p.Done)}
}

// gateSteps are the gates as a checklist; each leads to its work.
func gateSteps(run cutover.Run, gates []cutover.Gate, may bool) ui.Steps {
	var out ui.Steps
	for _, g := range gates {
		s := ui.Step{Title: g.Name, Text: g.Says}
		switch g.State {
		case cutover.GateDone:
			s.State, s.Word = ui.StepDone, "Done"
		case cutover.GateOpen:
			s.State, s.Word = ui.StepNow, "To do"
		case cutover.GateBlocked:
			s.State, s.Word = ui.StepTodo, "Waits for a gate before it"
		case cutover.GateNone:
			s.State, s.Word = ui.StepSkipped, "Not needed"
		}
		if run.State == cutover.RunOpen && (g.State == cutover.GateOpen || g.State == cutover.GateBlocked) {
			s.Action = gateAction(run, g, may)
		}
		out = append(out, s)
	}
	return out
}

func gateAction(run cutover.Run, g cutover.Gate, may bool) templ.Component {
	link := func(text, href string) templ.Component {
		return ui.LinkButton{Text: text, Href: href, Compact: true}
	}
	here, newOne := path(run.ID), at.Provider(run.NewProviderID)
	switch g.Key {
	case "access":
		if !may {
			return nil
		}
		return ui.PostButton{Button: ui.Button{Text: "Note that access was requested", Action: here + "/access",
			Compact: true}}
	case "verified", "accounts", "subscriptions":
		return link("Open the new provider", newOne)
	case "mapped":
		return link("Carry the mapping over", here+"/carry")
	case "paired":
		if g.Strayed {
			return link("Show these customers", here+"?todo=strayed#customers")
		}
		return link("Show undecided customers", here+"?todo=undecided#customers")
	case "billed":
		return link("Show customers with open rows", here+"?todo=open_rows#customers")
	case "reassigned":
		return link("Show confirmed customers", here+"?step=confirmed#customers")
	case "signed":
		return link("Show customers to sign", here+"?todo=unsigned#customers")
	case "retired":
		return link("Show reassigned customers", here+"?step=reassigned#customers")
	case "deactivated":
		return link("Open the old provider", at.Provider(run.OldProviderID))
	case "proof":
		return link("Open the proof", here+"/proof")
	}
	return nil
}

// Access notes that access to the new API was asked for.
func (h Handlers) Access(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	if err := h.Cutovers.NoteAccess(c.Request().Context(), session.Actor(c), run.ID); err != nil {
		return err
	}
	return httpx.Done(c, path(run.ID), "Noted: access was requested.")
}
