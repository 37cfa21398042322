package ui_test

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// The gallery is one page with every part in every state. It is served by tests
// only, to be looked at and to be checked as a whole.

// with gives a part its children, as a template does with braces.
func with(outer templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

func gallery() templ.Component {
	return with(galleryFrame(),
		galleryStats(), ui.Tabs{Label: "Views", Items: []ui.Tab{
			{Label: "Subscriptions", Href: "/a", Count: "340", Active: true},
			{Label: "Ledger", Href: "/b", Count: "1,204"}, {Label: "Raw record", Href: "/c"},
		}},
		galleryList(), galleryLedger(), galleryColumns(), galleryForm(), galleryStates(), galleryConfirm(),
	)
}

func galleryFrame() layout.Page {
	return layout.Page{
		Title: "Northwind US", Kicker: "Provider", Crumbs: []layout.Crumb{{Label: "Providers", Href: "/providers"}},
		Lead: "TD SYNNEX Stellr, comprehensive API. Every account and subscription of this distributor is copied " +
			"here each night.",
		Badges: []ui.Badge{{Text: "Active", Tone: ui.Good}, {Text: "Stale", Tone: ui.Warn}},
		Meta: []layout.Meta{
			{Label: "Reseller number", Text: "100200"},
			{Label: "Last sync", Value: ui.Time{ISO: "2026-11-22T02:00:41Z", Text: "22 Nov 2026, 02:00 UTC"}},
			{Label: "Last run", Text: "Partial, 2 accounts failed", Href: "/sync-runs/1"},
		},
		Actions: []templ.Component{ui.LinkButton{Text: "Edit", Href: "/edit", Icon: "edit"}, galleryMenu()},
		Banner: &layout.Notice{Text: "Reviews of 340 subscriptions are being refreshed. " +
			"Verdicts below may be a few seconds old.", Tone: ui.Info, Href: "/sync-runs", Label: "See the run"},
		Flash: []layout.Notice{{Text: "The provider was saved. Verify connectivity before the next sync.",
			Tone: ui.Good}},
		Nav: galleryNav(), User: layout.User{Name: "Ada Example", Role: "Operator"}, Version: "0.1.0",
		ThemeAction: "/theme", SignOut: "/logout", Here: "/gallery",
	}
}

func galleryNav() []layout.Section {
	return []layout.Section{
		{Items: []layout.Item{{Label: "Dashboard", Href: "/", Icon: "home"}}},
		{Title: "Distributor", Items: []layout.Item{
			{Label: "Providers", Href: "/providers", Icon: "provider", Active: true},
			{Label: "Provider accounts", Href: "/accounts", Icon: "accounts", Count: "37", CountTone: ui.Warn},
			{Label: "Sync runs", Href: "/sync-runs", Icon: "sync", Count: "2", CountTone: ui.Bad},
		}},
		{Title: "Customers", Items: []layout.Item{
			{Label: "CRM accounts", Href: "/crm-accounts", Icon: "crm"},
			{Label: "Billing contracts", Href: "/contracts", Icon: "contract"},
			{Label: "Price lists", Href: "/price-lists", Icon: "price"},
		}},
		{Title: "Seats", Items: []layout.Item{
			{Label: "Subscriptions", Href: "/subscriptions", Icon: "subscription", Count: "28"},
			{Label: "License changes", Href: "/changes", Icon: "change"},
		}},
		{Title: "Control", Items: []layout.Item{
			{Label: "Audit", Href: "/audit", Icon: "audit"}, {Label: "Settings", Href: "/settings", Icon: "settings"},
		}},
	}
}

func galleryMenu() ui.CommandMenu {
	return ui.CommandMenu{Commands: []ui.Command{
		{Label: "Verify Connectivity", Action: "/verify", Icon: "check", Hint: "Last verified 3 days ago"},
		{Label: "Sync Provider Accounts", Action: "/sync-accounts", Icon: "sync"},
		{Label: "Sync Subscriptions", Action: "/sync-subscriptions", Icon: "refresh", Disabled: true,
			Hint: "Map at least one account first"},
		{Label: "Deactivate", Action: "/deactivate", Icon: "stop", Destructive: true,
			Confirm: "Deactivate Northwind US? Its syncs stop; its subscriptions stay billable until they are retired."},
	}}
}

func galleryStats() ui.Stats {
	return ui.Stats{
		{Label: "Accounts to map", Value: "37", Note: "of 512", Href: "/accounts?state=unmapped", Tone: ui.Warn},
		{Label: "Waiting for sign-off", Value: "28", Note: "312 of 340 signed", Href: "/subscriptions?review=ok"},
		{Label: "Reviews that fail", Value: "4", Note: "cost more than price", Href: "/subscriptions?review=fail",
			Tone: ui.Bad},
		{Label: "Monthly cost", Value: "48,210.55", Unit: "USD", Note: "active and mapped"},
		{Label: "Seats", Value: "6,482", Note: "unchanged since yesterday", Tone: ui.Good},
	}
}

func galleryList() templ.Component {
	return with(ui.Card{Title: "Subscriptions", Text: "Every row is one subscription as the distributor holds it."},
		ui.FilterBar{
			Action: "/subscriptions", Search: "contoso", SearchLabel: "Search product, customer or id",
			Selects: []ui.Field{
				{Kind: ui.SelectBox, Name: "state", Label: "State", Value: "held",
					Options: []ui.Option{{Value: "", Label: "All"}, {Value: "held", Label: "Held"},
						{Value: "active", Label: "Active"}}},
				{Kind: ui.SelectBox, Name: "review", Label: "Review",
					Options: []ui.Option{{Value: "", Label: "All"}, {Value: "fail", Label: "Fail"}}},
			},
			Chips:     []ui.Chip{{Label: "“contoso”", RemoveHref: "/s?a"}, {Label: "State: Held", RemoveHref: "/s?b"}},
			ClearHref: "/s", CSVHref: "/subscriptions.csv",
		},
		with(ui.BulkBar{FormID: "bulk", Action: "/subscriptions/sign-off", Hint: "Tick the subscriptions to sign off.",
			Buttons: []ui.Button{{Text: "Sign off", Weight: ui.Primary, Icon: "sign"}}},
			ui.Field{Name: "note", Label: "Note", FormID: "bulk", Size: ui.Medium},
		),
		galleryTable(),
		ui.Pager{Text: "1 to 4 of 1,240 subscriptions", FirstHref: "/s", NextHref: "/s?after=x"},
	)
}

func galleryTable() ui.Table {
	money := func(a string) ui.Cell { return ui.Of(ui.Money{Amount: a, Currency: "USD", Period: "per month"}) }
	row := func(id, product, sku, customer, seats, cost, price string, review ui.Badge) ui.Row {
		return ui.Row{ID: id, Label: product + " of " + customer, Cells: []ui.Cell{
			{Text: product, Href: "/subscriptions/" + id, Sub: sku}, ui.TextCell(customer), ui.TextCell(seats),
			money(cost), money(price),
			ui.TextCell("2026-03-01"), {Badges: []ui.Badge{review}},
		}}
	}
	rows := []ui.Row{
		row("1", "Microsoft 365 Business Premium", "CFQ7TTC0LCHC:0002", "Contoso Example Ltd", "120", "18.92", "22.00",
			ui.Badge{Text: "Signed", Tone: ui.Good}),
		row("2", "Exchange Online (Plan 1)", "CFQ7TTC0LH16:0001", "Fabrikam Example GmbH", "1,045", "3.44", "4.00",
			ui.Badge{Text: "Ok", Tone: ui.Info}),
		row("3", "Power BI Pro", "CFQ7TTC0H9MP:0001", "Adventure Works Example", "17", "8.60", "8.10",
			ui.Badge{Text: "Fail", Tone: ui.Bad}),
		row("4", "Visio Plan 2", "CFQ7TTC0HD32:0001", "Tailspin Example BV", "3", "13.10", "",
			ui.Badge{Text: "Warn", Tone: ui.Warn}),
	}
	rows[2].Tone, rows[3].Tone, rows[0].Checked = ui.Bad, ui.Warn, true
	return ui.Table{
		Caption: "Subscriptions", Select: &ui.Selection{FormID: "bulk"}, Rows: rows,
		Columns: []ui.Column{
			{Label: "Product", SortHref: "/s?sort=-product", Sorted: ui.Ascending},
			{Label: "Customer", SortHref: "/s?sort=crm_account"},
			{Label: "Seats", Numeric: true, SortHref: "/s?sort=quantity"}, {Label: "Cost", Numeric: true},
			{Label: "Price", Numeric: true}, {Label: "Start", Nowrap: true}, {Label: "Review"},
		},
		Sums: []ui.Cell{{Text: "Sum of this page", Span: 2}, {Text: "1,185"}, {Text: "6,048.60 USD"},
			{Text: "6,957.70 USD"}, {Span: 2}},
	}
}

func galleryLedger() templ.Component {
	row := func(day, event, delta, after, state string, muted bool) ui.Row {
		return ui.Row{Muted: muted, Cells: []ui.Cell{{Text: day, Href: "/changes/1"}, ui.TextCell(event),
			ui.TextCell(delta), ui.TextCell(after), ui.BadgeCell(state, ui.Neutral)}}
	}
	return with(ui.Card{Title: "Ledger", Text: "Counted rows sum to 120 seats.", Flush: true,
		Actions: []templ.Component{ui.LinkButton{Text: "CSV", Href: "/changes.csv", Icon: "download", Compact: true,
			Weight: ui.Quiet}}},
		ui.Table{Caption: "Ledger", Compact: true,
			Columns: []ui.Column{{Label: "Effective"}, {Label: "Event"}, {Label: "Change", Numeric: true},
				{Label: "After", Numeric: true}, {Label: "Billing"}},
			Rows: []ui.Row{
				row("2026-11-20", "update", "+20", "120", "open", false),
				row("2026-06-01", "price", "0", "100", "invoiced", false),
				row("2026-03-01", "create", "+100", "100", "archived", true),
			},
			Sums: []ui.Cell{{Text: "Counted", Span: 2}, {Text: "+120"}, {Text: "120"}, {}},
		},
		// A card that is empty is a common sight, so it is here as well.
		ui.Table{Caption: "Nothing", Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No changes yet",
			Text: "Every change of seats or price will be a row here."}},
	)
}

