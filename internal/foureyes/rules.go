package foureyes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/settings"
)

// Kind is a sort of deed that a second person may have to grant.
type Kind string

// The kinds.
const (
	Retire Kind = "retire" // many subscriptions at once
	Price  Kind = "price"
	Credit Kind = "credit" // and voids of what is out
	Run    Kind = "run"    // a billing run with something unusual in it
	Loosen Kind = "rules"  // four eyes themselves, made looser
)

// GivesBack is the fact that some of what is to be billed is below zero.
func GivesBack(all []money.Amount) Fact {
	var out []string
	for _, a := range all {
		out = append(out, money.Grouped(a.Value.Abs(), a.Currency)+" "+a.Currency)
	}
	return Fact{Term: "Gives back", Value: strings.Join(out, ", ")}
}

// Label is the kind in plain words.
func (k Kind) Label() string {
	switch k {
	case Retire:
		return "Retire subscriptions"
	case Price:
		return "Change prices"
	case Credit:
		return "Give credit"
	case Run:
		return "Bill what is unusual"
	case Loosen:
		return "Loosen four eyes"
	}
	return string(k)
}

// Limits are the amounts up to which one person is enough, by currency. A currency without one has 0.
type Limits map[string]decimal.Decimal

// ParseLimits reads amounts as "1000 EUR, 1200.50 USD".
func ParseLimits(text string) (Limits, error) {
	out := Limits{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		words := strings.Fields(part)
		if len(words) != 2 {
			return nil, limitsProblem(part)
		}
		amount, ok := money.ParseNumber(words[0])
		currency, known := money.ParseCurrency(words[1])
		if !ok || !known || amount.Exponent() < -6 || amount.IsNegative() ||
			amount.GreaterThanOrEqual(money.HighestPrice) {
			return nil, limitsProblem(part)
		}
		if _, twice := out[currency]; twice {
			return nil, errs.Newf(errs.Invalid, "%s stands here twice.", currency)
		}
		out[currency] = amount
	}
	return out, nil
}

func limitsProblem(part string) error {
	return errs.Newf(errs.Invalid, "%q is no amount with its currency. Write them as 1000 EUR, 1200 USD.",
		strings.TrimSpace(part))
}

// String writes them as ParseLimits reads them.
func (l Limits) String() string {
	var out []string
	for _, c := range slices.Sorted(maps.Keys(l)) {
		out = append(out, l[c].String()+" "+c)
	}
	return strings.Join(out, ", ")
}

// exceeded tells whether any of the amounts, whatever its sign, is over its limit.
func (l Limits) exceeded(amounts []money.Amount) bool {
	return slices.ContainsFunc(amounts, func(a money.Amount) bool { return a.Value.Abs().GreaterThan(l[a.Currency]) })
}

// looser tells whether a currency's limit is higher than before.
func (l Limits) looser(before Limits) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(l)),
		func(c string) bool { return l[c].GreaterThan(before[c]) })
}

// Rules are what needs a second person. Nothing does until somebody switches it on.
type Rules struct {
	On           bool   `json:"on"`
	Retire       bool   `json:"retire"`
	Price        bool   `json:"price"`
	Credit       bool   `json:"credit"`
	Runs         bool   `json:"runs"`
	RetireLimits Limits `json:"retire_limits,omitempty"` // of what they bring in a month
	PriceLimits  Limits `json:"price_limits,omitempty"`  // of the change a month
	CreditLimits Limits `json:"credit_limits,omitempty"`
	// Since is when they were switched on.
	Since time.Time `json:"since,omitzero"`

	Saved settings.Saved `json:"-"`
}

const row = "four_eyes"

// Load reads the rules.
func Load(ctx context.Context, db *gorm.DB) (Rules, error) {
	r := Rules{Retire: true, Price: true, Credit: true, Runs: true}
	saved, err := settings.Read(ctx, db, row, &r)
	r.Saved = saved
	return r, err
}

