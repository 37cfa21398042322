package subscription_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

func (w *world) correctRow(id uuid.UUID, c subscription.Correction) error {
	return w.db.InTx(w.t.Context(), func(tx *gorm.DB) error {
		_, err := subscription.CorrectChange(w.t.Context(), tx, w.act(id), c)
		return err
	})
}

// row is the nth row of seats that counts, in the order of effect.
func (w *world) row(external string, n int) uuid.UUID {
	w.t.Helper()
	rows, err := ledger.Of(w.t.Context(), w.db.Read(w.t.Context()), w.byExternal(external).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range rows {
		if !r.Counted || r.Event == ledger.Price {
			continue
		}
		if n == 0 {
			return r.ID
		}
		n--
	}
	w.t.Fatalf("%s has fewer rows", external)
	return uuid.Nil
}

func TestCorrectingAnEstimateSetsItAsideAndWritesTheRightDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	o.sync(o.provider, o.account, record("S1", seats(8)))
	id, old := o.byExternal("S1").ID, o.row("S1", 1)
	if err := o.correctRow(id, subscription.Correction{ChangeID: old, On: date("2026-03-02"),
		Note: "as on the order"}); err != nil {
		t.Fatal(err)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-03-02 update +3 -> 8 open",
		"2026-03-10 update +3 -> 8 open estimated aside")
	marks, err := ledger.Marks(t.Context(), o.db.Read(t.Context()), old)
	if err != nil || len(marks) != 1 || marks[0].Actor != ada.Name ||
		!strings.Contains(marks[0].Why, "as on the order") {
		t.Errorf("marks %+v, %v", marks, err)
	}
	if err := o.correctRow(id, subscription.Correction{ChangeID: old, On: date("2026-03-03"),
		Note: "again"}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a row that was set aside: %v", err)
	}
	if err := o.correctRow(id, subscription.Correction{ChangeID: o.row("S1", 1), On: date("2026-03-03"),
		Note: "again"}); err != nil {
		t.Errorf("the row that took its place: %v", err)
	}
}

func TestCorrectionsThatCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	o.sync(o.provider, o.account, record("S1", seats(0)))
	id, begun, less := o.byExternal("S1").ID, o.row("S1", 0), o.row("S1", 1)
	three := 3
	for name, x := range map[string]struct {
		c     subscription.Correction
		kind  errs.Kind
		field string
	}{
		"no note": {subscription.Correction{ChangeID: less, On: date("2026-03-02")},
			errs.Invalid, "note"},
		"a beginning after the seats left": {subscription.Correction{ChangeID: begun, On: date("2026-03-11"),
			Note: "x"}, errs.Invalid, "effective_at"},
		"seats that leave before they came": {subscription.Correction{ChangeID: less, On: date("2026-01-14"),
			Note: "x"},
			errs.Invalid, "effective_at"},
		"the beginning set aside": {subscription.Correction{ChangeID: begun, SetAside: true, Note: "x"},
			errs.Conflict, ""},
		"what the distributor says": {subscription.Correction{ChangeID: less, Seats: &three, Note: "x"},
			errs.Conflict, ""},
		"a row of nobody": {subscription.Correction{ChangeID: uuid.Must(uuid.NewV7()), On: date("2026-03-02"),
			Note: "x"}, errs.Conflict, ""},
	} {
		err := o.correctRow(id, x.c)
		if errs.KindOf(err) != x.kind || x.field != "" && errs.FieldsOf(err)[x.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-03-10 update -5 -> 0 archived estimated")
}

// asked is what a price needs a person's word for; nil where it was entered.
func (o *office) asked(p subscription.Price) *subscription.AskedPrice {
	o.t.Helper()
	p.Period = "month"
	err := o.db.InTx(o.t.Context(), func(tx *gorm.DB) error {
		_, err := subscription.SetPrice(o.t.Context(), tx, o.act(o.byExternal("S1").ID), p)
		return err
	})
	var asked *subscription.AskedPrice
	if err != nil && !errors.As(err, &asked) {
		o.t.Fatal(err)
	}
	return asked
}

func TestAPriceBeforeALaterOneAsksWhatBecomesOfThat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	if a := o.asked(subscription.Price{UnitPrice: price("30"), On: date("2026-06-01")}); a != nil {
		t.Fatalf("a price ahead asked %+v", a)
	}
	if s := o.byExternal("S1"); s.UnitPrice.Decimal.String() != "22.5" {
		t.Errorf("a price that begins later is the price today: %s", s.UnitPrice.Decimal)
	}
	earlier := subscription.Price{UnitPrice: price("28"), On: date("2026-03-01")}
	if a := o.asked(earlier); a == nil || len(a.Later) != 1 || a.Later[0].On != date("2026-06-01") {
		t.Fatalf("asked %+v", a)
	}
	earlier.Later = subscription.ReplaceLater
	if a := o.asked(earlier); a != nil {
		t.Fatalf("said, it asked %+v", a)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open",
		"2026-03-01 price +0 -> 5 open", "2026-06-01 price +0 -> 5 open aside")
	if s := o.byExternal("S1"); s.UnitPrice.Decimal.String() != "28" || !s.PriceByPerson {
		t.Errorf("price %s, by a person %v", s.UnitPrice.Decimal, s.PriceByPerson)
	}
}

func TestAPriceThatLeavesBillableDaysWithoutOneAsks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.exec(`UPDATE billing_contracts SET price_list_id = NULL, bill_from = '2026-02-01'`)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	if a := o.asked(subscription.Price{UnitPrice: price("30"), On: date("2026-03-01")}); a == nil ||
		a.Gap != date("2026-02-01") {
		t.Fatalf("asked %+v", a)
	}
	if a := o.asked(subscription.Price{UnitPrice: price("30")}); a != nil { // no day typed: the first without a price
		t.Fatalf("asked %+v", a)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 archived", "2026-02-01 price +0 -> 5 open")
}
