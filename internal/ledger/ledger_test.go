package ledger_test

import (
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/paging"
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
	yes, no := true, false
	cases := []struct {
		name   string
		filter ledger.Filter
		want   int
	}{
		{"all", ledger.Filter{}, 3},
		{"provider", ledger.Filter{Provider: some(w.provider)}, 3},
		{"another provider", ledger.Filter{Provider: some(w.subscription)}, 0},
		{"subscription", ledger.Filter{Subscription: some(w.subscription)}, 3},
		{"event", ledger.Filter{Event: ledger.Cost}, 1},
		{"billing state", ledger.Filter{BillingState: ledger.Archived}, 0},
		{"counted", ledger.Filter{Counted: &yes}, 3},
		{"set aside", ledger.Filter{Counted: &no}, 0},
		{"estimated", ledger.Filter{Estimated: &yes}, 1},
		{"text in the product", ledger.Filter{Text: "PREMIUM"}, 3},
		{"text in the note", ledger.Filter{Text: "term two"}, 1},
		{"text is no pattern", ledger.Filter{Text: "%"}, 0},
	}
	for _, c := range cases {
		if got := w.pages(c.filter, "-recorded_at"); len(got) != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, len(got), c.want)
		}
	}
	if got := w.pages(ledger.Filter{}, "effective_at"); len(got) != 3 || got[0].Event != ledger.Create ||
		got[2].Event != ledger.Renew {
		t.Errorf("by date: %+v", got)
	}
	if got := w.pages(ledger.Filter{}, ""); got[0].Event != ledger.Renew {
		t.Errorf("newest first: %+v", got[0])
	}
}

// pages reads a list page by page, one row each, and the CSV, which must agree.
func (w *world) pages(f ledger.Filter, sort string) []ledger.ListRow {
	w.t.Helper()
	order, err := ledger.Sorts().Parse(sort)
	if err != nil {
		w.t.Fatal(err)
	}
	var all, csv []ledger.ListRow
	r := paging.Request{Order: order, Size: 1}
	for {
		page, next, err := ledger.List(w.t.Context(), w.db.Read(w.t.Context()), f, r)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, page...)
		if next == "" {
			break
		}
		if r.After, err = order.Cursor(next); err != nil {
			w.t.Fatal(err)
		}
	}
	err = ledger.Each(w.t.Context(), w.db.Read(w.t.Context()), f, order,
		func(row ledger.ListRow) error { csv = append(csv, row); return nil })
	if err != nil || len(csv) != len(all) {
		w.t.Fatalf("csv has %d rows, pages %d: %v", len(csv), len(all), err)
	}
	for i := range all {
		if all[i].ID != csv[i].ID {
			w.t.Fatalf("row %d differs between page and csv", i)
		}
	}
	return all
}

func some(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }
