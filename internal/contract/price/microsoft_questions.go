package price

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/money"
)

// The questions that the sheet raises.
const (
	askSegment = "segment"
	askMarket  = "market"
	askRule    = "price"
	askMarkup  = "markup"
	askParts   = "parts"

	ruleSuggested = "suggested"
	ruleMarkup    = "markup"

	partsWhole = "whole" // ProductId:SkuId:term:plan, as distributors write it
	partsShort = "short" // ProductId:SkuId

	commercial = "Commercial"
)

var mostMarkup = decimal.NewFromInt(1000)

// Questions ask of Microsoft's sheet what it cannot tell.
func (k importKind) Questions(tx *gorm.DB, t imports.Table) ([]imports.Question, error) {
	if t.Form() != formMicrosoft {
		return nil, nil
	}
	segment := imports.Question{Name: askSegment, Label: "Segment", Needed: true,
		Hint:  "Customers of other segments need a list of their own.",
		Value: t.Answer(askSegment), Options: optionsOf(distinct(t, k.inCurrency, segmentOf))}
	market := imports.Question{Name: askMarket, Label: "Market", Needed: true, Value: t.Answer(askMarket),
		Options: optionsOf(distinct(t, k.inCurrency, func(l imports.Line) string { return l.Get("Market") }))}
	if len(segment.Options) == 0 {
		segment.Error = fmt.Sprintf("No line of the sheet is in %s, the currency of this list; it has %s.",
			k.list.Currency,
			strings.Join(distinct(t, everyLine,
				func(l imports.Line) string { return strings.ToUpper(l.Get("Currency")) }), ", "))
	}
	rule := imports.Question{Name: askRule, Label: "Prices of this list", Needed: true, Value: t.Answer(askRule),
		Options: []imports.Option{
			{Value: ruleSuggested, Label: "What Microsoft suggests (ERP Price)"},
			{Value: ruleMarkup, Label: "Your cost (UnitPrice) plus a percentage"},
		}, Hint: "The sheet's UnitPrice is what you pay. It is kept as the cost and never becomes the price by itself."}
	out := []imports.Question{only(segment), only(market), rule}
	if len(market.Options) < 2 {
		out = []imports.Question{only(segment), rule}
	}
	out = append(out, markupQuestion(t))
	parts, err := partsQuestion(tx, t)
	return append(out, parts), err
}

func markupQuestion(t imports.Table) imports.Question {
	q := imports.Question{Name: askMarkup, Label: "Percentage on the cost", Value: t.Answer(askMarkup),
		Needed: t.Answer(askRule) == ruleMarkup,
		Hint:   "Only for cost plus a percentage, as 20 or 12.5. The price is rounded to the currency."}
	if _, err := markupOf(t); q.Needed && q.Value != "" && err != nil {
		q.Error = errs.Public(err)
	}
	return q
}

func markupOf(t imports.Table) (decimal.Decimal, error) {
	s := strings.ReplaceAll(strings.TrimSuffix(imports.FoldKey(t.Answer(askMarkup)), "%"), ",", ".")
	d, ok := money.ParseNumber(strings.TrimSpace(s))
	if !ok || !d.IsPositive() || d.GreaterThan(mostMarkup) {
		return d, errs.New(errs.Invalid, "Write a percentage above 0 and up to 1000, as 20 or 12.5.")
	}
	return d, nil
}

// partsQuestion proposes the part numbers that the products here have.
func partsQuestion(tx *gorm.DB, t imports.Table) (imports.Question, error) {
	q := imports.Question{Name: askParts, Label: "Part numbers", Value: t.Answer(askParts),
		Hint: "As your distributor writes them, so that subscriptions find their price.", Options: []imports.Option{
			{Value: partsWhole, Label: "with term and plan, as CFQ7TTC0LH18:0001:P1Y:M"},
			{Value: partsShort, Label: "product and SKU, as CFQ7TTC0LH18:0001"},
		}}
	if q.Value != "" {
		return q, nil
	}
	q.Value = partsWhole
	var whole, short int
	err := tx.Raw(`SELECT count(*) FILTER (WHERE part_number ~* '^CFQ7[0-9A-Z]+:[0-9A-Z]{4}:P[0-9]+[MY]:'),
		count(*) FILTER (WHERE part_number ~* '^CFQ7[0-9A-Z]+:[0-9A-Z]{4}$')
		FROM products`).Row().Scan(&whole, &short)
	if whole == 0 && short > 0 {
		q.Value = partsShort
	}
	return q, err
}

// only answers a question that has one answer.
func only(q imports.Question) imports.Question {
	if len(q.Options) == 1 {
		q.Value = q.Options[0].Value
	}
	if !slices.ContainsFunc(q.Options, func(o imports.Option) bool { return o.Value == q.Value }) {
		q.Value = ""
	}
	return q
}

func optionsOf(values []string) []imports.Option {
	var out []imports.Option
	for _, v := range values {
		out = append(out, imports.Option{Value: v, Label: v})
	}
	return out
}

func everyLine(imports.Line) bool { return true }

func (k importKind) inCurrency(l imports.Line) bool {
	return strings.EqualFold(l.Get("Currency"), k.list.Currency)
}

func segmentOf(l imports.Line) string {
	if s := l.Get("Segment"); s != "" {
		return s
	}
	return commercial // so says Microsoft of an empty one
}

const mostAnswers = 50

// distinct are the values of some lines, in order.
func distinct(t imports.Table, of func(imports.Line) bool, value func(imports.Line) string) []string {
	seen := map[string]bool{}
	for _, l := range t.Lines {
		if v := value(l); of(l) && v != "" && len(seen) < mostAnswers {
			seen[v] = true
		}
	}
	out := make([]string, 0, len(seen))
	for v := range seen {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}
