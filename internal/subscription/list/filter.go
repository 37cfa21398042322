package list

import (
	"seatledger/internal/listing"
	"seatledger/internal/subscription"
)

// The parameters that narrow the list. Every one is carried by an index, or stands in the
// indexes of all sorts.
var filters = []listing.Filter{
	{Name: "provider", Label: "Provider", Counted: true, Where: "s.provider_id = ?",
		ChoicesSQL: "SELECT id::text, name, lower(name) FROM providers", Steady: true},
	{Name: "state", Label: "State", Counted: true, Where: "s.state = ?", Choices: []listing.Choice{
		{Value: string(subscription.Active), Label: "Active"}, {Value: string(subscription.Held), Label: "Held"},
		{Value: string(subscription.Inactive), Label: "Inactive"}}},
	{Name: "hold_reason", Label: "Held because", Counted: true, Where: "s.hold_reason = ?", Choices: []listing.Choice{
		{Value: string(subscription.HoldUnmapped), Label: "Unmapped"},
		{Value: string(subscription.HoldExcluded), Label: "Excluded"},
		{Value: string(subscription.HoldPending), Label: "Pending"},
		{Value: string(subscription.HoldTwin), Label: "Twin"},
		{Value: string(subscription.HoldCutover), Label: "Cut-over"}}},
	{Name: "moved", Label: "Moved to a mapped account", Counted: true, Aside: true, Choices: []listing.Choice{
		{Value: "yes", Label: "Only", Where: "s.moved"}, {Value: "no", Label: "Without", Where: "NOT s.moved"}}},
	{Name: "review", Label: "Review", Counted: true, Where: "s.review = ?", Aside: true, Choices: []listing.Choice{
		{Value: "fail", Label: "Fail"}, {Value: "warn", Label: "Warn"}, {Value: "ok", Label: "Ok"},
		{Value: "signed", Label: "Signed"}}},
	{Name: "check", Label: "Finding", Where: "s.findings @> ARRAY[CAST(? AS text)]"},
	{Name: "cause", Label: "Fails by", Where: "s.findings @> ARRAY['!' || CAST(? AS text)]"},
	{Name: "unmapped", Label: "Waiting for a mapping", Counted: true, Aside: true, Choices: []listing.Choice{
		{Value: "no", Label: "Without", Where: "(s.hold_reason IS DISTINCT FROM 'unmapped' OR s.moved)"},
		{Value: "yes", Label: "Only", Where: "s.hold_reason = 'unmapped' AND NOT s.moved"}}},
	{Name: "vendor", Label: "Vendor", Counted: true, Where: "s.vendor = ?",
		ChoicesSQL: "SELECT vendor, vendor, lower(vendor) FROM products GROUP BY vendor", Steady: true},
	{Name: "kind", Label: "Kind", Counted: true, Where: "s.kind = ?", Choices: []listing.Choice{
		{Value: "licence", Label: "Licence"}, {Value: "one_time", Label: "One-time"},
		{Value: "usage", Label: "Usage"}, {Value: "trial", Label: "Trial"}, {Value: "unknown", Label: "Unknown"}}},
	{Name: "excluded", Label: "Excluded accounts", Counted: true, Aside: true, Choices: []listing.Choice{
		{Value: "no", Label: "Without", Where: "s.hold_reason IS DISTINCT FROM 'excluded'"},
		{Value: "yes", Label: "Only", Where: "s.hold_reason = 'excluded'"}}},
	{Name: "proposal", Label: "Price proposed", Counted: true, Aside: true, Choices: []listing.Choice{
		{Value: "yes", Label: "Yes", Where: "s.proposed_item_id IS NOT NULL"},
		{Value: "no", Label: "No", Where: "s.proposed_item_id IS NULL"}}},
	{Name: "ends_from", Label: "Ends from", IsDate: true, Where: "s.end_key >= ? AND s.end_key < 'infinity'"},
	{Name: "ends_before", Label: "Ends before", IsDate: true, Where: "s.end_key < ?"},
	// What the figures of money count: migration 82 keeps the columns.
	{Name: "billed_on", Label: "Billed on", IsDate: true, Where: "s.billed_from <= ? AND s.billed_to > ?"},
	{Name: "sold_in", Label: "Price a month in", IsCurrency: true, Where: "s.sold_in = ?"},
	{Name: "bought_in", Label: "Cost a month in", IsCurrency: true, Where: "s.bought_in = ?"},
	{Name: "margin_in", Label: "Margin a month in", IsCurrency: true, Where: "s.margin_in = ?"},
	{Name: "money", Label: "Not known a month", Aside: true, Choices: []listing.Choice{
		{Value: "no_price", Label: "No price", Where: "s.sold_in = ''"},
		{Value: "no_cost", Label: "No cost", Where: "s.bought_in = ''"},
		{Value: "no_margin", Label: "No margin", Where: "s.margin_in = ''"}}},
	{Name: "crm_account", Label: "Customer", IsID: true, Where: "s.crm_account_id = ?",
		NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
	{Name: "contract", Label: "Contract", IsID: true, Where: "s.contract_id = ?",
		NameSQL: "SELECT name FROM billing_contracts WHERE id = ?"},
	{Name: "account", Label: "Account", IsID: true, Where: "s.account_id = ?",
		NameSQL: "SELECT name FROM provider_accounts WHERE id = ?"},
}