// asks tells whether a deed needs a second person. What has no known amount does.
func (r Rules) asks(d Deed) bool {
	limit := func(on bool, l Limits) bool { return on && (d.Unpriced > 0 || l.exceeded(d.Money)) }
	if !r.On {
		return false
	}
	if r.Credit && r.CreditLimits.exceeded(d.Gives) {
		return true
	}
	switch d.Kind {
	case Retire:
		return limit(r.Retire, r.RetireLimits)
	case Price:
		return limit(r.Price, r.PriceLimits)
	case Credit:
		return limit(r.Credit, r.CreditLimits)
	case Run:
		return r.Runs
	}
	return true
}

// Holds tells whether a document that comes to an amount gives back more than one person may, so that nothing bills it
// by itself.
func (r Rules) Holds(total money.Amount) bool {
	return r.On && r.Credit && total.Value.IsNegative() && r.CreditLimits.exceeded([]money.Amount{total})
}

// looser tells whether rules let something through that others stopped.
func (r Rules) looser(before Rules) bool {
	if !before.On {
		return false
	}
	return !r.On || before.Retire && (!r.Retire || r.RetireLimits.looser(before.RetireLimits)) ||
		before.Price && (!r.Price || r.PriceLimits.looser(before.PriceLimits)) ||
		before.Credit && (!r.Credit || r.CreditLimits.looser(before.CreditLimits)) || before.Runs && !r.Runs
}

func (r Rules) told() map[string]any {
	return map[string]any{"on": r.On, "retire": r.Retire, "price": r.Price, "credit": r.Credit, "runs": r.Runs,
		"retire_limits": r.RetireLimits.String(), "price_limits": r.PriceLimits.String(),
		"credit_limits": r.CreditLimits.String()}
}

// Service is the desk of requests, and keeps the rules.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// Save stores the rules over the version they were read at, or settings.ErrStale. Switched on, they are made looser
// only with a second person's grant; they are switched on only where there is a second person.
func (s Service) Save(ctx context.Context, by audit.Actor, r Rules) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		if before.Saved.Version == r.Saved.Version && fmt.Sprint(before.told()) == fmt.Sprint(r.told()) {
			return nil
		}
		if before.Saved.Version != r.Saved.Version {
			return settings.ErrStale
		}
		r.Since = before.Since
		if r.On && !before.On {
			r.Since = s.Clock.Now()
			if err := twoPeople(ctx, tx); err != nil {
				return err
			}
		}
		if r.looser(before) {
			err := Pass(ctx, tx, s.Clock, by, Deed{Kind: Loosen, ObjectType: "settings", ObjectID: row,
				ObjectName: "Four eyes", Facts: ruleFacts(before, r),
				Digest: Digest(Loosen, before.Saved.Version, r.told())})
			if err != nil {
				return err
			}
		}
		if err := settings.Write(ctx, tx, s.Clock, by, row, r.Saved.Version, r); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: row, ObjectName: "Four eyes", Before: before.told(), After: r.told()})
	})
}

func ruleFacts(before, after Rules) []Fact {
	var out []Fact
	was, is := before.told(), after.told()
	for _, x := range []struct{ key, term string }{{"on", "Four eyes"}, {"retire", "Retire"},
		{"retire_limits", "Retire, up to"}, {"price", "Prices"}, {"price_limits", "Prices, up to"},
		{"credit", "Credits"}, {"credit_limits", "Credits, up to"}, {"runs", "Unusual billing runs"}} {
		if was[x.key] != is[x.key] {
			out = append(out, Fact{x.term, ruleWord(was[x.key]) + " becomes " + ruleWord(is[x.key])})
		}
	}
	return out
}

func ruleWord(v any) string {
	switch v {
	case true:
		return "on"
	case false:
		return "off"
	case "":
		return "0"
	}
	return fmt.Sprint(v)
}

// twoPeople refuses rules that would leave nobody to grant.
func twoPeople(ctx context.Context, db *gorm.DB) error {
	all, err := granters(ctx, db)
	if err != nil {
		return err
	}
	if len(all) < 2 {
		return errs.Fields{"on": "At least two active people with the role of administrator or billing are needed, " +
			"or nobody could grant what the other asks."}.Err()
	}
	return nil
}
