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

// chargeRow is a line of the report. The price fields have the names that
// documents mention; Guess: the rest.
type chargeRow struct {
	InvoiceNo           string      `json:"invoiceNo"`
	LineNo              int         `json:"lineNo"`
	OrderNo             string      `json:"orderNo"`
	CustomerNo          string      `json:"customerNo"`
	CustomerName        string      `json:"customerName"`
	PartNo              string      `json:"mfgPartNo"`
	ChargeType          string      `json:"chargeType"`
	Tax                 json.Number `json:"tax"`
	Currency            string      `json:"currency"`
	SubscriptionID      string      `json:"subscriptionId"`
	ProductName         string      `json:"productName"`
	Quantity            int         `json:"quantity"`
	UnitPrice           json.Number `json:"unitPrice"`
	ExtendPrice         json.Number `json:"extendPrice"`
	CustomerPrice       json.Number `json:"customerPrice"`
	ExtendCustomerPrice json.Number `json:"extendCustomerPrice"`
	ChargeStart         string      `json:"chargeStartDate"`
	ChargeEnd           string      `json:"chargeEndDate"`
}

// charges are the monthly lines of the last full month: what is billed by the
// month and was running. Guess: what an invoice takes in.
func (s *Server) charges(sc scope) []chargeRow {
	month := s.lastMonth()
	var all []chargeRow
	for _, owner := range s.store.customersOf(sc) {
		for _, sub := range s.store.subscriptionsOf(owner.CustomerNo, faceStellr) {
			p := s.store.product(sub.SKU)
			if p.Frequency != "month" || !sub.Start.Before(month.AddMonths(1)) || sub.mustBeLive() != nil {
				continue
			}
			all = append(all, chargeRow{
				InvoiceNo: invoiceNo(month), OrderNo: sub.ContractNo, CustomerNo: sub.CustomerNo,
				CustomerName: owner.Company.StellrName, PartNo: p.PartNumber, ChargeType: "cycleCharge", Tax: "0",
				Currency:       "USD",
				SubscriptionID: sub.ID,
				ProductName:    p.Name, Quantity: sub.Quantity, UnitPrice: num(sub.UnitPrice),
				CustomerPrice:       num(sub.CustomerPrice),
				ExtendPrice:         num(total(sub.UnitPrice, sub.Quantity)),
				ExtendCustomerPrice: num(total(sub.CustomerPrice, sub.Quantity)),
				ChargeStart:         isoDate(month), ChargeEnd: isoDate(month.AddMonths(1).AddDays(-1)),
			})
		}
	}
	return all
}

// billed are the charges with their numbers, and with an error of each kind where that is asked for.
func (s *Server) billed(sc scope) ([]chargeRow, []PlantedError) {
	rows := s.charges(sc)
	var errs []PlantedError
	if s.behave().BillErrors {
		rows, errs = planted(rows, func() chargeRow {
			x := rows[0]
			x.SubscriptionID, x.OrderNo = "999999_1", "999999"
			return x
		})
	}
	for i := range rows {
		rows[i].LineNo = i + 1
	}
	return rows, errs
}

func (s *Server) lastMonth() clock.Date {
	today := clock.DateOf(s.now(), time.UTC)
	return clock.NewDate(today.Year(), today.Month(), 1).AddMonths(-1)
}

func invoiceNo(month clock.Date) string {
	return fmt.Sprintf("CI%04d%02d", month.Year(), month.Month())
}

func (s *Server) listInvoices(c call) (any, error) {
	sum := decimal.Zero
	rows, _ := s.billed(c.scope)
	for _, line := range rows {
		sum = sum.Add(decimal.RequireFromString(line.ExtendPrice.String()))
	}
	month := s.lastMonth()
	return page(s, c.Request, []clock.Date{month}, func(m clock.Date) any {
		return invoiceRow{invoiceNo(m), isoDate(m.AddMonths(1)), isoDate(m.AddMonths(2)), "USD", num(sum)}
	})
}

// invoiceReport lists charges, of one order if orderNo is given.
func (s *Server) invoiceReport(c call) (any, error) {
	var found []chargeRow
	rows, _ := s.billed(c.scope)
	for _, line := range rows {
		if asked := c.URL.Query().Get("orderNo"); asked == "" || asked == line.OrderNo {
			found = append(found, line)
		}
	}
	return page(s, c.Request, found, func(line chargeRow) any { return line })
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
	for _, owner := range s.store.customersOf(c.scope) {
		for _, sub := range s.store.subscriptionsOf(owner.CustomerNo, faceStellr) {
			if s.store.product(sub.SKU).Kind == kindUsage {
				cost := decimal.New(int64(sub.LegacyID%100000), -2)
				found = append(found, azureRow{sub.CustomerNo, sub.ID, s.lastMonth().String()[:7], num(cost)})
			}
		}
	}
	return page(s, c.Request, found, func(row azureRow) any { return row })
}

// total is price times quantity.
func total(price decimal.Decimal, n int) decimal.Decimal {
	return price.Mul(decimal.NewFromInt(int64(n)))
}
