package reassign_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/reassign"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

// refuses checks that a move is refused with a sentence that holds the words, and writes nothing.
func (h *house) refuses(m reassign.Move, code string, words ...string) {
	h.Helper()
	before := h.snapshot(h.old) + h.snapshot(h.new) + h.Text(`SELECT count(*) FROM license_change_marks`)
	_, err := h.Do(h.Context(), billtest.Bea, m)
	if errs.KindOf(err) != errs.Conflict {
		h.Fatalf("not refused: %v", err)
	}
	for _, w := range words {
		if !strings.Contains(errs.Public(err), w) {
			h.Errorf("%q is not said in: %s", w, errs.Public(err))
		}
	}
	seen, err := h.Look(h.Context(), m)
	if err != nil || len(seen.Refusals) != 1 || seen.Refusals[0].Code != code {
		h.Errorf("look: %+v %v", seen.Refusals, err)
	}
	if after := h.snapshot(h.old) + h.snapshot(h.new) +
		h.Text(`SELECT count(*) FROM license_change_marks`); after != before {
		h.Errorf("something was written:\n%s\n%s", before, after)
	}
}

// stranger makes another customer, and gives it to a subscription.
func (h *house) stranger(id uuid.UUID) uuid.UUID {
	other := uuid.Must(uuid.NewV7())
	h.Exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
		VALUES (?, 'Fabrikam', 'person', now(), now())`, other)
	if id != uuid.Nil {
		h.Exec(`UPDATE subscriptions SET crm_account_id = ?, contract_id = NULL WHERE id = ?`, other, id)
	}
	return other
}

func TestAnotherCustomerIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.stranger(h.new)
	h.refuses(h.move(), reassign.Customer, "different customers", "choose a target of the same customer")
	h.Exec(`UPDATE subscriptions SET crm_account_id = NULL WHERE id = ?`, h.new)
	h.refuses(h.move(), reassign.Customer, "belongs to no customer yet", "map its account first")
}

func TestAnotherCurrencyIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	euros := uuid.Must(uuid.NewV7())
	h.Exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, bill_from, refunds,
			payment_terms, tax_code, is_default, active, created_at, updated_at)
		SELECT ?, crm_account_id, 'In euros', 'EUR', billing_frequency, timing, billing_day, start_date, bill_from,
			refunds,
			payment_terms, tax_code, false, active, created_at, updated_at FROM billing_contracts
			WHERE id = ?`, euros, h.Contract)
	h.Exec(`UPDATE subscriptions SET contract_id = ? WHERE id = ?`, euros, h.new)
	h.refuses(h.move(), reassign.Currency, "sold in USD", "in EUR", "one currency first")
}

func TestRowsOnAnInvoiceOfAnotherCustomerAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Exec(`UPDATE invoices SET state = 'billed', number = 7, issued_at = now() WHERE seq = 1`)
	other := h.stranger(uuid.Nil)
	// Both came to another customer after they were billed to the first.
	h.Exec(`UPDATE subscriptions SET crm_account_id = ?, contract_id = NULL WHERE id IN (?, ?)`, other, h.old, h.new)
	h.refuses(h.move(), reassign.OtherInvoice, "invoice 7", "another customer",
		"void it, or credit it to be billed again")
}

func TestRowsAfterTheSwitchDayAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	m := h.move()
	m.On = billtest.Day(t, "2026-02-01")
	h.refuses(m, reassign.Late, "1 row", "dated after the switch day 2026-02-01",
		"choose a switch day from 2026-02-11 on")
}

func TestATargetWithoutAContractIsRefusedWhilePaidDaysWouldGoToIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	set := func(k uuid.NullUUID) {
		h.Tx(func(tx *gorm.DB) error {
			_, err := subscription.SetContract(h.Context(), tx, h.Act(h.new), k)
			return err
		})
	}
	set(uuid.NullUUID{})
	h.refuses(h.move(), reassign.NoContract, "stands in no contract on 2026-03-16", "put it into a contract first")
	set(uuid.NullUUID{UUID: h.Contract, Valid: true})
	h.do(h.move())
}

func TestTheSameSubscriptionIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.refuses(reassign.Move{Source: h.old, Target: h.old}, reassign.Same, "the same subscription",
		"choose another target")
}

func TestAMoveThatWasDoneIsRefusedWithWhoDidItAndWhen(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.move())
	h.refuses(h.move(), reassign.SourceMoved,
		"Bea Example has reassigned the history of OLD to NEW already, on 2026-03-16", "undo that first")
	third := h.Add("THIRD", 3, "2026-01-05")
	h.refuses(reassign.Move{Source: third, Target: h.new}, reassign.TargetMoved, "NEW has the history of OLD already")
	h.refuses(reassign.Move{Source: third, Target: h.old}, reassign.TargetMoved,
		"The history of OLD has gone over to NEW", "choose that one")
}

func TestAnEndedOrFrozenTargetIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	if err := h.retire.Deactivate(t.Context(), billtest.Bea, retire.End{ID: h.new}); err != nil {
		t.Fatal(err)
	}
	h.refuses(h.move(), reassign.TargetEnded, "is inactive", "activate it first")
	g := open(t)
	g.Exec(`UPDATE subscriptions SET frozen_from = '2026-03-20', frozen_quantity = 13 WHERE id = ?`, g.new)
	g.refuses(g.move(), reassign.TargetEnded, "is frozen as the old one of a cut-over", "choose its successor")
}

func TestAPurchaseAndALicenceAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Exec(`UPDATE subscriptions SET kind = 'one_time' WHERE id = ?`, h.new)
	h.refuses(h.move(), reassign.KindDiffers, "a purchase made once", "choose a target of the same kind")
}

func TestAnUnknownTargetIsAFaultOfTheForm(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, err := h.Do(t.Context(), billtest.Bea, reassign.Move{Source: h.old, Target: uuid.New()})
	if errs.KindOf(err) != errs.Invalid || errs.FieldsOf(err)["target_id"] == "" {
		t.Error(err)
	}
	if _, err := h.Do(t.Context(), billtest.Bea,
		reassign.Move{Source: uuid.New(), Target: h.new}); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
}

func TestOfTwoPeopleAtOnceOneMovesAndTheOtherIsToldSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	other := h.Add("OTHER", 13, "2026-02-15")
	var all sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed {
		all.Go(func() {
			m := h.move()
			if i%2 == 1 {
				m.Target = other
			}
			_, failed[i] = h.Do(t.Context(), billtest.Bea, m)
		})
	}
	all.Wait()
	done := 0
	for _, err := range failed {
		switch {
		case err == nil:
			done++
		case errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "already"):
			t.Error(err)
		}
	}
	if done != 1 || h.Text(`SELECT count(*) FROM reassignments`) != "1" {
		t.Errorf("%d moves were done", done)
	}
}

func TestAnotherProductIsAWarning(t *testing.T) {
	t.Parallel()
	h := open(t)
	seen, err := h.Look(t.Context(), h.move())
	if err != nil || len(seen.Refusals) > 0 ||
		!strings.Contains(strings.Join(seen.Warnings, " "), "different products") {
		t.Errorf("%+v %v", seen, err)
	}
}
