package billing_test

import (
	"cmp"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/typedline"
)

func (o *office) typed() typedline.Service {
	return typedline.Service{DB: o.World.DB.DB, Clock: o.World.Clock, Zone: time.UTC}
}

func (o *office) typeLine(f typedline.Form) uuid.UUID {
	o.Helper()
	if err := o.typed().Add(o.Context(), billtest.Bea, o.Contract, f); err != nil {
		o.Fatal(err)
	}
	return uuid.MustParse(o.Text(`SELECT id FROM typed_lines WHERE contract_id = ? ORDER BY seq DESC LIMIT 1`,
		o.Contract))
}

// typedLines writes the typed lines of an invoice as text.
func (o *office) typedLines(id uuid.UUID) string {
	return o.Text(`SELECT string_agg(concat_ws(' ', product_name, kind, from_date, to_date, trim_scale(quantity),
		trim_scale(amount)), '; ' ORDER BY position)
		FROM invoice_lines WHERE invoice_id = ? AND typed_line_id IS NOT NULL`, id)
}

func (o *office) wantTyped(id uuid.UUID, want string) {
	o.Helper()
	if got := o.typedLines(id); got != want {
		o.Errorf("typed lines\n%s, want\n%s", got, want)
	}
}

func (o *office) credited(id uuid.UUID, again bool, amount string) uuid.UUID {
	o.Helper()
	order := invoice.CreditOrder{InvoiceID: id, Again: &again, Reason: "x"}
	if amount != "" {
		order.Amount = decimal.NewNullDecimal(decimal.RequireFromString(amount))
	}
	credit, err := o.CreditLines(o.Context(), billtest.Bea, order)
	if err != nil {
		o.Fatal(err)
	}
	return credit
}

func TestTypedLinesAreBilledOnceOrOncePerCycleAndNeverInParts(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.typeLine(typedline.Form{Text: "Setup", Quantity: "2.5", UnitAmount: "33.333", Every: "once", From: "2026-02-10"})
	o.typeLine(typedline.Form{Text: "Support", Quantity: "3", UnitAmount: "10", Every: "cycle", From: "2026-01-20",
		Until: "2026-04-02"})
	o.typeLine(typedline.Form{Text: "Rebate", UnitAmount: "-5", Every: "cycle", From: "2026-03-01"})
	if _, err := o.Service.Draft(t.Context(), billtest.Bea,
		billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("late lines were not asked about: %v", err)
	}
	first := o.draft(invoice.FullCycle, "2026-02-01")
	o.wantTyped(first, "Support typed 2026-01-20 2026-02-01 3 30")
	second := o.draft(invoice.FullCycle, "2026-04-01")
	o.wantTyped(second, "Setup typed 2026-02-10 2026-02-11 2.5 83.33; Support typed 2026-02-01 2026-03-01 3 30; "+
		"Support typed 2026-03-01 2026-04-01 3 30; Rebate typed 2026-03-01 2026-04-01 1 -5")
	if got := o.Text(`SELECT trim_scale(total) FROM invoices WHERE id = ?`, second); got != "138.33" {
		t.Errorf("total %s", got)
	}
	o.Today("2026-05-02")
	third := o.draft(invoice.FullCycle, "2026-06-01")
	o.wantTyped(third, "Support typed 2026-04-01 2026-04-02 3 30; Rebate typed 2026-04-01 2026-05-01 1 -5; "+
		"Rebate typed 2026-05-01 2026-06-01 1 -5")
	o.void(second) // other cycles do not rest on it
	again := o.draft(invoice.FullCycle, "2026-06-01")
	o.wantTyped(again, "Setup typed 2026-02-10 2026-02-11 2.5 83.33; Support typed 2026-02-01 2026-03-01 3 30; "+
		"Support typed 2026-03-01 2026-04-01 3 30; Rebate typed 2026-03-01 2026-04-01 1 -5")
}

func TestInTheMiddleOfACycleItsAmountWaitsForTheRunThatReachesItsEnd(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-02-10", billtest.Terms{Timing: "arrears"})
	o.Add("S1", 10, "2026-01-01")
	o.typeLine(typedline.Form{Text: "Support", UnitAmount: "30", Every: "cycle", From: "2026-01-01"})
	o.typeLine(typedline.Form{Text: "Setup", UnitAmount: "7", Every: "once", From: "2026-02-05"})
	o.wantTyped(o.draft(invoice.ChangeLog, "2026-02-08"),
		"Support typed 2026-01-01 2026-02-01 1 30; Setup typed 2026-02-05 2026-02-06 1 7")
	o.Today("2026-03-02")
	o.wantTyped(o.draft(invoice.FullCycle, "2026-03-01"), "Support typed 2026-02-01 2026-03-01 1 30")
}

