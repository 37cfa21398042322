package subscription

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// column is one stored column with its value for a row, as PostgreSQL reads it from JSON.
type column struct {
	name string
	of   func(s *Subscription) any
}

// identity is what an insert sets beside the written columns, once and for all.
func identity() []column {
	return []column{
		{"id", func(s *Subscription) any { return s.ID }},
		{"provider_id", func(s *Subscription) any { return s.ProviderID }},
		{"external_id", func(s *Subscription) any { return s.ExternalID }},
		{"first_seen_at", func(s *Subscription) any { return s.FirstSeenAt }},
		{"frozen_from", func(s *Subscription) any { return date(s.FrozenFrom) }},
		{"frozen_quantity", func(s *Subscription) any { return s.FrozenQuantity }},
		{"billable_from", func(s *Subscription) any { return date(s.BillableFrom) }},
		{"billed_through", func(s *Subscription) any { return date(s.BilledThrough) }},
		{"history_since", func(s *Subscription) any { return date(s.HistorySince) }},
	}
}

// written is what a plan may change. The ledger quantity is not among it: the
// database keeps it; nor the price, a copy of the dated one (prices.go); nor what
// billing and the cut-over keep on the row.
func written() []column {
	return append(factColumns(), []column{
		{"account_id", func(s *Subscription) any { return s.AccountID }},
		{"term_start", func(s *Subscription) any { return date(s.TermStart) }},
		{"start_said", func(s *Subscription) any { return date(s.StartSaid) }},
		{"start_said_for", func(s *Subscription) any { return s.StartSaidFor }},
		{"end_said", func(s *Subscription) any { return date(s.EndSaid) }},
		{"end_said_for", func(s *Subscription) any { return s.EndSaidFor }},
		{"undated", func(s *Subscription) any { return s.Undated }},
		{"sightings", func(s *Subscription) any { return s.Sightings }},
		{"ends_on", func(s *Subscription) any { return date(s.EndsOn) }},
		{"ends_refund", func(s *Subscription) any { return s.EndsRefund }},
		{"missing_confirmed_at", func(s *Subscription) any { return s.MissingConfirmedAt }},
		{"moved_from_account_id", func(s *Subscription) any { return s.MovedFromID }},
		{"request_id", func(s *Subscription) any { return s.RequestID }},
		{"facts_at", func(s *Subscription) any { return s.FactsAt }},
		{"log_known", func(s *Subscription) any { return s.LogKnown }},
		{"log_seen", func(s *Subscription) any { return s.LogSeen }},
		{"crm_account_id", func(s *Subscription) any { return s.CRMAccountID }},
		{"contract_id", func(s *Subscription) any { return s.ContractID }},
		{"never_land", func(s *Subscription) any { return s.NeverLand }},
		{"proposed_item_id", func(s *Subscription) any { return s.ProposedItemID }},
		{"no_twin", func(s *Subscription) any { return s.NoTwin }},
		{"twin_hold", func(s *Subscription) any { return s.TwinHold }},
		{"cutover_hold", func(s *Subscription) any { return s.CutoverHold }},
		{"state", func(s *Subscription) any { return s.State }},
		{"hold_reason", func(s *Subscription) any { return word(string(s.HoldReason)) }},
		{"deactivated_by", func(s *Subscription) any { return word(string(s.DeactivatedBy)) }},
		{"deactivated_on", func(s *Subscription) any { return date(s.DeactivatedOn) }},
		{"version", func(s *Subscription) any { return s.Version }},
		{"updated_at", func(s *Subscription) any { return s.WrittenAt }},
	}...)
}

// readable is the names of all columns that a row is read from: the stored copy of the price too, which no plan writes.
func readable() string {
	const copied = ", s.unit_price, s.price_period, s.currency, s.price_list_item_id, s.price_by_person, " +
		"s.ledger_quantity"
	return names(append(identity(), written()...), "s.") + copied
}

func factColumns() []column {
	return []column{
		{"contract_no", func(s *Subscription) any { return s.ContractNo }},
		{"vendor", func(s *Subscription) any { return s.Vendor }},
		{"vendor_subscription_id", func(s *Subscription) any { return s.VendorSubscriptionID }},
		{"kind", func(s *Subscription) any { return s.Kind }},
		{"product_id", func(s *Subscription) any { return s.ProductID }},
		{"product_name", func(s *Subscription) any { return s.ProductName }},
		{"part_number", func(s *Subscription) any { return s.PartNumber }},
		{"sku", func(s *Subscription) any { return s.SKU }},
		{"quantity", func(s *Subscription) any { return s.Quantity }},
		{"unit_cost", func(s *Subscription) any { return amount(s.UnitCost) }},
		{"cost_period", func(s *Subscription) any { return s.CostPeriod }},
		{"cost_period_assumed", func(s *Subscription) any { return s.CostPeriodAssumed }},
		{"cost_currency", func(s *Subscription) any { return s.CostCurrency }},
		{"cost_currency_assumed", func(s *Subscription) any { return s.CostCurrencyAssumed }},
		{"suggested_price", func(s *Subscription) any { return amount(s.SuggestedPrice) }},
		{"billing_frequency", func(s *Subscription) any { return s.Frequency }},
		{"billing_frequency_text", func(s *Subscription) any { return s.FrequencyText }},
		{"term", func(s *Subscription) any { return s.Term }},
		{"term_text", func(s *Subscription) any { return s.TermText }},
		{"start_date", func(s *Subscription) any { return date(s.Start) }},
		{"end_date", func(s *Subscription) any { return date(s.End) }},
		{"provider_status", func(s *Subscription) any { return s.Status }},
		{"provider_status_text", func(s *Subscription) any { return s.StatusText }},
		{"start_text", func(s *Subscription) any { return s.StartText }},
		{"end_text", func(s *Subscription) any { return s.EndText }},
		{"auto_renew", func(s *Subscription) any { return s.AutoRenew }},
		{"at_end", func(s *Subscription) any { return s.AtEnd }},
		{"no_longer_sent", func(s *Subscription) any { return s.NoLongerSent }},
		{"raw_hash", func(s *Subscription) any { return s.RawHash }},
	}
}

// document is rows as one JSON text: one parameter, whatever their number. The raw
// record goes in only where it is to be stored.
func document(rows []*Subscription, cols []column, now time.Time) (string, error) {
	all := make([]map[string]any, len(rows))
	for i, r := range rows {
		r.WrittenAt = now
		all[i] = make(map[string]any, len(cols)+1)
		for _, c := range cols {
			all[i][c.name] = c.of(r)
		}
		if r.Raw != "" {
			all[i]["raw"] = json.RawMessage(r.Raw)
		}
	}
	b, err := json.Marshal(all)
	return string(b), err
}

func names(cols []column, prefix string) string {
	list := make([]string, len(cols))
	for i, c := range cols {
		list[i] = prefix + c.name
	}
	return strings.Join(list, ", ")
}

func date(d clock.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}

func amount(d decimal.NullDecimal) any {
	if !d.Valid {
		return nil
	}
	return d.Decimal.String()
}

func word(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func set(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }
