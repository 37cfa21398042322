// Package guard says in figures what a run would change, and whether that may be applied without a person
// (RULES 3, DESIGN 5). It is pure: it knows no database, no distributor and no run.
package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// Kind is one way in which a record would change.
type Kind string

// The kinds. Renewed dates, a new record and what concerns neither seats nor money never stop a run by themselves.
const (
	New         Kind = "new"
	Ended       Kind = "ended"
	Back        Kind = "back"
	Gone        Kind = "gone"
	Held        Kind = "held"     // billed before, held now
	Released    Kind = "released" // held before, billed now
	Status      Kind = "status"   // another word, with neither of these
	VendorID    Kind = "vendor_id"
	SeatsLost   Kind = "seats_lost"
	SeatsGained Kind = "seats_gained"
	Surge       Kind = "surge"
	Cost        Kind = "cost"
	Currency    Kind = "currency"
	Product     Kind = "product"
	Term        Kind = "term"
	Dates       Kind = "dates"
	Renewed     Kind = "renewed"
	Moved       Kind = "moved"
	NotSent     Kind = "not_sent"
	Renumbered  Kind = "renumbered" // a new id where the customer's others vanished
	Name        Kind = "name"       // of an end customer
	Tenant      Kind = "tenant"
	Domain      Kind = "domain"
	Details     Kind = "details"
	Twice       Kind = "twice"       // listed twice in one run, with unlike facts or under two accounts
	NamesOther  Kind = "names_other" // names another customer than that in whose list it stands
	Twin        Kind = "twin"        // would bear the vendor's id of an earlier one, and be held until a person decides
)

// Guarded are the kinds that count towards a mass change of subscriptions.
func Guarded() []Kind {
	return []Kind{Ended, Back, Gone, Held, Released, Status, VendorID, SeatsLost, SeatsGained, Cost, Currency, Product,
		Term, Dates, Moved, NotSent, Renumbered, Twin}
}

// GuardedOfAccounts are those of customers.
func GuardedOfAccounts() []Kind { return []Kind{Ended, Back, Gone, Name, Tenant, Domain} }

// Row is what one subscription or account would become.
type Row struct {
	ExternalID     string
	VendorID       string        // the vendor's id that it would bear
	SubjectID      uuid.NullUUID // the stored record; none: it would be new
	Name           string
	Kinds          []Kind
	Words          string // the change as a person reads it
	SeatsBefore    int
	SeatsAfter     int
	MonthBefore    decimal.NullDecimal // cost per month
	MonthAfter     decimal.NullDecimal
	CurrencyBefore string
	CurrencyAfter  string
	Since          clock.Date // of a missing one: first missed on
}

// Has tells whether it changes in that way.
func (r Row) Has(k Kind) bool { return slices.Contains(r.Kinds, k) }

// Surging says when the growth of one subscription is told although it is applied.
type Surging struct{ Seats int }

const tenfold = 10

// Of describes the difference of a subscription.
func Of(d subscription.Difference, s Surging) Row {
	r := Row{ExternalID: d.After.ExternalID, VendorID: d.After.VendorSubscriptionID, Name: d.After.Called(),
		SeatsAfter: d.After.Billable(), CurrencyAfter: d.After.CostCurrency}
	r.MonthAfter = Month(d.After)
	if d.Before == nil {
		r.Kinds, r.Words = []Kind{New}, fmt.Sprintf("New: %d seats", r.SeatsAfter)
		return r
	}
	b := *d.Before
	r.SubjectID = uuid.NullUUID{UUID: b.ID, Valid: true}
	r.SeatsBefore, r.MonthBefore, r.CurrencyBefore = b.Billable(), Month(b), b.CostCurrency
	r.Kinds = kinds(b, d.After, d.Seen)
	if r.SeatsBefore > 0 && r.SeatsAfter >= tenfold*r.SeatsBefore && r.SeatsAfter-r.SeatsBefore > s.Seats {
		r.Kinds = append(r.Kinds, Surge)
	}
	r.Words = words(b, d.After, r)
	return r
}

