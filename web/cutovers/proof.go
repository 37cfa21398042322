package cutovers

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

const (
	ackForm       = "acknowledge"
	mostDrawn     = 50  // customers of a page
	mostFindings  = 200 // rows of the table of faults
	crmAccountKey = "crm_account"
)

var verdicts = map[proof.Verdict]ui.Badge{
	proof.OK: {Text: "ok", Tone: ui.Good}, proof.Acknowledged: {Text: "acknowledged", Tone: ui.Good},
	proof.Waiting: {Text: "waiting", Tone: ui.Info},
	proof.Changed: {Text: "changed", Tone: ui.Warn}, proof.Undecided: {Text: "undecided", Tone: ui.Warn},
	proof.Gap: {Text: "gap", Tone: ui.Bad}, proof.Double: {Text: "double", Tone: ui.Bad},
}

var proofSpec = httpx.ListSpec{Sorts: cutover.CustomerSorts(), Filters: []httpx.Filter{
	{Name: "show", Label: "Show", Choices: []httpx.Choice{{Value: "open", Label: "Customers with something open"}}},
	{Name: crmAccountKey, Label: "One customer", IsID: true},
}}

// report is what the page gathers while the proof goes by.
type report struct {
	totals    proof.Totals
	customers int
	clean     int
	findings  []proof.Blocker
	changes   []change
	drawn     []proof.Customer
	more      string // name from which the next page goes on
}

// change is one to acknowledge, or acknowledged, with where it stands.
type change struct {
	customer proof.Customer
	product  proof.Product
	proof.Change
}

// Proof is the final report: totals, what must be put right, and every day drawn; with .csv its days.
func (h Handlers) Proof(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, proofSpec)
	if err != nil {
		return err
	}
	f := proof.Filter{Search: q.Search}
	if id := q.FilterID(crmAccountKey); id != uuid.Nil {
		f.Customers = []uuid.UUID{id}
	}
	if httpx.IsFile(c) {
		return h.proofFile(c, run, f)
	}
	r, err := h.gather(c, run, f, q)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.proofPage(c, run, q, r).Show())
}

func (h Handlers) gather(c echo.Context, run cutover.Run, f proof.Filter, q httpx.ListQuery) (report, error) {
	ctx := c.Request().Context()
	r := report{}
	from := c.QueryParam("from")
	err := h.Cutovers.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		r = report{}
		return proof.Each(ctx, tx, run.ID, f, h.Cutovers.ProofDay(run), func(p proof.Customer) error {
			r.take(p, q.Filter("show") == "open", from)
			return nil
		})
	})
	slices.SortStableFunc(r.findings, func(a, b proof.Blocker) int { return rank(a.Verdict) - rank(b.Verdict) })
	return r, err
}

func rank(v proof.Verdict) int { return slices.Index(proof.Verdicts(), v) }

func (r *report) take(p proof.Customer, onlyOpen bool, from string) {
	r.customers++
	r.totals.Add(p.Totals)
	if !p.Worst().Blocks() {
		r.clean++
	}
	for _, b := range p.Blockers() {
		if b.Verdict != proof.Changed {
			r.findings = append(r.findings, b)
		}
	}
	for _, product := range p.Products {
		for _, x := range product.Changes {
			r.changes = append(r.changes, change{p, product, x})
		}
	}
	if onlyOpen && !p.Worst().Blocks() || from != "" && !r.reached(p, from) {
		return
	}
	if len(r.drawn) == mostDrawn {
		if r.more == "" {
			r.more = p.CRMAccountID.String()
		}
		return
	}
	r.drawn = append(r.drawn, p)
}

// reached tells whether the page begins here, or has begun.
func (r *report) reached(p proof.Customer, from string) bool {
	return len(r.drawn) > 0 || p.CRMAccountID.String() == from
}

