package sandbox

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// PlantedError is one thing that is wrong with a bill, as whoever compares it should find it.
type PlantedError struct {
	Kind           string `json:"kind"` // as in the list of differences
	Line           int    `json:"line"` // of the bill; 0: the line that is missing
	SubscriptionID string `json:"subscription_id"`
	Amount         string `json:"amount"` // by how much the bill is too high; below zero: too low
}

// planted puts an error of each kind into a bill, each on a line of its own, as far as there are lines. The same bill
// gets the same ones.
func planted(rows []chargeRow, unknown func() chargeRow) ([]chargeRow, []PlantedError) {
	if len(rows) < 8 {
		return rows, nil
	}
	var errs []PlantedError
	n := len(rows)
	at := func(eighth int) int { return eighth * n / 8 }
	plant := func(kind string, i int, off decimal.Decimal) {
		errs = append(errs, PlantedError{Kind: kind, Line: i + 1, SubscriptionID: rows[i].SubscriptionID,
			Amount: off.String()})
	}
	more := &rows[at(1)] // three seats too many
	before := amountOf(more.ExtendPrice)
	more.Quantity += 3
	more.ExtendPrice = num(total(amountOf(more.UnitPrice), more.Quantity))
	plant("quantity", at(1), amountOf(more.ExtendPrice).Sub(before))

	dear := &rows[at(2)] // charged at more than its own unit price comes to
	off := decimal.New(int64(dear.Quantity)*50, -2)
	dear.ExtendPrice = num(amountOf(dear.ExtendPrice).Add(off))
	plant("price", at(2), off)

	foreign := &rows[at(3)]
	foreign.Currency = "EUR"
	plant("currency", at(3), amountOf(foreign.ExtendPrice))

	stranger := unknown() // nobody's subscription
	stranger.Quantity = 5
	stranger.ExtendPrice = num(total(amountOf(stranger.UnitPrice), stranger.Quantity))
	rows = append(rows, stranger)
	plant("only_on_bill", len(rows)-1, amountOf(stranger.ExtendPrice))

	twice := rows[at(5)]
	rows = append(rows, twice)
	plant("double", len(rows)-1, amountOf(twice.ExtendPrice))

	missing := rows[at(6)] // taken out last, so that the lines above keep their places
	errs = append(errs, PlantedError{Kind: "only_here", SubscriptionID: missing.SubscriptionID,
		Amount: amountOf(missing.ExtendPrice).Neg().String()})
	rows[at(6)] = rows[len(rows)-1]
	rows = rows[:len(rows)-1]
	for i := range errs {
		if errs[i].Line == len(rows)+1 {
			errs[i].Line = at(6) + 1
		}
	}
	return rows, errs
}

func amountOf(n json.Number) decimal.Decimal {
	d, _ := decimal.NewFromString(n.String()) // a number of ours
	return d
}

// Bill is the last month's bill as a neutral file, with what is wrong with it.
func (s *Server) Bill() ([]byte, []PlantedError, error) {
	rows, errs := s.billed(scope{DefaultReseller})
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.Write([]string{"line", "customer_external_id", "customer", "tenant_id", "subscription_external_id",
		"vendor_subscription_id", "order_id", "part_number", "product", "term", "billing_frequency", "charge", "from",
		"to",
		"quantity", "unit_price", "amount", "tax", "currency", "exchange_rate", "reference"}); err != nil {
		return nil, nil, err
	}
	for _, x := range rows {
		last, err := clock.ParseDate(x.ChargeEnd[:len(time.DateOnly)])
		if err != nil {
			return nil, nil, fmt.Errorf("a charge's last day: %w", err)
		}
		if err := w.Write([]string{strconv.Itoa(x.LineNo), x.CustomerNo, x.CustomerName, "", x.SubscriptionID, "",
			x.OrderNo,
			x.PartNo, x.ProductName, "", "monthly", x.ChargeType, x.ChargeStart[:len(time.DateOnly)],
			last.AddDays(1).String(),
			strconv.Itoa(x.Quantity), x.UnitPrice.String(), x.ExtendPrice.String(), x.Tax.String(), x.Currency, "",
			""}); err != nil {
			return nil, nil, err
		}
	}
	w.Flush()
	return file.Bytes(), errs, w.Error()
}

// adminBill gives the last month's bill as CSV; adminBillErrors what was planted in it.
func (s *Server) adminBill(w http.ResponseWriter, _ *http.Request) {
	file, _, err := s.Bill()
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_, _ = w.Write(file)
}

func (s *Server) adminBillErrors(*http.Request) (any, error) {
	_, errs, err := s.Bill()
	return map[string]any{"planted": errs}, err
}
