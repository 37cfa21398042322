package subscriptions

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/distributor"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/reassign"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// sheet is the record page as it stands: everything that was read, and of a refused
// form what was typed and what was wrong.
type sheet struct {
	subscription.Detail
	report     review.Report
	ledger     []ledger.Entry
	history    history.History
	prices     []list.DatedPrice
	marks      []ledger.RowMoment
	options    list.Options
	run        *list.LatestRun
	moves      []reassign.Record   // that stand or stood
	membership *cutover.Membership // in a cut-over; nil: in none
	around     httpx.Around        // in the list that one came by

	form     string       // which form was refused: contract or price
	typed    httpx.Values // what was typed in it
	problems map[string]string
	stale    bool
}

// toReview are subscriptions that nobody has signed off yet.
const toReview = "s.review IN ('fail', 'warn', 'ok')"

// Record is the page of one subscription.
func (h Handlers) Record(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	return h.show(c, http.StatusOK, id, sheet{})
}

func (h Handlers) show(c echo.Context, status int, id uuid.UUID, s sheet) error {
	ctx := c.Request().Context()
	err := h.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if s.around, err = httpx.AroundOf(c, tx, list.All, id, toReview, withFindings); err != nil {
			return err
		}
		return h.read(ctx, tx, id, &s)
	})
	if err != nil {
		return err
	}
	m := view.Record{
		Page: session.Page(c, called(s.ProductName, s.ExternalID), nav), Remarks: remarks(c, s, h.today()),
		Stats:  stats(s),
		Review: h.review(c, s), SignOffs: h.signOffs(s), Local: h.local(s), Provider: h.provider(s),
		Prices: h.prices(c, s), Ledger: h.ledger(c, s), Moves: h.movesCard(s), Marks: h.marks(s),
	}
	if mayDecide(c) {
		m.Contract, m.Price, m.Dates = contractForm(s), h.priceForm(s), datesForm(s)
		m.Keys = &keys
		m.Summary = summary(s, m.Contract, m.Price, m.Dates)
		m.Stale = stale(s)
	}
	if mayEnter(c) {
		m.Quantity = h.quantityForm(s)
	}
	if s.Raw != "" {
		m.Raw = &ui.Raw{Summary: "Record as received", Text: s.Raw}
	}
	m.Page.HasErrors = m.Summary.Any()
	m.Page.Kicker, m.Page.Crumbs, m.Page.Badges, m.Page.Meta = "Subscription", []layout.Crumb{{Label: nav, Href: path}},
		badges(s), meta(s)
	s.around.On(&m.Page)
	m.Page.Actions = commands(c, s)
	return httpx.Render(c, status, m.Show())
}

func (h Handlers) read(ctx context.Context, tx *gorm.DB, id uuid.UUID, s *sheet) (err error) {
	if s.Detail, err = subscription.Show(ctx, tx, id); err != nil {
		return err
	}
	if s.history, err = history.One(ctx, tx, id); err != nil {
		return err
	}
	s.priceOfToday(h)
	if s.prices, err = list.DatedPrices(ctx, tx, id); err != nil {
		return err
	}
	if s.report, err = h.Reviews.Look(ctx, tx, id); err != nil {
		return err
	}
	if s.ledger, err = ledger.Of(ctx, tx, id); err != nil {
		return err
	}
	if s.marks, err = ledger.MarksOf(ctx, tx, id); err != nil {
		return err
	}
	if s.options, err = list.OptionsOf(ctx, tx, id); err != nil {
		return err
	}
	if s.moves, err = reassign.Of(ctx, tx, id); err != nil {
		return err
	}
	membership, moves, err := cutover.MembershipOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if moves {
		s.membership = &membership
	}
	run, any, err := list.LastRead(ctx, tx, s.Subscription)
	if any {
		s.run = &run
	}
	return err
}

func badges(s sheet) []ui.Badge {
	out := []ui.Badge{stateBadge(s.State, s.HoldReason, s.moved())}
	return append(out, reviewBadge(string(s.report.Word))...)
}

func meta(s sheet) []layout.Meta {
	m := []layout.Meta{{Label: "Id", Text: s.ExternalID},
		{Label: "Provider", Text: s.Provider, Href: at.Provider(s.ProviderID)}}
	if s.CRMAccountID.Valid {
		m = append(m, layout.Meta{Label: "Customer", Text: s.CRMAccount,
			Href: at.CRMAccount(s.CRMAccountID.UUID)})
	}
	return m
}

func stats(s sheet) ui.Stats {
	out := ui.Stats{
		{Label: "Seats at the distributor", Value: words.Count(s.Quantity)},
		{Label: "Billable seats", Value: words.Count(s.Billable()),
			Note: "the ledger counts " + words.Count(s.LedgerQuantity),
			Href: at.Changes + "?counted=yes&subscription=" + s.ID.String()},
	}
	if s.UnitCost.Valid {
		out = append(out, ui.Stat{Label: "Cost per seat", Value: digits(s.UnitCost.Decimal, s.CostCurrency),
			Unit: s.CostCurrency, Note: periods[s.CostPeriod]})
	}
	if s.UnitPrice.Valid {
		out = append(out, ui.Stat{Label: "Price per seat", Value: digits(s.UnitPrice.Decimal, s.Currency),
			Unit: s.Currency, Note: periods[s.PricePeriod]})
	}
	return out
}

// remarks are what a person should know or decide before anything else.
func remarks(c echo.Context, s sheet, today clock.Date) []view.Remark {
	var out []view.Remark
	add := func(tone ui.Tone, title, text string, actions ...templ.Component) {
		out = append(out, view.Remark{Callout: ui.Callout{Tone: tone, Title: title, Text: text}, Actions: actions})
	}
	if s.Status == distributor.StatusMissing && s.MissingConfirmedAt == nil {
		add(ui.Bad, "Gone at the distributor",
			"A complete listing of all accounts lacked it. It was closed on the day it was missed.",
			decides(mayDecide(c), "Confirm that it is gone", s, "confirm-gone")...)
	}
	out = append(out, unreadDates(c, s)...)
	out = append(out, renewal(c, s)...)
	if s.TwinHold && s.State == subscription.Held {
		add(ui.Warn, "Perhaps the same subscription again",
			"It arrived while the same product was active for this customer under another provider, or bears the "+
				"vendor's id of another one of this provider. It is held, so that no seat is billed twice; "+
				"the review names the other.", decides(mayDeclare(c), "It is no twin", s, "no-twin")...)
	}
	if s.MovedFrom != "" && !s.CRMAccountID.Valid {
		add(ui.Warn, "Moved from "+s.MovedFrom, movedText(s))
	}
	out = append(out, moved(c, s)...)
	out = append(out, moving(s)...)
	if s.ProposedPrice.Valid && mayDecide(c) {
		out = append(out, proposal(s, today))
	}
	out = append(out, belowCost(s, mayDecide(c))...)
	for _, d := range s.Disputes() {
		add(ui.Warn, "The distributor says otherwise", d.Message)
	}
	return out
}

// movedText tells what a person has to do about one that moved.
func movedText(s sheet) string {
	text := "The distributor reports it under another account now. The ledger stayed; " +
		"customer, contract and sign-off were cleared, and it is held until somebody says whose it is. "
	if s.moved() {
		return text + "Its new account is mapped: put it into a contract of that customer below, and sign it off again."
	}
	return text + "Map its new account, then choose a contract."
}

// decides is the button of a person's word, for who may give it.
func decides(may bool, text string, s sheet, command string) []templ.Component {
	if !may {
		return nil
	}
	return []templ.Component{ui.PostButton{
		Button: ui.Button{Text: text, Action: recordPath(s.ID) + "/" + command, Compact: true},
		Hidden: []ui.Pair{{Name: "version", Value: version(s)}},
	}}
}

// commands lead to what belongs to the subscription, and to the dialogs that end it here or open it again.
func commands(c echo.Context, s sheet) []templ.Component {
	out := []templ.Component{
		ui.LinkButton{Text: "Its changes", Href: at.Changes + "?subscription=" + s.ID.String(), Icon: "change"},
		ui.LinkButton{Text: "Its invoice lines", Href: at.InvoiceLines + "?subscription=" + s.ID.String()},
	}
	if mayDeclare(c) && !s.gone() {
		out = append(out, ui.LinkButton{Text: "Reassign history…", Href: recordPath(s.ID) + "/reassign"})
	}
	if mayDeclare(c) && s.Connector == "manual" {
		out = append(out, ui.LinkButton{Text: "Set the end…", Href: recordPath(s.ID) + "/end"})
	}
	if mayDecide(c) && !s.BillableFrom.IsZero() && s.BillableFrom.After(s.history.Begins()) && !s.Frozen() {
		out = append(out, ui.LinkButton{Text: "Bill from its start…", Href: recordPath(s.ID) + "/bill-from-start"})
	}
	switch {
	case !mayDecide(c):
	case s.State != subscription.Inactive:
		out = append(out, ui.LinkButton{Text: "Deactivate", Href: path + "/" + s.ID.String() + "/deactivate"})
	case s.DeactivatedBy != subscription.ByProvider:
		out = append(out, ui.LinkButton{Text: "Activate", Href: path + "/" + s.ID.String() + "/activate"})
	}
	return out
}