func galleryColumns() templ.Component {
	return with(raw(`<div class="split">`, `</div>`),
		with(raw(`<div>`, `</div>`), galleryFacts(), galleryVerify()),
		with(raw(`<div>`, `</div>`), gallerySide(), galleryMatch()),
	)
}

func raw(before, after string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		children := templ.GetChildren(ctx)
		_, _ = io.WriteString(w, before)
		err := children.Render(templ.ClearChildren(ctx), w)
		_, _ = io.WriteString(w, after)
		return err
	})
}

func galleryFacts() templ.Component {
	return with(ui.Card{Title: "Connection", Badges: []ui.Badge{{Text: "Comprehensive API"}},
		Actions: []templ.Component{ui.LinkButton{Text: "Edit", Href: "/edit", Compact: true}}},
		ui.DefinitionList{Columns: 2, Items: []ui.Definition{
			ui.Fact("User name", "integration@reseller.example"),
			{Term: "Password", Value: ui.TextCell("Set on 3 Nov 2026 by Ada Example")},
			{Term: "URL", Value: ui.Cell{Text: "https://api.us.tdsynnex.com/", Mono: true}},
			ui.Fact("Application ID", "sandbox-app"),
			{Term: "Currency", Value: ui.TextCell("USD"),
				Note: "Assumed from the host; used where a record names none."},
			ui.Fact("Token URL", ""),
		}},
		ui.CopyText{Label: "reseller authorize link",
			Value: "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId=00000000-0000-4000-8000-000000000000", Mailto: "mailto:?subject=Reseller%20relationship"},
		ui.CopyText{Label: "access request", Block: true,
			Value: "We would like to request access to the CSP API to be enabled for " +
				"integration@reseller.example.\nOur Synnex Account Number is 100200."},
		ui.Raw{Summary: "Raw record", Text: "{\n  \"customerNo\": \"400017\",\n  \"name\": \"Contoso Example Ltd\"\n}"},
	)
}