func (h Handlers) proofPage(c echo.Context, run cutover.Run, q httpx.ListQuery, r report) view.Proof {
	m := view.Proof{Page: session.Page(c, "Proof", nav), Remarks: verdictRemark(run, r), Stats: proofStats(r),
		Filters: q.FilterBar("Search customer"), Totals: totalsTable(r.totals), Legend: legend(),
		Faults: faults(run.ID, r.findings, canAct(c, run)), Changes: h.changesTable(run, r.changes, canAct(c, run))}
	m.Page.Kicker, m.Page.Crumbs = "Cut-over "+run.Name, crumbs(run)
	m.Page.Lead = fmt.Sprintf("From %s to %s, as of %s. Every day of every product must be covered exactly once.",
		run.OldProvider, run.NewProvider, h.Cutovers.ProofDay(run))
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Every day as CSV", Href: m.Filters.CSVHref,
		Icon: "download", Download: true}}
	m.Filters.CSVHref = ""
	if canAct(c, run) && slices.ContainsFunc(r.changes, func(x change) bool { return x.By == nil }) {
		m.Ack = &ui.BulkBar{FormID: ackForm, Action: path(run.ID) + "/acknowledge",
			Hint:    "Tick the changes that are real. They stand under your name.",
			Buttons: []ui.Button{{Text: "Acknowledge the ticked changes", Weight: ui.Primary}}}
		m.Note = ui.Field{Name: "note", Label: "Note", Hint: "Why it changes, as: the customer ordered two more."}
	}
	for i, p := range r.drawn {
		m.Customers = append(m.Customers, proved(run, i, p))
	}
	m.Pager = ui.Pager{Text: words.Counted(len(r.drawn), "customer", "customers") + " drawn of " + itoa(r.customers)}
	if r.more != "" {
		v := q.Except("from")
		v.Set("from", r.more)
		m.Pager.NextHref = path(run.ID) + "/proof?" + v.Encode() + "#days"
	}
	return m
}

func verdictRemark(run cutover.Run, r report) []ui.Callout {
	switch open := r.open(); {
	case r.customers == 0:
		return []ui.Callout{{Tone: ui.Info, Title: "Nothing to prove yet",
			Text: "No customer of this cut-over has a subscription with seats."}}
	case open+len(r.findings) == 0:
		return []ui.Callout{{Tone: ui.Good, Title: "Every day is covered exactly once",
			Text: words.Counted(r.customers, "customer", "customers") +
				", no gap, no double, every change acknowledged."}}
	case run.State == cutover.RunOpen:
		return []ui.Callout{{Tone: ui.Warn, Title: "Not proved yet",
			Text: words.Counted(len(r.findings), "finding", "findings") + " to put right and " +
				words.Counted(open, "change",
					"changes") + " to acknowledge keep this cut-over from being finished."}}
	}
	return nil
}

func (r report) open() int {
	n := 0
	for _, x := range r.changes {
		if x.By == nil {
			n++
		}
	}
	return n
}

func proofStats(r report) ui.Stats {
	count := map[proof.Verdict]int{}
	for _, b := range r.findings {
		count[b.Verdict]++
	}
	bad := func(label string, v proof.Verdict, tone ui.Tone) ui.Stat {
		return ui.Stat{Label: label, Value: itoa(count[v]), Tone: tone.If(count[v] > 0)}
	}
	return ui.Stats{{Label: "Customers proved", Value: itoa(r.clean), Unit: "of " + itoa(r.customers),
		Tone: ui.Good.If(r.clean == r.customers && r.customers > 0)},
		bad("Doubles", proof.Double, ui.Bad), bad("Gaps", proof.Gap, ui.Bad),
		bad("Undecided", proof.Undecided, ui.Warn), bad("Waiting", proof.Waiting, ui.Info),
		{Label: "Changes", Value: itoa(r.open()), Unit: "of " + itoa(len(r.changes)), Note: "not acknowledged",
			Tone: ui.Warn.If(r.open() > 0)}}
}

