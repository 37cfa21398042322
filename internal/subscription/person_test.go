package subscription_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/subscription"
)

func price(s string) decimal.NullDecimal { return decimal.NewNullDecimal(decimal.RequireFromString(s)) }

func (w *world) deactivate(id uuid.UUID, on string, refund bool) error {
	return w.db.InTx(w.t.Context(), func(tx *gorm.DB) error {
		_, err := subscription.Deactivate(w.t.Context(), tx, w.act(id),
			subscription.Ending{By: subscription.ByPerson, On: date(on), Refund: refund})
		return err
	})
}

func (w *world) activate(id uuid.UUID, on clock.Date) error {
	return w.db.InTx(w.t.Context(), func(tx *gorm.DB) error {
		_, err := subscription.Activate(w.t.Context(), tx, w.act(id), subscription.Return{On: on})
		return err
	})
}

func TestAPersonsDeactivationStandsAgainstTheDistributor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	if err := o.deactivate(id, "2026-03-31", false); err != nil {
		t.Fatal(err)
	}
	res := o.sync(o.provider, o.account, record("S1", seats(8)))
	s := o.byExternal("S1")
	if s.Quantity != 8 || s.State != subscription.Inactive || s.LedgerQuantity != 0 || len(res.Conflicts[id]) != 1 {
		t.Errorf("%d seats, %s, ledger %d, conflicts %v", s.Quantity, s.State, s.LedgerQuantity, res.Conflicts)
	}
	if err := o.deactivate(id, "2026-03-31", false); errs.KindOf(err) != errs.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := o.activate(id, date("2026-03-30")); errs.FieldsOf(err)["effective_at"] == "" {
		t.Errorf("activated before it ends: %v", err)
	}
	if err := o.activate(id, date("2026-04-10")); err != nil {
		t.Fatal(err)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open",
		"2026-03-31 deactivate -5 -> 0 archived person", "2026-04-10 activate +8 -> 8 open person")
}

func TestARefundLeavesTheClosingRowOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	if err := o.deactivate(o.byExternal("S1").ID, "2026-03-31", true); err != nil {
		t.Fatal(err)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-03-31 deactivate -5 -> 0 open person")
}

func TestWhatTheDistributorEndedIsNotActivatedHere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	if err := o.deactivate(id, "2026-03-31", false); err != nil {
		t.Fatal(err)
	}
	o.sync(o.provider, o.account, record("S1", status(distributor.StatusExpired)))
	if err := o.activate(id, date("2026-04-01")); errs.KindOf(err) != errs.Conflict {
		t.Errorf("activated: %v", err)
	}
	if s := o.byExternal("S1"); s.DeactivatedBy != subscription.ByPerson {
		t.Errorf("deactivated by %s", s.DeactivatedBy)
	}
}

func TestDeactivationBeforeTheSeatsCameIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	o.sync(o.provider, o.account, record("S1", seats(9)))
	if err := o.deactivate(o.byExternal("S1").ID, "2026-02-01", false); errs.FieldsOf(err)["effective_at"] == "" {
		t.Errorf("refused: %v", err)
	}
}

func TestAStaleFormChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	s := o.byExternal("S1")
	set := func(version int) error {
		return o.db.InTx(t.Context(), func(tx *gorm.DB) error {
			a := o.act(s.ID)
			a.Version = version
			_, err := subscription.SetPrice(t.Context(), tx, a,
				subscription.Price{UnitPrice: price("1"), Period: "month", On: date("2026-03-01")})
			return err
		})
	}
	if err := set(s.Version); err != nil {
		t.Fatal(err)
	}
	if err := set(s.Version); !errors.Is(err, subscription.ErrStale) || errs.KindOf(err) != errs.Conflict {
		t.Errorf("stale: %v", err)
	}
}

func TestSeatsEnteredByHandAreDatedAsTyped(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	manual := o.world.provider("By hand", distributor.Manual)
	o.world.account(manual, "A1")
	d, err := subscription.HandEntry{AccountExternalID: "A1", ExternalID: "M1", PartNumber: "X-1", Product: "Backup",
		Quantity: " 4 ", UnitCost: "2.5",
		CostPeriod: "monthly", Currency: "usd", Term: "annual", BillingFrequency: "month",
		StartDate: "2026-02-01"}.Record()
	if err != nil {
		t.Fatal(err)
	}
	enter := func() (res subscription.Result) {
		o.tx(func(tx *gorm.DB) error {
			var err error
			res, err = subscription.EnterByHand(t.Context(), tx, manual, []distributor.Subscription{d},
				o.person(), time.UTC)
			return err
		})
		return res
	}
	if res := enter(); res.Added != 1 {
		t.Errorf("first: %+v", res)
	}
	if res := enter(); res.Unchanged != 1 {
		t.Errorf("again: %+v", res)
	}
	m := o.byExternal("M1")
	set := func(n int, on string) error {
		return o.db.InTx(t.Context(), func(tx *gorm.DB) error {
			_, err := subscription.SetQuantity(t.Context(), tx, o.act(m.ID),
				subscription.Quantity{Seats: n, On: date(on), Note: "order 12"})
			return err
		})
	}
	if err := set(7, "2026-03-05"); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"before it begins": set(2, "2026-01-01"),
		"less than none": set(-1, "2026-03-06"), "no day": set(8, "")} {
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.wantLedger("M1", "2026-02-01 create +4 -> 4 open", "2026-03-05 update +3 -> 7 open")
	o.sync(o.provider, o.account, record("S1"))
	m = o.byExternal("S1")
	if err := set(7, "2026-03-05"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("seats that the distributor tells: %v", err)
	}
}

func TestAHandEntrySaysWhatIsWrongAtEachField(t *testing.T) {
	t.Parallel()
	_, err := subscription.HandEntry{Quantity: "many", UnitCost: "cheap", CostPeriod: "moon", Currency: "dollar",
		Term: "ages", BillingFrequency: "often",
		StartDate: "soon", EndDate: "31.12.2026"}.Record()
	for _, field := range []string{"account_external_id", "external_id", "quantity", "unit_cost", "cost_period",
		"currency", "term", "billing_frequency", "start_date", "end_date"} {
		if errs.FieldsOf(err)[field] == "" {
			t.Errorf("nothing said at %s", field)
		}
	}
}

func TestGoneIsMarkedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"), record("S2"), record("S3", status(distributor.StatusExpired)))
	gone := []uuid.UUID{o.byExternal("S2").ID}
	for _, want := range []int{1, 0} {
		o.tx(func(tx *gorm.DB) error {
			res, err := subscription.MarkGone(t.Context(), tx, o.provider, gone, o.person(), time.UTC)
			if res.Gone != want {
				t.Errorf("marked %+v", res)
			}
			return err
		})
		o.wantLedger("S2", "2026-01-15 create +5 -> 5 open", "2026-03-10 deactivate -5 -> 0 open gone")
	}
}

func TestARecordThatNoRowCanHoldIsKeptForAPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	res := o.sync(o.provider, o.account, record("S1", seats(-3)), record("S2", costs("1e20")), record("S3"),
		record("S3", seats(6)), record("S4"))
	if len(res.Bad) != 3 || res.Added != 1 || res.Changed != 0 {
		t.Errorf("result %+v", res)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open")
}
