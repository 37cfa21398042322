package demo

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/contract/price"
	"seatledger/internal/distributor/sandbox"
)

// seedPrices makes a price list with a markup of a fifth over cost for most products; a few are left out, and one is
// sold below cost.
func seedPrices(ctx context.Context, a *app.App, by audit.Actor, products []sandbox.Product) (list uuid.UUID, items int,
	err error) {
	l, err := a.Prices.CreateList(ctx, by, price.ListInput{Name: "Standard 2026", Currency: "USD"})
	if err != nil {
		return uuid.Nil, 0, err
	}
	for i, p := range products {
		in, ok := itemOf(i, p)
		if !ok {
			continue
		}
		if _, err := a.Prices.AddItem(ctx, by, l.ID, in); err != nil {
			return l.ID, items, fmt.Errorf("sample price of %s: %w", p.PartNumber, err)
		}
		items++
	}
	return l.ID, items, nil
}

// listedPrices are the prices that seedPrices enters, by the distributor's number of the product.
func listedPrices(products []sandbox.Product) map[string]decimal.Decimal {
	by := map[string]decimal.Decimal{}
	for i, p := range products {
		if in, ok := itemOf(i, p); ok {
			by[strconv.Itoa(p.SKU)] = decimal.RequireFromString(in.UnitPrice)
		}
	}
	return by
}

const markup = "1.2" // selling price over cost

func itemOf(i int, p sandbox.Product) (price.ItemInput, bool) {
	unit := map[string]string{"month": "month", "annual": "year", "one_time": "once"}[p.Frequency]
	term := map[string]string{"P1M": "monthly", "P1Y": "annual", "P3Y": "triennial"}[p.Term]
	if p.Kind == "one_time" {
		term = "one_time"
	}
	if p.Kind == "usage" || unit == "" || term == "" || i%13 == 12 {
		return price.ItemInput{}, false
	}
	factor := decimal.RequireFromString(markup)
	if i%17 == 9 {
		factor = decimal.RequireFromString("0.95")
	}
	return price.ItemInput{Vendor: p.Vendor, PartNumber: p.PartNumber, ProductName: p.Name, Unit: unit, Term: term,
		BillingFrequency: p.Frequency,
		UnitPrice:        p.UnitPrice.Mul(factor).Round(2).String(), EffectiveFrom: "2020-01-01"}, true
}
