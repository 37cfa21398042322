package difference_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/difference"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type desk struct {
	*billtest.World
	room difference.Service
}

func open(t *testing.T) *desk {
	t.Helper()
	w := billtest.New(t, "2026-11-10", billtest.Terms{})
	return &desk{w, difference.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}
}

func (d *desk) compare(bill uuid.UUID) {
	d.Helper()
	if err := d.room.Compare(d.Context(), bill); err != nil {
		d.Fatal(err)
	}
}

// said are kind, subscription, once and month of each difference that stands.
func (d *desk) said() []string {
	d.Helper()
	text := d.Text(`SELECT string_agg(concat_ws(' ', kind, external_id, trim_scale(once_amount),
		trim_scale(month_amount)), E'\n'
		ORDER BY kind COLLATE "C", external_id COLLATE "C", once_amount) FROM differences WHERE gone_at IS NULL`)
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}

// Where the database knows more than two files it says so: which subscription of ours two of the bill's are.
var renamed = map[string][]string{
	"3 two subscriptions that we know by one other id, in sums": {"quantity ours 10 10"},
}

func TestTheKindsThatPeopleReportAreFoundInTheDatabaseToo(t *testing.T) {
	t.Parallel()
	for name, c := range billlines.Kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			bill := append(slices.Clone(billlines.SoundBill), c.Bill...)
			billdesk.Billed(d.World, bill, append(slices.Clone(billlines.SoundBilled), c.Billed...))
			d.compare(billdesk.Bill(d.World, "bill.csv", bill))
			want := c.Want
			if other, said := renamed[name]; said {
				want = other
			}
			if got := d.said(); !slices.Equal(sorted(got), sorted(want)) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestEveryPlantedFaultIsFoundInTheDatabaseAndNoneIsInvented(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			d, w := open(t), billlines.NewWorld(seed)
			billdesk.Billed(d.World, w.Bill, w.Billed)
			bill := billdesk.Bill(d.World, "bill.csv", w.Bill)
			d.compare(bill)
			want := sorted(w.Want)
			for i, x := range want { // what was used and is not billed has a kind of its own
				want[i] = strings.Replace(x, "only_on_bill used", "usage_without_rule used", 1)
			}
			slices.Sort(want)
			if got := d.money(); !slices.Equal(got, want) {
				t.Errorf("invented: %q\nnot found: %q", less(got, want), less(want, got))
			}
			before := d.everything()
			d.compare(bill)
			if again := d.everything(); again != before {
				t.Errorf("the same again:\n%s\n%s", before, again)
			}
			// The same lines in another order, as a bill that corrects the first.
			w.Shuffle()
			d.Exec(`UPDATE supplier_bills SET aside_at = now(), aside_by = 'Bea Example', aside_why = 'replaced'
			WHERE id = ?`, bill)
			other := billdesk.Bill(d.World, "other.csv", w.Bill)
			d.compare(bill)
			if left := d.money(); left != nil {
				t.Errorf("of a bill that was set aside %q is left", left)
			}
			d.compare(other)
			if got := d.money(); !slices.Equal(got, want) {
				t.Errorf("in another order invented: %q\nnot found: %q", less(got, want), less(want, got))
			}
		})
	}
}

// money are kind, subscription, once and currency of each difference that stands, in order.
func (d *desk) money() []string {
	d.Helper()
	text := d.Text(`SELECT string_agg(concat_ws(' ', kind, external_id, trim_scale(once_amount), currency), E'\n')
		FROM differences WHERE gone_at IS NULL`)
	if text == "" {
		return nil
	}
	return sorted(strings.Split(text, "\n"))
}

func (d *desk) everything() string {
	d.Helper()
	return d.Text(`SELECT (SELECT string_agg(d::text || xmin, E'\n' ORDER BY id) FROM differences d)
		|| (SELECT string_agg(m::text || xmin, E'\n' ORDER BY line_id) FROM supplier_matches m)
		|| (SELECT string_agg(l::text || xmin, E'\n' ORDER BY l::text) FROM difference_lines l)
		|| (SELECT string_agg(l::text || xmin, E'\n' ORDER BY l::text) FROM difference_sales l)`)
}

func less(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
