// Package billlines makes lines of supplier bills and of our invoices, as CSV rows of the layouts of CONTRACT, for
// tests of whatever compares them: the kinds that people report, and a world with planted faults. It knows nothing of
// what compares.
package billlines

import "strings"

// BillHead and BilledHead are the headers of both files.
const (
	BillHead = "line,customer_external_id,customer,tenant_id,subscription_external_id,vendor_subscription_id,order_id," +
		"part_number,product,term,billing_frequency,charge,from,to,quantity,unit_price,amount,tax,currency," +
		"exchange_rate,reference"
	BilledHead = "line_id,invoice_id,subscription_id,kind,change_ids,from,to,days,seats,unit_price,price_period,amount," +
		"currency,credits_line_id,again,customer,part_number"
)

// Charge writes a line of a bill: subscription, charge, frequency, from, to, quantity, unit price and amount.
func Charge(sub, word, frequency, from, to, quantity, unit, amount string) string {
	return strings.Join([]string{"", "C-" + sub, "Customer of " + sub, "", sub, "", "", "P-" + sub,
		"Product " + sub, "P1Y",
		frequency, word, from, to, quantity, unit, amount, "", "USD", "", ""}, ",")
}

// Sold writes a line of ours: subscription, from, to, seats, price a month and amount.
func Sold(sub, from, to, seats, unit, amount string) string {
	return strings.Join([]string{"", "I-1", sub, "full_cycle", "", from, to, "", seats, unit, "month", amount,
		"USD", "",
		"", "Customer of " + sub, "P-" + sub}, ",")
}

// Three months beside which the cases stand, with what we bill in them; S0 is sound.
var (
	Aug       = []string{"2026-08-01", "2026-09-01"}
	Sep       = []string{"2026-09-01", "2026-10-01"}
	Oct       = []string{"2026-10-01", "2026-11-01"}
	SoundBill = Lines(Aug, Sep, Oct, func(m []string) string {
		return In("S0", "cycleCharge", m, "1", "10", "10")
	})
	SoundBilled = Lines(Aug, Sep, Oct, func(m []string) string {
		return Sold("S0", m[0], m[1], "1", "20", "20")
	})
	Ours = Lines(Aug, Sep, Oct, func(m []string) string { return Sold("S1", m[0], m[1], "3", "15", "45") })
)

// Lines are those of three months.
func Lines(a, b, c []string, of func([]string) string) []string { return []string{of(a), of(b), of(c)} }

// In writes a line of a bill for a month.
func In(sub, word string, m []string, quantity, unit, amount string) string {
	return Charge(sub, word, "monthly", m[0], m[1], quantity, unit, amount)
}

// With changes one cell of a line of the bill: its last but two are currency, rate and reference.
func With(line, from, to string) string { return strings.Replace(line, from, to, 1) }

// Event names the reference of a line of the bill.
func Event(line, reference string) string { return line + reference }

// Anniversary is three seats at 10 in cycles from the 21st.
func Anniversary() (out []string) {
	for _, m := range [][]string{{"2026-07-21", "2026-08-21"}, {"2026-08-21", "2026-09-21"},
		{"2026-09-21", "2026-10-21"}, {"2026-10-21", "2026-11-21"}} {
		out = append(out, In("S1", "cycleCharge", m, "3", "10", "30"))
	}
	return out
}