// Month is what the billable seats cost a month; none where that is not known or has no month.
func Month(s subscription.Subscription) decimal.NullDecimal {
	if !s.UnitCost.Valid {
		return decimal.NullDecimal{}
	}
	m, ok := money.PerMonth(s.UnitCost.Decimal, s.CostPeriod)
	if !ok {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(m.Mul(decimal.NewFromInt(int64(s.Billable()))).Round(6))
}

func kinds(b, a subscription.Subscription, seen clock.Date) []Kind {
	var ks []Kind
	add := func(k Kind, is bool) {
		if is {
			ks = append(ks, k)
		}
	}
	was, is := b.State != subscription.Inactive, a.State != subscription.Inactive
	add(Ended, was && !is)
	add(Back, !was && is)
	add(Held, b.State == subscription.Active && a.State == subscription.Held)
	add(Released, b.State == subscription.Held && a.State == subscription.Active)
	add(Status, len(ks) == 0 && b.Status != a.Status)
	add(VendorID, b.VendorSubscriptionID != "" && b.VendorSubscriptionID != a.VendorSubscriptionID)
	add(SeatsLost, was && is && a.Billable() < b.Billable())
	add(SeatsGained, was && is && a.Billable() > b.Billable())
	add(Cost, !sameCost(b, a))
	add(Currency, b.CostCurrency != a.CostCurrency)
	add(Product, b.Vendor != a.Vendor || b.PartNumber != a.PartNumber || b.SKU != a.SKU ||
		b.ProductName != a.ProductName)
	add(Term, b.Term != a.Term || b.Frequency != a.Frequency)
	switch {
	case b.Start == a.Start && b.End == a.End:
	case renewed(b, a, seen):
		ks = append(ks, Renewed)
	default:
		ks = append(ks, Dates)
	}
	add(Moved, b.AccountID != a.AccountID)
	add(NotSent, b.NoLongerSent != a.NoLongerSent && a.NoLongerSent != "")
	if len(ks) == 0 {
		ks = []Kind{Details}
	}
	return ks
}

// sameCost tells whether the distributor says the same cost. A period that a person said for the
// whole provider is no word of the distributor's.
func sameCost(b, a subscription.Subscription) bool {
	return b.UnitCost.Valid == a.UnitCost.Valid && b.UnitCost.Decimal.Equal(a.UnitCost.Decimal) &&
		(b.CostPeriod == a.CostPeriod || a.CostPeriodAssumed && (b.CostPeriod == "" || b.CostPeriodAssumed))
}

// renewalAhead is how long before its end a term may be renewed.
const renewalAhead = 35

// renewed tells whether dates moved on as a term's do: the end lies later, near its old day.
func renewed(b, a subscription.Subscription, seen clock.Date) bool {
	return !b.End.IsZero() && a.End.After(b.End) && !a.Start.Before(b.Start) &&
		!b.End.After(seen.AddDays(renewalAhead))
}

func words(b, a subscription.Subscription, r Row) string {
	var ws []string
	say := func(what string, before, after string) {
		if before != after {
			ws = append(ws, what+" "+orNothing(before)+" → "+orNothing(after))
		}
	}
	say("status", wordOf(b.Status, b.StatusText), wordOf(a.Status, a.StatusText))
	say("seats", fmt.Sprint(r.SeatsBefore), fmt.Sprint(r.SeatsAfter))
	if r.SeatsBefore == r.SeatsAfter {
		say("reported seats", fmt.Sprint(b.Quantity), fmt.Sprint(a.Quantity))
	}
	say("cost", costWords(b), costWords(a))
	say("product", b.Called(), a.Called())
	say("part number", b.PartNumber, a.PartNumber)
	say("term", string(b.Term), string(a.Term))
	say("billed", string(b.Frequency), string(a.Frequency))
	say("start", b.Start.String(), a.Start.String())
	say("end", b.End.String(), a.End.String())
	if r.Has(NotSent) {
		ws = append(ws, "no longer sent: "+strings.ReplaceAll(a.NoLongerSent, ",", ", "))
	}
	if len(ws) == 0 {
		return "details"
	}
	return strings.Join(ws, "; ")
}

func wordOf(s distributor.Status, text string) string {
	if text != "" {
		return text
	}
	return string(s)
}

func costWords(s plan.Subscription) string {
	if !s.UnitCost.Valid {
		return ""
	}
	return strings.TrimSpace(money.Plain(s.UnitCost.Decimal) + " " + s.CostCurrency + " " + string(s.CostPeriod))
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// Same tells whether two rows would change the same. That a new id stands where others vanished, or that another
// bears the vendor's id already, is told of the plan as a whole, so it does not count.
func (r Row) Same(o Row) bool {
	return r.ExternalID == o.ExternalID && r.Words == o.Words && r.SeatsBefore == o.SeatsBefore &&
		r.SeatsAfter == o.SeatsAfter && sameAmount(r.MonthBefore, o.MonthBefore) &&
		sameAmount(r.MonthAfter, o.MonthAfter) && r.CurrencyBefore == o.CurrencyBefore &&
		r.CurrencyAfter == o.CurrencyAfter && slices.Equal(plain(r.Kinds), plain(o.Kinds))
}

func plain(ks []Kind) []Kind {
	return slices.DeleteFunc(slices.Clone(ks), func(k Kind) bool { return k == Renumbered || k == Surge || k == Twin })
}

func sameAmount(a, b decimal.NullDecimal) bool {
	return a.Valid == b.Valid && a.Decimal.Equal(b.Decimal)
}
