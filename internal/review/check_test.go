package review_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/review"
)

var (
	customerID = id("0190a000-0000-7000-8000-0000000000c1")
	contractID = id("0190a000-0000-7000-8000-0000000000d1")
	listID     = id("0190a000-0000-7000-8000-0000000000e1")
	itemID     = id("0190a000-0000-7000-8000-0000000000f1")
	productID  = id("0190a000-0000-7000-8000-0000000000a1")
	otherID    = id("0190a000-0000-7000-8000-000000000099")
)

func id(s string) uuid.NullUUID { return uuid.NullUUID{UUID: uuid.MustParse(s), Valid: true} }

func amount(s string) decimal.NullDecimal {
	return decimal.NewNullDecimal(decimal.RequireFromString(s))
}

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// good is a subscription with nothing to remark: a yearly licence billed by the month.
func good() review.Facts {
	return review.Facts{
		SubscriptionID: uuid.MustParse("0190a000-0000-7000-8000-000000000001"), ExternalID: "S-1",
		ProductName: "Business Premium", Connector: "stellr", Provider: "Northwind",
		AccountID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Account: "contoso.example",
		AccountState: "mapped", AccountStatus: "active",
		MappedCRMAccountID: customerID, MappedCRMAccount: "Contoso Ltd", CRMAccountID: customerID,
		CRMAccount: "Contoso Ltd",
		State:      "active", ProviderStatus: distributor.StatusActive, ProviderStatusText: "Active",
		ContractID: contractID, Contract: "Contoso monthly", ContractCRMAccountID: customerID, ContractActive: true,
		ContractCurrency: "USD", ContractFrequency: "monthly",
		ContractPriceListID: listID, ContractStart: day("2026-01-01"),
		Vendor: "Microsoft", Kind: distributor.Licence, ProductID: productID, PartNumber: "CFQ7TTC0LCHC:0002",
		Term: distributor.Annual, BillingFrequency: distributor.Monthly,
		StartDate: day("2026-01-15"), EndDate: day("2027-01-14"), TermStart: day("2026-01-15"), Quantity: 5,
		BillableQuantity: 5, LedgerQuantity: 5,
		UnitPrice: amount("22"), PricePeriod: money.Month, Currency: "USD", PriceListItemID: itemID,
		ItemPrice: amount("22.00"), ItemUnit: money.Month, ItemPriceListID: listID,
		ItemProductID: productID, ItemTerm: distributor.Annual, ItemFrequency: distributor.Monthly,
		ItemFrom: day("2026-01-01"),
		UnitCost: amount("18.7"), CostPeriod: money.Month, CostCurrency: "USD",
		Today: day("2026-11-22"),
	}
}

func TestAGoodSubscriptionPassesEveryCheck(t *testing.T) {
	t.Parallel()
	found := review.Judge(good())
	for _, c := range found {
		if c.Verdict != review.OK {
			t.Errorf("%s/%s: %s %s", c.Group, c.Code, c.Verdict, c.Says)
		}
	}
	if review.Worst(found) != review.OK || len(found) < 6 {
		t.Errorf("%d findings, worst %s", len(found), review.Worst(found))
	}
}

