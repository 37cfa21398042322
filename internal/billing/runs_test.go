package billing_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/elsewhere"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type office struct {
	*billtest.World
	billing.Service
}

func open(t *testing.T, today string, k billtest.Terms) *office {
	t.Helper()
	w := billtest.New(t, today, k)
	return &office{w, billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}}
}

func (o *office) run(kind invoice.Kind, end string) billing.Run {
	r := billing.Run{ContractID: o.Contract, Kind: kind}
	if end != "" {
		r.End = billtest.Day(o, end)
	}
	return r
}

func (o *office) draft(kind invoice.Kind, end string) uuid.UUID {
	o.Helper()
	id, err := o.Service.Draft(o.Context(), billtest.Bea, billing.Order{Run: o.run(kind, end), Late: true})
	if err != nil {
		o.Fatal(err)
	}
	return id
}

func (o *office) elsewhere(ctx context.Context, by audit.Actor, b elsewhere.Billed) error {
	return elsewhere.Service{DB: o.World.DB.DB, Clock: o.World.Clock}.Mark(ctx, by, b)
}

func (o *office) step(id uuid.UUID) invoice.Step { return invoice.Step{ID: id} }

func (o *office) void(id uuid.UUID) {
	o.Helper()
	if err := o.Void(o.Context(), billtest.Bea, o.step(id)); err != nil {
		o.Fatal(err)
	}
}

// lines writes an invoice as text, so that tests read as tables.
func (o *office) lines(id uuid.UUID) []string {
	o.Helper()
	var out []string
	err := o.World.DB.Read(o.Context()).
		Raw(`SELECT concat_ws(' ', s.external_id, l.kind, l.from_date, l.to_date, l.seats, trim_scale(l.amount))
		FROM invoice_lines l JOIN subscriptions s ON s.id = l.subscription_id WHERE invoice_id = ?
		ORDER BY position`, id).Scan(&out).Error
	if err != nil {
		o.Fatal(err)
	}
	return out
}

func (o *office) want(id uuid.UUID, lines ...string) {
	o.Helper()
	if d := cmp.Diff(lines, o.lines(id)); d != "" {
		o.Error(d)
	}
}

func (o *office) through(id uuid.UUID) string {
	return o.Text(`SELECT billed_through FROM subscriptions WHERE id = ?`, id)
}

func (o *office) open(id uuid.UUID) string {
	return o.Text(`SELECT count(*) FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		WHERE c.subscription_id = ? AND st.billing_state = 'open'`, id)
}

func TestAFullCycleInAdvanceThenAChangeLogThenTheNextCycle(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{Frequency: "quarterly"})
	a := o.Add("S1", 10, "2026-01-01")
	first := o.draft(invoice.FullCycle, "2026-04-01")
	o.want(first, "S1 cycle 2026-01-01 2026-04-01 10 360")
	if got := o.through(a) + " " + o.open(a); got != "2026-04-01 0" {
		t.Errorf("billed through and open rows: %s", got)
	}
	o.Seats(a, 13, "2026-03-17")
	b := o.Add("S2", 2, "2026-03-17")
	o.Today("2026-03-20")
	second := o.draft(invoice.ChangeLog, "")
	o.want(second, "S1 catch_up 2026-03-17 2026-04-01 3 17.42", "S2 cycle 2026-03-17 2026-04-01 2 11.61")
	third := o.draft(invoice.FullCycle, "")
	o.want(third, "S1 cycle 2026-04-01 2026-07-01 13 468", "S2 cycle 2026-04-01 2026-07-01 2 72")
	if got := o.through(b); got != "2026-07-01" {
		t.Error(got)
	}
}

func TestInArrearsTheCycleIsBilledOnceItHasEnded(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-02-10", billtest.Terms{Timing: "arrears", BillFrom: "2026-01-15"})
	a := o.Add("S1", 10, "2026-01-15")
	o.Seats(a, 4, "2026-01-26")
	_, err := o.Service.Draft(t.Context(), billtest.Bea, billing.Order{Run: o.run(invoice.FullCycle, "2026-03-01")})
	if errs.FieldsOf(err)["period_end"] == "" {
		t.Errorf("a cycle that still runs: %v", err)
	}
	id := o.draft(invoice.FullCycle, "")
	o.want(id, "S1 cycle 2026-01-15 2026-01-26 10 42.58", "S1 cycle 2026-01-26 2026-02-01 4 9.29")
}