func TestAGoodwillCreditOfATypedLineStaysAndOneToBeBilledAgainIsBilledAgain(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	id := o.typeLine(typedline.Form{Text: "Support", Quantity: "2", UnitAmount: "50", Every: "cycle",
		From: "2026-03-01"})
	first := o.draft(invoice.FullCycle, "2026-04-01")
	o.bill(first)
	goodwill := o.credited(first, false, "30")
	o.wantTyped(goodwill, "Support credit 2026-03-01 2026-04-01 -2 -30")
	if _, err := o.Service.Draft(t.Context(), billtest.Bea,
		billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("goodwill was billed again: %v", err)
	}
	if err := o.Void(t.Context(), billtest.Bea, o.step(first)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a credited invoice was voided: %v", err)
	}
	if err := o.typed().End(t.Context(), billtest.Bea, o.Contract, id, 0,
		"2026-03-01"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an end before it begins: %v", err)
	}
	if err := o.typed().SetAside(t.Context(), billtest.Bea, o.Contract, id, 0); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a billed line was set aside: %v", err)
	}
	credit := o.credited(first, true, "")
	o.wantTyped(credit, "Support credit 2026-03-01 2026-04-01 -2 -70")
	next := o.draft(invoice.FullCycle, "2026-04-01")
	o.wantTyped(next, "Support typed 2026-03-01 2026-04-01 2 70")
	if err := o.Void(t.Context(), billtest.Bea, o.step(credit)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a credit whose line is billed again was voided: %v", err)
	}
	o.void(next)
	if err := o.typed().SetAside(t.Context(), billtest.Bea, o.Contract, id, 0); err != nil {
		t.Errorf("the remedy that the refusal names does not work: %v", err)
	}
	if err := o.Void(t.Context(), billtest.Bea, o.step(credit)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a credit of a line that was set aside since was voided, so it stands again: %v", err)
	}
}

func TestAnEndKeepsWhatIsBilledAndNamesItsInvoice(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	id := o.typeLine(typedline.Form{Text: "Support", UnitAmount: "50", Every: "cycle", From: "2026-02-15"})
	draft := o.draft(invoice.FullCycle, "2026-04-01")
	end := func(until string) error { return o.typed().End(t.Context(), billtest.Bea, o.Contract, id, 0, until) }
	if said := errs.FieldsOf(end("2026-03-01"))["until"]; said == "" {
		t.Error("ended before a cycle that is billed")
	}
	if err := end("2026-03-10"); err != nil {
		t.Errorf("within the last cycle that is billed: %v", err)
	}
	o.void(draft)
	if err := end("2026-03-01"); err != nil {
		t.Errorf("all is void: %v", err)
	}
	o.wantTyped(o.draft(invoice.FullCycle, "2026-04-01"), "Support typed 2026-02-15 2026-03-01 1 50")
	if err := end(""); err != nil {
		t.Errorf("open again: %v", err)
	}
	o.wantTyped(o.draft(invoice.FullCycle, "2026-04-01"), "Support typed 2026-03-01 2026-04-01 1 50")
}

// typing is a random sequence of typed lines, runs, voids and credits of one contract.
type typing struct {
	*office
	months int
	live   []uuid.UUID
}

func (c *typing) tolerate(err error) bool {
	c.Helper()
	if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid {
		c.Fatal(err)
	}
	return err == nil
}

func (c *typing) one(t *rapid.T) uuid.UUID {
	if len(c.live) == 0 {
		return uuid.Nil
	}
	return rapid.SampledFrom(c.live).Draw(t, "invoice")
}

func (c *typing) line(t *rapid.T) uuid.UUID {
	all, err := typedline.Of(c.Context(), c.World.DB.Read(c.Context()), c.Contract)
	if err != nil || len(all) == 0 {
		return uuid.Nil
	}
	return rapid.SampledFrom(all).Draw(t, "line").ID
}

func days(t *rapid.T, label string) string {
	return clock.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 210).Draw(t, label)).String()
}

