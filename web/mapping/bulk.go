package mapping

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/internal/money"
	"seatledger/internal/selection"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/mapping"
)

const earlierShown = 20

// asked is what the bulk form asks for.
type asked struct {
	provider string
	above    string // percent; empty: what is certain
	chosen   map[mapping.Pair]bool
}

func readAsked(v values) (asked, mapping.BatchFilter, error) {
	a := asked{provider: v.Get("provider"),
		above: strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v.Get("above")), "%"))}
	var f mapping.BatchFilter
	problems := errs.Fields{}
	if a.provider != "" {
		var err error
		if f.ProviderID, err = uuid.Parse(a.provider); err != nil {
			problems.Add("provider", "Provider: this is not one of the choices.")
		}
	}
	if a.above != "" {
		percent, err := strconv.ParseFloat(a.above, 64)
		if err != nil || !(percent >= 50 && percent < 100) {
			problems.Add("above", "Enter a percentage from 50 to 99.99, or leave it blank for what is certain.")
		}
		f.Above = percent / 100
	}
	return a, f, problems.Err()
}

// Bulk previews what would be accepted at once.
func (h Handlers) Bulk(c echo.Context) error {
	a, f, err := readAsked(c.Request().URL.Query())
	if problems, refused := httpx.Refused(err); refused {
		return h.bulkPage(c, a, mapping.BatchFilter{}, http.StatusUnprocessableEntity, problems)
	}
	if err != nil {
		return err
	}
	return h.bulkPage(c, a, f, http.StatusOK, nil)
}

// AcceptMany accepts what was ticked in the preview, in one batch.
func (h Handlers) AcceptMany(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	a, f, err := readAsked(form)
	if err != nil {
		return err
	}
	pairs, err := readPairs(form.All("pair"))
	if err != nil {
		return err
	}
	a.chosen = map[mapping.Pair]bool{}
	for _, p := range pairs {
		a.chosen[p] = true
	}
	problems := map[string]string{}
	if len(pairs) == 0 {
		problems["pair"] = "Tick at least one account."
	}
	if !form.On("confirm") {
		problems["confirm"] = "Confirm that you have looked at the list."
	}
	if len(problems) > 0 {
		return h.bulkPage(c, a, f, http.StatusUnprocessableEntity, problems)
	}
	ctx := c.Request().Context()
	o, err := f.Order(pairs)
	if err != nil {
		return err
	}
	id, err := h.Works.Act(ctx, session.Actor(c), o)
	if err != nil {
		return err
	}
	if err := h.Works.Go(ctx, id); err != nil {
		return err
	}
	return h.toldBatch(c, id)
}

// toldBatch leads to the page of a batch with what it came to.
func (h Handlers) toldBatch(c echo.Context, id uuid.UUID) error {
	ctx := c.Request().Context()
	n, err := selection.CountsOf(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	said := layout.Notice{Text: fmt.Sprintf("Mapped %d of %d accounts.", n.Done, n.Total()), Tone: ui.Good,
		Command: undoButton(where{}, mapping.ActBatch, id)}
	if n.Skipped > 0 {
		said.Tone, said.Text = ui.Warn, said.Text+fmt.Sprintf(" %d were skipped; the reasons stand below.", n.Skipped)
	}
	httpx.TellNotice(c, said)
	return httpx.SeeOther(c, bulk.Path(id))
}

func readPairs(texts []string) ([]mapping.Pair, error) {
	var out []mapping.Pair
	for _, s := range texts {
		a, b, _ := strings.Cut(s, ":")
		accountID, err := uuid.Parse(a)
		customer, cerr := uuid.Parse(b)
		if err != nil || cerr != nil {
			return nil, errs.Fields{"pair": "One of the chosen rows is not known. Open the preview again."}.Err()
		}
		out = append(out, mapping.Pair{AccountID: accountID, CRMAccountID: customer})
	}
	return out, nil
}

func pairText(o mapping.Offer) string { return o.ID.String() + ":" + o.CRMAccountID.UUID.String() }

func (h Handlers) bulkPage(c echo.Context, a asked, f mapping.BatchFilter, status int,
	problems map[string]string) error {
	ctx := c.Request().Context()
	var providers []account.ProviderChoice
	var offers []mapping.Offer
	var gain mapping.Gain
	var earlier []batch
	err := h.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if providers, err = account.ProviderChoices(ctx, tx); err != nil || len(providers) == 0 {
			return err
		}
		if f.ProviderID == uuid.Nil {
			f.ProviderID = providers[0].ID
		}
		if offers, err = mapping.Offers(ctx, tx, f, mapping.QueueFilter{Today: h.today()}); err != nil {
			return err
		}
		if gain, err = mapping.GainOf(ctx, tx, offers); err != nil {
			return err
		}
		earlier, err = batches(ctx, tx, f.ProviderID)
		return err
	})
	if err != nil {
		return err
	}
	a.provider = f.ProviderID.String()
	m := view.Bulk{Page: session.Page(c, "Accept many at once", nav), Choose: chooseForm(a, providers, problems),
		Offers: len(offers)}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Lead = "Each account is mapped to the CRM account beside it. " +
		"Nothing is changed before you confirm, and one undo takes the whole batch back."
	m.Earlier = h.earlierTable(earlier)
	m.Effects, m.Table = gains(gain), offerTable(a, offers)
	m.Hidden = []ui.Pair{{Name: "provider", Value: a.provider}, {Name: "above", Value: a.above}}
	m.Confirm = ui.Field{Kind: ui.Checkbox, Name: "confirm", Label: "I have looked at the list; map what is ticked",
		Error: problems["confirm"]}
	if len(offers) == 0 {
		m.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing to accept at once",
			Text: "No suggestion of this provider is free, without a near tie and probable enough."}
	}
	m.Summary = ui.Summarize(problems, append(m.Choose.Fields, m.Confirm, ui.Field{Name: "pair", Label: "Accounts"})...)
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

