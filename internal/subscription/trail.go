package subscription

import (
	"cmp"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/money"
)

// event is what the trail says of an act on a subscription.
func event(s Subscription, action string, was, is map[string]any) audit.Event {
	return audit.Event{
		Action: action, ObjectType: "subscription", ObjectID: s.ID.String(),
		ObjectName: cmp.Or(s.ProductName, s.ExternalID),
		Before:     was, After: is,
	}
}

// differences is what of people's side an act has changed.
func differences(before, after Subscription) (was, is map[string]any) {
	was, is = map[string]any{}, map[string]any{}
	note := func(name string, a, b any) {
		if a != b {
			was[name], is[name] = a, b
		}
	}
	note("contract_id", idText(before.ContractID), idText(after.ContractID))
	note("crm_account_id", idText(before.CRMAccountID), idText(after.CRMAccountID))
	note("price", priceText(before), priceText(after))
	note("price_list_item_id", idText(before.PriceItemID), idText(after.PriceItemID))
	note("price_by_person", before.PriceByPerson, after.PriceByPerson)
	note("state", string(before.State), string(after.State))
	note("hold_reason", string(before.HoldReason), string(after.HoldReason))
	note("no_twin", before.NoTwin, after.NoTwin)
	note("missing_confirmed", before.MissingConfirmedAt != nil, after.MissingConfirmedAt != nil)
	note("start_date", before.Start.String(), after.Start.String())
	note("end_date", before.End.String(), after.End.String())
	note("billable_from", before.BillableFrom.String(), after.BillableFrom.String())
	note("proposed_item_id", idText(before.ProposedItemID), idText(after.ProposedItemID))
	return was, is
}

func idText(id uuid.NullUUID) string {
	if !id.Valid {
		return ""
	}
	return id.UUID.String()
}

var pricePeriods = map[money.Period]string{
	money.Month: "per month", money.Quarter: "per quarter", money.Year: "per year", money.ThreeYears: "per three years",
	money.Once: "once", money.Unknown: "period unknown",
}

func priceText(s Subscription) string {
	if !s.UnitPrice.Valid {
		return ""
	}
	return money.Grouped(s.UnitPrice.Decimal, s.Currency) + " " + s.Currency + " " + pricePeriods[s.PricePeriod]
}
