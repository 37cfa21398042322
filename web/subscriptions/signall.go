package subscriptions

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/review"
	"seatledger/internal/subscription/list"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// signAll leads to the confirm page for all that match, where there is something to sign or nobody counted.
func signAll(q httpx.ListQuery, f list.Figures) *ui.LinkButton {
	p := f.Progress
	n, signable := map[string]int{"": p.OK + p.Warn, "ok": p.OK, "warn": p.Warn}[q.Filter("review")]
	if !signable || f.Known && n == 0 || q.Filter("excluded") == "yes" {
		return nil
	}
	text := "Sign all that match"
	if f.Known {
		text = "Sign all " + count(n) + " that match"
	}
	return &ui.LinkButton{Text: text,
		Href: address(path+"/sign-off", q.Except("sort")), Icon: "sign"}
}

// ConfirmSignOff shows what a signature under all subscriptions of a filter would
// cover, before it is given.
func (h Handlers) ConfirmSignOff(c echo.Context) error {
	q, err := h.ask(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var s list.Signables
	var digest string
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		if s, err = list.SignablesOf(ctx, tx, q.Query); err != nil {
			return err
		}
		digest, err = review.Digest(ctx, tx, s.IDs)
		return err
	})
	if err != nil {
		return err
	}
	m := view.Confirm{Page: session.Page(c, "Sign off all that match", nav), Form: h.confirmForm(q, s, digest),
		Note: noteField()}
	m.Note.FormID = ""
	m.Page.Crumbs, m.Page.Narrow = []layout.Crumb{{Label: nav, Href: path}}, true
	m.Table = reasons(s)
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) confirmForm(q httpx.ListQuery, s list.Signables, digest string) ui.ConfirmForm {
	list := address(path, q.Except())
	f := ui.ConfirmForm{
		Action: path + "/sign-off", Title: "Sign off " + plural(len(s.IDs), "subscription", "subscriptions") + "?",
		Gentle: true, Cancel: list, Button: "Sign off " + count(len(s.IDs)),
		Text: "Your name goes under customer, contract and pricing of each as they stand now. " +
			"Those that fail are left out; those signed before stay as they are.",
		Hidden: []ui.Pair{{Name: "all", Value: "1"}, {Name: "filter", Value: q.Except("sort").Encode()},
			{Name: "digest", Value: digest}, {Name: "next", Value: list}},
	}
	f.Effects = []ui.Definition{
		ui.Fact("Without any remark", count(s.OK)), ui.Fact("With a warning", count(s.Warn)),
		ui.Fact("Seats", count(s.Seats)),
		ui.Fact("Left out because they fail", count(s.Failing)), ui.Fact("Signed before", count(s.Signed)),
	}
	for _, m := range s.Monthly {
		f.Effects = append(f.Effects, ui.Fact("Price per month", digits(m.Sum.Round(2), m.Currency)+" "+m.Currency))
	}
	return f
}

// reasons lists the warnings that the signature accepts.
func reasons(s list.Signables) *ui.Table {
	if len(s.Warnings) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Warnings that you accept", ShowCaption: true,
		Columns: []ui.Column{{Label: "Warning"}, {Label: "Subscriptions", Numeric: true}}}
	for _, w := range s.Warnings {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: checkNames[w.Code], Sub: w.Example},
			ui.TextCell(count(w.N))}})
	}
	return &t
}

// signMatching signs what the confirm page showed, or nothing when any of it has changed.
func (h Handlers) signMatching(c echo.Context, form httpx.Values) error {
	q, err := h.filterIn(c, form.Get("filter"))
	if err != nil {
		return err
	}
	if form.Get("digest") == "" {
		return errs.New(errs.Conflict,
			"To sign all that match, open the list, choose “Sign all that match” and confirm what it shows. "+
				"Nothing was signed.")
	}
	ctx := c.Request().Context()
	ids, err := list.Signable(ctx, h.DB.Read(ctx), q.Query)
	if err != nil {
		return err
	}
	return h.sign(c, back(form), review.SignOff{IDs: ids, Digest: form.Get("digest"), Note: form.Get("note")})
}

// filterIn reads the list's parameters out of a form as the list reads them out of its address.
func (h Handlers) filterIn(c echo.Context, encoded string) (httpx.ListQuery, error) {
	r := c.Request().Clone(c.Request().Context())
	r.URL = &url.URL{Path: path, RawQuery: encoded}
	return h.ask(c.Echo().NewContext(r, nil))
}
