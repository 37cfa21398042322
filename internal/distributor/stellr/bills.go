package stellr

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
)

// The two paths are published; the fields of an invoice, and the parameter that picks one, are guesses. Of a line the
// prices, the order and the days have the names that documents mention.
const (
	invoicesPath = "/api/v1/cloud/invoices"
	reportPath   = "/api/v1/cloud/invoice/report"
)

var (
	invoiceNo    = lenient.Field{"invoiceNo", "invoiceNumber", "invoiceId"}
	invoiceDate  = lenient.Field{"invoiceDate", "date", "issueDate"}
	invoiceTotal = lenient.Field{"total", "invoiceTotal", "totalAmount", "amount"}
	orderNo      = lenient.Field{"orderNo", "orderNumber"}
	chargeWord   = lenient.Field{"chargeType", "type", "transactionType"}
	chargeFrom   = lenient.Field{"chargeStartDate", "startDate"}
	chargeLast   = lenient.Field{"chargeEndDate", "endDate"}
	chargePrice  = lenient.Field{"unitPrice", "unitCost"}
	chargeAmount = lenient.Field{"extendPrice", "extendedPrice", "amount", "subtotal"}
	chargeTax    = lenient.Field{"tax", "taxAmount", "taxTotal"}
)

var _ distributor.BillReader = (*Connector)(nil)

// Bills lists the invoices, the newest first.
func (c *Connector) Bills(ctx context.Context) ([]distributor.Bill, error) {
	r, why, err := c.readAll(ctx, list{op: "list invoices", path: invoicesPath, noun: "invoices",
		key: keyBy(invoiceNo)})
	if err != nil {
		return nil, err
	}
	if why != "" {
		return nil, &distributor.Error{Kind: distributor.BadAnswer, Op: "list invoices", Message: why,
			RequestID: r.requestID}
	}
	var out []distributor.Bill
	for _, row := range r.rows {
		rec, ok := lenient.Habits{}.NewRecord(row.raw)
		if !ok {
			continue
		}
		number, err := rec.ID(invoiceNo)
		if err != nil {
			continue // without a number it cannot be asked for
		}
		b := distributor.Bill{Number: number, Currency: rec.Text(currency), Total: rec.Amount(invoiceTotal)}
		b.On, _ = rec.Date(invoiceDate)
		out = append(out, b)
	}
	slices.SortStableFunc(out, func(a, b distributor.Bill) int {
		return cmp.Or(cmp.Compare(b.On.String(), a.On.String()), cmp.Compare(b.Number, a.Number))
	})
	return out, nil
}

// Charges reads the report of an invoice. Lines that name another one are left out, for whether the report is narrowed
// by the number is not known; lines that name none are taken.
func (c *Connector) Charges(ctx context.Context, b distributor.Bill) (distributor.ChargeListing, error) {
	r, why, err := c.readAll(ctx, list{op: "read invoice " + b.Number, path: reportPath, noun: "charges",
		query: url.Values{"invoiceNo": {b.Number}}, key: wholeRecord})
	if err != nil {
		return distributor.ChargeListing{}, err
	}
	out := distributor.ChargeListing{}
	for _, row := range r.rows {
		rec, ok := lenient.Habits{}.NewRecord(row.raw)
		if !ok {
			out.Bad = append(out.Bad, distributor.BadRecord{Reason: "it is no record", Raw: lenient.Storable(row.raw)})
			continue
		}
		if named, err := rec.ID(invoiceNo); err == nil && named != b.Number {
			continue
		}
		amount := rec.Amount(chargeAmount)
		if !amount.Valid {
			out.Bad = append(out.Bad, distributor.BadRecord{Reason: "it has no amount that can be read",
				Raw: rec.Raw()})
			continue
		}
		out.Charges = append(out.Charges, readCharge(rec, b))
	}
	out.Why = orBad(why, out.Bad)
	out.Complete = out.Why == ""
	return out, nil
}

func readCharge(r *lenient.Record, b distributor.Bill) distributor.Charge {
	x := distributor.Charge{Account: r.Text(customerName), PartNumber: r.Text(partNumber), Product: r.Text(productName),
		Word: r.Text(chargeWord), Quantity: r.Amount(quantity), UnitPrice: r.Amount(chargePrice),
		Amount: r.Amount(chargeAmount).Decimal, Tax: r.Amount(chargeTax),
		Currency: cmp.Or(r.Text(currency), b.Currency)}
	x.AccountExternalID, _ = r.ID(recordCustomer) // a line may name no customer, and still be charged
	x.SubscriptionExternalID, _ = subscriptionIDOf(r)
	x.OrderNo, _ = r.ID(orderNo)
	x.From, _ = r.Date(chargeFrom)
	x.Last, _ = r.Date(chargeLast)
	return x
}

func keyBy(f lenient.Field) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		r, ok := lenient.Habits{}.NewRecord(raw)
		if !ok {
			return ""
		}
		id, _ := r.ID(f)
		return id
	}
}

// wholeRecord tells lines of a bill apart by all that they say: they have no id that is known.
func wholeRecord(raw json.RawMessage) string { return strings.TrimSpace(string(raw)) }
