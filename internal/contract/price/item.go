package price

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Item is the price of one product for one term and billing frequency, in force
// in [EffectiveFrom, EffectiveTo). Where several are in force, the newest counts.
type Item struct {
	ID               uuid.UUID
	PriceListID      uuid.UUID
	ProductID        uuid.UUID
	Vendor           string // of the product
	PartNumber       string
	ProductName      string
	Unit             money.Period // what UnitPrice is for, per seat
	Term             distributor.Frequency
	BillingFrequency distributor.Frequency
	UnitPrice        decimal.Decimal // in the list's currency
	// What the partner pays, and what the vendor suggests to take, for the same unit and
	// in the same currency, where a file told it. Neither is ever a price by itself.
	UnitCost       decimal.NullDecimal
	SuggestedPrice decimal.NullDecimal
	EffectiveFrom  clock.Date
	EffectiveTo    clock.Date // first day it is no longer in force; zero: open
	Version        int
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Key is what a list has one item of.
type Key struct {
	ProductID uuid.UUID
	Term      distributor.Frequency
	Frequency distributor.Frequency
	From      string
}

// Key tells which item of its list this is.
func (i Item) Key() Key {
	return Key{i.ProductID, i.Term, i.BillingFrequency, i.EffectiveFrom.String()}
}

// ItemInput is the form or the CSV line of an item, as typed. Names are those of CONTRACT.
type ItemInput struct {
	Vendor           string // empty: found by the part number
	PartNumber       string
	ProductName      string
	Unit             string
	Term             string
	BillingFrequency string
	UnitPrice        string
	UnitCost         string // of a file only
	SuggestedPrice   string // of a file only
	EffectiveFrom    string
	EffectiveTo      string
}

// check reads everything but the product, which needs a look into the database.
func (in ItemInput) check() (Item, errs.Fields) {
	problems := errs.Fields{}
	i := Item{
		Vendor: text(problems, "vendor", in.Vendor), PartNumber: text(problems, "part_number", in.PartNumber),
		ProductName: text(problems, "product_name", in.ProductName),
	}
	if strings.EqualFold(i.Vendor, unknownVendor) {
		i.Vendor = ""
	}
	if i.PartNumber == "" {
		problems.Add("part_number", "Enter the part number.")
	}
	var err error
	if i.Unit, err = ParseUnit(in.Unit); err != nil {
		problems.Add("unit", "%s", errs.Public(err))
	}
	if i.Term, err = ParseTerm(in.Term); err != nil {
		problems.Add("term", "%s", errs.Public(err))
	}
	if i.BillingFrequency, err = ParseTerm(in.BillingFrequency); err != nil {
		problems.Add("billing_frequency", "%s", errs.Public(err))
	}
	if i.UnitPrice, err = ParsePrice(in.UnitPrice); err != nil {
		problems.Add("unit_price", "%s", errs.Public(err))
	}
	i.UnitCost = in.beside(problems, "unit_cost", in.UnitCost)
	i.SuggestedPrice = in.beside(problems, "suggested_price", in.SuggestedPrice)
	in.dates(problems, &i)
	return i, problems
}

// beside reads an amount that may be empty.
func (ItemInput) beside(problems errs.Fields, field, s string) decimal.NullDecimal {
	if strings.TrimSpace(s) == "" {
		return decimal.NullDecimal{}
	}
	d, err := ParsePrice(s)
	if err != nil {
		problems.Add(field, "%s", errs.Public(err))
	}
	return decimal.NewNullDecimal(d)
}

func (in ItemInput) dates(problems errs.Fields, i *Item) {
	var err error
	if i.EffectiveFrom, err = clock.ParseDate(strings.TrimSpace(in.EffectiveFrom)); err != nil {
		problems.Add("effective_from", "Write the date as YYYY-MM-DD.")
	}
	if i.EffectiveTo, err = clock.ParseDate(strings.TrimSpace(in.EffectiveTo)); err != nil {
		problems.Add("effective_to", "Write the date as YYYY-MM-DD.")
	}
	if i.EffectiveFrom.IsZero() {
		problems.Add("effective_from", "Enter the first day of the price.")
	}
	if !i.EffectiveTo.IsZero() && !i.EffectiveTo.After(i.EffectiveFrom) {
		problems.Add("effective_to", "The price would end before it begins. The end is the first day on which it no "+
			"longer counts.")
	}
}

var amount = regexp.MustCompile(`^([0-9]{1,14})(\.[0-9]{1,6})?$`)

// ParseAmount reads a price: digits and a point. A comma could mean either thing
// in a file, so it is refused rather than guessed.
func ParseAmount(s string) (decimal.Decimal, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return decimal.Zero, errs.New(errs.Invalid, "Enter the price.")
	case strings.HasPrefix(s, "-"):
		return decimal.Zero, errs.New(errs.Invalid, "A price cannot be negative.")
	case !amount.MatchString(s):
		return decimal.Zero, errs.Newf(errs.Invalid,
			"%q is no price. Write digits with a point and up to six decimals, like 12.50, without currency or "+
				"thousands separators.", s)
	}
	return decimal.RequireFromString(s), nil
}

// ParsePrice reads the price or the cost of a unit: an amount below the highest that is taken.
func ParsePrice(s string) (decimal.Decimal, error) {
	d, err := ParseAmount(s)
	if err == nil {
		err = bounded(d)
	}
	return d, err
}

func bounded(price decimal.Decimal) error {
	if price.GreaterThanOrEqual(money.HighestPrice) {
		return errs.Newf(errs.Invalid, "%s is over the limit: a price is below %s.", price, money.HighestPrice)
	}
	return nil
}

func text(problems errs.Fields, field, s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxText {
		problems.Add(field, "This is longer than %d characters.", maxText)
	}
	return s
}
