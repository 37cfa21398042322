package subscriptions

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/subscription/list"
	"seatledger/web/httpx"
)

// header is the columns of CONTRACT, then ours. provider_status is our word for the
// distributor's state (RULES 3); provider_status_text is the word as received.
var header = []string{
	"id", "provider_id", "provider", "external_id", "account_external_id", "crm_account_id", "crm_account",
	"contract_id", "contract",
	"vendor", "kind", "product", "part_number", "quantity", "unit_cost", "cost_period", "cost_currency", "unit_price",
	"price_period", "currency",
	"billing_frequency", "term", "start_date", "end_date", "provider_status", "state", "hold_reason", "deactivated_by",
	"billed_through", "review",
	"checks", "at_end", "auto_renew",
	"provider_status_text", "account_id", "account", "contract_no", "vendor_subscription_id", "sku",
	"billing_frequency_text", "term_text", "term_start",
	"billable_quantity", "ledger_quantity", "cost_currency_assumed", "price_by_person", "deactivated_on", "signed_by",
	"signed_at", "first_seen_at", "cost_period_assumed", "moved",
	"ends_on", "start_text", "end_text",
}

func (h Handlers) file(c echo.Context, f list.Filter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "subscriptions.csv", header, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return list.Each(ctx, tx, f, q.Page.Order, func(r list.Row) error { return write(cells(r)...) })
		})
	})
}

func cells(r list.Row) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	return []httpx.Cell{
		plain(r.ID.String()), plain(r.ProviderID.String()), text(r.Provider), text(r.ExternalID),
		text(r.AccountExternalID),
		optionalID(r.CRMAccountID), text(r.CRMAccount), optionalID(r.ContractID), text(r.Contract),
		text(r.Vendor), plain(string(r.Kind)), text(r.Product), text(r.PartNumber), plain(strconv.Itoa(r.Quantity)),
		amount(r.UnitCost), plain(string(r.CostPeriod)), plain(r.CostCurrency), amount(r.UnitPrice),
		plain(string(r.PricePeriod)), plain(r.Currency),
		plain(string(r.Frequency)), plain(string(r.Term)), plain(r.Start.String()), plain(r.End.String()),
		plain(string(r.Status)),
		plain(string(r.State)), plain(string(r.HoldReason)), plain(string(r.DeactivatedBy)),
		plain(r.BilledThrough.String()), plain(r.Review),
		plain(r.Checks), plain(string(r.AtEnd)), plain(renews(r.AutoRenew)),
		text(r.StatusText), plain(r.AccountID.String()), text(r.Account), text(r.ContractNo),
		text(r.VendorSubscriptionID), text(r.SKU),
		text(r.FrequencyText), text(r.TermText), plain(r.TermStart.String()),
		plain(strconv.Itoa(r.BillableQuantity)), plain(strconv.Itoa(r.LedgerQuantity)),
		plain(strconv.FormatBool(r.CostCurrencyAssumed)),
		plain(strconv.FormatBool(r.PriceByPerson)), plain(r.DeactivatedOn.String()), text(r.SignedBy),
		moment(r.SignedAt), moment(&r.FirstSeenAt),
		plain(strconv.FormatBool(r.CostPeriodAssumed)), plain(strconv.FormatBool(r.Moved)),
		plain(r.EndsOn.String()), text(r.StartText), text(r.EndText),
	}
}

func optionalID(id uuid.NullUUID) httpx.Cell {
	if !id.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(id.UUID.String())
}

func amount(d decimal.NullDecimal) httpx.Cell {
	if !d.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(money.Plain(d.Decimal))
}

func moment(t *time.Time) httpx.Cell {
	if t == nil {
		return httpx.Plain("")
	}
	return httpx.Plain(t.UTC().Format(time.RFC3339Nano))
}

// renews writes whether it renews by itself; empty where nobody said.
func renews(a distributor.YesNo) string {
	switch a {
	case distributor.Yes:
		return "true"
	case distributor.No:
		return "false"
	}
	return ""
}
