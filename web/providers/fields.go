package providers

import (
	"fmt"
	"strconv"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/provider"
	"seatledger/views/ui"
)

// formState is what a form is filled with: the values typed or stored, what is
// wrong with them, and what is known of the provider when it stands already.
type formState struct {
	in       provider.Input
	problems map[string]string
	stored   *provider.Provider // nil: a new one
	version  string             // of the form; the stored one unless an older form came back
	marks    map[string]provider.SecretMark
	frozen   int // accounts, which freeze toggle and internal name
	stale    *ui.DiffTable
	read     bool // a new one is verified and read at once
}

func itoa(n int) string { return strconv.Itoa(n) }

func (f formState) manual() bool { return f.in.Connector == distributor.Manual }

// fields are those of the operator's guide, in its order. The legacy API signs in
// without an application, and its guide has no delegated admin link.
func (h Handlers) fields(f formState) []ui.Field {
	name := ui.Field{Name: "name", Label: "Name", Value: f.in.Name, Required: true, Size: ui.Medium,
		Hint: "Free to choose; with several countries or connectors, name them: TD SYNNEX US."}
	if f.manual() {
		return []ui.Field{name}
	}
	all := []ui.Field{name, f.toggle(), f.internalName(), userName(f.in), h.secret(f, secretField{
		name: provider.Password, label: "Password", hint: passwordHint(f.in), required: f.wantsPassword(),
		clear: f.in.PasswordClear}),
		apiURL(f.in)}
	if f.in.ComprehensiveAPI {
		all = append(all, applicationID(f.in), h.secret(f, secretField{
			name: provider.ApplicationSecret, label: "Application Secret", required: true,
			clear: f.in.ApplicationSecretClear,
			hint:  "Same place. The portal shows it once, when it is made, and it may take ten minutes to work."}))
	}
	all = append(all, resellerNumber(f.in), resellerLink(f.in))
	if !f.in.ComprehensiveAPI {
		all = append(all, costPeriod(f.in))
	}
	if f.in.ComprehensiveAPI || f.in.DelegatedAdminURL != "" {
		all = append(all, adminLink(f.in))
	}
	if f.stored == nil && f.read { // of the first steps; else the fields are those of the guide alone
		all = append(all, ui.Field{Kind: ui.Checkbox, Name: "read", Label: "Verify it and read it at once",
			Checked: f.read, Hint: "Its accounts and then its subscriptions. They wait until their accounts are mapped."})
	}
	return all
}

func (f formState) toggle() ui.Field {
	t := ui.Field{Kind: ui.Toggle, Name: "comprehensive_api", Label: "Comprehensive API",
		Checked: f.in.ComprehensiveAPI,
		Hint:    "On for the present API. Off only for the legacy connector, which hands out other account ids."}
	if f.frozen > 0 {
		t.ReadOnly, t.Checked = true, f.stored.ComprehensiveAPI
		t.Hint = fmt.Sprintf("Stays as it is, because this provider has %d accounts and their ids belong to this "+
			"API. To change over, create a new provider for the other API and deactivate this one.", f.frozen)
	}
	return t
}

func (f formState) internalName() ui.Field {
	n := ui.Field{Name: "internal_name", Label: "Internal Name", Value: f.in.InternalName,
		Hint: "The name of the connector; the same for both positions of the toggle."}
	if f.frozen > 0 {
		n.ReadOnly, n.Value = true, f.stored.InternalName
		n.Hint = "Stays as it is, because this provider has accounts. Create a new provider for another one."
	}
	return n
}

func userName(in provider.Input) ui.Field {
	return ui.Field{Name: "user_name", Label: "User Name", Value: in.UserName, Required: !in.ComprehensiveAPI ||
		in.Grant == provider.PasswordGrant, Autocomplete: "off",
		Hint: "E-mail address of the integration account: one that belongs to no person, with the portal permission " +
			"“Stellar Cloud Super”."}
}

func passwordHint(in provider.Input) string {
	if in.ComprehensiveAPI {
		return "Of the integration account. Sent to the distributor only with the grant “password” below."
	}
	return "Of the integration account."
}

func (f formState) wantsPassword() bool {
	return !f.in.ComprehensiveAPI || f.in.Grant == provider.PasswordGrant
}

type secretField struct {
	name, label, hint string
	required, clear   bool
}

func (h Handlers) secret(f formState, s secretField) ui.Field {
	field := ui.Field{Kind: ui.SecretInput, Name: s.name, Label: s.label, Hint: s.hint, Required: s.required,
		Cleared: s.clear}
	if m, ok := f.marks[s.name]; ok {
		field.SetText = h.setText(m)
		field.Required = false
	}
	return field
}

func (h Handlers) setText(m provider.SecretMark) string {
	text := fmt.Sprintf("Set on %s by %s", day(m.SetAt, h.Zone), m.SetBy)
	if m.SentTo == "" {
		return text
	}
	return text + ", for " + distributor.SaidFor(m.SentTo)
}

func day(t time.Time, zone *time.Location) string { return t.In(zone).Format("2 Jan 2006") }

func apiURL(in provider.Input) ui.Field {
	hint := "The API of your country: api.us.tdsynnex.com, api.ca.tdsynnex.com, api-br.lac.tdsynnex.com or " +
		"api-mx.lac.tdsynnex.com."
	if !in.ComprehensiveAPI {
		hint = "The legacy API: ws.synnex.com, in Canada ws.synnex.ca."
	}
	return ui.Field{Kind: ui.URLInput, Name: "url", Label: "URL", Value: in.URL, Required: true, Hint: hint}
}