func galleryVerify() templ.Component {
	return with(ui.Card{Title: "Verify Connectivity", Text: "Checked 3 days ago, took 1.8 s"},
		ui.Steps{
			{Title: "Address allowed", State: ui.StepDone, Note: "203.0.113.20"},
			{Title: "TLS", State: ui.StepDone, Note: "TLS 1.3, valid until 2027-02-11"},
			{Title: "Token", State: ui.StepWarned,
				Text: "The token lives for 5 minutes only. Long syncs renew it often."},
			{Title: "List customers", State: ui.StepFailed,
				Text: "The distributor knows no reseller 100201. Check the reseller number on the provider.",
				Note: "Request 7f3c-11ee", Action: ui.LinkButton{Text: "Edit provider", Href: "/edit", Compact: true}},
			{Title: "List one customer's subscriptions", State: ui.StepSkipped},
			{Title: "Now running", State: ui.StepNow}, {Title: "Still to do"},
		},
	)
}

func gallerySide() templ.Component {
	return with(ui.Card{Title: "Sync run", Badges: []ui.Badge{{Text: "Running", Tone: ui.Info}}},
		ui.LiveProgress{Progress: ui.Progress{Label: "Reading subscriptions", Text: "118 of 340 accounts", Done: 118,
			Total: 340}},
		ui.Progress{Label: "Listing", Text: "counting"},
		ui.Timeline{
			{Title: "Seats 100 → 120", When: ui.Time{ISO: "2026-11-20T10:00:00Z", Text: "20 Nov 2026, 10:00 UTC"},
				Who: "TD SYNNEX", Tone: ui.Good, Href: "/changes/1"},
			{Title: "Price 21.00 → 22.00", When: ui.Time{ISO: "2026-11-02T09:12:00Z", Text: "2 Nov 2026, 09:12 UTC"},
				Who: "Ada Example", Text: "Agreed with the customer by phone."},
			{Title: "Created", When: ui.Time{ISO: "2026-03-01", Text: "1 Mar 2026"}, Who: "TD SYNNEX"},
		},
	)
}