func (c *typing) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"type": func(t *rapid.T) {
			f := typedline.Form{Text: "Line",
				Quantity:   rapid.SampledFrom([]string{"1", "3", "0.333"}).Draw(t, "quantity"),
				UnitAmount: rapid.SampledFrom([]string{"10", "-4", "0.07", "99.999"}).Draw(t, "amount"),
				Every:      rapid.SampledFrom([]string{"once", "cycle", "cycle"}).Draw(t, "every"),
				From:       days(t, "from")}
			if f.Every == "cycle" && rapid.Bool().Draw(t, "ends") {
				f.Until = days(t, "until")
			}
			c.tolerate(c.typed().Add(c.Context(), billtest.Bea, c.Contract, f))
		},
		"end": func(t *rapid.T) {
			if id := c.line(t); id != uuid.Nil {
				c.tolerate(c.typed().End(c.Context(), billtest.Bea, c.Contract, id, 0,
					rapid.SampledFrom([]string{"", days(t, "until")}).Draw(t, "open")))
			}
		},
		"aside": func(t *rapid.T) {
			if id := c.line(t); id != uuid.Nil {
				c.tolerate(c.typed().SetAside(c.Context(), billtest.Bea, c.Contract, id, 0))
			}
		},
		"run": func(t *rapid.T) {
			end := clock.NewDate(2026, 1, 1).AddMonths(c.months * rapid.IntRange(1, 9/c.months).Draw(t,
				"cycles")).String()
			c.try(invoice.FullCycle, end)
		},
		"changes": func(t *rapid.T) { c.try(invoice.ChangeLog, "") },
		"void": func(t *rapid.T) {
			if id := c.one(t); id != uuid.Nil {
				c.tolerate(c.Void(c.Context(), billtest.Bea, c.step(id)))
			}
		},
		"bill": func(t *rapid.T) {
			if id := c.one(t); id != uuid.Nil {
				c.tolerate(c.Bill(c.Context(), billtest.Bea, c.step(id)))
			}
		},
		"credit": func(t *rapid.T) {
			if id := c.one(t); id != uuid.Nil {
				again := rapid.Bool().Draw(t, "again")
				o := invoice.CreditOrder{InvoiceID: id, Again: &again, Reason: "x"}
				if !again && rapid.Bool().Draw(t, "part") {
					o.Amount = decimal.NewNullDecimal(decimal.RequireFromString("0.01"))
				}
				credit, err := c.CreditLines(c.Context(), billtest.Bea, o)
				if c.tolerate(err) {
					c.live = append(c.live, credit)
				}
			}
		},
	}
}

func (c *typing) try(kind invoice.Kind, end string) {
	c.Helper()
	id, err := c.Service.Draft(c.Context(), billtest.Bea, billing.Order{Run: c.run(kind, end), Late: true})
	if c.tolerate(err) {
		c.live = append(c.live, id)
	}
}

// twice names cycles that are billed twice, or at another amount than was typed, goodwill left aside.
const twice = `SELECT string_agg(concat_ws(' ', t.id, x.cycle, x.standing, x.net), '; ')
	FROM typed_lines t JOIN (
		SELECT typed_line_id, from_date AS cycle, count(*) FILTER (WHERE standing AND kind = 'typed') AS standing,
			sum(amount) FILTER (WHERE kind = 'typed' OR again) AS net
		FROM invoice_lines WHERE live GROUP BY 1, 2) x ON x.typed_line_id = t.id
	WHERE t.contract_id = ? AND (x.standing > 1 OR x.standing = 1 AND x.net <> round(t.quantity * t.unit_amount, 2))`

// expected is what all lines come to up to a day: so many cycles, counted by months.
func (c *typing) expected(to clock.Date) decimal.Decimal {
	all, err := typedline.Of(c.Context(), c.World.DB.Read(c.Context()), c.Contract)
	if err != nil {
		c.Fatal(err)
	}
	number := func(d clock.Date) int { return (int(d.Month()) - 1) / c.months }
	sum := decimal.Decimal{}
	for _, l := range all {
		times := 0
		switch {
		case l.SetAsideAt != nil:
		case l.Every == typedline.Once && l.FromOn.Before(to):
			times = 1
		case l.Every == typedline.Cycle && l.FromOn.Before(to):
			last := to
			if !l.UntilOn.IsZero() && l.UntilOn.Before(last) {
				last = l.UntilOn
			}
			times = number(last.AddDays(-1)) - number(l.FromOn) + 1
		}
		sum = sum.Add(l.Quantity.Mul(l.UnitAmount).Round(2).Mul(decimal.NewFromInt(int64(times))))
	}
	return sum
}

