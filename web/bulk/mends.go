package bulk

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/contract/price"
	"seatledger/internal/selection"
	"seatledger/views/ui"
)

func contractWords() wording {
	w := subscriptionWords
	w.verb, w.did, w.undid = "Set the contract of", "put into a contract", "as before"
	w.text = "Their days go to the contract from the first unpaid one on, or from the day typed; a paid day stays with " +
		"its contract. The price comes from the contract's list, unless a person set one. They are to be signed off again."
	w.back = "They go back to where they lay before. What was changed, signed off or billed since is kept, and the reason " +
		"is told."
	w.seats, w.money = "Seats", "Price per month"
	w.again = func(p selection.Params) []ui.Field {
		return []ui.Field{
			{Kind: ui.SelectBox, Name: "contract_id", Label: "Contract", Value: p["contract_id"], Options: []ui.Option{
				{Value: "", Label: "Each customer's default contract, or its only one"}}},
			{Kind: ui.DateInput, Name: "effective_on", Label: "From", Value: p["effective_on"], Size: ui.Short,
				Hint: "Blank: the first day that was not billed."}}
	}
	w.options = contractChoices
	return w
}

// mostContracts is how many contracts a select holds. A contract takes its own customer's subscriptions only.
const mostContracts = 500

func contractChoices(ctx context.Context, db *gorm.DB) (map[string][]ui.Option, error) {
	var rows []struct{ ID, Name, Customer string }
	err := db.WithContext(ctx).Raw(`SELECT c.id, c.name, a.name AS customer FROM billing_contracts c
		JOIN crm_accounts a ON a.id = c.crm_account_id WHERE c.active ORDER BY c.customer_key, c.name_key, c.id
		LIMIT ?`,
		mostContracts).Scan(&rows).Error
	out := map[string][]ui.Option{}
	for _, r := range rows {
		out["contract_id"] = append(out["contract_id"], ui.Option{Value: r.ID, Label: r.Customer + ": " + r.Name})
	}
	return out, err
}

func goneWords() wording {
	w := subscriptionWords
	w.verb, w.did, w.undid = "Confirm as gone", "confirmed", "to be confirmed again"
	w.text = "You have seen that the distributor no longer has them. They stay closed on the day they were missed, and " +
		"fail no longer."
	w.back = "They are asked about again. What was changed since is kept, and the reason is told."
	w.seats = "Seats that they had"
	return w
}

func listPriceWords() wording {
	w := subscriptionWords
	w.verb, w.did, w.undid = "Take the list price for", "priced", "as before"
	w.text = "Each gets a dated price: of its contract's list, as in force when its term began, else on the day itself. " +
		"Prices that begin later stay. Those signed off are to be signed again."
	w.back = priceBack
	w.seats, w.money = "Seats", "Price per month"
	w.again = func(p selection.Params) []ui.Field { return []ui.Field{priceDay(p)} }
	w.last = note
	return w
}

const priceBack = "The price rows are set aside, and what held before holds again. Where another price was set since, or " +
	"an invoice stands on it, it is kept, and the reason is told."

func priceDay(p selection.Params) ui.Field {
	return ui.Field{Kind: ui.DateInput, Name: "effective_on", Label: "From", Value: p["effective_on"], Size: ui.Short,
		Hint: "Blank: the first billable day without a price, else today."}
}

func priceWords() wording {
	w := subscriptionWords
	w.verb, w.did, w.undid = "Set the price of", "priced", "as before"
	w.text = "Each gets a dated price by the rule. Prices that begin later stay. Those signed off are to be signed again. " +
		"The preview is a look at what a list or an increase would make: nothing is changed before you confirm."
	w.back = priceBack
	w.seats, w.money = "Seats", "Price per month"
	w.again, w.options, w.last = ruleFields, priceLists, note
	w.first = selection.Params{"base": "cost", "change": "percent", "value": "20"}
	return w
}

func ruleFields(p selection.Params) []ui.Field {
	below := ui.Field{Kind: ui.Checkbox, Name: "below_cost", Label: "A price may be below cost",
		Hint: "Else it is raised to the next amount that is not.", Checked: p["below_cost"] != ""}
	follow := ui.Field{Kind: ui.Checkbox, Name: "follow", Label: "Follow the list from then on",
		Hint:    "With a percentage of the contract's own list: whenever that changes, the price does, on the same day.",
		Checked: p["follow"] != ""}
	return []ui.Field{
		{Kind: ui.SelectBox, Name: "base", Label: "Reckoned from", Value: p["base"], Size: ui.Medium,
			Options: []ui.Option{
				{Value: "cost", Label: "Its cost"}, {Value: "list", Label: "The price of a list"},
				{Value: "current", Label: "The price it has"}}},
		{Kind: ui.SelectBox, Name: "change", Label: "By", Value: p["change"], Size: ui.Medium, Options: []ui.Option{
			{Value: "percent", Label: "Percent more"}, {Value: "fixed", Label: "A fixed amount more"},
			{Value: "margin", Label: "A margin, in percent of the price"}}},
		{Name: "value", Label: "How much", Value: p["value"], Size: ui.Short, Required: true, InputMode: "decimal",
			Hint: "Like 20, or -10 for less."},
		{Name: "step", Label: "To a step of", Value: p["step"], Size: ui.Short, Placeholder: "0.05",
			Hint: "Blank: to the cent."},
		{Name: "ending", Label: "Ending with", Value: p["ending"], Size: ui.Short, Placeholder: ".99"},
		priceDay(p),
		{Kind: ui.SelectBox, Name: "price_list_id", Label: "Which list", Value: p["price_list_id"], Size: ui.Medium,
			Options: []ui.Option{{Value: "", Label: "Each contract's own"}}},
		below, follow,
	}
}

func priceLists(ctx context.Context, db *gorm.DB) (map[string][]ui.Option, error) {
	lists, err := price.AllLists(ctx, db)
	out := map[string][]ui.Option{}
	for _, l := range lists {
		out["price_list_id"] = append(out["price_list_id"], ui.Option{Value: l.ID.String(),
			Label: l.Name + " (" + l.Currency + ")"})
	}
	return out, err
}