func TestACycleHasAsManyInvoicesAsItNeeds(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.Add("S1", 10, "2026-03-01")
	o.draft(invoice.FullCycle, "2026-04-01")
	order := billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")}
	if _, err := o.Service.Draft(t.Context(), billtest.Bea, order); errs.KindOf(err) != errs.Conflict {
		t.Errorf("nothing is due, got %v", err)
	}
	o.Add("S2", 1, "2026-03-01")
	o.want(o.draft(invoice.FullCycle, "2026-04-01"), "S2 cycle 2026-03-01 2026-04-01 1 12")
}

func TestTheDatabaseRefusesASecondCycleLineOfADay(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.Add("S1", 10, "2026-03-01")
	o.draft(invoice.FullCycle, "2026-04-01")
	for constraint, sql := range map[string]string{
		"invoice_lines_one_cycle": `INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind,
			from_date, to_date, seats, unit_price, price_period, currency, amount, exact)
			SELECT gen_random_uuid(), invoice_id, 99, subscription_id, kind, from_date + 3, to_date + 9, 1, 1, 'month',
				'USD', 1, 1 FROM invoice_lines`,
		"invoice_lines_credits_within": `INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind,
			from_date, to_date, seats, unit_price, price_period, currency, amount, exact, credits_line_id, again)
			SELECT gen_random_uuid(), invoice_id, 99, subscription_id, 'credit', from_date, to_date, -1, 1, 'month',
				'USD', -amount - 0.01, 0, id, false FROM invoice_lines`,
		"license_change_status_invoice_known": `WITH told AS (SELECT set_config('seatledger.actor', 'X', true),
			set_config('seatledger.why', 'X', true))
			UPDATE license_change_status SET billing_state = 'invoiced', invoice_id = gen_random_uuid() FROM told`,
	} {
		err := o.World.DB.InTx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(sql).Error })
		if postgres.Constraint(err) != constraint && errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}

func TestNumbersAreGivenAtBillingWithoutGaps(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.Add("S1", 10, "2026-02-01")
	feb, mar := o.draft(invoice.FullCycle, "2026-03-01"), o.draft(invoice.FullCycle, "2026-04-01")
	if n := o.Text(`SELECT count(number) FROM invoices`); n != "0" {
		t.Errorf("%s drafts have numbers", n)
	}
	for range 2 {
		err := o.Bill(t.Context(), billtest.Bea, o.step(mar))
		if n := o.Text(`SELECT number FROM invoices WHERE id = ?`, mar); n != "1" {
			t.Errorf("number %s, %v", n, err)
		}
	}
	o.void(mar)
	o.void(feb)
	again := o.draft(invoice.FullCycle, "2026-03-01")
	if err := o.Bill(t.Context(), billtest.Bea, o.step(again)); err != nil {
		t.Fatal(err)
	}
	if got := o.Text(`SELECT string_agg(concat_ws(':', number, state), ' ' ORDER BY number) FROM invoices
		WHERE number IS NOT NULL`); got != "1:void 2:billed" {
		t.Error(got)
	}
}