func TestOverAnyOrderOfRunsVoidsAndCreditsEachCycleOfATypedLineIsBilledOnce(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-07-10", billtest.Terms{})
	rapid.Check(t, func(r *rapid.T) {
		terms := billtest.Terms{Frequency: rapid.SampledFrom([]string{"monthly", "quarterly"}).Draw(r, "frequency"),
			Timing: rapid.SampledFrom([]string{"advance", "arrears"}).Draw(r, "timing")}
		w := o.World.Beside("2026-07-10", terms)
		c := &typing{office: &office{w,
			billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}},
			months: map[string]int{"monthly": 1, "quarterly": 3}[terms.Frequency]}
		actions := c.actions()
		actions[""] = func(r *rapid.T) {
			if odd := c.Text(twice, c.Contract); odd != "" {
				r.Fatalf("twice or at another amount: %s", odd)
			}
		}
		r.Repeat(actions)
		to := map[string]string{"monthly advance": "2026-09-01",
			"quarterly advance": "2026-10-01"}[terms.Frequency+" "+terms.Timing]
		to = cmp.Or(to, "2026-07-01")
		c.try(invoice.FullCycle, to)
		c.try(invoice.ChangeLog, "2026-07-11") // once-lines of the cycle that runs
		// What stands, goodwill left aside; of what does not, all is given back, goodwill counted.
		net := c.Text(`SELECT trim_scale(coalesce(sum(CASE WHEN x.stands THEN x.net ELSE x.all_in_all END), 0)) FROM (
			SELECT bool_or(l.standing AND l.kind = 'typed') AS stands, sum(l.amount) AS all_in_all,
				sum(l.amount) FILTER (WHERE l.kind = 'typed' OR l.again) AS net
			FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
			WHERE i.contract_id = ? AND l.live AND l.from_date < CAST(? AS date)
			GROUP BY l.typed_line_id, l.from_date) x`, c.Contract, to)
		if want := c.expected(billtest.Day(c, to)); net != want.String() {
			r.Fatalf("up to %s billed %s, want %s; lines %s; invoice lines %s", to, net, want,
				c.Text(`SELECT string_agg(concat_ws(' ', id, every, from_on, until_on,
					trim_scale(quantity * unit_amount), set_aside_by), '; ') FROM typed_lines
					WHERE contract_id = ?`, c.Contract),
				c.Text(`SELECT string_agg(concat_ws(' ', i.seq, l.typed_line_id, l.kind, l.again, l.from_date,
					l.standing, trim_scale(l.amount)), '; ' ORDER BY i.seq, l.position)
					FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.contract_id = ?
					AND l.live`, c.Contract))
		}
	})
}

func TestALinesCyclesAreThoseOfTheContractsOwnDays(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-20", billtest.Terms{Day: 15, BillFrom: "2026-01-20"})
	o.typeLine(typedline.Form{Text: "Support", UnitAmount: "10", Every: "cycle", From: "2026-01-20"})
	if err := o.edit(func(in *contract.Input) { in.EndDate = "2026-03-20" }); err != nil {
		t.Fatal(err)
	}
	for from, why := range map[string]string{"2026-01-19": "before the first billing day",
		"2026-03-20": "on the contract's end"} {
		err := o.typed().Add(t.Context(), billtest.Bea, o.Contract,
			typedline.Form{Text: "Support", UnitAmount: "10", Every: "cycle", From: from})
		if errs.FieldsOf(err)["from"] == "" {
			t.Errorf("%s: %v", why, err)
		}
	}
	last := o.draft(invoice.FullCycle, "2026-03-20")
	o.wantTyped(last, "Support typed 2026-01-20 2026-02-15 1 10; Support typed 2026-02-15 2026-03-15 1 10; "+
		"Support typed 2026-03-15 2026-03-20 1 10")
	// the cycle that was cut short is billed, and stays billed
	if err := o.edit(func(in *contract.Input) { in.EndDate = "2026-04-20" }); err != nil {
		t.Fatal(err)
	}
	o.Today("2026-04-16")
	o.wantTyped(o.draft(invoice.FullCycle, "2026-04-20"), "Support typed 2026-04-15 2026-04-20 1 10")
}

func TestTwoRunsAtOnceTakeATypedLineOnce(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.typeLine(typedline.Form{Text: "Support", UnitAmount: "10", Every: "cycle", From: "2026-03-01"})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			_, err := o.Service.Draft(t.Context(), billtest.Bea,
				billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")})
			if k := errs.KindOf(err); err != nil && k != errs.Conflict {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if n := o.Text(`SELECT count(*) FROM invoice_lines WHERE live AND typed_line_id IS NOT NULL`); n != "1" {
		t.Errorf("%s lines", n)
	}
}
