package subscriptions

import (
	"maps"
	"slices"
	"strconv"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/subscription"
	"seatledger/views/ui"

	view "seatledger/views/subscriptions"
)

// again is a field as its form says it again: the value that was typed, or the one that stands.
func (s sheet) again(form string, f ui.Field) ui.Field {
	f.Scope = form
	if s.form != form {
		return f
	}
	if s.typed.Has(f.Name) {
		f.Value = s.typed.Get(f.Name)
	}
	f.Error = s.problems[f.Name]
	return f
}

func contractForm(s sheet) *view.Edit {
	if s.AccountState != string(account.Mapped) || len(s.options.Contracts) == 0 && !s.ContractID.Valid {
		return nil
	}
	options := []ui.Option{{Value: "", Label: "None"}}
	known := !s.ContractID.Valid
	for _, x := range s.options.Contracts {
		options = append(options, ui.Option{Value: x.ID.String(), Label: x.Name})
		known = known || x.ID == s.ContractID.UUID
	}
	value := ""
	if s.ContractID.Valid {
		value = s.ContractID.UUID.String()
	}
	if !known {
		options = append(options, ui.Option{Value: value, Label: s.Contract + " (deactivated)"})
	}
	f := s.again("contract", ui.Field{Kind: ui.SelectBox, Name: "contract_id", Label: "Billing contract", Value: value,
		Options: options,
		Hint: "Active contracts of this customer. The price comes from the contract's price list, unless a person " +
			"set it."})
	return &view.Edit{
		ID: "contract", Fold: ui.Fold{Summary: "Choose the contract", Key: "c", Open: s.form == "contract" ||
			!s.ContractID.Valid && s.State != subscription.Inactive},
		Form: ui.Form{Action: recordPath(s.ID) + "/contract", Version: version(s), Save: "Save contract"},
		Groups: []view.FieldGroup{{Group: ui.Group{Title: "Contract"},
			Fields: []ui.Field{f, s.again("contract", ui.Field{
				Kind: ui.DateInput, Name: "effective_on", Label: "From", Size: ui.Short, Hint: firstUnpaid(s)})}}},
	}
}

// firstUnpaid says from which day a contract holds where none is typed.
func firstUnpaid(s sheet) string {
	var paid clock.Date
	for _, id := range s.history.Contracts() {
		paid = clock.Later(paid, s.history.PaidTo(id))
	}
	if paid.IsZero() {
		return "Empty: from its first billable day; nothing of it was billed yet."
	}
	return "Empty: from the first day that was not billed, " + paid.String() +
		". Days before stay with the contract that they were billed under."
}

var periodOptions = []ui.Option{
	{Value: "month", Label: "per month"}, {Value: "quarter", Label: "per quarter"}, {Value: "year", Label: "per year"},
	{Value: "three_years", Label: "per three years"}, {Value: "once", Label: "once"},
}

func (h Handlers) priceForm(s sheet) *view.Edit {
	if !s.ContractID.Valid {
		return nil
	}
	e := &view.Edit{
		ID: "price", Fold: ui.Fold{Summary: "Set the price", Key: "p", Open: s.form == "price" || !s.UnitPrice.Valid &&
			s.State != subscription.Inactive},
		Form: ui.Form{Action: recordPath(s.ID) + "/price", Version: version(s), Save: "Save price"},
	}
	if len(s.options.Prices) > 0 {
		e.Groups = append(e.Groups, view.FieldGroup{Group: ui.Group{Title: "From the price list"},
			Fields: []ui.Field{s.again("price", itemField(s))}})
	}
	e.Groups = append(e.Groups,
		view.FieldGroup{Group: ui.Group{Title: "Or your own price",
			Text: "An exception to the price list. It is kept by every later sync and landing.", Two: true},
			Fields: []ui.Field{
				s.again("price", ui.Field{Kind: ui.NumberInput, Name: "unit_price", Label: "Price per seat",
					Prefix: s.ContractCurrency}),
				s.again("price", ui.Field{Kind: ui.SelectBox, Name: "price_period", Label: "Period",
					Value: ownPeriod(s), Options: periodOptions}),
			}},
		view.FieldGroup{Group: ui.Group{Title: "When and why"}, Fields: []ui.Field{
			s.again("price", ui.Field{Kind: ui.DateInput, Name: "effective_on", Label: "Holds from",
				Value: subscription.ProposedDay(s.history, h.today()).String(), Size: ui.Short,
				Hint: h.proposedBecause(s)}),
			s.again("price", ui.Field{Name: "note", Label: "Note"}),
		}})
	return e
}