func applicationID(in provider.Input) ui.Field {
	return ui.Field{Name: "application_id", Label: "Application ID", Value: in.ApplicationID, Required: true,
		Hint: "In the ecx portal: StreamOne, Integration, Developer APIs, Go to Developer Portal, My Account, Client " +
			"Credentials, Production. Only organisation admins see that page."}
}

func resellerNumber(in provider.Input) ui.Field {
	return ui.Field{Name: "reseller_number", Label: "Reseller Number", Value: in.ResellerNumber, Required: true,
		Size: ui.Medium,
		Hint: "Your TD SYNNEX account number for CSP transactions. With a wrong one the lists come back empty."}
}

func resellerLink(in provider.Input) ui.Field {
	return ui.Field{Kind: ui.URLInput, Name: "reseller_authorize_url", Label: "Reseller Authorize Relationship URL",
		Value: in.ResellerAuthorizeURL,
		Hint: "The link with which a customer accepts you as reseller (invType=IndirectResellerRelationship or " +
			"ResellerRelationship). It serves every customer."}
}

func adminLink(in provider.Input) ui.Field {
	return ui.Field{Kind: ui.URLInput, Name: "delegated_admin_url", Label: "Delegated Admin Authorize URL",
		Value: in.DelegatedAdminURL,
		Hint: "The link with which a customer accepts delegated admin rights. Keep the part behind the #; " +
			"a GDAP link serves one customer only."}
}

// costPeriod asks a person for what this API leaves out. Nobody has to know it.
func costPeriod(in provider.Input) ui.Field {
	return ui.Field{Kind: ui.SelectBox, Name: "cost_period", Label: "Period of the unit costs", Value: in.CostPeriod,
		Size: ui.Medium, Options: costPeriods(),
		Hint: "This API gives a unit cost without saying for how long. " +
			"Choose what your agreement or the distributor's invoice says; " +
			"it is shown as assumed, and the next sync applies it. " +
			"A record that names its billing frequency keeps that. Left open, the reviews fail on the cost."}
}

func costPeriods() []ui.Option {
	return []ui.Option{{Value: "", Label: "Not known"}, {Value: string(money.Month), Label: "Per month"},
		{Value: string(money.Quarter), Label: "Per quarter"},
		{Value: string(money.Year), Label: "Per year"}, {Value: string(money.ThreeYears), Label: "Per three years"}}
}

func costPeriodWord(p string) string {
	for _, o := range costPeriods() {
		if o.Value == p {
			return o.Label
		}
	}
	return p
}

// endDateMeans asks what an end date means where the record does not tell by itself.
func endDateMeans(in provider.Input) ui.Field {
	return ui.Field{Kind: ui.SelectBox, Name: "end_date_means", Label: "End date", Value: in.EndDateMeans,
		Size: ui.Medium, Options: endDates(),
		Hint: "Whether an end date is the last day or the day after it. Most records tell by their start and term; " +
			"this is for the others, and is shown as a guess."}
}

func endDates() []ui.Option {
	return []ui.Option{{Value: "", Label: "As the records tell"},
		{Value: "last_day", Label: "The last day"}, {Value: "day_after", Label: "The day after the last one"}}
}

func endDateWord(s string) string {
	for _, o := range endDates() {
		if o.Value == s {
			return o.Label
		}
	}
	return s
}

// derived says in a hint what an empty field comes to with the URL as it stands.
func derived(value string) string {
	if value == "" {
		return ""
	}
	return ": for the one above, " + value
}

// advancedFields are those that hardly anybody changes.
func advancedFields(in provider.Input) []ui.Field {
	var all []ui.Field
	if in.ComprehensiveAPI {
		all = append(all,
			ui.Field{Kind: ui.URLInput, Name: "token_url", Label: "Token URL", Value: in.TokenURL,
				Placeholder: distributor.TokenURLFor(distributor.Stellr, in.URL),
				Hint: "Where an access token is asked for. Left empty, it follows from the URL" +
					derived(distributor.TokenURLFor(distributor.Stellr, in.URL)) + "."},
			ui.Field{Kind: ui.SelectBox, Name: "grant", Label: "Grant", Value: in.Grant, Size: ui.Medium,
				Hint: "How the token is asked for. Change it only when the distributor says so.",
				Options: []ui.Option{{Value: provider.DefaultGrant, Label: "client_credentials"},
					{Value: provider.PasswordGrant, Label: "password"}}},
			ui.Field{Kind: ui.NumberInput, Name: "page_size", Label: "Page size", Value: in.PageSize, Size: ui.Short,
				Suffix: "records", Hint: "1 to 200."})
	}
	all = append(all,
		ui.Field{Kind: ui.NumberInput, Name: "concurrency", Label: "Concurrency", Value: in.Concurrency, Size: ui.Short,
			Suffix: "accounts at a time", Hint: "1 to 16."},
		ui.Field{Name: "currency", Label: "Default currency", Value: in.Currency, Size: ui.Short,
			Placeholder: distributor.CurrencyFor(in.URL),
			Hint: "Used where a record names none, and shown as assumed. Left empty, it follows from the URL" +
				derived(distributor.CurrencyFor(in.URL)) + "."})
	if in.ComprehensiveAPI {
		all = append(all, endDateMeans(in))
	}
	return all
}
