package figures

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
)

// Customer is the money of one CRM account on a day.
type Customer struct {
	Revenue   []Figure // a month, of what is billed; without a currency: rows whose price is not known
	Cost      []Figure
	Margin    []Figure
	Unpaid    []Figure // open invoices
	Overdue   []Figure
	Seats     []Seats // counted at the end of each month, and on the day itself
	Contracts map[uuid.UUID]Standing
}

// Standing is up to where a contract is billed.
type Standing struct {
	BilledTo clock.Date // first day that no live full cycle has; zero: none was billed
	Next     clock.Date // from which day the next cycle can be billed; zero: it never will
}

// CustomerOf reads it. months is how many ends of months Seats has.
func CustomerOf(ctx context.Context, db *gorm.DB, id uuid.UUID, today clock.Date, months int) (Customer, error) {
	c := Customer{Contracts: map[uuid.UUID]Standing{}}
	db = db.WithContext(ctx)
	for _, read := range []func() error{
		func() error { return c.readMoney(db, id, today) }, func() error { return c.readSeats(db, id, today, months) },
		func() error { return c.readContracts(ctx, db, id) },
	} {
		if err := read(); err != nil {
			return c, fmt.Errorf("money of crm account %s: %w", id, err)
		}
	}
	return c, nil
}

func (c *Customer) readMoney(db *gorm.DB, id uuid.UUID, today clock.Date) error {
	var rows []struct {
		Tally, Word string
		N           int
		Amount      decimal.Decimal
	}
	err := db.Raw(`SELECT tally, word, sum(n) AS n, sum(amount) AS amount FROM (
			SELECT t.tally, t.word, t.n, t.amount FROM subscriptions s, subscription_money(s.billed_from, s.billed_to,
				s.billable_quantity - s.seats_ahead, s.unit_price, s.price_period, s.sold_in, s.unit_cost,
					s.cost_period,
				s.bought_in) t
			WHERE s.crm_account_id = @id AND t.tally <> 'billed' AND t.day <= @today
			UNION ALL SELECT 'open', currency, 1, open_amount FROM invoices WHERE crm_account_id = @id AND state =
				'billed'
			UNION ALL SELECT 'overdue', currency, 1, open_amount FROM invoices WHERE crm_account_id = @id
				AND state = 'billed' AND due_key < @today) f
		GROUP BY 1, 2 HAVING sum(n) <> 0 ORDER BY 1, word = '', 2`, map[string]any{"id": id, "today": today}).
		Scan(&rows).Error
	to := map[string]*[]Figure{"revenue": &c.Revenue, "cost": &c.Cost, "margin": &c.Margin, "open": &c.Unpaid,
		"overdue": &c.Overdue}
	for _, r := range rows {
		*to[r.Tally] = append(*to[r.Tally], Figure{Currency: r.Word, Rows: r.N, Amount: r.Amount})
	}
	return err
}

// readSeats adds up the ledger of the customer's subscriptions, held ones too, at the end of each month.
func (c *Customer) readSeats(db *gorm.DB, id uuid.UUID, today clock.Date, months int) error {
	first := clock.NewDate(today.Year(), today.Month(), 1)
	for m := first.AddMonths(1 - months); !m.After(first); m = m.AddMonths(1) {
		c.Seats = append(c.Seats, Seats{Month: m})
	}
	var rows []struct {
		Day   time.Time
		Delta int64
	}
	err := db.Raw(`SELECT t.change_effective_at AS day, sum(l.delta) AS delta FROM license_change_status t
		JOIN license_changes l ON l.id = t.change_id
		WHERE t.counted AND l.delta <> 0 AND t.change_effective_at <= ? AND t.change_subscription_id IN
			(SELECT id FROM subscriptions WHERE crm_account_id = ?) GROUP BY 1`, today, id).Scan(&rows).Error
	for _, r := range rows {
		on := clock.DateOf(r.Day, time.UTC)
		for i := range c.Seats {
			if on.Before(c.Seats[i].Month.AddMonths(1)) {
				c.Seats[i].Seats = c.Seats[i].Seats.Add(decimal.NewFromInt(r.Delta))
			}
		}
	}
	return err
}

func (c *Customer) readContracts(ctx context.Context, db *gorm.DB, id uuid.UUID) error {
	var rows []struct {
		ID       uuid.UUID
		BilledTo clock.Date
	}
	err := db.Raw(`SELECT k.id, `+contract.BilledToSQL("k.id")+` AS billed_to
		FROM billing_contracts k WHERE k.crm_account_id = ?`, id).Scan(&rows).Error
	if err != nil {
		return err
	}
	for _, r := range rows {
		k, err := contract.Get(ctx, db, r.ID)
		if err != nil {
			return err
		}
		c.Contracts[r.ID] = Standing{BilledTo: r.BilledTo, Next: NextOf(k, r.BilledTo)}
	}
	return nil
}

// NextOf is the first day of the next cycle of a contract that is billed in advance, and the day after its last of one
// in arrears; zero where it is over, deactivated, or has no first billing day.
func NextOf(k contract.Contract, billedTo clock.Date) clock.Date {
	if !k.Active || k.BillFrom.IsZero() {
		return clock.Date{}
	}
	from := clock.Later(billedTo, clock.Later(k.BillFrom, k.StartDate))
	if !k.EndDate.IsZero() && !from.Before(k.EndDate) {
		return clock.Date{}
	}
	if k.Timing == contract.Advance {
		return from
	}
	end := contract.GridOf(k.Terms).Cycle(from).To
	if !k.EndDate.IsZero() {
		end = clock.Earlier(end, k.EndDate)
	}
	return end
}
