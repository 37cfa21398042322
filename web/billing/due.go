package billing

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/billingrun"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/billing"
)

// sheet is what is due as a page shows it.
type sheet struct {
	billingrun.Due
	asked    url.Values // the filter, as it stands in the address
	page     int        // from 1
	may      bool
	mails    bool // a mail server is set up
	problems map[string]string
	notice   *ui.Callout
}

// Due is what is due over all contracts.
func (h Handlers) Due(c echo.Context) error {
	f, asked, err := filterOf(c.QueryParams())
	if err != nil {
		return err
	}
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	return h.due(c, f, sheet{asked: asked, page: page}, http.StatusOK)
}

func pageOf(c echo.Context) (int, error) {
	text := c.QueryParam("page")
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > billingrun.Most/shown {
		return 0, errs.Fields{"page": "There is no such page."}.Err()
	}
	return n, nil
}

// filterOf reads which contracts are meant, and gives the address that means the same.
func filterOf(v url.Values) (billingrun.Filter, url.Values, error) {
	f := billingrun.Filter{Currency: v.Get("currency"), Frequency: contract.Frequency(v.Get("frequency")),
		Timing: contract.Timing(v.Get("timing")), Q: strings.TrimSpace(v.Get("q")), Nobody: v.Get("nobody") == "1"}
	problems := errs.Fields{}
	var err error
	if f.Day, err = clock.ParseDate(v.Get("due")); err != nil {
		problems.Add("due", "Enter a date as 2026-03-31.")
	}
	if !slices.Contains([]contract.Frequency{"", contract.Monthly, contract.Quarterly, contract.Annual}, f.Frequency) {
		problems.Add("frequency", "Choose monthly, quarterly or annual.")
	}
	if !slices.Contains([]contract.Timing{"", contract.Advance, contract.Arrears}, f.Timing) {
		problems.Add("timing", "Choose advance or arrears.")
	}
	if f.Currency != "" && len(f.Currency) != 3 {
		problems.Add("currency", "Enter a currency as USD.")
	}
	asked := url.Values{}
	for _, name := range []string{"due", "currency", "frequency", "timing", "q", "nobody"} {
		if value := v.Get(name); value != "" {
			asked.Set(name, value)
		}
	}
	return f, asked, problems.Err()
}

func (h Handlers) due(c echo.Context, f billingrun.Filter, s sheet, status int) (err error) {
	if s.Due, err = h.Runs.Look(c.Request().Context(), f); err != nil {
		return err
	}
	if s.mails, err = h.mails(c); err != nil {
		return err
	}
	s.may = mayBill(c)
	m := view.Due{Page: session.Page(c, "Billing", nav), Filters: s.filters(), Callouts: s.callouts(),
		Stats: s.stats(), Table: s.table(), Pager: s.pager(), Reasons: s.reasons(), LeftOut: s.leftOut()}
	m.Page.Lead = "What is due up to " + s.Day.String() + " over all contracts. Nothing is made until you make the drafts."
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Billing runs", Href: runsPath},
		ui.LinkButton{Text: "By itself", Href: path + "/schedule"})
	if s.Nobody {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Enter recipients for many", Href: unaddressed})
	}
	if s.may && len(s.Billable()) > 0 {
		m.Begin, m.Bulk = s.begin(), s.bulk()
	}
	if more := len(s.leftOutRows()) - leftOutShown; more > 0 {
		m.More = words.Count(more) + " more stand in the file."
	}
	m.Summary = ui.Summarize(s.problems, ui.Field{Name: "late"}, ui.Field{Name: "contract_id"})
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

func (s sheet) address(set ...string) string {
	v := url.Values{}
	for name := range s.asked {
		v.Set(name, s.asked.Get(name))
	}
	for i := 0; i+1 < len(set); i += 2 {
		if v.Set(set[i], set[i+1]); set[i+1] == "" {
			v.Del(set[i])
		}
	}
	return (&url.URL{Path: path, RawQuery: v.Encode()}).String()
}