// proposedBecause says why the form proposes its day.
func (h Handlers) proposedBecause(s sheet) string {
	if on := subscription.ProposedDay(s.history, h.today()); on.Before(h.today()) {
		return "Proposed: the first billable day without a price. Days that were billed are charged or credited the " +
			"difference by the next run."
	}
	return "Days before it keep their price; days that were billed are charged or credited the difference by the " +
		"next run."
}

func itemField(s sheet) ui.Field {
	f := ui.Field{Kind: ui.SelectBox, Name: "price_list_item_id", Label: "Item",
		Options: []ui.Option{{Value: "", Label: "None: my own price below"}},
		Hint:    "Choosing an item takes its price and period."}
	for _, p := range s.options.Prices {
		label := digits(p.UnitPrice, p.Currency) + " " + p.Currency + " " + periods[p.Unit] + ", " + p.Term +
			" billed " + p.Frequency + ", from " + p.From.String()
		if !p.To.IsZero() {
			label += " until " + p.To.String()
		}
		if s.PriceItemID.Valid && p.ID == s.PriceItemID.UUID {
			label += " (now)"
		}
		f.Options = append(f.Options, ui.Option{Value: p.ID.String(), Label: label})
	}
	return f
}

func ownPeriod(s sheet) string {
	if s.PricePeriod != "" {
		return string(s.PricePeriod)
	}
	return "month"
}

// quantityForm is for what a person enters, under a manual provider.
func (h Handlers) quantityForm(s sheet) *view.Edit {
	if s.Connector != "manual" || s.State == subscription.Inactive {
		return nil
	}
	field := func(f ui.Field) ui.Field { f.Scope = "quantity"; return f }
	return &view.Edit{
		ID: "quantity", Fold: ui.Fold{Summary: "Set the seats"},
		Form: ui.Form{Action: recordPath(s.ID) + "/quantity", Version: version(s), Save: "Save seats"},
		Groups: []view.FieldGroup{{Group: ui.Group{Title: "Seats"}, Fields: []ui.Field{
			field(ui.Field{Kind: ui.NumberInput, Name: "quantity", Label: "Seats", Value: strconv.Itoa(s.Quantity),
				Size: ui.Short, InputMode: "numeric"}),
			field(ui.Field{Kind: ui.DateInput, Name: "effective_at", Label: "From", Value: h.today().String(),
				Size: ui.Short, Hint: "May lie before later changes: those keep the number that they reached."}),
			field(ui.Field{Kind: ui.SelectBox, Name: "refund", Label: "If seats leave", Size: ui.Medium,
				Options: []ui.Option{{Value: "", Label: "As the refund setting says"},
					{Value: "no", Label: "No refund"}, {Value: "yes", Label: "Apply refund"}}}),
			field(ui.Field{Name: "note", Label: "Note"}),
		}}},
	}
}

// summary lists what was wrong, linked to the fields of the form that was refused.
func summary(s sheet, forms ...*view.Edit) ui.ErrorSummary {
	var fields []ui.Field
	for _, e := range forms {
		if e == nil || e.ID != s.form {
			continue
		}
		for _, g := range e.Groups {
			fields = append(fields, g.Fields...)
		}
	}
	return ui.Summarize(s.problems, fields...)
}

// stale sets what was typed beside what stands since somebody else saved.
func stale(s sheet) *view.Stale {
	if !s.stale {
		return nil
	}
	now := map[string]string{"contract_id": s.Contract, "unit_price": "", "price_period": string(s.PricePeriod),
		"price_list_item_id": "", "effective_on": "", "note": ""}
	if s.UnitPrice.Valid {
		now["unit_price"] = s.UnitPrice.Decimal.String()
	}
	typed := typedWords(s)
	d := ui.DiffTable{Caption: "What stands now and what you typed", Before: "Stands now", After: "You typed"}
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		d.Rows = append(d.Rows, ui.Diff{Field: name, Before: now[name], After: typed[name]})
	}
	return &view.Stale{Table: d, Callout: ui.Callout{Tone: ui.Warn,
		Title: "Somebody else has changed this subscription since you opened it",
		Text:  "Nothing of yours was saved. Compare, change the form where needed, and save again."}}
}

func typedWords(s sheet) map[string]string {
	typed := map[string]string{}
	for name := range s.typed {
		if name != "version" {
			typed[name] = s.typed.Get(name)
		}
	}
	for _, x := range s.options.Contracts {
		if typed["contract_id"] == x.ID.String() {
			typed["contract_id"] = x.Name
		}
	}
	return typed
}
