package main

import (
	"encoding/csv"
	"fmt"
	"os"
)

var (
	billHead = []string{"line", "customer_external_id", "customer", "tenant_id", "subscription_external_id",
		"vendor_subscription_id", "order_id", "part_number", "product", "term", "billing_frequency", "charge", "from",
		"to", "quantity", "unit_price", "amount", "tax", "currency", "exchange_rate", "reference"}
	billedHead = []string{"line_id", "invoice_id", "subscription_id", "kind", "change_ids", "from", "to", "days",
		"seats", "unit_price", "price_period", "amount", "currency", "credits_line_id", "again", "customer",
		"part_number"}
)

// makeBills writes a bill of so many lines and what was billed of it: of each eight subscriptions one has seats added
// in mid-month, and one of each hundred differs.
func (m *measured) makeBills() error {
	bill, err := newFile(m.path("bill.csv"), billHead)
	if err != nil {
		return err
	}
	billed, err := newFile(m.path("billed.csv"), billedHead)
	if err != nil {
		return err
	}
	for i := 0; bill.rows < m.lines; i++ {
		s := subscription{n: i, seats: 1 + i%60, cents: 310 * (1 + i%19)}
		ours := s.seats
		if i%100 == 99 {
			ours++
		}
		s.charge(bill, "cycleCharge", "2026-01-01", s.seats, s.seats*s.cents)
		s.sell(billed, "2026-01-01", "2026-02-01", ours)
		if i%8 == 7 { // 31 days cost a whole number of cents a day
			s.charge(bill, "addQuantity", "2026-01-21", -s.seats, -s.seats*s.cents/31*11)
			s.charge(bill, "addQuantity", "2026-01-21", s.seats+2, (s.seats+2)*s.cents/31*11)
			s.sell(billed, "2026-01-21", "2026-02-01", 2)
		}
	}
	return errFirst(bill.close(), billed.close())
}

type subscription struct{ n, seats, cents int }

func (s subscription) id() string       { return fmt.Sprintf("5f0c2a9e-%04x-4b7d-8a51-%012x", s.n%4096, s.n) }
func (s subscription) customer() string { return fmt.Sprintf("Customer %d", s.n/8) }
func (s subscription) part() string     { return fmt.Sprintf("CFQ7TTC0%04d:0001:P1Y:M", s.n%400) }

func (s subscription) charge(f *file, word, from string, seats, cents int) {
	f.write([]string{fmt.Sprint(f.rows), fmt.Sprintf("C%d", s.n/8), s.customer(), "", s.id(), "",
		fmt.Sprintf("O%d", s.n), s.part(), fmt.Sprintf("Product %d", s.n%400), "P1Y", "monthly", word, from,
		"2026-02-01", fmt.Sprint(seats),
		money(s.cents), money(cents), "", "USD", "", fmt.Sprintf("E%d-%s", s.n, word)})
}

func (s subscription) sell(f *file, from, to string, seats int) {
	f.write([]string{fmt.Sprintf("L%d", f.rows), fmt.Sprintf("I%d", s.n/8), s.id(), "full_cycle", "", from, to, "",
		fmt.Sprint(seats), money(s.cents + 150), "month", money(seats * (s.cents + 150)), "USD", "", "", s.customer(),
		s.part()})
}

func money(cents int) string { return fmt.Sprintf("%.2f", float64(cents)/100) }

// file is a CSV that remembers its first fault.
type file struct {
	f    *os.File
	w    *csv.Writer
	rows int
}

func newFile(path string, head []string) (*file, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := csv.NewWriter(f)
	return &file{f: f, w: w}, w.Write(head)
}

func (f *file) write(row []string) {
	_ = f.w.Write(row) // the writer keeps its fault until it is asked
	f.rows++
}

func (f *file) close() error {
	f.w.Flush()
	return errFirst(f.w.Error(), f.f.Close())
}

func errFirst(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
