package bulk

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/listing"
	"seatledger/internal/selection"
	"seatledger/internal/tax"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// MakeContracts is where contracts are made for many customers.
const MakeContracts = at.Contracts + "/make"

// ChangeContracts is where terms of many contracts are changed.
const ChangeContracts = at.Contracts + "/change"

// withoutContract is the address of the customers that wait for a contract.
const withoutContract = "contract=no&mapped=yes"

func makeWords() wording {
	w := wording{roles: []auth.Role{auth.Billing}, one: "customer", many: "customers", nav: "CRM accounts",
		path: at.CRMAccounts}
	w.verb, w.did, w.undid = "Make contracts for", "given a contract", "without it again"
	w.text = "Each gets a default contract of these terms. Its subscriptions land in it at the prices of the list; " +
		"nothing is billed before they are signed off."
	w.back = "The contracts are deactivated, and what landed in them waits for another. One that was changed, signed " +
		"under or billed since is kept, and the reason is told."
	w.seats, w.money = "Seats that land", "Price per month by the list"
	w.again, w.options = makeFields, contractOptions
	return w
}

func editWords() wording {
	w := wording{roles: []auth.Role{auth.Billing}, one: "contract", many: "contracts", nav: "Billing contracts",
		path: at.Contracts}
	w.verb, w.did, w.undid = "Change", "changed", "as before"
	w.text = "What is left empty stays as it is in each. Subscriptions keep the prices that they have: another price " +
		"list counts where one lands, renews, or is given its list price."
	w.back = "They get the terms back that they had. One that was changed since is kept, and the reason is told."
	w.seats, w.money = "Seats in them", "Price per month of what stands in them"
	w.again, w.options = editFields, contractOptions
	return w
}

// kept is the first choice of a field that may stay as it is.
var kept = ui.Option{Value: "", Label: "As it is"}

func makeFields(p selection.Params) []ui.Field {
	return []ui.Field{
		{Name: "name", Label: "Name of each contract", Required: true, Value: p["name"], Size: ui.Medium},
		{Kind: ui.SelectBox, Name: "price_list_id", Label: "Price list", Required: true, Value: p["price_list_id"],
			Hint: "The contracts take their currency from it.", Options: []ui.Option{{Value: "", Label: "Choose"}}},
		{Kind: ui.DateInput, Name: "bill_from", Label: "Billed from", Value: p["bill_from"], Size: ui.Short,
			Hint: "The first day that Seatledger bills. Blank: the first of next month."},
		{Kind: ui.DateInput, Name: "start_date", Label: "Start", Value: p["start_date"], Size: ui.Short,
			Hint: "Blank: the start of each customer's earliest subscription."},
		{Kind: ui.SelectBox, Name: "billing_frequency", Label: "Billing frequency", Value: p["billing_frequency"],
			Size: ui.Medium, Options: []ui.Option{{Value: "monthly", Label: "Monthly"},
				{Value: "quarterly", Label: "Quarterly"}, {Value: "annual", Label: "Annual"}}},
		{Kind: ui.SelectBox, Name: "timing", Label: "Billed", Value: p["timing"], Size: ui.Medium,
			Options: []ui.Option{{Value: "advance", Label: "In advance"}, {Value: "arrears", Label: "In arrears"}}},
		{Kind: ui.SelectBox, Name: "billing_day", Label: "Billing day", Value: p["billing_day"], Size: ui.Short,
			Options: billingDays()},
		{Kind: ui.SelectBox, Name: "refunds", Label: "Refunds", Value: p["refunds"], Size: ui.Medium,
			Options: refundChoices()},
		{Name: "payment_terms", Label: "Payment terms", Value: p["payment_terms"], Size: ui.Short, Placeholder: "30",
			Hint: "Days from the invoice's date, like 30; or eom+10."},
		{Kind: ui.SelectBox, Name: "tax_code", Label: "Tax code", Value: p["tax_code"], Size: ui.Medium,
			Options: []ui.Option{{Value: "", Label: "None: no tax is shown"}}},
		{Kind: ui.SelectBox, Name: "language", Label: "Language of documents", Value: p["language"], Size: ui.Medium,
			Options: languageChoices()},
		{Kind: ui.SelectBox, Name: "renewal", Label: "List price at a renewal", Value: p["renewal"],
			Options: renewalChoices()},
		{Name: "usage_rule", Label: "Usage", Value: p["usage_rule"], Size: ui.Medium,
			Hint: "How usage of a distributor's bill is billed on: cost, cost+15%, margin 20%, or elsewhere."},
	}
}