func TestTwoPeopleWhoRunAndBillAtOnceMakeOneInvoice(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.Add("S1", 10, "2026-03-01")
	both := func(do func() error) (ok int) {
		var wg sync.WaitGroup
		results := make([]error, 4)
		for i := range results {
			wg.Go(func() { results[i] = do() })
		}
		wg.Wait()
		for _, err := range results {
			switch {
			case err == nil:
				ok++
			case errs.KindOf(err) != errs.Conflict:
				t.Error(err)
			}
		}
		return ok
	}
	if n := both(func() error {
		_, err := o.Service.Draft(t.Context(), billtest.Bea, billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")})
		return err
	}); n != 1 {
		t.Errorf("%d drafts", n)
	}
	id := uuid.MustParse(o.Text(`SELECT id FROM invoices`))
	if n := both(func() error { return o.Bill(t.Context(), billtest.Bea, o.step(id)) }); n != 1 {
		t.Errorf("billed %d times", n)
	}
	if last := o.Text(`SELECT last FROM invoice_numbers`); last != "1" {
		t.Errorf("counter at %s", last)
	}
}

func TestAnInvoiceThatFailsMidwayLeavesNothing(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-03-01")
	if _, err := o.Service.Draft(t.Context(), audit.Actor{},
		billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")}); err == nil {
		t.Fatal("nobody drafted")
	}
	if got := o.Text(`SELECT count(*) FROM invoices`) + o.through(a) + o.open(a); got != "02" {
		t.Errorf("left behind: %q", got)
	}
}

func TestOnlyTheLatestInvoiceOfASubscriptionIsVoided(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-02-01")
	feb, mar := o.draft(invoice.FullCycle, "2026-03-01"), o.draft(invoice.FullCycle, "2026-04-01")
	if err := o.Void(t.Context(), billtest.Bea, o.step(feb)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("the older one: %v", err)
	}
	o.void(mar)
	if got := o.through(a) + " " + o.open(a); got != "2026-03-01 0" {
		t.Error(got)
	}
	o.void(feb)
	if got := o.through(a) + " " + o.open(a); got != " 2" {
		t.Errorf("not restored: %q", got)
	}
	if err := o.Void(t.Context(), billtest.Bea, o.step(feb)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("twice: %v", err)
	}
	paid := o.draft(invoice.FullCycle, "2026-03-01")
	if err := errors.Join(o.Bill(t.Context(), billtest.Bea, o.step(paid)),
		o.Pay(t.Context(), billtest.Bea, o.step(paid))); err != nil {
		t.Fatal(err)
	}
	if err := o.Void(t.Context(), billtest.Bea, o.step(paid)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a paid one: %v", err)
	}
}

func TestOnlyWhatIsSignedAndSoundIsBilledAndTheRestIsListedWithItsMoney(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.Add("S1", 10, "2026-03-01")
	unsigned := o.AddUnpriced("S2", 5, "2026-03-01")
	o.Price(unsigned, "20", "2026-03-01")
	o.AddUnpriced("S3", 7, "2026-03-01")
	held := o.Add("S4", 1, "2026-03-01")
	o.Tx(func(tx *gorm.DB) error {
		_, err := subscription.HoldBack(t.Context(), tx, o.Act(held), billtest.Day(t, "2026-03-01"))
		return err
	})
	out := o.Add("S5", 2, "2026-03-01")
	o.Tx(func(tx *gorm.DB) error {
		_, err := subscription.SetContract(t.Context(), tx, o.Act(out), uuid.NullUUID{})
		return err
	})
	lapsed := o.Add("S6", 1, "2026-03-01")
	o.Price(lapsed, "13", "2026-03-01")
	p, err := o.Preview(t.Context(), o.run(invoice.FullCycle, "2026-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range p.LeftOut {
		got = append(got, l.ExternalID+" "+string(l.Why)+" "+l.Amount.Decimal.String())
	}
	if d := cmp.Diff([]string{"S2 not_signed 100", "S3 not_signed 0", "S4 held 12", "S5 no_contract 0"}, got); d != "" {
		t.Error(d)
	}
	if len(p.Items) != 2 || p.Items[0].Exception != "" || p.Items[1].Exception == "" || p.Total.String() != "133" {
		t.Errorf("%+v", p.Items)
	}
}

func TestTheFirstRunAsksBeforeItBillsEarlierPeriods(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{BillFrom: "2026-02-10"})
	o.Add("S1", 10, "2026-01-01")
	order := billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")}
	if _, err := o.Service.Draft(t.Context(), billtest.Bea, order); !errors.Is(err, billing.ErrAsks) {
		t.Errorf("got %v", err)
	}
	order.Late = true
	id, err := o.Service.Draft(t.Context(), billtest.Bea, order)
	if err != nil {
		t.Fatal(err)
	}
	o.want(id, "S1 cycle 2026-02-10 2026-03-01 10 81.43", "S1 cycle 2026-03-01 2026-04-01 10 120")
}

func TestAPreviewThatIsOutOfDateIsNotBilled(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-03-01")
	p, err := o.Preview(t.Context(), o.run("", ""))
	if err != nil {
		t.Fatal(err)
	}
	o.Seats(a, 11, "2026-03-02")
	order := billing.Order{Run: o.run("", ""), Digest: p.Digest}
	if _, err := o.Service.Draft(t.Context(), billtest.Bea, order); !errors.Is(err, billing.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

func TestForfeitedSeatDaysAreToldOnce(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-03-01")
	o.draft(invoice.FullCycle, "2026-04-01")
	o.Seats(a, 6, "2026-03-22") // no refund: 4 seats for 10 days
	april := o.draft(invoice.FullCycle, "2026-05-01")
	o.want(april, "S1 cycle 2026-04-01 2026-05-01 6 72")
	o.Today("2026-04-02")
	may := o.draft(invoice.FullCycle, "2026-06-01")
	got := o.Text(`SELECT string_agg(concat_ws('/', billed_days, held_days, forfeited_days, new_forfeited), ' '
		ORDER BY invoice_id) FROM invoice_coverage WHERE invoice_id IN (?, ?)`, april, may)
	if got != "490/450/40/40 676/636/40/0" {
		t.Error(got)
	}
}

func TestWhatAnotherSystemBilledIsMarkedAndBilledHereFromTheNextCycle(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-03-01")
	var rows []uuid.UUID
	if err := o.World.DB.Read(t.Context()).Raw(`SELECT id FROM license_changes WHERE subscription_id = ?`,
		a).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	if err := o.elsewhere(t.Context(), billtest.Bea,
		elsewhere.Billed{Changes: rows}); errs.FieldsOf(err)["reference"] == "" {
		t.Errorf("without a reference: %v", err)
	}
	outside := elsewhere.Billed{Changes: rows, Reference: "Xero 4711"}
	if err := o.elsewhere(t.Context(), billtest.Bea, outside); err != nil {
		t.Fatal(err)
	}
	if err := o.elsewhere(t.Context(), billtest.Bea, outside); errs.KindOf(err) != errs.Conflict {
		t.Errorf("twice: %v", err)
	}
	if _, err := o.Service.Draft(t.Context(), billtest.Bea,
		billing.Order{Run: o.run(invoice.FullCycle, "2026-04-01")}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("March was billed elsewhere: %v", err)
	}
	o.Today("2026-03-28")
	o.want(o.draft(invoice.FullCycle, "2026-05-01"), "S1 cycle 2026-04-01 2026-05-01 10 120")
}

func TestARunSaysWhyItCannotBeMade(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	o.Add("S1", 10, "2026-03-01")
	for end, field := range map[string]string{"2026-03-31": "period_end", "2025-12-01": "period_end",
		"2026-09-01": "period_end"} {
		if _, err := o.Preview(t.Context(), o.run(invoice.FullCycle, end)); errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", end, err)
		}
	}
	o.Exec(`UPDATE billing_contracts SET bill_from = NULL`)
	if _, err := o.Preview(t.Context(), o.run(invoice.FullCycle, "")); errs.KindOf(err) != errs.Conflict {
		t.Errorf("no first billing day: %v", err)
	}
}

func TestWhatWasBilledElsewhereBeforeThereWasAContractIsNotBilledAgain(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02", billtest.Terms{})
	a := o.Add("S1", 10, "2026-03-01")
	move := func(to uuid.NullUUID) {
		o.Tx(func(tx *gorm.DB) error {
			_, err := subscription.SetContract(t.Context(), tx, o.Act(a), to)
			return err
		})
	}
	move(uuid.NullUUID{})
	var rows []uuid.UUID
	if err := o.World.DB.Read(t.Context()).
		Raw(`SELECT c.id FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
			WHERE subscription_id = ? AND st.billing_state = 'open'`, a).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	early := elsewhere.Billed{Changes: rows, Reference: "Xero 4711", Through: billtest.Day(t, "2026-02-01")}
	if err := o.elsewhere(t.Context(), billtest.Bea, early); errs.FieldsOf(err)["through"] == "" {
		t.Errorf("billed before it began: %v", err)
	}
	if err := o.elsewhere(t.Context(), billtest.Bea,
		elsewhere.Billed{Changes: rows, Reference: "Xero 4711"}); err != nil {
		t.Fatal(err)
	}
	move(uuid.NullUUID{UUID: o.Contract, Valid: true})
	o.Tx(func(tx *gorm.DB) error { return o.Reviewer().Refresh(t.Context(), tx, []uuid.UUID{a}) })
	o.Today("2026-03-28")
	o.want(o.draft(invoice.FullCycle, "2026-05-01"), "S1 cycle 2026-04-01 2026-05-01 10 120")
}
