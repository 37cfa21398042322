package ledger_test

import (
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/listing"
	"seatledger/internal/testkit/listtest"
)

func TestAppendKeepsTheQuantityAndTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *gorm.DB) error {
		err := w.append(tx,
			ledger.Change{Event: ledger.Update, EffectiveAt: date("2026-02-20"), Delta: 4, QuantityAfter: 9,
				Details: ledger.Details{"log": "Add 4 seats"}},
			ledger.Change{Event: ledger.Update, EffectiveAt: date("2026-02-01"), Delta: -2, QuantityAfter: 7,
				Billing: ledger.Archived},
			ledger.Change{Event: ledger.Adjust, EffectiveAt: date("2026-02-01"), Delta: 3, QuantityAfter: 7,
				Uncounted: true})
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE subscriptions SET quantity = 7 WHERE id = ?`, w.subscription).Error
	})
	rows := w.rows()
	if len(rows) != 4 || rows[1].Delta != -2 || rows[1].Running != 3 || rows[2].Running != 3 || rows[3].Running != 7 ||
		rows[3].Seq > rows[1].Seq {
		t.Errorf("rows %+v", rows)
	}
	if counted, kept, _ := w.sums(); counted != 7 || kept != 7 {
		t.Errorf("counted %d, kept %d", counted, kept)
	}
}

func TestMarkLeavesWhoAndWhyAndNothingWhereNothingChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	archived := ledger.Archived
	for i, want := range []int{1, 0} {
		w.tx(func(tx *gorm.DB) error {
			n, err := ledger.Mark{By: ada, Why: "billed elsewhere", Billing: &archived}.Apply(t.Context(), tx,
				[]uuid.UUID{w.create})
			if n != want {
				t.Errorf("time %d: %d rows changed, want %d", i, n, want)
			}
			return err
		})
	}
	marks, err := ledger.Marks(t.Context(), w.db.Read(t.Context()), w.create)
	if err != nil || len(marks) != 1 || marks[0].Actor != ada.Name || marks[0].Why != "billed elsewhere" ||
		marks[0].OldState != ledger.Open || marks[0].NewState != ledger.Archived {
		t.Errorf("marks %+v, %v", marks, err)
	}
}

func TestMarkWithoutWhoOrWhyIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	archived := ledger.Archived
	err := w.db.InTx(t.Context(), func(tx *gorm.DB) error {
		_, err := ledger.Mark{By: ada, Billing: &archived}.Apply(t.Context(), tx, []uuid.UUID{w.create})
		return err
	})
	if err == nil {
		t.Error("marked without a reason")
	}
}

func (w *world) rewrite(r ledger.Rewriting) (id uuid.UUID, err error) {
	r.Why, r.Note = "corrected: as on the order", "as on the order"
	r.Origin = ledger.Origin{Source: ledger.FromPerson, By: ada, At: now}
	err = w.db.InTx(w.t.Context(), func(tx *gorm.DB) error {
		id, err = ledger.Rewrite(w.t.Context(), tx, r)
		return err
	})
	return id, err
}

func TestARowIsSetAsideAndWrittenAnewInItsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fresh, err := w.rewrite(ledger.Rewriting{Row: w.create, On: date("2026-01-03"), Delta: 5})
	if err != nil {
		t.Fatal(err)
	}
	rows := w.rows()
	if len(rows) != 2 || rows[0].ID != fresh || rows[0].EffectiveAt != date("2026-01-03") ||
		rows[0].Event != ledger.Create ||
		rows[0].Estimated || rows[0].Actor != ada.Name || rows[0].QuantityAfter != 5 || rows[1].Counted {
		t.Errorf("rows %+v", rows)
	}
	if counted, kept, billable := w.sums(); counted != 5 || kept != 5 || billable != 5 {
		t.Errorf("counted %d, kept %d, billable %d", counted, kept, billable)
	}
	found, replaced, err := ledger.ReplacementOf(t.Context(), w.db.Read(t.Context()), w.create)
	if err != nil || !replaced || found.ID != fresh {
		t.Errorf("in its place stands %v, %v, %v", found.ID, replaced, err)
	}
	marks, err := ledger.Marks(t.Context(), w.db.Read(t.Context()), w.create)
	if err != nil || len(marks) != 1 || marks[0].Why != "corrected: as on the order" || marks[0].Actor != ada.Name {
		t.Errorf("marks %+v, %v", marks, err)
	}
	if _, err := w.rewrite(ledger.Rewriting{Row: w.create, On: date("2026-01-04"),
		Delta: 5}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a row set aside: %v", err)
	}
	if again, err := w.rewrite(ledger.Rewriting{Row: fresh, On: date("2026-01-04"), Delta: 5}); err != nil ||
		again == fresh {
		t.Errorf("a correction is corrected in turn: %v", err)
	}
	if n := len(w.rows()); n != 3 {
		t.Errorf("%d rows, want 3: the refused one left nothing", n)
	}
}

func TestARewritingThatLosesSeatsIsRefusedAtCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.rewrite(ledger.Rewriting{Row: w.create, On: date("2026-01-03"), Delta: 4}); err == nil {
		t.Error("four seats count where five are billable")
	}
	if rows := w.rows(); len(rows) != 1 || !rows[0].Counted {
		t.Errorf("rows %+v", rows)
	}
}

func TestListFiltersAndPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *gorm.DB) error {
		return w.append(tx,
			ledger.Change{Event: ledger.Cost, EffectiveAt: date("2026-02-20"), QuantityAfter: 5},
			ledger.Change{Event: ledger.Renew, EffectiveAt: date("2026-02-21"), QuantityAfter: 5, Note: "term two"})
	})
	cases := []struct {
		name   string
		search string
		values listing.Values
		want   int
	}{
		{"all", "", nil, 3},
		{"provider", "", listing.Values{"provider": w.provider.String()}, 3},
		{"another provider", "", listing.Values{"provider": w.subscription.String()}, 0},
		{"subscription", "", listing.Values{"subscription": w.subscription.String()}, 3},
		{"event", "", listing.Values{"event": "cost"}, 1},
		{"billing state", "", listing.Values{"billing_state": "archived"}, 0},
		{"counted", "", listing.Values{"counted": "yes"}, 3},
		{"set aside", "", listing.Values{"counted": "no"}, 0},
		{"estimated", "", listing.Values{"estimated": "yes"}, 1},
		{"from a day", "", listing.Values{"from": "2026-02-20"}, 2},
		{"to a day", "", listing.Values{"to": "2026-02-20"}, 2},
		{"text in the product", "PREMIUM", nil, 3},
		{"text in the note", "term two", nil, 1},
		{"text is no pattern", "%", nil, 0},
	}
	for _, c := range cases {
		asked := listtest.Asked{Search: c.search, Values: c.values, Sort: "-recorded_at", Size: 1}
		if got := listtest.Rows(t, w.db.DB, ledger.All, asked); len(got) != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, len(got), c.want)
		}
	}
	if got := listtest.Rows(t, w.db.DB, ledger.All, listtest.Asked{Sort: "effective_at", Size: 1}); len(got) != 3 ||
		got[0].Event != ledger.Create ||
		got[2].Event != ledger.Renew {
		t.Errorf("by date: %+v", got)
	}
	if got := listtest.Rows(t, w.db.DB, ledger.All, listtest.Asked{Size: 1}); got[0].Event != ledger.Renew {
		t.Errorf("newest first: %+v", got[0])
	}
}
