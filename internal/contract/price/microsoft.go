package price

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/money"
)

// formMicrosoft is the price sheet for licences that Microsoft gives its partners. Its
// UnitPrice is what the partner pays and its ERP Price what Microsoft suggests to take,
// both for the whole term, so neither is a price of ours: the person says by what rule
// one is made.
const formMicrosoft = "microsoft-licences"

func microsoftColumns() []imports.Column {
	return []imports.Column{
		{Name: "ProductId", Holds: imports.ID, Required: true}, {Name: "SkuId", Required: true}, {Name: "SkuTitle"},
		{Name: "ProductTitle"},
		{Name: "TermDuration", Required: true}, {Name: "BillingPlan", Required: true}, {Name: "Market"},
		{Name: "Currency", Required: true},
		{Name: "UnitPrice", Holds: imports.Amount, Required: true}, {Name: "ERP Price", Holds: imports.Amount},
		{Name: "PricingTierRangeMin", Holds: imports.Whole}, {Name: "EffectiveStartDate", Required: true},
		{Name: "EffectiveEndDate"},
		{Name: "Segment"}, {Name: "Tags"}, {Name: "ChangeIndicator"},
	}
}

// microsoftSheet is the sheet with what the person chose.
type microsoftSheet struct {
	importKind
	segment, market, rule, parts string
	markup                       decimal.Decimal
	known                        map[string]bool // part numbers of products, in lower case
	passed                       map[string]int  // lines passed over, by why
}

func (k importKind) readMicrosoft(tx *gorm.DB, p *planning) error {
	questions, err := k.Questions(tx, p.table)
	if err != nil {
		return err
	}
	m := microsoftSheet{importKind: k, known: map[string]bool{}, passed: map[string]int{}}
	for _, q := range questions {
		switch q.Name {
		case askSegment:
			m.segment = q.Value
		case askMarket:
			m.market = q.Value
		case askRule:
			m.rule = q.Value
		case askParts:
			m.parts = q.Value
		}
	}
	if m.rule == ruleMarkup {
		if m.markup, err = markupOf(p.table); err != nil {
			return err
		}
	}
	var known []string
	if err := tx.Raw(`SELECT lower(part_number) FROM products WHERE part_number ILIKE 'CFQ7%'`).Scan(&known).
		Error; err != nil {
		return err
	}
	for _, part := range known {
		m.known[part] = true
	}
	for _, l := range p.table.Lines {
		if why := m.passes(l); why != "" {
			m.passed[why]++
			continue
		}
		p.lines = append(p.lines, m.read(l))
	}
	p.aside = m.notes()
	return nil
}

// passes says why a line is none of this list's, and empty when it is.
func (m microsoftSheet) passes(l imports.Line) string {
	change := strings.ToLower(l.Get("ChangeIndicator"))
	switch {
	case !m.inCurrency(l):
		return "in another currency"
	case segmentOf(l) != m.segment:
		return "of another segment than " + m.segment
	case m.market != "" && l.Get("Market") != m.market:
		return "of another market than " + m.market
	case strings.HasPrefix(change, "del") || strings.HasPrefix(change, "remov"):
		return "that Microsoft has taken off its list"
	case !slices.Contains([]string{"", "0", "1"}, l.Get("PricingTierRangeMin")):
		return "for larger quantities only, which a list here does not know"
	}
	return ""
}

func (m microsoftSheet) notes() []string {
	out := []string{"This is Microsoft's price sheet for licences. Its prices are for the whole term; " +
		"they are shown for one payment of the billing plan where that comes out in the currency's smallest coin, " +
		"else for the term."}
	if m.rule == ruleMarkup {
		out = append(out, fmt.Sprintf("Prices: your cost plus %s %%, rounded to the currency.", m.markup))
	} else {
		out = append(out, "Prices: what Microsoft suggests.")
	}
	whys := make([]string, 0, len(m.passed))
	for why := range m.passed {
		whys = append(whys, why)
	}
	slices.Sort(whys)
	for _, why := range whys {
		out = append(out, fmt.Sprintf("Lines passed over, %s: %d.", why, m.passed[why]))
	}
	return out
}

// read makes an item of a line.
func (m microsoftSheet) read(l imports.Line) line {
	r := line{Line: l}
	in := ItemInput{Vendor: microsoft, ProductName: l.Get("SkuTitle"),
		PartNumber: l.Get("ProductId") + ":" + padded(l.Get("SkuId"))}
	if in.ProductName == "" {
		in.ProductName = l.Get("ProductTitle")
	}
	r.item.ProductName, r.item.PartNumber = in.ProductName, in.PartNumber
	w, err := m.worth(l)
	if err != nil {
		r.refused = errs.Public(err)
		return r
	}
	in.PartNumber = m.partNumber(in.PartNumber, l.Get("TermDuration"), w)
	in.Unit, in.Term, in.BillingFrequency = string(w.unit), string(w.term), string(w.plan)
	in.UnitPrice, in.UnitCost, in.SuggestedPrice = w.price.String(), w.cost.String(), known(w.suggested)
	in.EffectiveFrom, in.EffectiveTo = imports.Day(l.Get("EffectiveStartDate")), openEnd(l.Get("EffectiveEndDate"))
	var problems errs.Fields
	r.item, problems = in.check()
	r.refused, r.note = reasons(problems), w.note
	return r
}

