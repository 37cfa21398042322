// Package plantest holds what tests of subscriptions are made of: a record as a
// distributor reports it, and a model of what must be so.
package plantest

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
)

// Record is a Microsoft subscription of five seats in its first year.
func Record(external string, change ...func(*distributor.Subscription)) distributor.Subscription {
	d := distributor.Subscription{
		ExternalID: external, ContractNo: "C1", Vendor: "Microsoft", Kind: distributor.Licence,
		ProductName: "Business Premium",
		PartNumber:  "CFQ7TTC0LCHC:0002", SKU: "900100", Quantity: 5,
		UnitCost:   decimal.NewNullDecimal(decimal.RequireFromString("18.70")),
		CostPeriod: money.Month, Currency: "USD", Frequency: distributor.Monthly, Term: distributor.Annual,
		Start: Date("2026-01-15"), End: Date("2027-01-14"), Status: distributor.StatusActive, StatusText: "Active",
	}
	for _, c := range change {
		c(&d)
	}
	d.Raw, _ = json.Marshal(map[string]any{"id": d.ExternalID, "qty": d.Quantity, "status": d.Status,
		"start": d.Start.String(), "end": d.End.String()})
	return d
}

// Date reads a day, or panics.
func Date(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Seats sets the quantity of a record.
func Seats(n int) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) { d.Quantity = n }
}

// Status sets its status.
func Status(s distributor.Status) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) { d.Status, d.StatusText = s, string(s) }
}

// Term sets its start and end; empty ones are not given.
func Term(start, end string) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) { d.Start, d.End = Date(start), Date(end) }
}

// Costs sets its unit cost.
func Costs(s string) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) { d.UnitCost = decimal.NewNullDecimal(decimal.RequireFromString(s)) }
}
