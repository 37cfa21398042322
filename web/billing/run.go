package billing

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/billingrun"
	"seatledger/internal/errs"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/billing"
)

// Begin makes a run over what is ticked, or over all that match the filter.
func (h Handlers) Begin(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	o, err := orderOf(form)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	id, err := h.Runs.Begin(ctx, session.Actor(c), o)
	if err != nil {
		return err
	}
	if err := h.Runs.Go(ctx, id, atOnce); err != nil {
		return err
	}
	return httpx.SeeOther(c, RunPath(id))
}

// orderOf reads a run that is asked for. The filter stands in its fields, or as the address of the page.
func orderOf(form httpx.Values) (billingrun.Order, error) {
	asked := url.Values(form)
	if form.Get("filter") != "" {
		kept, err := url.ParseQuery(form.Get("filter"))
		if err != nil {
			return billingrun.Order{}, errs.Because(errs.Invalid,
				"This address is damaged. Start again from Billing.", err)
		}
		kept.Set("due", form.Get("due"))
		asked = kept
	}
	f, address, err := filterOf(asked)
	o := billingrun.Order{Filter: f, All: form.On("all"), Address: address.Encode(), Goal: billingrun.Goal(form.Get("step")),
		Shown: form.Get("shown"), Late: form.On("late")}
	if err != nil {
		return o, err
	}
	if press := form.Get("press"); press != "" {
		if o.Press, err = uuid.Parse(press); err != nil {
			return o, errs.Fields{"press": "This form is damaged. Start again from Billing."}.Err()
		}
	}
	if o.All {
		return o, nil
	}
	ids, err := form.IDs("contract_id")
	seen := map[string]string{}
	for _, s := range form.All("seen") {
		id, digest, _ := strings.Cut(s, " ")
		seen[id] = digest
	}
	for _, id := range ids {
		o.Contracts = append(o.Contracts, billingrun.Chosen{ID: id, Digest: seen[id.String()]})
	}
	return o, err
}

// List is the runs of late.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := billingrun.Latest(ctx, h.DB.Read(ctx), shown)
	if err != nil {
		return err
	}
	m := view.List{Page: session.Page(c, "Billing runs", nav), Table: ui.Table{Caption: "Billing runs",
		Columns: []ui.Column{{Label: "Run"}, {Label: "Due up to"}, {Label: "State"}, {Label: "By"}, {Label: "When"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No billing run yet", Text: "Make one from what is due.",
			Action: &ui.LinkButton{Text: "What is due", Href: path}}}}
	m.Page.Crumbs = crumbs[:1]
	for _, r := range all {
		m.Table.Rows = append(m.Table.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(r.Called(), RunPath(r.ID)),
			ui.TextCell(r.DueOn.String()), {Badges: []ui.Badge{state.Run(r.State)}}, ui.TextCell(r.Actor),
			ui.Of(httpx.Moment(r.At, h.Zone))}})
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

var crumbs = []layout.Crumb{{Label: "Billing", Href: path}, {Label: "Billing runs", Href: runsPath}}

// sight is a run as its page shows it.
type sight struct {
	billingrun.Run
	counts billingrun.Counts
	rows   []billingrun.Row
	mails  bool // a mail server is set up
	part   billingrun.Part
	page   int
	may    bool
}

func (h Handlers) sight(c echo.Context) (s sight, err error) {
	id, err := httpx.ParseID(strings.TrimSuffix(c.Param("id"), ".csv"))
	if err != nil {
		return s, err
	}
	ctx := c.Request().Context()
	if s.Run, err = billingrun.Get(ctx, h.DB.Read(ctx), id); err != nil {
		return s, err
	}
	s.counts, err = billingrun.CountsOf(ctx, h.DB.Read(ctx), id)
	return s, err
}

// Show is a run: how far it has come, what is to be looked at, and its next step. {id}.csv is its contracts as a file.
func (h Handlers) Show(c echo.Context) error {
	s, err := h.sight(c)
	if err != nil {
		return err
	}
	if strings.HasSuffix(c.Param("id"), ".csv") {
		return h.file(c, s.Run)
	}
	if s.page, err = pageOf(c); err != nil {
		return err
	}
	if s.part = billingrun.Part(c.QueryParam("only")); !s.part.Known() {
		return errs.Fields{"only": "A run has no such part."}.Err()
	}
	ctx := c.Request().Context()
	s.rows, err = billingrun.Rows(ctx, h.DB.Read(ctx), s.ID, s.part, (s.page-1)*shown, shown)
	if err != nil {
		return err
	}
	if s.mails, err = h.mails(c); err != nil {
		return err
	}
	s.may = mayBill(c)
	m := view.Run{Page: session.Page(c, s.Called(), nav), Callouts: s.callouts(), Stats: s.stats(), Table: s.table(),
		Pager: s.pager()}
	m.Page.Crumbs, m.Page.Badges = crumbs, []ui.Badge{state.Run(s.State)}
	m.Page.Meta = []layout.Meta{{Label: "Due up to", Text: s.DueOn.String()}, {Label: "By", Text: s.Actor},
		{Label: "When", Value: httpx.Moment(s.At, h.Zone)}}
	m.Page.Actions = append(s.ways(), ui.LinkButton{Text: "CSV", Href: RunPath(s.ID) + ".csv", Icon: "download",
		Download: true})
	switch {
	case s.Under():
		s.underWay(&m)
	case s.may:
		m.Steps, m.Undo = s.steps(), s.undo()
		if s.counts.Drafted > 0 {
			m.Bulk = s.bulk()
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}
