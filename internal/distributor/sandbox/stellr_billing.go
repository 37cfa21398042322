package sandbox

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// invoiceRow is a month's invoice. Guess: all of it.
type invoiceRow struct {
	InvoiceNo   string      `json:"invoiceNo"`
	InvoiceDate string      `json:"invoiceDate"`
	DueDate     string      `json:"dueDate"`
	Currency    string      `json:"currency"`
	Total       json.Number `json:"total"`
}

func (s *Server) lastMonth() clock.Date {
	today := clock.DateOf(s.now(), time.UTC)
	return clock.NewDate(today.Year(), today.Month(), 1).AddMonths(-1)
}

func invoiceNo(month clock.Date) string {
	return fmt.Sprintf("CI%04d%02d", month.Year(), month.Month())
}

const invoicesListed = 6 // months

// listInvoices lists the bills of half a year, the newest first.
func (s *Server) listInvoices(c call) (any, error) {
	var months []clock.Date
	for n := range invoicesListed {
		months = append(months, s.lastMonth().AddMonths(-n))
	}
	return page(s, c.Request, months, func(m clock.Date) any {
		sum := decimal.Zero
		rows, _ := s.bill(c.scope, m)
		for _, x := range rows {
			if x.Currency == "USD" {
				sum = sum.Add(amountOf(x.ExtendPrice))
			}
		}
		return invoiceRow{invoiceNo(m), isoDate(m.AddMonths(1)), isoDate(m.AddMonths(2)), "USD", num(sum)}
	})
}

// invoiceReport lists the charges of a bill, of one order if orderNo is given. Guess: that invoiceNo picks the bill;
// without one it is the last.
func (s *Server) invoiceReport(c call) (any, error) {
	month := s.lastMonth()
	if no := c.URL.Query().Get("invoiceNo"); no != "" {
		var err error
		if month, err = monthOf(no); err != nil {
			return nil, badRequest("%s.", err)
		}
	}
	var found []*chargeRow
	rows, _ := s.bill(c.scope, month)
	for _, line := range rows {
		if asked := c.URL.Query().Get("orderNo"); asked == "" || asked == line.OrderNo {
			found = append(found, line)
		}
	}
	return page(s, c.Request, found, func(line *chargeRow) any { return line })
}

// azureRow is a month's consumption of one Azure plan. Guess: all of it.
type azureRow struct {
	CustomerNo     string      `json:"customerNo"`
	SubscriptionID string      `json:"subscriptionId"`
	Month          string      `json:"month"`
	Cost           json.Number `json:"cost"`
}

func (s *Server) azureSummary(c call) (any, error) {
	var found []azureRow
	month := s.lastMonth()
	for _, owner := range s.store.customersOf(c.scope) {
		for _, sub := range s.store.subscriptionsOf(owner.CustomerNo, faceStellr) {
			if s.store.product(sub.SKU).Kind == kindUsage {
				found = append(found, azureRow{sub.CustomerNo, sub.ID, month.String()[:7], num(sub.consumed(month))})
			}
		}
	}
	return page(s, c.Request, found, func(row azureRow) any { return row })
}