// Each case changes one thing about a good subscription: the finding it must lead
// to, and words that its sentence must have. An empty verdict: no such finding.
func TestEachCheck(t *testing.T) {
	t.Parallel()
	none := uuid.NullUUID{}
	for name, x := range map[string]struct {
		change func(*review.Facts)
		group  review.Group
		code   string
		want   review.Verdict
		says   string
	}{
		"unmapped account": {func(f *review.Facts) {
			f.AccountState, f.MappedCRMAccountID,
				f.CRMAccountID = "unmapped", none, none
		}, review.Customer, "customer", review.Fail, "contoso.example is not mapped"},
		"excluded account": {func(f *review.Facts) {
			f.AccountState, f.MappedCRMAccountID,
				f.CRMAccountID = "excluded", none, none
		}, review.Customer, "customer", review.Fail, "excluded"},
		"no customer": {func(f *review.Facts) { f.CRMAccountID = none }, review.Customer, "customer",
			review.Fail, "mapped to Contoso Ltd"},
		"another customer": {func(f *review.Facts) { f.CRMAccountID, f.CRMAccount = otherID, "Fabrikam" },
			review.Customer, "customer", review.Fail, "Fabrikam, but the account is mapped to Contoso Ltd"},
		"moved": {func(f *review.Facts) { f.MovedFrom, f.CRMAccountID = "old.example", none },
			review.Customer, "moved", review.Fail, "Moved from old.example"},
		"moved and settled": {func(f *review.Facts) { f.MovedFrom = "old.example" }, review.Customer,
			"moved", "", ""},
		"account gone": {func(f *review.Facts) { f.AccountStatus = "gone" }, review.Customer, "account_gone",
			review.Fail, "not proven gone"},
		"account discontinued": {func(f *review.Facts) { f.AccountStatus = "discontinued" }, review.Customer,
			"account_gone", "", ""},
		"unknown status": {func(f *review.Facts) {
			f.ProviderStatus,
				f.ProviderStatusText = distributor.StatusUnknown, "Frobbed"
		}, review.Customer, "status", review.Fail, `"Frobbed"`},
		"blank status": {func(f *review.Facts) { f.ProviderStatus = distributor.StatusBlank },
			review.Customer, "status", "", ""},
		"blank and past its end": {func(f *review.Facts) {
			f.ProviderStatus, f.EndDate = distributor.StatusBlank,
				day("2026-11-21")
		}, review.Customer, "status", review.Warn, "2026-11-21"},
		"pending": {func(f *review.Facts) {
			f.ProviderStatus, f.State, f.HoldReason = distributor.StatusPending, "held", "pending"
		}, review.Customer, "status", review.Warn, "pending"},
		"suspended": {func(f *review.Facts) { f.ProviderStatus = distributor.StatusSuspended },
			review.Customer, "status", review.Warn, "bills it all the same"},
		"held as a twin": {func(f *review.Facts) { f.State, f.HoldReason = "held", "twin" }, review.Customer,
			"hold", review.Warn, "another provider"},
		"held by a cut-over": {func(f *review.Facts) { f.State, f.HoldReason = "held", "cutover" }, review.Customer,
			"hold", review.Warn, "cut-over"},
		"gone": {func(f *review.Facts) { f.ProviderStatus, f.State = distributor.StatusMissing, "inactive" },
			review.Customer, "missing", review.Fail, "no longer lists"},
		"gone and confirmed": {func(f *review.Facts) {
			f.ProviderStatus, f.State, f.MissingConfirmed = distributor.StatusMissing, "inactive", true
		}, review.Customer, "missing", "", ""},
		"cancelled, end ahead": {func(f *review.Facts) {
			f.ProviderStatus, f.State = distributor.StatusCancelled,
				"inactive"
		}, review.Customer, "status", review.Warn, "charged until 2027-01-14"},
		"cancelled and ended": {func(f *review.Facts) {
			f.ProviderStatus, f.State, f.EndDate = distributor.StatusCancelled, "inactive", day("2026-11-22")
		}, review.Customer, "status", "", ""},

		"start that cannot be read": {func(f *review.Facts) {
			f.StartText, f.Undated, f.StartDate, f.LedgerQuantity = "spring", true, clock.Date{}, 0
		}, review.Customer, "date", review.Fail, `"spring"`},
		"and its ledger is empty": {func(f *review.Facts) {
			f.StartText, f.Undated, f.StartDate, f.LedgerQuantity = "spring", true, clock.Date{}, 0
		}, review.Pricing, "ledger", "", ""},
		"and is not: not given": {func(f *review.Facts) {
			f.StartText, f.Undated, f.StartDate, f.LedgerQuantity = "spring", true, clock.Date{}, 0
		}, review.Contract, "dates", review.Warn, "cannot be read"},
		"start unread later": {func(f *review.Facts) { f.StartText = "spring" }, review.Customer, "date",
			review.Fail, "2026-01-15 stands"},
		"end that cannot be read": {func(f *review.Facts) { f.EndText = "summer" }, review.Customer, "date",
			review.Fail, "no status ends it"},
		"begun on a guess": {func(f *review.Facts) { f.BegunOn = day("2026-09-01") }, review.Customer, "begun",
			review.Warn, "begins on 2026-09-01"},
		"begun on its start": {func(f *review.Facts) { f.BegunOn = day("2026-01-15") }, review.Customer,
			"begun", "", ""},
		"past its end, active": {func(f *review.Facts) { f.EndDate, f.AutoRenew = day("2026-11-14"), distributor.Yes },
			review.Customer, "past_end", review.Warn, "Renews by itself: yes"},
		"its last day": {func(f *review.Facts) { f.EndDate = day("2026-11-22") }, review.Customer,
			"past_end", "", ""},
		"the day after it": {func(f *review.Facts) { f.StartDate, f.EndDate = day("2025-11-22"), day("2026-11-22") },
			review.Customer, "past_end", review.Warn, "unknown"},
		"bought once, no end": {func(f *review.Facts) { f.Kind, f.EndDate = distributor.OneTime, day("2026-11-14") },
			review.Customer, "past_end", "", ""},
		"typed end, not signed yet": {func(f *review.Facts) {
			f.EndDate, f.EndsOn, f.AtEnd = day("2026-06-30"), day("2026-07-01"), distributor.AtEndEnds
		}, review.Customer, "past_end", review.Warn, "no later day is billed"},
		"goes on under a new id": {func(f *review.Facts) {
			f.SuccessorID, f.SuccessorExternalID, f.SuccessorStart = otherID, "S-9", day("2027-01-15")
		}, review.Customer, "renewal", review.Warn, "S-9 of the same product begins on 2027-01-15"},
		"may be a renewal": {func(f *review.Facts) {
			f.PredecessorID, f.PredecessorExternal, f.PredecessorEnd = otherID, "S-0", day("2026-01-14")
		}, review.Customer, "renewal", review.Warn, "where S-0"},
		"the vendor's id twice": {func(f *review.Facts) {
			f.SameID, f.SameExternalID,
				f.VendorSubscriptionID = otherID, "S-9", "V-1"
		}, review.Pricing, "twin", review.Fail, "V-1"},
		"no contract": {func(f *review.Facts) { f.ContractID = none }, review.Contract, "contract",
			review.Fail, "exactly one active default"},
		"contract of somebody else": {func(f *review.Facts) { f.ContractCRMAccountID = otherID }, review.Contract,
			"contract", review.Fail, "another customer"},
		"contract deactivated": {func(f *review.Facts) { f.ContractActive = false }, review.Contract, "contract",
			review.Fail, "deactivated"},
		"contract ended": {func(f *review.Facts) { f.ContractEnd = day("2026-11-22") }, review.Contract,
			"dates", review.Fail, "2026-11-22"},
		"contract ends tomorrow": {func(f *review.Facts) { f.ContractEnd = day("2026-11-23") }, review.Contract,
			"dates", review.OK, ""},
		"starts after the contract": {func(f *review.Facts) {
			f.ContractEnd, f.StartDate = day("2026-12-01"),
				day("2026-12-01")
		}, review.Contract, "dates", review.Fail, "2026-12-01"},
		"starts before the contract": {func(f *review.Facts) { f.ContractStart = day("2026-01-16") }, review.Contract,
			"dates", review.Warn, "before the contract (2026-01-16)"},
		"starts with the contract": {func(f *review.Facts) { f.ContractStart = day("2026-01-15") }, review.Contract,
			"dates", review.OK, ""},
		"no start given": {func(f *review.Facts) { f.StartDate = clock.Date{} }, review.Contract, "dates",
			review.Warn, "not given by this connector"},
		"other currency": {func(f *review.Facts) { f.Currency = "EUR" }, review.Contract, "currency",
			review.Fail, "in EUR, the contract in USD"},
		"no price has no currency": {func(f *review.Facts) { f.UnitPrice, f.Currency = decimal.NullDecimal{}, "" },
			review.Contract, "currency", "", ""},
		"billed in another rhythm": {func(f *review.Facts) {
			f.BillingFrequency, f.ItemFrequency = distributor.Annual,
				distributor.Annual
		}, review.Contract, "frequency", review.Warn, "bills it annual, the contract monthly"},
		"one-time has no rhythm": {func(f *review.Facts) { f.BillingFrequency = distributor.FreqOneTime },
			review.Contract, "frequency", "", ""},
		"a rhythm that nobody knows": {func(f *review.Facts) {
			f.BillingFrequency, f.BillingFrequencyText = distributor.FreqUnknown, "fortnightly"
		}, review.Contract, "frequency", review.Warn, `"fortnightly"`},

		"no product": {func(f *review.Facts) { f.ProductID = none }, review.Pricing, "product",
			review.Fail, "part number"},
		"kind not known": {func(f *review.Facts) { f.Kind = distributor.UnknownKind }, review.Pricing,
			"kind", review.Warn, "treated as a licence"},
		"ledger does not add up": {func(f *review.Facts) { f.LedgerQuantity = 4 }, review.Pricing, "ledger",
			review.Fail, "counts 4 seats, but 5"},
		"twin": {func(f *review.Facts) {
			f.TwinID, f.TwinProvider, f.TwinExternalID = otherID,
				"Legacy", "L-9"
		}, review.Pricing, "twin", review.Fail, "Legacy (L-9)"},
		"no price": {func(f *review.Facts) {
			f.UnitPrice, f.SuggestedPrice = decimal.NullDecimal{},
				amount("25.5")
		}, review.Pricing, "price", review.Fail, "suggests 25.50 USD per month; it is never used"},
		"no price list": {func(f *review.Facts) {
			f.UnitPrice,
				f.ContractPriceListID = decimal.NullDecimal{}, none
		}, review.Pricing, "price", review.Fail, "has no price list"},
		"no contract, no price": {func(f *review.Facts) {
			f.UnitPrice, f.ContractID = decimal.NullDecimal{},
				none
		}, review.Pricing, "price", review.Fail, "without a contract"},
		"period of price unknown": {func(f *review.Facts) { f.PricePeriod = money.Unknown }, review.Pricing,
			"price", review.Fail, "period of the price"},
		"price of a person": {func(f *review.Facts) { f.PriceByPerson, f.PriceListItemID = true, none },
			review.Pricing, "price", review.Warn, "exception"},
		"price from nowhere": {func(f *review.Facts) { f.PriceListItemID = none }, review.Pricing, "price",
			review.Warn, "no price list item"},
		"price of another list": {func(f *review.Facts) { f.ItemPriceListID = otherID }, review.Pricing, "price",
			review.Warn, "another price list"},
		"no product on the old API": {func(f *review.Facts) { f.ProductID, f.Connector = none, "stellr-legacy" },
			review.Pricing, "product", review.Warn, "not given by this connector"},
		"no product by hand": {func(f *review.Facts) { f.ProductID, f.Connector = none, "manual" },
			review.Pricing, "product", review.Warn, "not given by this connector"},
		"no product and no name": {func(f *review.Facts) {
			f.ProductID, f.ProductName, f.Connector = none, "",
				"manual"
		}, review.Pricing, "product", review.Fail, "part number"},
		"period as a person said": {func(f *review.Facts) { f.CostPeriodAssumed = true }, review.Pricing, "cost",
			review.OK, "period assumed"},
		"old API, no period": {func(f *review.Facts) {
			f.CostPeriod, f.Connector = money.Unknown,
				"stellr-legacy"
		}, review.Pricing, "cost", review.Fail, "set it on the provider"},
		"no frequency given": {func(f *review.Facts) {
			f.BillingFrequency, f.BillingFrequencyText = "unknown",
				""
		}, review.Contract, "frequency", review.Warn, "not given by this connector"},
		"no term given": {func(f *review.Facts) { f.Term, f.TermText = "unknown", "" }, review.Pricing,
			"period", review.Warn, "not given by this connector"},
		"price of another product": {func(f *review.Facts) { f.ItemProductID = otherID }, review.Pricing, "price",
			review.Warn, "another product, term or frequency"},
		"price of another term": {func(f *review.Facts) { f.ItemTerm = distributor.Monthly }, review.Pricing,
			"price", review.Warn, "another product, term or frequency"},
		"price of another rhythm": {func(f *review.Facts) { f.ItemFrequency = distributor.Annual }, review.Pricing,
			"price", review.Warn, "another product, term or frequency"},
		"the list says otherwise now": {func(f *review.Facts) { f.ItemPrice = amount("23.4") }, review.Pricing, "price",
			review.Warn, "says 23.40 USD per month by now"},
		"price came into force later": {func(f *review.Facts) { f.ItemFrom = day("2026-01-16") }, review.Pricing,
			"price", review.Warn, "not the one in force on 2026-01-15"},
		"price was out of force": {func(f *review.Facts) { f.ItemTo = day("2026-01-15") }, review.Pricing, "price",
			review.Warn, "not the one in force on 2026-01-15"},
		"a newer price was in force": {func(f *review.Facts) { f.ItemOvertaken = true }, review.Pricing, "price",
			review.Warn, "not the one in force"},
		"price is still in force": {func(f *review.Facts) { f.ItemTo = day("2026-01-16") }, review.Pricing, "price",
			review.OK, ""},
		"a later list mid-term": {func(f *review.Facts) { f.ItemTo = day("2026-06-01") }, review.Pricing, "price",
			review.OK, ""},
		"free licence": {func(f *review.Facts) { f.UnitPrice, f.ItemPrice = amount("0"), amount("0") }, review.Pricing,
			"free", review.Fail, "trials only"},
		"free as a person typed": {func(f *review.Facts) {
			f.UnitPrice, f.PriceByPerson, f.PriceListItemID = amount("0"), true, none
		}, review.Pricing, "free", review.Warn, "a person set it"},
		"days before the first without a price": {func(f *review.Facts) {
			f.UnitPrice = decimal.NullDecimal{}
		}, review.Pricing, "price", review.Fail, "Days that have a price are billed"},
		"a new term below cost": {func(f *review.Facts) {
			f.UnitCost, f.TermUndecided = amount("22.01"), true
		}, review.Pricing, "margin", review.Fail, "Keep the price, or set another"},
		"a new term at cost": {func(f *review.Facts) {
			f.UnitCost, f.TermUndecided = amount("22"), true
		}, review.Pricing, "margin", review.OK, "Margin 0.00 USD"},
		"free trial": {func(f *review.Facts) {
			f.UnitPrice, f.ItemPrice, f.Kind = amount("0"),
				amount("0"), distributor.Trial
		}, review.Pricing, "free", "", ""},
		"year's price, monthly term": {func(f *review.Facts) {
			f.Term, f.PricePeriod = distributor.Monthly,
				money.Year
		}, review.Pricing, "period", review.Fail, "per year, longer than the monthly term"},
		"month's price, yearly term": {func(f *review.Facts) {}, review.Pricing, "period", "", ""},
		"once for what goes on": {func(f *review.Facts) { f.PricePeriod = money.Once }, review.Pricing, "period",
			review.Fail, "goes on"},
		"monthly for what is once": {func(f *review.Facts) { f.Kind = distributor.OneTime }, review.Pricing, "period",
			review.Fail, "bought once"},
		"once for what is once": {func(f *review.Facts) {
			f.Kind, f.PricePeriod = distributor.OneTime,
				money.Once
		}, review.Pricing, "period", "", ""},
		"term that nobody knows": {func(f *review.Facts) { f.Term, f.TermText = distributor.FreqUnknown, "P7Y" },
			review.Pricing, "period", review.Warn, `"P7Y"`},
		"usage has no price": {func(f *review.Facts) {
			f.Kind, f.UnitPrice = distributor.Usage,
				decimal.NullDecimal{}
		}, review.Pricing, "price", review.OK, "not applicable"},
		"renewal proposes": {func(f *review.Facts) {
			f.ProposedPrice, f.ProposedUnit = amount("24"),
				money.Month
		}, review.Pricing, "proposal", review.Warn, "list price is 24.00 USD per month now, the subscription's 22.00"},
		"no cost": {func(f *review.Facts) { f.UnitCost = decimal.NullDecimal{} }, review.Pricing,
			"cost", review.Warn, "No cost"},
		"period of cost unknown": {func(f *review.Facts) { f.CostPeriod = money.Unknown }, review.Pricing, "cost",
			review.Fail, "never guessed"},
		"assumed currency": {func(f *review.Facts) { f.CostCurrencyAssumed = true }, review.Pricing, "cost",
			review.OK, "assumed"},
		"sold below cost": {func(f *review.Facts) { f.UnitCost = amount("22.000001") }, review.Pricing,
			"margin", review.Warn, "below cost"},
		"sold at cost": {func(f *review.Facts) { f.UnitCost = amount("22") }, review.Pricing, "margin",
			review.OK, "Margin 0.00 USD"},
		"margin of a year's cost": {func(f *review.Facts) { f.UnitCost, f.CostPeriod = amount("240"), money.Year },
			review.Pricing, "margin", review.OK, "Margin 2.00 USD per seat and month"},
		"margin of three years": {func(f *review.Facts) {
			f.UnitCost, f.CostPeriod = amount("720"),
				money.ThreeYears
		}, review.Pricing, "margin", review.OK, "Margin 2.00 USD"},
		"bought in another currency": {func(f *review.Facts) { f.CostCurrency = "EUR" }, review.Pricing, "margin",
			review.Warn, "not comparable: sold in USD, bought in EUR"},
		"bought once, sold monthly": {func(f *review.Facts) { f.CostPeriod = money.Once }, review.Pricing, "margin",
			review.Warn, "not comparable"},
		"a trial below cost": {func(f *review.Facts) { f.Kind, f.UnitPrice = distributor.Trial, amount("0") },
			review.Pricing, "margin", review.OK, ""},
	} {
		f := good()
		x.change(&f)
		if !slices.Contains(review.Codes(), x.code) {
			t.Errorf("%s: %s is no code that lists filter by", name, x.code)
		}
		found, ok := find(review.Judge(f), x.group, x.code)
		if ok != (x.want != "") || ok && (found.Verdict != x.want || !strings.Contains(found.Says, x.says)) {
			t.Errorf("%s: found %v %q %q, want %q %q", name, ok, found.Verdict, found.Says, x.want, x.says)
		}
	}
}