func galleryMatch() templ.Component {
	return with(ui.Card{Title: "Why this match"},
		ui.Waterfall{Caption: "Reasons", Total: "96 %", Bars: []ui.Bar{
			{Label: "Tenant id agrees", Text: "6f1e…", Value: "+12.0", Percent: 100},
			{Label: "Name is close", Text: "Contoso Ltd / Contoso Example Ltd", Value: "+4.2", Percent: 35},
			{Label: "City differs", Text: "Leeds / York", Value: "−1.4", Percent: 12, Against: true},
		}},
	)
}

func galleryForm() templ.Component {
	fields := galleryFields()
	return with(ui.Form{Action: "/providers", Version: "3", Save: "Save provider", Cancel: "/providers"},
		ui.Summarize(nil, fields...),
		with(ui.Group{Title: "Sign-in at the distributor",
			Text: "The fields stand in the order of the operator's guide.", Two: true}, components(fields)...),
		with(ui.Fold{Summary: "Advanced", Hint: "token URL, page size", Open: true},
			ui.Field{Name: "token_url", Label: "Token URL", Kind: ui.URLInput, Placeholder: "https://"},
			ui.Field{Name: "page_size", Label: "Page size", Kind: ui.NumberInput, Value: "100", Size: ui.Short,
				Suffix: "records"}),
	)
}

func components(fields []ui.Field) []templ.Component {
	out := make([]templ.Component, len(fields))
	for i, f := range fields {
		out[i] = f
	}
	return out
}

func galleryFields() []ui.Field {
	return []ui.Field{
		{Name: "name", Label: "Name", Value: "Northwind US", Required: true,
			Error: "A provider with this name exists. Choose another name."},
		{Kind: ui.Toggle, Name: "comprehensive_api", Label: "Comprehensive API", Checked: true,
			Hint: "Off: the legacy connector. Frozen once accounts exist."},
		{Name: "internal_name", Label: "Internal Name", Value: "Work365.Provider.SynnexCspProvider", ReadOnly: true,
			Hint: "Frozen, because this provider has 512 accounts. Create a new provider instead."},
		{Kind: ui.SecretInput, Name: "password", Label: "Password", SetText: "Set on 3 Nov 2026 by Ada Example"},
		{Kind: ui.URLInput, Name: "url", Label: "URL", Value: "https://api.us.tdsynnex.com/",
			Hint: "The API address of your region."},
		{Kind: ui.SelectBox, Name: "currency", Label: "Default currency", Value: "USD", Size: ui.Short,
			Options: []ui.Option{{Value: "USD", Label: "USD"}, {Value: "EUR", Label: "EUR"}}},
		{Kind: ui.DateInput, Name: "bill_from", Label: "Bill from", Value: "2026-12-01", Size: ui.Short,
			Hint: "The first day that is billed here."},
		{Kind: ui.NumberInput, Name: "unit_price", Label: "Unit price", Value: "22.00", Prefix: "USD",
			Suffix: "per month", Size: ui.Medium, Error: "The price is below the cost of 23.10."},
		{Kind: ui.RadioGroup, Name: "refunds", Label: "Refunds", Value: "global",
			Options: []ui.Option{{Value: "global", Label: "As set for everybody", Hint: "Now: no refund"},
				{Value: "yes", Label: "Always"}, {Value: "no", Label: "Never"}}},
		{Kind: ui.Checkbox, Name: "is_default", Label: "Default contract of this customer",
			Hint: "New subscriptions land here."},
		{Kind: ui.TextArea, Name: "remark", Label: "Note", Rows: 3},
		{Kind: ui.FileInput, Name: "file", Label: "CSV file", Accept: ".csv", Hint: "At most 16 MB."},
	}
}