func (s sheet) filters() ui.FilterBar {
	all := func(options ...ui.Option) []ui.Option {
		return append([]ui.Option{{Value: "", Label: "All"}}, options...)
	}
	currencies := all()
	for _, k := range s.Contracts {
		if !slices.ContainsFunc(currencies, func(o ui.Option) bool { return o.Value == k.Currency }) {
			currencies = append(currencies, ui.Option{Value: k.Currency, Label: k.Currency})
		}
	}
	if now := s.asked.Get("currency"); now != "" && len(currencies) == 1 {
		currencies = append(currencies, ui.Option{Value: now, Label: now})
	}
	b := ui.FilterBar{Action: path, Search: s.Q, SearchLabel: "Search contract or customer",
		CSVHref: strings.Replace(s.address(), path, path+".csv", 1), ClearHref: path,
		Selects: []ui.Field{
			{Kind: ui.DateInput, Name: "due", Label: "Due up to", Value: s.Day.String()},
			{Kind: ui.SelectBox, Name: "currency", Label: "Currency", Value: s.Currency, Options: currencies},
			{Kind: ui.SelectBox, Name: "frequency", Label: "Billed", Value: string(s.Frequency), Options: all(
				ui.Option{Value: "monthly", Label: "Monthly"}, ui.Option{Value: "quarterly", Label: "Quarterly"},
				ui.Option{Value: "annual", Label: "Annually"})},
			{Kind: ui.SelectBox, Name: "timing", Label: "Timing", Value: string(s.Timing), Options: all(
				ui.Option{Value: "advance", Label: "In advance"}, ui.Option{Value: "arrears", Label: "In arrears"})},
		}}
	labels := map[string]string{"due": "Due up to ", "currency": "", "frequency": "Billed ", "timing": "In ",
		"q": "Search: "}
	for _, name := range []string{"q", "due", "currency", "frequency", "timing"} {
		if value := s.asked.Get(name); value != "" {
			b.Chips = append(b.Chips, ui.Chip{Label: labels[name] + value, RemoveHref: s.address(name, "")})
		}
	}
	if s.Nobody {
		b.Chips = append(b.Chips, ui.Chip{Label: "Documents go to nobody", RemoveHref: s.address("nobody", "")})
	}
	return b
}

func (s sheet) callouts() []ui.Callout {
	var out []ui.Callout
	if s.notice != nil {
		out = append(out, *s.notice)
	}
	return out
}

func (s sheet) stats() ui.Stats {
	billable, lines, first, look := s.Billable(), 0, 0, 0
	for _, k := range billable {
		lines += k.Lines
		if k.First() {
			first++
		}
		if len(k.Remarks) > 0 || toConfirm(k) {
			look++
		}
	}
	var out ui.Stats
	if !s.may || len(billable) == 0 { // else the step over all says it
		out = ui.Stats{{Label: "Contracts due", Value: words.Count(len(billable)), Note: count(lines, "line", "lines")}}
		for _, x := range s.Sums() {
			m := sum(x.Amount, x.Currency)
			out = append(out, ui.Stat{Label: "Due, net", Value: m.Amount, Unit: m.Currency, Note: contracts(x.N)})
		}
	}
	out = append(out, ui.Stat{Label: "To look at", Value: words.Count(look),
		Note: count(first, "first bill", "first bills"), Tone: ui.Warn.If(look > 0)})
	left := ui.Stat{Label: "Left out", Value: words.Count(len(s.leftOutRows())), Tone: ui.Warn.If(len(s.leftOutRows()) > 0)}
	if len(s.leftOutRows()) > 0 {
		left.Href = "#left-out"
	}
	var parts []string
	for _, x := range s.LeftOutSums() {
		parts = append(parts, text(x))
	}
	left.Note = strings.Join(parts, ", ")
	out = append(out, left)
	if n := s.toNobody(); s.mails && n > 0 {
		out = append(out, toNobody(n, s.address("nobody", "1")))
	}
	return append(out, s.besides()...)
}

