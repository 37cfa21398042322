package billingrun_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/billing"
	"seatledger/internal/billingrun"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/billtest"
)

// At 12.00 a seat and month: 1 x 1, 2 x 2 and 3 x 3 seats are 12.00, 48.00 and 108.00.
func TestARunBillsWhatThePreviewsOfItsContractsSay(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 3)
	due := h.look()
	if got := total(due.Sums()); got != "168" || len(due.Billable()) != 3 {
		t.Fatalf("due: %s in %d contracts", got, len(due.Billable()))
	}
	sum := decimal.Decimal{}
	for _, w := range h.all {
		p, err := h.bills.Preview(t.Context(), billing.Run{ContractID: w.Contract})
		h.ok(err)
		sum = sum.Add(p.Total)
	}
	id := h.run(billingrun.ToDraft)
	c := h.counts(id)
	if c.Drafted != 3 || total(c.Sum(billingrun.Drafted)) != sum.String() || c.Lines != 6 {
		t.Errorf("drafted: %+v, previews %s", c, sum)
	}
	if got := h.numbers(); got != "" {
		t.Errorf("drafts have the numbers %s", got)
	}
	h.ask(id, billingrun.Asked{Goal: billingrun.ToBill})
	if got := h.numbers(); got != "1,2,3" {
		t.Errorf("numbers %s", got)
	}
	if c := h.counts(id); c.Billed != 3 || total(c.Sum(billingrun.Billed)) != sum.String() {
		t.Errorf("billed: %+v", c)
	}
	if due := h.look(); len(due.Contracts) != 0 {
		t.Errorf("still due: %+v", due.Contracts)
	}
}

// Two worlds alike: what a run bills of one is to the line what a person bills of the other.
func TestAContractBilledByARunEqualsOneBilledByHand(t *testing.T) {
	t.Parallel()
	lines := func(bill func(h *house)) string {
		h := open(t, "2026-01-02", 1)
		bill(h)
		h.Today("2026-01-20")
		h.Seats(h.ID("S0-0"), 7, "2026-01-11")
		h.Today("2026-02-01")
		bill(h)
		return h.Text(`SELECT string_agg(concat_ws(' ', i.number, l.kind, from_date, to_date, seats, unit_price, amount,
			exact), E'\n' ORDER BY i.seq, position) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id`)
	}
	byRun := lines(func(h *house) {
		id := h.run(billingrun.ToDraft)
		h.ask(id, billingrun.Asked{Goal: billingrun.ToBill})
	})
	byHand := lines(func(h *house) {
		p, err := h.bills.Preview(h.Context(), billing.Run{ContractID: h.Contract})
		h.ok(err)
		id, err := h.bills.Draft(h.Context(), billtest.Bea, billing.Order{Late: true,
			Run: billing.Run{ContractID: h.Contract, Kind: p.Kind, End: p.Period.To}})
		h.ok(err)
		h.bill(id)
	})
	// 1 seat of January, 12.00; 6 more from the 11th, 21 of 31 days: 48.77; 7 of February, 84.00.
	for _, want := range []string{"1 cycle 2026-01-01 2026-02-01 1 12.000000 12.000000",
		"2 catch_up 2026-01-11 2026-02-01 6 12.000000 48.770000",
		"2 cycle 2026-02-01 2026-03-01 7 12.000000 84.000000"} {
		if !strings.Contains(byRun, want) {
			t.Errorf("no line %q in\n%s", want, byRun)
		}
	}
	if byRun != byHand {
		t.Errorf("by a run\n%s\nby hand\n%s", byRun, byHand)
	}
}

func TestPressedTwiceItIsOneRunAndBillsOnce(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 2)
	o := billingrun.Order{All: true, Goal: billingrun.ToBill, Press: uuid.New()}
	first, err := h.Begin(t.Context(), billtest.Bea, o)
	h.ok(err)
	again, err := h.Begin(t.Context(), billtest.Bea, o)
	h.ok(err)
	if first != again {
		t.Error("pressed twice, there are two runs")
	}
	h.ok(h.Go(t.Context(), first, 0))
	h.ok(h.Go(t.Context(), first, 0))
	if again, err = h.Begin(t.Context(), billtest.Bea, o); err != nil || first != again {
		t.Errorf("pressed once more after it: %v %v", again, err)
	}
	if _, err = h.Begin(t.Context(), billtest.Bea, billingrun.Order{All: true, Goal: billingrun.ToBill}); errs.
		KindOf(err) != errs.Conflict {
		t.Errorf("a second run over nothing: %v", err)
	}
	if got := h.numbers(); got != "1,2" {
		t.Errorf("numbers %s", got)
	}
}

