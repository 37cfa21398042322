package review_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

func (w *world) signatures(external string) []review.Signature {
	w.Helper()
	r, err := w.reviews.Look(w.Context(), w.db.Read(w.Context()), w.id(external))
	if err != nil {
		w.Fatal(err)
	}
	return r.SignOffs
}

func (w *world) setPrice(external, amountText string) {
	w.Helper()
	err := w.act(external, func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.SetPrice(w.Context(), tx, a,
			subscription.Price{UnitPrice: amount(amountText), Period: money.Month, On: day("2026-11-01")})
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestASignOffStandsUntilItsGroundChangesAndSaysWhy(t *testing.T) {
	t.Parallel()
	w, s, _ := settled(t)
	if out := w.mustSign("S-1", "S-2"); out.Signed != 2 || len(out.Refused) != 0 {
		t.Fatalf("%+v", out)
	}
	if out := w.mustSign("S-1"); out.Signed != 0 || out.Already != 1 {
		t.Errorf("twice: %+v", out)
	}
	s.listed["S-1"] = record("S-1", func(d *distributor.Subscription) { d.Quantity = 9 })
	w.sync(s)
	if got := w.word("S-1"); got != "signed" {
		t.Errorf("a quantity alone lapses the signature: %s", got)
	}
	s.listed["S-1"] = record("S-1", func(d *distributor.Subscription) { d.Quantity, d.UnitCost = 9, amount("19.20") })
	w.sync(s)
	if got := w.word("S-1"); got != "ok" {
		t.Errorf("after a new cost: %s", got)
	}
	g := w.signatures("S-1")
	if len(g) != 1 || g[0].LapsedAt == nil ||
		g[0].LapsedBecause != "cost changed from 18.7 USD per month to 19.2 USD per month" || g[0].Note != "checked" ||
		g[0].SignedBy != ada.Name {
		t.Errorf("%+v", g)
	}
	w.mustSign("S-1")
	if g := w.signatures("S-1"); len(g) != 2 || g[0].LapsedAt != nil {
		t.Errorf("signed again: %+v", g)
	}
	if got := w.word("S-2"); got != "signed" {
		t.Errorf("the other one: %s", got)
	}
}

func TestASignOffLapsesWhenTheSubscriptionEnds(t *testing.T) {
	t.Parallel()
	w, s, _ := settled(t)
	w.mustSign("S-1")
	s.listed["S-1"] = record("S-1", func(d *distributor.Subscription) { d.Status = distributor.StatusExpired })
	w.sync(s)
	if got := w.word("S-1"); got != "" {
		t.Errorf("review of an inactive one: %q", got)
	}
	if g := w.signatures("S-1"); g[0].LapsedBecause != "state changed from active to inactive" {
		t.Errorf("%+v", g)
	}
}

func TestWhatFailsOrIsOverIsNotSignedAndTheRestIs(t *testing.T) {
	t.Parallel()
	w, s, _ := settled(t)
	s.listed["S-3"] = record("S-3", func(d *distributor.Subscription) { d.Status, d.StatusText = "frobbed", "Frobbed" })
	s.listed["S-4"] = record("S-4", func(d *distributor.Subscription) { d.Status = distributor.StatusExpired })
	w.sync(s)
	out := w.mustSign("S-1", "S-3", "S-4")
	why := map[string]string{}
	for _, r := range out.Refused {
		why[r.ExternalID] = r.Why
	}
	if out.Signed != 1 || !strings.Contains(why["S-3"], `"Frobbed"`) || !strings.Contains(why["S-4"], "inactive") ||
		len(why) != 2 {
		t.Errorf("signed %d, refused %v", out.Signed, why)
	}
	if _, err := w.sign(review.SignOff{IDs: []uuid.UUID{w.id("S-2"),
		uuid.Must(uuid.NewV7())}}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("an unknown one: %v", err)
	}
	if got := w.word("S-2"); got != "ok" {
		t.Errorf("signed beside an unknown one: %s", got)
	}
}

func TestWhatHasChangedSinceItWasSeenIsNotSigned(t *testing.T) {
	t.Parallel()
	w, _, _ := settled(t)
	read := w.db.Read(t.Context())
	one := w.id("S-1")
	seen, err := w.reviews.Look(t.Context(), read, one)
	if err != nil {
		t.Fatal(err)
	}
	w.setPrice("S-1", "23")
	out, err := w.sign(review.SignOff{IDs: []uuid.UUID{one}, Seen: map[uuid.UUID]string{one: seen.Fingerprint}})
	if err != nil || out.Signed != 0 || len(out.Refused) != 1 ||
		!strings.Contains(out.Refused[0].Why, "changed since") {
		t.Errorf("%+v %v", out, err)
	}
}

// A signature and a change of what it stands on never pass each other: whoever is
// second sees the first. So no signature stands on what was not signed.
func TestSigningAgainstAChangeInTheSameMoment(t *testing.T) {
	t.Parallel()
	w, _, _ := settled(t)
	ids := []uuid.UUID{w.id("S-1"), w.id("S-2")}
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() { _, _ = w.sign(review.SignOff{IDs: ids}) })
		all.Go(func() {
			_ = w.act([]string{"S-1", "S-2"}[i%2],
				func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
					return subscription.SetPrice(w.Context(), tx, a,
						subscription.Price{UnitPrice: amount([]string{"23", "24", "25"}[i%3]), Period: money.Month,
							On: day("2026-11-01")})
				})
		})
	}
	all.Wait()
	stale, err := w.reviews.Stale(t.Context(), w.db.Read(t.Context()), ids)
	if err != nil || len(stale) > 0 {
		t.Errorf("%v\n%s", err, strings.Join(stale, "\n"))
	}
}