func galleryStates() templ.Component {
	return with(raw(`<div class="stack">`, `</div>`),
		ui.Callout{Tone: ui.Info, Title: "Prerequisites",
			Text: "Create an integration account that belongs to no person, and ask the distributor for API access."},
		ui.Callout{Tone: ui.Warn, Title: "This link belongs to one relationship",
			Text: "A GDAP link works for one customer only."},
		ui.Callout{Tone: ui.Bad, Title: "Two accounts failed", Text: "Their subscriptions were left as they were."},
		ui.Callout{Tone: ui.Good, Text: "All 340 subscriptions are signed off."},
		ui.EmptyState{Kind: ui.NothingYet, Title: "No providers yet",
			Text:   "A provider is one connection to a distributor. Add one to bring in its customers.",
			Action: &ui.LinkButton{Text: "New provider", Href: "/providers/new", Weight: ui.Primary, Icon: "plus"}},
		ui.EmptyState{Kind: ui.NoMatch, Title: "No subscription matches",
			Text:   "340 subscriptions are hidden by the filter.",
			Action: &ui.LinkButton{Text: "Clear all filters", Href: "/s"}},
		ui.EmptyState{Kind: ui.LoadFailed, Title: "The ledger could not be read",
			Text:   "Nothing was changed. Reload the page; if it stays, tell an administrator.",
			Action: &ui.LinkButton{Text: "Reload", Href: "/s", Icon: "refresh"}},
		ui.DiffTable{Caption: "What the other person changed", Before: "Yours", After: "Saved by Grace Example",
			Rows: []ui.Diff{{Field: "Name", Before: "Northwind", After: "Northwind US"},
				{Field: "Currency", Before: "USD", After: "USD"}, {Field: "Page size", Before: "", After: "100"}}},
		with(raw(`<div class="row">`, `</div>`),
			ui.Button{Text: "Save provider", Weight: ui.Primary, FormID: "bulk"},
			ui.Button{Text: "Compare", FormID: "bulk"}, ui.Button{Text: "Cancel", Weight: ui.Quiet, FormID: "bulk"},
			ui.Button{Text: "Void invoice", Weight: ui.Destructive, FormID: "bulk", Confirm: "Void invoice 1042?"},
			ui.Button{Text: "Bill", Disabled: true, Why: "Set the first billing day first", FormID: "bulk"},
			ui.PostButton{Button: ui.Button{Text: "Verify", Icon: "check", Action: "/verify"}},
			ui.Badge{Text: "Neutral"}, ui.Badge{Text: "Info", Tone: ui.Info}, ui.Badge{Text: "Signed", Tone: ui.Good},
			ui.Badge{Text: "Warn", Tone: ui.Warn}, ui.Badge{Text: "Fail", Tone: ui.Bad},
		),
	)
}

func galleryConfirm() templ.Component {
	return ui.ConfirmForm{
		Action: "/accounts/1/unmap", Title: "Unmap Contoso Example Ltd?",
		Text: "Its subscriptions are held and are not billed until the account is mapped again.",
		Effects: []ui.Definition{ui.Fact("Subscriptions held", "14"), ui.Fact("Sign-offs that lapse", "12"),
			ui.Fact("Billed per month", "2,640.00 USD")},
		Phrase: "Contoso", Button: "Unmap account", Cancel: "/accounts/1",
	}
}
