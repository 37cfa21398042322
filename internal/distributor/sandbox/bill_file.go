package sandbox

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

func amountOf(n json.Number) decimal.Decimal {
	d, _ := decimal.NewFromString(n.String()) // a number of ours
	return d
}

var neutralHead = []string{"line", "customer_external_id", "customer", "tenant_id", "subscription_external_id",
	"vendor_subscription_id", "order_id", "part_number", "product", "term", "billing_frequency", "charge", "from",
	"to",
	"quantity", "unit_price", "amount", "tax", "currency", "exchange_rate", "reference"}

// Bill is a month's bill as a neutral file, with what is to be found in it; a zero month is the last one.
func (s *Server) Bill(month clock.Date) ([]byte, []PlantedError, error) {
	if month.IsZero() {
		month = s.lastMonth()
	}
	rows, errs := s.bill(scope{DefaultReseller}, month)
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.Write(neutralHead); err != nil {
		return nil, nil, err
	}
	for _, x := range rows {
		err := w.Write([]string{strconv.Itoa(x.LineNo), x.CustomerNo, x.CustomerName, "", x.SubscriptionID, "",
			x.OrderNo, x.PartNo, x.ProductName, x.Term, x.Frequency, x.ChargeType, x.from.String(), x.to.String(),
			strconv.Itoa(x.Quantity), x.UnitPrice.String(), x.ExtendPrice.String(), x.Tax.String(), x.Currency, "",
			x.Reference})
		if err != nil {
			return nil, nil, err
		}
	}
	w.Flush()
	return file.Bytes(), errs, w.Error()
}

// asked is the bill that a request to the admin face names by month=2026-10; without one, the last.
func (s *Server) asked(r *http.Request) ([]byte, []PlantedError, error) {
	var month clock.Date
	if m := r.URL.Query().Get("month"); m != "" {
		var err error
		if month, err = clock.ParseDate(m + "-01"); err != nil {
			return nil, nil, badRequest("month must be written yyyy-MM.")
		}
	}
	return s.Bill(month)
}

// adminBill gives a month's bill as CSV; adminBillErrors what is to be found in it.
func (s *Server) adminBill(w http.ResponseWriter, r *http.Request) {
	file, _, err := s.asked(r)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_, _ = w.Write(file) //nolint:gosec // CSV by its type, and to this machine alone
}

func (s *Server) adminBillErrors(r *http.Request) (any, error) {
	_, errs, err := s.asked(r)
	return map[string]any{"planted": errs}, err
}