func editFields(p selection.Params) []ui.Field {
	return []ui.Field{
		{Kind: ui.SelectBox, Name: "price_list_id", Label: "Price list", Value: p["price_list_id"],
			Options: []ui.Option{kept}},
		{Kind: ui.SelectBox, Name: "billing_day", Label: "Billing day", Value: p["billing_day"], Size: ui.Short,
			Options: append([]ui.Option{kept}, billingDays()...)},
		{Name: "payment_terms", Label: "Payment terms", Value: p["payment_terms"], Size: ui.Short,
			Hint: "Days from the invoice's date, like 30; or eom+10. Blank: as it is."},
		{Kind: ui.SelectBox, Name: "refunds", Label: "Refunds", Value: p["refunds"], Size: ui.Medium,
			Options: append([]ui.Option{kept}, refundChoices()...)},
		{Kind: ui.DateInput, Name: "bill_from", Label: "Billed from", Value: p["bill_from"], Size: ui.Short,
			Hint: "The first day that Seatledger bills. Blank: as it is."},
		{Kind: ui.SelectBox, Name: "renewal", Label: "List price at a renewal", Value: p["renewal"],
			Options: append([]ui.Option{kept}, renewalChoices()...)},
		{Name: "usage_rule", Label: "Usage", Value: p["usage_rule"], Size: ui.Medium,
			Hint: "How usage of a distributor's bill is billed on: cost, cost+15%, margin 20%, or elsewhere. " +
				"Blank: as it is."},
		{Kind: ui.SelectBox, Name: "tax_code", Label: "Tax code", Value: p["tax_code"], Size: ui.Medium,
			Options: []ui.Option{kept}},
		{Name: "recipients", Label: "Documents go to", Value: p["recipients"],
			Hint: "E-mail addresses, several with commas between them. Blank: as it is in each."},
		{Kind: ui.SelectBox, Name: "language", Label: "Language of documents", Value: p["language"], Size: ui.Medium,
			Options: append([]ui.Option{kept}, languageChoices()...)},
	}
}

func languageChoices() []ui.Option {
	return []ui.Option{{Value: "en", Label: "English"}, {Value: "fr", Label: "French"}}
}

func billingDays() []ui.Option {
	var out []ui.Option
	for d := 1; d <= 28; d++ {
		out = append(out, ui.Option{Value: strconv.Itoa(d), Label: strconv.Itoa(d)})
	}
	return append(out, ui.Option{Value: "last", Label: "Last day"})
}

func refundChoices() []ui.Option {
	return []ui.Option{{Value: "global", Label: "Use the global setting"}, {Value: "yes", Label: "Yes"},
		{Value: "no", Label: "No"}}
}

func renewalChoices() []ui.Option {
	return []ui.Option{{Value: "propose", Label: "Propose it; the old price goes on"},
		{Value: "list", Label: "Take it from the term's start"}}
}

// contractOptions are the price lists in use and the tax codes.
func contractOptions(ctx context.Context, db *gorm.DB) (map[string][]ui.Option, error) {
	lists, err := price.AllLists(ctx, db)
	if err != nil {
		return nil, err
	}
	taxes, err := tax.Load(ctx, db)
	if err != nil {
		return nil, err
	}
	out := map[string][]ui.Option{}
	for _, l := range lists {
		if l.Active {
			out["price_list_id"] = append(out["price_list_id"], ui.Option{Value: l.ID.String(),
				Label: l.Name + " (" + l.Currency + ")"})
		}
	}
	for _, r := range taxes.Codes() {
		out["tax_code"] = append(out["tax_code"], ui.Option{Value: r.Code,
			Label: r.Code + " (" + r.Name + " " + r.Percent.String() + " %)"})
	}
	return out, nil
}

// MakeForm asks for the terms of contracts for all mapped customers that have none.
func (h Handlers) MakeForm(c echo.Context) error {
	o := selection.Order{Deed: contract.MakeDeed, Params: selection.Params{}}
	filter := withoutContract
	o.Filter = &filter
	if err := h.withDefaults(c, o.Params); err != nil {
		return err
	}
	return h.makePage(c, o, nil)
}

// withDefaults fills in the installation's defaults where nothing was typed.
func (h Handlers) withDefaults(c echo.Context, p selection.Params) error {
	ctx := c.Request().Context()
	d, err := contract.DefaultsOf(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"name": d.Name, "price_list_id": d.PriceList,
		"billing_frequency": d.BillingFrequency, "timing": d.Timing, "billing_day": d.BillingDay,
		"refunds":       d.Refunds,
		"payment_terms": d.PaymentTerms, "tax_code": d.TaxCode, "language": d.Language, "renewal": d.Renewal,
		"usage_rule": d.UsageRule,
		"bill_from":  contract.NextMonth(clock.Today(h.Clock, h.Zone)).String()} {
		if _, typed := p[name]; !typed {
			p[name] = value
		}
	}
	return nil
}