var digitsOnly = regexp.MustCompile(`^[0-9A-Za-z]{1,3}$`)

// padded gives a SkuId its four characters; spreadsheets take the leading zeros.
func padded(sku string) string {
	sku = imports.FoldKey(sku)
	if digitsOnly.MatchString(sku) {
		return strings.Repeat("0", 4-len(sku)) + sku
	}
	return sku
}

var planLetters = map[distributor.Frequency]string{distributor.Monthly: "M", distributor.Annual: "Y"}

// partNumber writes the number as the products here have it. Of plans whose letter
// nobody has told us the short one stands.
func (m microsoftSheet) partNumber(short, term string, w worth) string {
	letter := planLetters[w.plan]
	whole := short + ":" + strings.ToUpper(imports.FoldKey(term)) + ":" + letter
	switch {
	case letter == "":
		return short
	case m.known[strings.ToLower(whole)]:
		return whole
	case m.known[strings.ToLower(short)] || m.parts == partsShort:
		return short
	}
	return whole
}

// worth is what a line says of money.
type worth struct {
	term, plan  distributor.Frequency
	unit        money.Period
	cost, price decimal.Decimal
	suggested   decimal.NullDecimal
	note        string
}

// worth divides the amounts of a term by the payments in it, where that leaves no rest.
func (m microsoftSheet) worth(l imports.Line) (worth, error) {
	period, ok := money.ParsePeriod(imports.FoldKey(l.Get("TermDuration")))
	w := worth{unit: period, term: termOf[period]}
	if !ok {
		return w, errs.Newf(errs.Invalid, "TermDuration %q is not understood.", l.Get("TermDuration"))
	}
	var err error
	if w.cost, err = ParsePrice(l.Get("UnitPrice")); err != nil {
		return w, errs.Newf(errs.Invalid, "UnitPrice: %s", errs.Public(err))
	}
	if s := l.Get("ERP Price"); s != "" {
		d, err := ParsePrice(s)
		if err != nil {
			return w, errs.Newf(errs.Invalid, "ERP Price: %s", errs.Public(err))
		}
		w.suggested = decimal.NewNullDecimal(d)
	}
	if err := w.readPlan(l, m.list.Currency); err != nil {
		return w, err
	}
	return m.ruled(w)
}

func (w *worth) readPlan(l imports.Line, currency string) error {
	plan := imports.FoldKey(l.Get("BillingPlan"))
	if strings.EqualFold(plan, "none") {
		if !w.cost.IsZero() {
			return errs.New(errs.Invalid, "Plan None is a trial, but the line has a price. "+
				"Add it by hand if you know what it stands for.")
		}
		w.term, w.plan, w.note = distributor.FreqTrial, distributor.FreqTrial, "Plan None: a trial."
		return nil
	}
	cycle, ok := money.ParsePeriod(plan)
	if !ok {
		return errs.Newf(errs.Invalid, "BillingPlan %q is not understood.", l.Get("BillingPlan"))
	}
	w.plan = termOf[cycle]
	if cycle == w.unit {
		return nil
	}
	if cycle.Months() == 0 || w.unit.Months()%cycle.Months() != 0 {
		return errs.Newf(errs.Invalid, "A term of %s cannot be billed %s.", l.Get("TermDuration"), plan)
	}
	payments := decimal.NewFromInt(int64(w.unit.Months() / cycle.Months()))
	if !comesOut(w.cost, payments, currency) || w.suggested.Valid &&
		!comesOut(w.suggested.Decimal, payments, currency) {
		w.note = "The amounts of the term do not divide into its payments, so they stand for the term."
		return nil
	}
	w.unit, w.cost = cycle, w.cost.Div(payments)
	w.suggested.Decimal = w.suggested.Decimal.Div(payments)
	return nil
}

func comesOut(d, payments decimal.Decimal, currency string) bool {
	part := money.Round(d.Div(payments), currency)
	return part.Mul(payments).Equal(d)
}

// ruled makes the list's price by the chosen rule.
func (m microsoftSheet) ruled(w worth) (worth, error) {
	hundred := decimal.NewFromInt(100)
	switch {
	case w.plan == distributor.FreqTrial:
		w.price = decimal.Zero
	case m.rule == ruleMarkup:
		w.price = money.Round(w.cost.Mul(hundred.Add(m.markup)).Div(hundred), m.list.Currency)
	case !w.suggested.Valid:
		return w, errs.New(errs.Invalid, "The line has no ERP Price, so there is no suggested price.")
	default:
		w.price = w.suggested.Decimal
	}
	if w.plan != distributor.FreqTrial && !w.price.GreaterThan(w.cost) {
		w.note = strings.TrimSpace(w.note + " The price is not above the cost.")
	}
	return w, bounded(w.price)
}

// openEnd is the first day on which a price no longer counts. Year 9999 is how the
// sheet writes an open end; a last moment of a day means that day is whole.
func openEnd(s string) string {
	day := imports.Day(s)
	if day == "" || strings.HasPrefix(day, "9999-") {
		return ""
	}
	d, err := clock.ParseDate(day)
	if err != nil || !strings.Contains(s, "23:59") {
		return day
	}
	return d.AddDays(1).String()
}
