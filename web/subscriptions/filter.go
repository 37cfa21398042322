package subscriptions

import (
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/review"
	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// spec is what the list's address may say. Providers and vendors are those that
// there are; an id in the address is named by its record.
func (h Handlers) spec(c echo.Context) (httpx.ListSpec, error) {
	ctx := c.Request().Context()
	choices, err := list.ChoicesOf(ctx, h.DB.Read(ctx))
	if err != nil {
		return httpx.ListSpec{}, err
	}
	vendors := make([]httpx.Choice, len(choices.Vendors))
	for i, v := range choices.Vendors {
		vendors[i] = httpx.Choice{Value: v, Label: v}
	}
	providers := make([]httpx.Choice, len(choices.Providers))
	for i, p := range choices.Providers {
		providers[i] = httpx.Choice{Value: p.ID.String(), Label: p.Name}
	}
	db := h.DB.Read(ctx)
	return httpx.ListSpec{Sorts: list.Sorts(), Filters: []httpx.Filter{
		{Name: "provider", Label: "Provider", Allowed: providers},
		{Name: "state", Label: "State", Allowed: []httpx.Choice{{Value: "active", Label: "Active"},
			{Value: "held", Label: "Held"}, {Value: "inactive", Label: "Inactive"}}},
		{Name: "hold_reason", Label: "Held because", Allowed: []httpx.Choice{
			{Value: "unmapped", Label: "Unmapped"}, {Value: "excluded", Label: "Excluded"},
			{Value: "pending", Label: "Pending"}, {Value: "twin", Label: "Twin"},
			{Value: "cutover", Label: "Cut-over"}}},
		{Name: "moved", Label: "Moved to a mapped account",
			Allowed: []httpx.Choice{{Value: "yes", Label: "Only"}, {Value: "no", Label: "Without"}}},
		{Name: "review", Label: "Review", Allowed: []httpx.Choice{{Value: "fail", Label: "Fail"},
			{Value: "warn", Label: "Warn"}, {Value: "ok", Label: "Ok"}, {Value: "signed", Label: "Signed"}}},
		{Name: "check", Label: "Finding", Allowed: checkChoices()},
		{Name: "vendor", Label: "Vendor", Allowed: vendors},
		{Name: "kind", Label: "Kind", Allowed: []httpx.Choice{
			{Value: "licence", Label: "Licence"}, {Value: "one_time", Label: "One-time"},
			{Value: "usage", Label: "Usage"}, {Value: "trial", Label: "Trial"}, {Value: "unknown", Label: "Unknown"}}},
		{Name: "excluded", Label: "Excluded accounts",
			Allowed: []httpx.Choice{{Value: "no", Label: "Without"}, {Value: "yes", Label: "Only"}}},
		{Name: "proposal", Label: "Price proposed",
			Allowed: []httpx.Choice{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}}},
		{Name: "ends_from", Label: "Ends from", IsDate: true},
		{Name: "ends_before", Label: "Ends before", IsDate: true},
		named(c, db, "crm_account", "Customer"),
		named(c, db, "contract", "Contract"),
		named(c, db, "account", "Account"),
	}}, nil
}

// checkChoices are all findings that a review may have.
func checkChoices() []httpx.Choice {
	codes := review.Codes()
	choices := make([]httpx.Choice, len(codes))
	for i, code := range codes {
		choices[i] = httpx.Choice{Value: code, Label: checkNames[code]}
	}
	return choices
}

// named is a filter by a record's id whose chip says the record's name.
func named(c echo.Context, db *gorm.DB, parameter, label string) httpx.Filter {
	f := httpx.Filter{Name: parameter, Label: "One " + label, IsID: true}
	id, err := uuid.Parse(c.QueryParam(parameter))
	if err != nil {
		return f
	}
	if name, err := list.NameOf(c.Request().Context(), db, parameter, id); err == nil && name != "" {
		f.Label = label + ": " + name
	}
	return f
}

func filterOf(q httpx.ListQuery) list.Filter {
	id := func(name string) uuid.UUID { return q.FilterID(name) }
	day := func(name string) clock.Date { d, _ := clock.ParseDate(q.Filter(name)); return d } // checked by the spec
	return list.Filter{
		Search: q.Search, Provider: id("provider"), Account: id("account"), CRMAccount: id("crm_account"),
		Contract: id("contract"),
		State:    q.Filter("state"), HoldReason: q.Filter("hold_reason"), Moved: q.Filter("moved"),
		Review: q.Filter("review"), Check: q.Filter("check"), Excluded: q.Filter("excluded"),
		Kind: q.Filter("kind"), Vendor: q.Filter("vendor"),
		Proposal: q.Filter("proposal"), EndsFrom: day("ends_from"), EndsBefore: day("ends_before"),
	}
}

// bar leaves to the tabs and to other pages what they choose, so that the bar stays short.
func bar(q httpx.ListQuery) ui.FilterBar {
	b := q.FilterBar("Search product, customer, part number or id")
	b.Selects = slices.DeleteFunc(b.Selects, func(f ui.Field) bool {
		elsewhere := slices.Contains([]string{"review", "excluded", "proposal", "moved"}, f.Name)
		if elsewhere && f.Value != "" {
			b.Hidden = append(b.Hidden, ui.Pair{Name: f.Name, Value: f.Value})
		}
		return elsewhere
	})
	return b
}