func TestAFailedContractStopsNoOther(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 3)
	bad := h.all[1].Contract
	id, err := h.Begin(t.Context(), billtest.Bea, billingrun.Order{All: true, Goal: billingrun.ToBill})
	h.ok(err)
	h.Exec(`UPDATE billing_contracts SET active = false, deactivated_at = now() WHERE id = ?`, bad)
	h.ok(h.Go(t.Context(), id, 0))
	rows := h.rows(id)
	if r := rows[bad]; r.State != billingrun.Refused || !strings.Contains(r.Message, "Activate it first") {
		t.Errorf("the bad one: %+v", r)
	}
	if c := h.counts(id); c.Billed != 2 || c.Refused != 1 {
		t.Errorf("%+v", c)
	}
	if r, err := billingrun.Get(t.Context(), h.World.DB.Read(t.Context()), id); err != nil || r.State != "partial" {
		t.Errorf("the run is %s, %v", r.State, err)
	}
	due := h.look()
	if len(due.Contracts) != 1 || due.Contracts[0].Billable() || due.Contracts[0].Total.String() != "48" {
		t.Errorf("due after it: %+v", due.Contracts)
	}
}

func TestOneUndoThrowsTheDraftsOfARunAway(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 3)
	before := h.look().Digest
	id := h.run(billingrun.ToDraft)
	h.ask(id, billingrun.Asked{Goal: billingrun.ToBill, Contracts: []uuid.UUID{h.all[0].Contract}})
	h.ask(id, billingrun.Asked{Goal: billingrun.ToUndo})
	if c := h.counts(id); c.Thrown != 2 || c.Billed != 1 {
		t.Errorf("%+v", c)
	}
	if due := h.look(); len(due.Contracts) != 2 || total(due.Sums()) != "156" || due.Digest == before {
		t.Errorf("due again: %+v", due.Sums())
	}
	if err := h.Ask(t.Context(), billtest.Bea, billingrun.Asked{Run: id, Goal: billingrun.ToUndo}); errs.
		KindOf(err) != errs.Conflict {
		t.Errorf("undone twice: %v", err)
	}
}

func TestAContractIsLeftOutUntilADayAndTakenInAgain(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 2)
	out := h.all[1].Contract
	err := h.LeaveOut(t.Context(), billtest.Bea, billingrun.Pause{ContractID: out})
	if errs.FieldsOf(err)["reason"] == "" {
		t.Errorf("without a reason: %v", err)
	}
	leave := func() {
		h.ok(h.LeaveOut(t.Context(), billtest.Bea, billingrun.Pause{ContractID: out, Reason: "in dispute",
			UntilOn: billtest.Day(t, "2026-01-10")}))
	}
	leave()
	due := h.look()
	if total(due.Sums()) != "12" || total(due.LeftOutSums()) != "48" {
		t.Errorf("due %v, left out %v", due.Sums(), due.LeftOutSums())
	}
	id := h.run(billingrun.ToBill)
	if c := h.counts(id); c.Total() != 1 {
		t.Errorf("the run has %d contracts", c.Total())
	}
	h.Today("2026-01-10")
	if total(h.look().Sums()) != "48" {
		t.Error("on the day named it is not due again")
	}
	h.Today("2026-01-09")
	h.ok(h.TakeIn(t.Context(), billtest.Bea, out))
	if total(h.look().Sums()) != "48" {
		t.Error("taken in it is not due")
	}
}