// toNobody counts what would be billed and can be sent to nobody.
func (s sheet) toNobody() (n int) {
	for _, k := range s.Billable() {
		if k.Nobody {
			n++
		}
	}
	return n
}

// toNobody warns of contracts whose documents go to nobody, and leads to them.
func toNobody(n int, href string) ui.Stat {
	return ui.Stat{Label: "Documents go to nobody", Value: words.Count(n), Tone: ui.Warn,
		Note: "contracts to enter recipients in, before sending", Href: href}
}

// unaddressed is where recipients are entered for many contracts at once.
const unaddressed = at.Contracts + "?active=yes&recipients=none"

// besides are what waits elsewhere: drafts that were made, and subscriptions that no run can bill.
func (s sheet) besides() (out ui.Stats) {
	if len(s.Drafts) > 0 {
		n, parts := 0, make([]string, len(s.Drafts))
		for i, d := range s.Drafts {
			n, parts[i] = n+d.N, text(d)
		}
		out = append(out, ui.Stat{Label: "Drafts to bill", Value: words.Count(n), Note: strings.Join(parts, ", "),
			Href: at.Invoices + "?state=draft"})
	}
	if s.Unmapped > 0 {
		out = append(out, ui.Stat{Label: "Of no customer yet", Value: words.Count(s.Unmapped),
			Note: "subscriptions", Href: at.Accounts + "?state=unmapped"})
	}
	return out
}

// hidden are what a form says of what it was made from.
func (s sheet) hidden() []ui.Pair {
	return []ui.Pair{{Name: "filter", Value: s.asked.Encode()}, {Name: "due", Value: s.Day.String()},
		{Name: "press", Value: uuid.NewString()}}
}

func (s sheet) begin() *view.Begin {
	var parts []string
	for _, x := range s.Sums() {
		parts = append(parts, text(x))
	}
	b := &view.Begin{Title: contracts(len(s.Billable())) + ": " + strings.Join(parts, ", "), Action: runsPath,
		Text:   "You look at drafts before they are billed. At once: what has changed by then stays a draft.",
		Hidden: append(s.hidden(), ui.Pair{Name: "all", Value: "1"}, ui.Pair{Name: "shown", Value: s.Digest}),
		Buttons: []ui.Button{{Text: "Make the drafts", Weight: ui.Primary, Name: "step", Value: "draft"},
			{Text: "Draft and bill", Name: "step", Value: "bill"},
			{Text: "Draft, bill and send", Name: "step", Value: "send"}}}
	if n := s.toConfirm(); n > 0 {
		b.Late = &ui.Field{Kind: ui.Checkbox, Name: "late", Label: "Bill also the " + contracts(n) +
			" unusual or to confirm", Hint: "Sums that moved much, and lines from before their cycle or on days that " +
			"were paid. Otherwise they stay drafts."}
	}
	return b
}

func (s sheet) toConfirm() (n int) {
	for _, k := range s.Billable() {
		if toConfirm(k) {
			n++
		}
	}
	return n
}

// toConfirm says that a contract is billed at once only by a person who says so.
func toConfirm(k billingrun.Contract) bool { return k.LateLines > 0 || k.HeldBack() }

const formID = "due"

func (s sheet) bulk() *ui.BulkBar {
	b := &ui.BulkBar{FormID: formID, Action: runsPath, Hint: "Or tick some.", Hidden: s.hidden(),
		Buttons: []ui.Button{{Text: "Draft what is ticked", Name: "step", Value: "draft"}}}
	for _, k := range s.rows() {
		if k.Billable() {
			b.Hidden = append(b.Hidden, ui.Pair{Name: "seen", Value: k.ID.String() + " " + k.Digest})
		}
	}
	return b
}

// rows are the contracts of this page.
func (s sheet) rows() []billingrun.Contract {
	all := s.Billable()
	from := min((s.page-1)*shown, len(all))
	return all[from:min(from+shown, len(all))]
}