func totalsTable(t proof.Totals) ui.Table {
	out := ui.Table{Caption: "Totals", Plain: true, Columns: []ui.Column{{Label: "Figure"},
		{Label: "Before", Numeric: true}, {Label: "After", Numeric: true}, {Label: "Difference", Numeric: true}}}
	row := func(label, before, after, diff string) {
		out.Rows = append(out.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(label), ui.TextCell(before), ui.TextCell(after),
			ui.TextCell(diff)}})
	}
	row("Seats", itoa(t.SeatsBefore), itoa(t.SeatsAfter), fmt.Sprintf("%+d", t.SeatsAfter-t.SeatsBefore))
	for _, m := range t.Months {
		row("Per month, "+m.Currency, sum(m.Before, m.Currency), sum(m.After, m.Currency),
			sum(m.After.Sub(m.Before), m.Currency))
	}
	row("Forfeited seat-days: billed, closed without refund, and held by nobody. "+
		"Days billed on the old side that the new one holds are not among them", itoa(t.Forfeited-t.Late),
		itoa(t.Late), "")
	if t.Unpriced > 0 {
		row("Figures without a price per month: in the seats, not in the money", itoa(t.Unpriced), "", "")
	}
	return out
}

func faults(run uuid.UUID, all []proof.Blocker, act bool) *ui.Table {
	if len(all) == 0 {
		return nil
	}
	t := ui.Table{Caption: "To put right", Plain: true, Columns: findingColumns}
	if act {
		t.Columns = append(slices.Clone(findingColumns), ui.Column{Label: "If it is right", Hidden: true})
	}
	if len(all) > mostFindings {
		t.Caption, t.ShowCaption = fmt.Sprintf("The first %d of %d findings; the CSV has all", mostFindings,
			len(all)), true
		all = all[:mostFindings]
	}
	for _, b := range all {
		row := finding(run, b)
		if act {
			row.Cells = append(row.Cells, realCell(run, b))
		}
		t.Rows = append(t.Rows, row)
	}
	return &t
}

// realCell offers to say that the seats of both sides are real; that asks for the customer's name.
func realCell(run uuid.UUID, b proof.Blocker) ui.Cell {
	if b.Double == "" {
		return ui.Cell{}
	}
	return ui.Of(ui.PostButton{Button: ui.Button{Text: "Both are real", Action: path(run) + "/acknowledge",
		Compact: true},
		Hidden: []ui.Pair{{Name: "double", Value: b.CRMAccountID.String() + " " + b.Double}}})
}

var whats = map[proof.What]string{proof.QuantityChanged: "seats", proof.PriceChanged: "price",
	proof.SeatsEnded: "seats end", proof.SeatsNew: "seats are new"}

// changesTable has what waits first, then what somebody has acknowledged.
func (h Handlers) changesTable(run cutover.Run, all []change, act bool) *ui.Table {
	if len(all) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Changes over the switch", Plain: true,
		Columns: []ui.Column{{Label: "Customer"}, {Label: "Product"}, {Label: "What"}, {Label: "Day", Nowrap: true},
			{Label: "Before", Numeric: true}, {Label: "After", Numeric: true}, {Label: "Acknowledged"}}}
	if act && (report{changes: all}).open() > 0 {
		t.Select = &ui.Selection{FormID: ackForm, Name: "change"}
	}
	slices.SortStableFunc(all, func(a, b change) int { return boolRank(a.By != nil) - boolRank(b.By != nil) })
	for _, x := range all {
		by := ui.Cell{Badges: []ui.Badge{verdicts[proof.Changed]}}
		if x.By != nil {
			by = ui.Cell{Text: "by " + x.By.AcknowledgedBy,
				Sub: joined(httpx.MomentText(x.By.AcknowledgedAt, h.Cutovers.Zone), x.By.Note)}
		}
		t.Rows = append(t.Rows, ui.Row{ID: x.customer.CRMAccountID.String() + " " + x.Fingerprint,
			Label: x.customer.CRMAccount + " " + x.product.Key, Unselectable: x.By != nil, Cells: []ui.Cell{
				ui.LinkCell(x.customer.CRMAccount, customerPath(run.ID, x.customer.CRMAccountID)),
				{Text: x.product.Name, Sub: x.product.Key}, ui.TextCell(whats[x.What]), ui.TextCell(x.Day.String()),
				ui.TextCell(x.Before), ui.TextCell(x.After), by}})
	}
	return &t
}

func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + ": " + b
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

func period(from, to clock.Date) string {
	if from.AddDays(1) == to {
		return from.String()
	}
	return from.String() + " to " + to.AddDays(-1).String()
}