func TestASignOffIsInTheTrail(t *testing.T) {
	t.Parallel()
	w, _, _ := settled(t)
	w.mustSign("S-1", "S-2")
	var e struct{ Actor, ObjectName, After string }
	if err := w.db.Read(t.Context()).
		Raw(`SELECT actor, object_name, after::text FROM audit_events WHERE action = 'subscription.signed_off'`).
		Scan(&e).Error; err != nil {
		t.Fatal(err)
	}
	if e.Actor != ada.Name || e.ObjectName != "2 subscriptions" || !strings.Contains(e.After, "checked") {
		t.Errorf("%+v", e)
	}
}

func TestASweepFindsWhatTheDateAloneChanged(t *testing.T) {
	t.Parallel()
	w, _, c := settled(t)
	w.exec(`UPDATE billing_contracts SET end_date = '2026-12-01' WHERE id = ?`, c.ID)
	w.mustSign("S-1")
	sweep := func() (versions string) {
		if err := w.reviews.Sweep(t.Context(), w.db.DB); err != nil {
			t.Fatal(err)
		}
		err := w.db.Read(t.Context()).
			Raw(`SELECT string_agg(concat_ws(' ', s.xmin, s.xmax, v.xmin), ',' ORDER BY s.id) FROM subscriptions s
				JOIN subscription_reviews v ON v.subscription_id = s.id`).Row().Scan(&versions)
		if err != nil {
			t.Fatal(err)
		}
		return versions
	}
	before := sweep()
	if diff := cmp.Diff(before, sweep()); diff != "" {
		t.Errorf("a sweep that finds nothing writes: %s", diff)
	}
	w.clock.Advance(9 * 24 * time.Hour)
	sweep()
	if got := w.word("S-1"); got != "fail" {
		t.Errorf("the contract has ended: %s", got)
	}
	if g := w.signatures("S-1"); g[0].LapsedAt != nil {
		t.Errorf("the signature lapsed though nothing it stands on changed: %+v", g)
	}
}

func TestWhatIsQueuedIsJudgedAndSaidToWait(t *testing.T) {
	t.Parallel()
	w, _, c := settled(t)
	read := w.db.Read(t.Context())
	err := w.db.InTx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Exec(`UPDATE billing_contracts SET active = false, deactivated_at = now() WHERE id = ?`,
			c.ID).Error; err != nil {
			return err
		}
		return w.reviews.Queue(t.Context(), tx, "s.contract_id = ?", c.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := review.Waiting(t.Context(), read); n != 2 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
	if w.word("S-1") != "ok" {
		t.Error("judged before its turn")
	}
	if err := w.reviews.Drain(t.Context(), w.db.DB); err != nil {
		t.Fatal(err)
	}
	if n, _ := review.Waiting(t.Context(), read); n != 0 || w.word("S-1") != "fail" || w.word("S-2") != "fail" {
		t.Errorf("%d still wait, %s", n, w.word("S-1"))
	}
}