// Make looks at the contracts that the posted customers would get. Without terms, as a list posts them, the
// installation's defaults are taken; they can be changed in the preview.
func (h Handlers) Make(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	o, _, err := h.chosen(c, form, contract.MakeDeed)
	if err != nil {
		return err
	}
	if err := h.withDefaults(c, o.Params); err != nil {
		return err
	}
	ctx := c.Request().Context()
	id, err := h.Bulk.Look(ctx, session.Actor(c), o)
	if problems := errs.FieldsOf(err); errs.KindOf(err) == errs.Invalid && problems["id"] == "" {
		return h.makePage(c, o, problems)
	}
	if err != nil {
		return err
	}
	if form.On("keep_defaults") {
		if err := h.Contracts.KeepDefaults(ctx, session.Actor(c), defaultsIn(o.Params)); err != nil {
			return err
		}
	}
	if err := h.Bulk.Go(ctx, id); err != nil {
		return err
	}
	return httpx.SeeOther(c, Path(id))
}

func defaultsIn(p selection.Params) contract.Defaults {
	return contract.Defaults{Name: p["name"], PriceList: p["price_list_id"], BillingFrequency: p["billing_frequency"],
		Timing: p["timing"], BillingDay: p["billing_day"], Refunds: p["refunds"], PaymentTerms: p["payment_terms"],
		TaxCode: p["tax_code"], Language: p["language"], Renewal: p["renewal"], UsageRule: p["usage_rule"]}
}

func (h Handlers) makePage(c echo.Context, o selection.Order, problems map[string]string) error {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	choices, err := contractOptions(ctx, db)
	if err != nil {
		return err
	}
	n := len(o.Records)
	if o.Filter != nil {
		if n, err = countOf(ctx, db, *o.Filter); err != nil {
			return err
		}
	}
	m := layout.Form{Page: session.Page(c, "Make contracts", "Billing contracts")}
	m.Page.Crumbs, m.Page.Narrow = []layout.Crumb{{Label: "Billing contracts", Href: at.Contracts}}, true
	m.Remark = makeRemark(n, o.Filter != nil, len(choices["price_list_id"]) > 0)
	m.Form = ui.Form{Action: MakeContracts, Save: "Preview", Cancel: at.Contracts, Hidden: hiddenOf(o)}
	fields := completed(makeFields(o.Params), choices, problems)
	m.Groups = []layout.FieldGroup{{Group: ui.Group{Title: "Terms of each contract", Two: true}, Fields: fields},
		{Fields: []ui.Field{{Kind: ui.Checkbox, Name: "keep_defaults",
			Label: "Keep these terms as this installation's defaults",
			Hint:  "New contracts begin with them, here and in the form of one contract."}}}}
	m.Summarize(problems)
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return httpx.Render(c, status, m.Show())
}

func makeRemark(n int, filtered, lists bool) *ui.Callout {
	out := &ui.Callout{Tone: ui.Info, Title: words.Counted(n, "customer", "customers") + " selected",
		Text: "Nothing is made before you have seen the preview and confirmed it."}
	if filtered {
		out.Title = words.Counted(n, "mapped customer has", "mapped customers have") + " no active contract"
	}
	if n == 0 {
		out.Text = "Every customer that a provider account is mapped to has one."
	}
	if !lists {
		out.Tone, out.Text = ui.Warn,
			"There is no price list yet. Make one first: a contract takes its currency and "+
				"prices from it."
	}
	return out
}

// countOf is how many customers an address of their list lets through.
func countOf(ctx context.Context, db *gorm.DB, address string) (int, error) {
	raw, err := url.ParseQuery(address)
	if err != nil {
		return 0, errs.Because(errs.Invalid, "This address is damaged. Start again from the list.", err)
	}
	values := listing.Values{}
	for _, f := range crm.All.Filters {
		if v := raw.Get(f.Name); v != "" {
			values[f.Name] = v
		}
	}
	q := crm.All.Ask(values)
	q.Search = raw.Get("q")
	return crm.All.Count(ctx, db, q, math.MaxInt32)
}

// hiddenOf carries a selection through a form.
func hiddenOf(o selection.Order) []ui.Pair {
	if o.Filter != nil {
		return []ui.Pair{{Name: "all", Value: "1"}, {Name: "filter", Value: *o.Filter}}
	}
	var out []ui.Pair
	for _, r := range o.Records {
		out = append(out, ui.Pair{Name: "id", Value: r.ID.String()})
	}
	return out
}
