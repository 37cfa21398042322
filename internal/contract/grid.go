package contract

import "seatledger/internal/clock"

// Period is the days [From, To).
type Period struct{ From, To clock.Date }

// Days counts the days of the period; none when it is turned around.
func (p Period) Days() int { return max(0, p.From.DaysUntil(p.To)) }

// Empty tells whether the period has no day.
func (p Period) Empty() bool { return !p.From.Before(p.To) }

// Within is the part of p that lies in o.
func (p Period) Within(o Period) Period {
	return Period{From: clock.Later(p.From, o.From), To: clock.Earlier(p.To, o.To)}
}

// Has tells whether a day is one of the period.
func (p Period) Has(day clock.Date) bool { return !day.Before(p.From) && day.Before(p.To) }

// Grid is the rhythm of a contract: its months begin on the billing day, and a
// cycle is so many of them, counted from the month in which the contract starts.
type Grid struct {
	Day    int // 1 to 28, or LastDay
	Months int // of a cycle: 1, 3 or 12
	Start  clock.Date
}

// GridOf is the rhythm that a contract's terms say.
func GridOf(t Terms) Grid {
	return Grid{Day: t.BillingDay, Months: t.BillingFrequency.Months(), Start: t.StartDate}
}

// Month is the contract month that holds a day.
func (g Grid) Month(day clock.Date) Period {
	n := monthNumber(day)
	if day.Before(g.begins(n)) {
		n--
	}
	return Period{From: g.begins(n), To: g.begins(n + 1)}
}

// Cycle is the cycle that holds a day.
func (g Grid) Cycle(day clock.Date) Period {
	first, n := monthNumber(g.Month(g.Start).From), monthNumber(g.Month(day).From)
	n -= mod(n-first, g.Months)
	return Period{From: g.begins(n), To: g.begins(n + g.Months)}
}

// CycleEnds are the days in a period on which a cycle begins.
func (g Grid) CycleEnds(over Period) []clock.Date {
	var days []clock.Date
	for day := over.From; day.Before(over.To); {
		day = g.Cycle(day).To
		days = append(days, day)
	}
	return days
}

// begins is the first day of a contract month, by the calendar month it begins in.
func (g Grid) begins(month int) clock.Date {
	first := clock.NewDate(month/12, 1, 1).AddMonths(month % 12)
	if g.Day == LastDay {
		return first.AddMonths(1).AddDays(-1)
	}
	return first.AddDays(g.Day - 1)
}

// monthNumber counts calendar months since year 0.
func monthNumber(d clock.Date) int { return d.Year()*12 + int(d.Month()) - 1 }

func mod(a, n int) int { return (a%n + n) % n }