func (s sheet) pager() ui.Pager {
	n := len(s.Billable())
	p := ui.Pager{Text: contracts(n)}
	if n > shown {
		p.Text, p.Page = words.Count(len(s.rows()))+" of "+contracts(n), "Page "+strconv.Itoa(s.page)
	}
	if s.page > 1 {
		p.FirstHref, p.PrevHref = s.address(), s.address("page", strconv.Itoa(s.page-1))
	}
	if s.page*shown < n {
		p.NextHref = s.address("page", strconv.Itoa(s.page+1))
	}
	return p
}

func (s sheet) table() ui.Table {
	t := ui.Table{Caption: "Contracts with something due", Columns: []ui.Column{{Label: "Customer"},
		{Label: "Period", Nowrap: true}, {Label: "Lines", Numeric: true},
		{Label: "Since the last one", Width: "medium"},
		{Label: "Look at", Width: "medium", Card: true}, {Label: "Total, net", Numeric: true, Card: true},
		{Label: "Leave out", Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing is due",
			Text: "Every contract that matches is drafted or billed up to " + s.Day.String() +
				". Choose a later day to look ahead."}}
	if len(s.asked) > 0 {
		t.Empty.Action = &ui.LinkButton{Text: "Clear the filters", Href: path}
	}
	if s.may {
		t.Select = &ui.Selection{FormID: formID, Name: "contract_id"}
	}
	for _, k := range s.rows() {
		row := ui.Row{ID: k.ID.String(), Label: "Select " + k.Customer + ", " + k.Name, Cells: []ui.Cell{
			{Text: k.Customer, Href: contractPath(k.ID), Sub: k.Name},
			{Text: k.Covers.From.String() + " to", Sub: k.Covers.To.AddDays(-1).String()},
			ui.TextCell(words.Count(k.Lines)), changes(k.Changes), remarks(k.Remarks, k.LateLines > 0),
			ui.Of(sum(k.Total, k.Currency)), {}}}
		if s.may {
			row.Cells[6] = ui.LinkCell("Leave out", path+"/contracts/"+k.ID.String()+"/leave-out")
		}
		if k.ByItself != "" {
			row.Cells[0].Badges = []ui.Badge{{Text: "by itself"}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

const changesTold = 3

// changes tells what is new, gone or otherwise, the first ones by name.
func changes(all []billingrun.Change) ui.Cell {
	if len(all) == 0 {
		return ui.Cell{}
	}
	var parts []string
	for _, x := range all[:min(len(all), changesTold)] {
		parts = append(parts, changeText(x))
	}
	if more := len(all) - changesTold; more > 0 {
		parts = append(parts, words.Count(more)+" more")
	}
	return ui.Cell{Text: count(len(all), "change", "changes"), Sub: strings.Join(parts, "; ")}
}

func changeText(x billingrun.Change) string {
	switch x.Kind {
	case "new":
		return x.Name + ": new, " + x.After
	case "gone":
		return x.Name + ": gone, was " + x.Before
	}
	return x.Name + ": " + x.Kind + " " + x.Before + " → " + x.After
}

var codes = map[string]string{billingrun.Jump: "unusual sum", billingrun.FirstBill: "first bill",
	billingrun.OldLine: "old days", billingrun.Lapsed: "sign-off lapsed", billingrun.Grown: "sudden growth",
	billingrun.Goodwill: "goodwill"}

// remarks tells why to look: a badge for each kind, and the words of the first.
func remarks(all []billingrun.Remark, late bool) ui.Cell {
	c, told := ui.Cell{}, map[string]bool{}
	var says []string
	for _, r := range all {
		if !told[r.Code] {
			told[r.Code] = true
			c.Badges = append(c.Badges, ui.Badge{Text: codes[r.Code], Tone: ui.Warn})
		}
		if r.Code != billingrun.FirstBill && len(says) < changesTold {
			says = append(says, r.Says)
		}
	}
	if late {
		c.Badges = append(c.Badges, ui.Badge{Text: "to confirm", Tone: ui.Warn})
	}
	c.Sub = strings.Join(says, " ")
	return c
}
