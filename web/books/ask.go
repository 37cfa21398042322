package books

import (
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/books"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
)

// asked is a selection as an address or a form says it.
type asked struct {
	books.Choice
	again    []ui.Pair // what a form must say to mean the same
	ticked   int       // rows of the list that were named by their ticks
	from, to string
	leaveOut bool
	problems errs.Fields
}

// listFilters narrow the list of invoices; the form of an export may have them too.
var listFilters = []string{"state", "kind", "contract", "crm_account", "q"}

// ask reads which documents are meant: ids, or a filter. all tells that nothing at all means all that wait.
func (h Handlers) ask(c echo.Context, v httpx.Values, all bool) (asked, error) {
	a := asked{from: v.Get("from"), to: v.Get("to"), leaveOut: v.On("leave_out"), problems: errs.Fields{}}
	day := func(name, text string) (d clock.Date) {
		d, err := clock.ParseDate(text)
		if err != nil {
			a.problems.Add(name, "Enter a date as 2026-03-31.")
		}
		return d
	}
	a.From, a.To = day("from", a.from), day("to", a.to)
	if a.Currency = strings.ToUpper(v.Get("currency")); a.Currency != "" {
		if _, ok := money.ParseCurrency(a.Currency); !ok {
			a.problems.Add("currency", "Write the currency as three letters, like USD.")
		}
	}
	for _, name := range []string{"from", "to", "currency"} {
		a.keep(name, v.Get(name))
	}
	named, err := h.named(c, v, &a)
	if err != nil || named {
		return a, err
	}
	filter, err := h.filter(c, v, &a)
	if err != nil {
		return a, err
	}
	if !filter && !all && !v.On("all") && a.from == "" && a.to == "" && a.Currency == "" {
		a.problems.Add("id", "Nothing is selected. Name invoices, or choose all that wait; nothing was exported.")
	}
	a.keep("all", "1")
	return a, nil
}

func (a *asked) keep(name, value string) {
	if value != "" {
		a.again = append(a.again, ui.Pair{Name: name, Value: value})
	}
}

// named reads the ids: all of them must go. Those of ticks (some=1) go where they can; the bar of the list (shown)
// has also those of its other pages.
func (h Handlers) named(c echo.Context, v httpx.Values, a *asked) (bool, error) {
	if v.On("all") {
		return false, nil
	}
	ids, err := v.IDs("id")
	if err != nil {
		return false, err
	}
	bar := len(v.All("shown")) > 0
	if bar && v.On("kept") && h.Bulk != nil {
		others, err := bulk.Elsewhere(c, h.Bulk, invoice.All(h.Zone).Name, v)
		if err != nil {
			return false, err
		}
		ids = append(ids, others...)
	}
	if len(ids) == 0 {
		if bar {
			a.problems.Add("id", "Nothing is ticked. Tick invoices, or choose all that match; nothing was exported.")
		}
		return bar, nil
	}
	a.name(ids, !bar && !v.On("some"))
	return true, nil
}

func (a *asked) name(ids []uuid.UUID, each bool) {
	if a.Named = each; !each {
		a.ticked = len(ids)
		a.keep("some", "1")
	}
	seen := map[uuid.UUID]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			a.IDs = append(a.IDs, id)
			a.keep("id", id.String())
		}
	}
}

// filter narrows to what a filter of the list of invoices lets through.
func (h Handlers) filter(c echo.Context, v httpx.Values, a *asked) (any bool, err error) {
	raw, err := url.ParseQuery(v.Get("filter"))
	if err != nil {
		return false, errs.Because(errs.Invalid, "This address is damaged. Start again from the list.", err)
	}
	a.keep("filter", v.Get("filter"))
	for _, name := range listFilters {
		if v.Get(name) != "" {
			raw.Set(name, v.Get(name))
			a.keep(name, v.Get(name))
		}
	}
	if len(raw) == 0 {
		return false, nil
	}
	ctx := c.Request().Context()
	list := invoice.All(h.Zone)
	spec, err := list.Spec(ctx, h.DB.Read(ctx), raw)
	if err != nil {
		return false, err
	}
	q, err := spec.Parse(raw, true)
	if err != nil {
		return false, err
	}
	ids, err := list.IDs(ctx, h.DB.Read(ctx), q, mostFiltered+1)
	if len(ids) > mostFiltered {
		return false, errs.Newf(errs.Invalid, "These are more than %s invoices. Narrow the filter; nothing was "+
			"exported.",
			words.Count(mostFiltered))
	}
	if a.IDs = ids; a.IDs == nil {
		a.IDs = []uuid.UUID{}
	}
	return true, err
}

const mostFiltered = 50_000