func find(all []review.Check, g review.Group, code string) (review.Check, bool) {
	for _, c := range all {
		if c.Group == g && c.Code == code {
			return c, true
		}
	}
	return review.Check{}, false
}

func TestEveryFailureLeadsSomewhere(t *testing.T) {
	t.Parallel()
	f := good()
	f.CRMAccountID, f.ContractID, f.UnitPrice, f.ProductID = uuid.NullUUID{}, uuid.NullUUID{}, decimal.NullDecimal{},
		uuid.NullUUID{}
	for _, c := range review.Judge(f) {
		if c.Verdict == review.Fail && (c.Mend.What == "" || c.Mend.ID == "") {
			t.Errorf("%s/%s says nothing about where to mend it", c.Group, c.Code)
		}
	}
}

func TestWhatASignatureStandsOn(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		change func(*review.Facts)
		lapses string // part of the reason; empty: it stands
	}{
		"quantity": {func(f *review.Facts) { f.Quantity, f.BillableQuantity, f.LedgerQuantity = 9, 9, 9 }, ""},
		"dates": {func(f *review.Facts) {
			f.StartDate, f.EndDate, f.TermStart = day("2027-01-15"), day("2028-01-14"), day("2027-01-15")
		}, ""},
		"customer renamed":     {func(f *review.Facts) { f.CRMAccount = "Contoso Limited" }, ""},
		"contract renamed":     {func(f *review.Facts) { f.Contract = "C/1" }, ""},
		"price with zeros":     {func(f *review.Facts) { f.UnitPrice = amount("22.000000") }, ""},
		"note on the contract": {func(f *review.Facts) { f.ContractFrequency = "annual" }, ""},
		"customer": {func(f *review.Facts) { f.CRMAccountID, f.CRMAccount = otherID, "Fabrikam" },
			"customer changed from Contoso Ltd to Fabrikam"},
		"contract": {func(f *review.Facts) { f.ContractID, f.Contract = otherID, "Other" },
			"contract changed from Contoso monthly to Other"},
		"product": {func(f *review.Facts) { f.ProductID, f.ProductName = otherID, "E5" },
			"product changed from Business Premium to E5"},
		"term": {func(f *review.Facts) { f.Term = distributor.Monthly },
			"term changed from annual to monthly"},
		"unknown term": {func(f *review.Facts) { f.Term, f.TermText = distributor.FreqUnknown, "P7Y" },
			`term changed from annual to unknown ("P7Y")`},
		"frequency": {func(f *review.Facts) { f.BillingFrequency = distributor.Annual },
			"billing frequency changed from monthly to annual"},
		"currency": {func(f *review.Facts) { f.Currency = "EUR" }, "currency changed from USD to EUR"},
		"price": {func(f *review.Facts) { f.UnitPrice = amount("22.01") },
			"price changed from 22 USD per month to 22.01 USD per month"},
		"price's period": {func(f *review.Facts) { f.PricePeriod = money.Year }, "price changed"},
		"cost": {func(f *review.Facts) { f.UnitCost = amount("18.71") },
			"cost changed from 18.7 USD per month to 18.71 USD per month"},
		"cost gone": {func(f *review.Facts) { f.UnitCost = decimal.NullDecimal{} },
			"cost changed from 18.7 USD per month to none"},
		"state": {func(f *review.Facts) { f.State = "held" }, "state changed from active to held"},
	} {
		was, f := review.GroundOf(good()), good()
		x.change(&f)
		now := review.GroundOf(f)
		same := was.Fingerprint() == now.Fingerprint()
		if same != (x.lapses == "") || !same && !strings.Contains(was.Changes(now), x.lapses) {
			t.Errorf("%s: same %v, %q", name, same, was.Changes(now))
		}
	}
}
