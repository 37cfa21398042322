package invoices

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/invoices"
)

// ConfirmCredit asks which lines are credited, and which of the two credits it is.
func (h Handlers) ConfirmCredit(c echo.Context) error {
	return h.creditForm(c, http.StatusOK, nil, nil)
}

// Credit drafts a credit note for an invoice that can no longer be voided.
func (h Handlers) Credit(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	order, err := creditIn(form, id)
	if err != nil && errs.KindOf(err) != errs.Invalid {
		return err
	}
	var credit uuid.UUID
	if err == nil {
		credit, err = h.Invoices.CreditLines(c.Request().Context(), session.Actor(c), order)
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.creditForm(c, http.StatusUnprocessableEntity, form, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(credit), "The credit was drafted. Bill it to give it a number.")
}

func creditIn(form httpx.Values, id uuid.UUID) (invoice.CreditOrder, error) {
	lines, err := form.IDs("line")
	if err != nil {
		return invoice.CreditOrder{}, err
	}
	problems := errs.Fields{}
	o := invoice.CreditOrder{InvoiceID: id, Version: version(form), Lines: lines, Reason: form.Get("reason")}
	switch form.Get("again") {
	case "yes", "no":
		again := form.Get("again") == "yes"
		o.Again = &again
	case "":
	default:
		problems.Add("again", "Choose yes, to be billed again, or no, goodwill.")
	}
	if typed := form.Get("amount"); typed != "" {
		amount, err := price.ParseAmount(typed)
		if strings.HasPrefix(strings.TrimSpace(typed), "-") {
			problems.Add("amount", "Enter the amount of goodwill without a minus: it is what the customer gets back.")
		} else if err != nil {
			problems.Add("amount", "%s", errs.Public(err))
		}
		o.Amount = decimal.NewNullDecimal(amount)
	}
	return o, problems.Err()
}

const creditFormID = "credit"

func (h Handlers) creditForm(c echo.Context, status int, typed httpx.Values, problems map[string]string) error {
	o, err := h.look(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	left, err := invoice.CreditableLines(ctx, h.Invoices.DB.Read(ctx), o.ID)
	if err != nil {
		return err
	}
	m := view.Credit{Page: session.Page(c, "Credit "+o.Called(), nav), Table: creditTable(o, left, typed)}
	m.Page.Crumbs = append(crumbs[:1:1], layout.Crumb{Label: o.Called(), Href: recordPath(o.ID)})
	m.Page.Lead = "A credit note is a document of its own that names this invoice. It is a draft first."
	m.Form = ui.Form{ID: creditFormID, Action: recordPath(o.ID) + "/credit", Version: strconv.Itoa(o.Version),
		Save: "Make the credit", Cancel: recordPath(o.ID)}
	m.Fields = creditFields(o, typed)
	for i := range m.Fields {
		m.Fields[i].Error = problems[m.Fields[i].Name]
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

func creditFields(o invoice.Overview, typed httpx.Values) []ui.Field {
	return []ui.Field{
		{Kind: ui.RadioGroup, Name: "again", Label: "What is this credit?", Value: typed.Get("again"), Required: true,
			Options: []ui.Option{
				{Value: "yes", Label: "To be billed again",
					Hint: "The lines were wrong. Their days count as never billed, and the next run of the contract " +
						"bills them anew: from the seats and prices that stand then. Put those right first."},
				{Value: "no", Label: "Goodwill",
					Hint: "The lines were right, and the customer gets money back all the same. " +
						"The days stay billed, and no later run takes the money back."},
			}},
		{Kind: ui.NumberInput, Name: "amount", Label: "Amount, of goodwill only", Value: typed.Get("amount"),
			Prefix: o.Currency, Size: ui.Medium,
			Hint: "Empty: all that is left of the lines. An amount is given to the lines in their order, to each at " +
				"most what is left of it."},
		{Name: "reason", Label: "Reason", Value: typed.Get("reason"), Hint: "It stands on the credit note."},
	}
}

// creditTable is the lines with what earlier credits have left of them; what can be credited is ticked.
func creditTable(o invoice.Overview, left []invoice.Creditable, typed httpx.Values) ui.Table {
	t := ui.Table{Caption: "Lines to credit", Compact: true, Select: &ui.Selection{FormID: creditFormID, Name: "line"},
		Columns: []ui.Column{
			{Label: "Product"}, {Label: "Period", Nowrap: true}, {Label: "Seats", Numeric: true},
			{Label: "Amount", Numeric: true}, {Label: "Left to credit", Numeric: true}}}
	for i, l := range o.Lines {
		if i >= len(left) {
			break
		}
		cells := lineCells(l)
		rest := ui.Of(sum(left[i].Left, o.Currency))
		row := ui.Row{ID: l.ID.String(), Label: strings.TrimSpace(l.ProductName + " from " + l.FromDate.String())}
		switch {
		case left[i].Again:
			rest = ui.Cell{Text: "nothing", Sub: "credited to be billed again"}
			row.Unselectable, row.Muted = true, true
		case left[i].Left.IsZero() && !left[i].Amount.IsZero():
			rest = ui.Cell{Text: money.Grouped(left[i].Left, o.Currency) + " " + o.Currency,
				Sub: "its days can still be billed again"}
		}
		row.Checked = !row.Unselectable && (typed == nil || slices.Contains(typed.All("line"), row.ID))
		row.Cells = []ui.Cell{cells[0], cells[1], cells[3], cells[5], rest}
		t.Rows = append(t.Rows, row)
	}
	return t
}