func TestWhatIsUnusualIsSaid(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 2)
	codes := func() map[string]string {
		out := map[string]string{}
		for _, c := range h.look().Contracts {
			for _, r := range c.Remarks {
				out[c.Customer] += r.Code + " "
			}
			for _, ch := range c.Changes {
				out[c.Customer] += ch.Kind + " " + ch.Before + ">" + ch.After + " "
			}
		}
		return out
	}
	if got := codes(); got["Customer 00"] != "first " || got["Customer 01"] != "first " {
		t.Errorf("first bills: %v", got)
	}
	h.run(billingrun.ToBill)
	h.Today("2026-02-01")
	h.all[1].Clock.Set(h.World.Clock.Now())
	if got := codes(); len(got) != 0 {
		t.Errorf("an ordinary month: %v", got)
	}
	// 12.00 more is over a fifth of 12.00 but no more than 50.00; 60.00 more on 48.00 is both.
	h.Seats(h.ID("S0-0"), 2, "2026-02-01")
	h.all[1].Seats(h.ID("S1-0"), 7, "2026-02-01")
	if got := codes(); got["Customer 00"] != "seats 1>2 " || got["Customer 01"] != "jump seats 2>7 " {
		t.Errorf("seats: %v", got)
	}
}

func TestWhatHasChangedSinceItWasShownWaitsForALook(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 2)
	shown := h.look().Digest
	h.Seats(h.ID("S0-0"), 5, "2026-01-02")
	id, err := h.Begin(t.Context(), billtest.Bea, billingrun.Order{All: true, Goal: billingrun.ToBill, Shown: shown})
	h.ok(err)
	h.ok(h.Go(t.Context(), id, 0))
	if c := h.counts(id); c.Drafted != 2 || h.numbers() != "" {
		t.Errorf("%+v", c)
	}
	h.ask(id, billingrun.Asked{Goal: billingrun.ToBill})
	if h.numbers() != "1,2" {
		t.Errorf("after the look: %s", h.numbers())
	}
}

func TestADraftThatAFreshOneContradictsIsNotBilled(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 2)
	id := h.run(billingrun.ToDraft)
	h.Seats(h.ID("S0-0"), 5, "2026-01-02")
	h.ask(id, billingrun.Asked{Goal: billingrun.ToBill})
	r := h.rows(id)[h.all[0].Contract]
	if r.State != billingrun.Drafted || !strings.Contains(r.Message, "Draw it anew") || h.numbers() != "1" {
		t.Errorf("%+v, numbers %s", r, h.numbers())
	}
}

// 48.00 in January, 108.00 in February: more than a fifth and more than 50.00. In a run that bills it stays a draft,
// but where a person said to bill it too.
func TestWhatIsUnusualStaysADraftOfARunThatBills(t *testing.T) {
	t.Parallel()
	for _, confirmed := range []bool{false, true} {
		h := open(t, "2026-01-02", 2)
		h.run(billingrun.ToBill)
		h.Today("2026-02-01")
		h.all[1].Clock.Set(h.World.Clock.Now())
		h.all[1].Seats(h.ID("S1-0"), 7, "2026-02-01")
		id, err := h.Begin(t.Context(), billtest.Bea, billingrun.Order{All: true, Goal: billingrun.ToBill,
			Late: confirmed})
		h.ok(err)
		h.ok(h.Go(t.Context(), id, 0))
		want := map[bool]billingrun.State{true: billingrun.Billed, false: billingrun.Drafted}[confirmed]
		rows := h.rows(id)
		if r := rows[h.all[1].Contract]; r.State != want || strings.Contains(r.Message,
			"It is unusual: The last one came to 48.00, this one to 108.00: +60.00.") == confirmed {
			t.Errorf("confirmed %t: %s, %q", confirmed, r.State, r.Message)
		}
		if r := rows[h.all[0].Contract]; r.State != billingrun.Billed {
			t.Errorf("the usual one is %s", r.State)
		}
	}
}

// A run over what is drafted already succeeds, and says so.
func TestARunOverWhatIsDraftedAlreadySaysSo(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 1)
	h.AddUnpriced("S-unpriced", 1, "2026-01-01") // left out: nobody signed it
	h.run(billingrun.ToDraft)
	id, err := h.Begin(t.Context(), billtest.Bea, billingrun.Order{Goal: billingrun.ToDraft,
		Contracts: []billingrun.Chosen{{ID: h.Contract}}})
	h.ok(err)
	h.ok(h.Go(t.Context(), id, 0))
	if r := h.rows(id)[h.Contract]; r.State != billingrun.Skipped || !strings.Contains(r.Message, "drafted already") {
		t.Errorf("%s: %s", r.State, r.Message)
	}
	if r, err := billingrun.Get(t.Context(), h.World.DB.Read(t.Context()), id); err != nil || r.State != "succeeded" {
		t.Errorf("the run is %s, %v", r.State, err)
	}
}
