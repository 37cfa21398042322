package billing

import (
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billingrun"
	"seatledger/internal/money"
	"seatledger/web/httpx"
)

var runHeader = []string{"contract_id", "contract", "crm_account", "currency", "state", "invoice_id", "number", "total",
	"left_out", "message", "lines", "to_confirm", "changes", "remarks"}

func (h Handlers) file(c echo.Context, r billingrun.Run) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "billing-run-"+strconv.FormatInt(r.Seq, 10)+".csv", runHeader, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return billingrun.EachRow(ctx, tx, r.ID, func(k billingrun.Row) error {
				invoice := ""
				if k.InvoiceID.Valid {
					invoice = k.InvoiceID.UUID.String()
				}
				return write(httpx.Plain(k.ContractID.String()), httpx.Text(k.Contract), httpx.Text(k.CRMAccount),
					httpx.Plain(k.Currency), httpx.Plain(string(k.State)), httpx.Plain(invoice), httpx.Text(k.Number),
					httpx.Plain(plain(k.Total)), httpx.Plain(strconv.Itoa(len(k.LeftOut))), httpx.Text(k.Message),
					httpx.Plain(strconv.Itoa(k.Lines)), httpx.Plain(strconv.FormatBool(k.Late)),
					httpx.Text(changesText(k.Changes)), httpx.Text(remarksText(k.Remarks)))
			})
		})
	})
}

func plain(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return money.Plain(d.Decimal)
}

func changesText(all []billingrun.Change) string {
	parts := make([]string, len(all))
	for i, x := range all {
		parts[i] = changeText(x)
	}
	return strings.Join(parts, "; ")
}

func remarksText(all []billingrun.Remark) string {
	parts := make([]string, len(all))
	for i, r := range all {
		parts[i] = r.Says
	}
	return strings.Join(parts, " ")
}

var dueHeader = []string{"contract_id", "contract", "crm_account_id", "crm_account", "currency", "billing_frequency",
	"timing", "from", "to", "lines", "total", "first", "to_confirm", "changes", "remarks", "subscription_id",
	"left_out", "amount"}

// DueFile is what is due as a file: a row a contract, and one for each subscription that is left out. A contract that
// is left out as a whole has its reason in left_out and its money in amount.
func (h Handlers) DueFile(c echo.Context) error {
	f, _, err := filterOf(c.QueryParams())
	if err != nil {
		return err
	}
	d, err := h.Runs.Look(c.Request().Context(), f)
	if err != nil {
		return err
	}
	return httpx.CSV(c, "billing.csv", dueHeader, func(write httpx.Row) error {
		for _, k := range d.Contracts {
			if err := dueRows(write, k); err != nil {
				return err
			}
		}
		return nil
	})
}

func dueRows(write httpx.Row, k billingrun.Contract) error {
	row := func(subscription, why, amount string) error {
		from, to, lines, total := k.Covers.From.String(), k.Covers.To.String(), strconv.Itoa(k.Lines),
			money.Plain(k.Total)
		first, late := strconv.FormatBool(k.First()), strconv.FormatBool(k.LateLines > 0)
		if why != "" {
			from, to, lines, total, first, late = "", "", "", "", "", ""
		}
		return write(httpx.Plain(k.ID.String()), httpx.Text(k.Name), httpx.Plain(k.CustomerID.String()),
			httpx.Text(k.Customer), httpx.Plain(k.Currency), httpx.Plain(string(k.Frequency)),
			httpx.Plain(string(k.Timing)), httpx.Plain(from), httpx.Plain(to), httpx.Plain(lines), httpx.Plain(total),
			httpx.Plain(first), httpx.Plain(late), httpx.Text(changesText(k.Changes)),
			httpx.Text(remarksText(k.Remarks)),
			httpx.Plain(subscription), httpx.Text(why), httpx.Plain(amount))
	}
	if k.Billable() || k.Why != "" {
		amount := ""
		if k.Why != "" && k.Lines > 0 {
			amount = money.Plain(k.Total)
		}
		if err := row("", k.Why, amount); err != nil {
			return err
		}
	}
	for _, l := range k.LeftOut {
		if err := row(l.ID.String(), l.Says, plain(l.Amount)); err != nil {
			return err
		}
	}
	return nil
}
