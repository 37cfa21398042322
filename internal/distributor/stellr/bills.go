package stellr

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
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
	chargeEvent  = lenient.Field{"referenceId", "referenceID", "reference"}
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
		b := distributor.Bill{Number: number, Currency: rec.Text(currency)}
		b.Total, _ = rec.Figure(invoiceTotal)
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
		x, why := readCharge(rec, b)
		if why != "" {
			out.Bad = append(out.Bad, distributor.BadRecord{Reason: why, Raw: rec.Raw()})
			continue
		}
		out.Charges = append(out.Charges, x)
	}
	out.Why = orBad(why, out.Bad)
	out.Complete = out.Why == ""
	return out, nil
}

// readCharge reads a line; why: what of it was given and cannot be read, so that its money or days would be lost.
func readCharge(r *lenient.Record, b distributor.Bill) (x distributor.Charge, why string) {
	x = distributor.Charge{Account: r.Text(customerName), PartNumber: r.Text(partNumber), Product: r.Text(productName),
		Word: r.Text(chargeWord), Term: r.Text(term), Frequency: r.Text(billing),
		Currency: cmp.Or(r.Text(currency), b.Currency)}
	x.AccountExternalID, _ = r.ID(recordCustomer) // a line may name no customer, and still be charged
	x.SubscriptionExternalID, _ = subscriptionIDOf(r)
	x.OrderNo, _ = r.ID(orderNo)
	x.Reference, _ = r.ID(chargeEvent)
	var amount decimal.NullDecimal
	for _, n := range []struct {
		field lenient.Field
		into  *decimal.NullDecimal
	}{{chargeAmount, &amount}, {quantity, &x.Quantity}, {chargePrice, &x.UnitPrice}, {chargeTax, &x.Tax}} {
		var unread string
		if *n.into, unread = r.Figure(n.field); unread != "" {
			return x, fmt.Sprintf("its %s %q is no number", n.field[0], unread)
		}
	}
	if !amount.Valid {
		return x, "it has no amount"
	}
	x.Amount = amount.Decimal
	for _, d := range []struct {
		field lenient.Field
		into  *clock.Date
	}{{chargeFrom, &x.From}, {chargeLast, &x.Last}} {
		var unread string
		if *d.into, unread = r.Date(d.field); unread != "" {
			return x, fmt.Sprintf("its %s %q is no date", d.field[0], unread)
		}
	}
	return x, ""
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