func chooseForm(a asked, providers []account.ProviderChoice, problems map[string]string) view.Choose {
	p := ui.Field{Kind: ui.SelectBox, Name: "provider", Label: "Provider", Value: a.provider}
	for _, x := range providers {
		p.Options = append(p.Options, ui.Option{Value: x.ID.String(), Label: x.Name})
	}
	above := ui.Field{Kind: ui.NumberInput, Name: "above", Label: "Also what is likely, from", Value: a.above,
		Suffix: "%", Size: ui.Short, Error: problems["above"],
		Hint: "Blank: only what is certain. Near ties and what is taken are never among them."}
	return view.Choose{Action: path + "/bulk", Fields: []ui.Field{p, above}}
}

func gains(g mapping.Gain) []ui.Definition {
	out := []ui.Definition{
		ui.Fact("Accounts", strconv.Itoa(g.Accounts)), ui.Fact("Subscriptions that get a customer",
			strconv.Itoa(g.Subscriptions)), ui.Fact("Seats", strconv.Itoa(g.Seats)),
		ui.Fact("Subscriptions that land in a contract", fmt.Sprintf("%d, in %d contracts", g.Landing, g.Contracts)),
	}
	if g.Without > 0 {
		out = append(out, ui.Definition{Term: "Accounts whose customer has no single default contract",
			Value: ui.TextCell(strconv.Itoa(g.Without)),
			Note:  "Their subscriptions get the customer, but no contract: the review says so."})
	}
	if g.Twins > 0 {
		out = append(out, ui.Definition{Term: "Subscriptions held as twins", Value: ui.TextCell(strconv.Itoa(g.Twins)),
			Note: "Another provider has the same product for that customer; a person decides."})
	}
	if sums := monthly(g.Cost); sums != "" {
		out = append(out, ui.Fact("Cost per month concerned", sums))
	}
	return out
}

func monthly(all []mapping.Monthly) string {
	var out []string
	for _, m := range all {
		out = append(out, money.Grouped(money.Round(m.Amount, m.Currency), m.Currency)+" "+m.Currency)
	}
	return strings.Join(out, ", ")
}

func offerTable(a asked, offers []mapping.Offer) ui.Table {
	t := ui.Table{Caption: "What would be accepted", Compact: true,
		Select: &ui.Selection{FormID: "accept", Name: "pair"},
		Columns: []ui.Column{{Label: "Account"}, {Label: "CRM account"}, {Label: "Confidence"},
			{Label: "Subscriptions", Numeric: true}, {Label: "Contract"}}}
	for _, o := range offers {
		name := ui.LinkCell(o.Called(), (where{provider: a.provider}).link(path, "at", o.ID.String()))
		name.Sub = o.ExternalID
		confidence := ui.BadgeCell(fmt.Sprintf("%d %% %s", min(int(o.Probability*100), 99), o.Band),
			bandTones[match.Band(o.Band)])
		confidence.Sub = o.Doubt
		contract := ui.TextCell(o.Contract)
		if !o.ContractID.Valid {
			contract = ui.Cell{Text: "none by itself", Muted: true}
		}
		t.Rows = append(t.Rows, ui.Row{ID: pairText(o), Label: o.Called() + " for " + o.CRMAccount,
			Checked: a.chosen == nil || a.chosen[mapping.Pair{AccountID: o.ID, CRMAccountID: o.CRMAccountID.UUID}],
			Cells: []ui.Cell{name, ui.LinkCell(o.CRMAccount, crmPath(o.CRMAccountID.UUID)), confidence,
				ui.TextCell(strconv.Itoa(o.Subscriptions)), contract}})
	}
	return t
}

// batch is earlier bulk work of this kind.
type batch struct {
	selection.Work
	selection.Counts
}

func batches(ctx context.Context, db *gorm.DB, provider uuid.UUID) ([]batch, error) {
	all, err := selection.Latest(ctx, db, mapping.AcceptDeed, earlierShown)
	if err != nil {
		return nil, err
	}
	var out []batch
	for _, w := range all {
		if w.Params["provider_id"] != provider.String() {
			continue
		}
		n, err := selection.CountsOf(ctx, db, w.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, batch{w, n})
	}
	return out, nil
}

// earlierTable lists the latest batches, each with the way to take it back; nil without any.
func (h Handlers) earlierTable(all []batch) *ui.Table {
	if len(all) == 0 {
		return nil
	}
	t := &ui.Table{Caption: "Earlier batches", ShowCaption: true, Compact: true,
		Columns: []ui.Column{{Label: "When"}, {Label: "By"}, {Label: "Mapped", Numeric: true},
			{Label: "Skipped", Numeric: true}, {Label: "Taken back", Numeric: true}}}
	for _, b := range all {
		t.Rows = append(t.Rows, ui.Row{Muted: b.UndoAt != nil,
			Cells: []ui.Cell{ui.LinkCell(httpx.MomentText(b.At, h.Zone), bulk.Path(b.ID)), ui.TextCell(b.DoneBy),
				ui.TextCell(strconv.Itoa(b.Did())), ui.TextCell(strconv.Itoa(b.Skipped)),
				ui.TextCell(strconv.Itoa(b.Counts.Undone))}})
	}
	return t
}
