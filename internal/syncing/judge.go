package syncing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
	"seatledger/internal/settings"
	"seatledger/internal/syncing/guard"
)

// surging is the set amount above which a sudden growth is told.
func (w *worker) surging(ctx context.Context) (guard.Surging, error) {
	set, err := settings.Load(ctx, w.s.DB.Read(ctx))
	return guard.Surging{Seats: set.SurgeSeats}, err
}

func (w *worker) limits(ctx context.Context) (guard.Limits, error) {
	set, err := settings.Load(ctx, w.s.DB.Read(ctx))
	return guard.Limits{Share: set.ChangeShare, Subscriptions: guard.FloorSubscriptions,
		Customers: guard.FloorCustomers}, err
}

// judge asks the guards before the first write; nil lets the plan pass. A dry run stops in any case.
func (w *worker) judge(ctx context.Context) (*outcome, error) {
	if err := w.markRenumbered(ctx); err != nil {
		return nil, err
	}
	if err := w.markTwins(ctx); err != nil {
		return nil, err
	}
	lost, err := w.lostFields(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.seal(ctx, lost); err != nil {
		return nil, err
	}
	var stop *outcome
	if len(lost) > 0 {
		stop = &outcome{Stopped, fmt.Sprintf("The distributor no longer sends the %s, which most subscriptions had. "+
			"Nothing was changed.", strings.Join(lost, ", the ")),
			"Ask the distributor whether its answers have another form now. What would change is below."}
	}
	if stop == nil {
		if stop, err = w.guardMass(ctx); err != nil {
			return nil, err
		}
	}
	if stop == nil {
		if stop, err = w.guardGone(ctx); err != nil {
			return nil, err
		}
	}
	if w.run.Dry {
		return dryOutcome(stop), nil
	}
	return stop, nil
}

// dryOutcome is how a dry run ends: it says what a guard would have said, and waits.
func dryOutcome(stop *outcome) *outcome {
	out := &outcome{Planned, "A dry run: nothing was changed. What would change is below.",
		"Apply exactly this, or discard it."}
	if stop != nil {
		out.message = "A dry run. A guard would stop this run: " + stop.message
	}
	return out
}

// guardMass stops a run that would change too much at once.
func (w *worker) guardMass(ctx context.Context) (*outcome, error) {
	kinds := guard.Guarded()
	if w.run.AllowGone {
		kinds = slices.DeleteFunc(kinds, func(k guard.Kind) bool { return k == guard.Gone || k == guard.Renumbered })
	}
	groups, sum, err := figuresOf(ctx, w.s.DB.Read(ctx), w.run.ID, kinds)
	if err != nil {
		return nil, err
	}
	all, err := w.stands(ctx)
	if err != nil {
		return nil, err
	}
	limits, err := w.limits(ctx)
	if err != nil || !limits.Exceeded(sum, all) {
		return nil, err
	}
	ended, err := w.changingEnded(ctx, kinds)
	if err != nil {
		return nil, err
	}
	all.Subscriptions += ended // of those too the sentence speaks
	groups = slices.DeleteFunc(groups, func(g guard.Group) bool { return !slices.Contains(kinds, g.Kind) })
	return &outcome{Stopped, fmt.Sprintf("%s of %d customers would change at once, more than the "+
		"share of %s that may: %s. Nothing was changed.", howMany(sum, all), sum.Customers,
		percent(limits.Share), guard.Sentence(groups)),
		"Look at the list below and ask the distributor. Then apply exactly what it shows, or discard it."}, nil
}

// changingEnded counts what has ended and would change nevertheless.
func (w *worker) changingEnded(ctx context.Context, kinds []guard.Kind) (n int, err error) {
	names := make(postgres.Texts, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	err = w.s.DB.Read(ctx).Raw(`SELECT count(*) FROM sync_plan_rows r JOIN subscriptions s ON s.id = r.subject_id
		WHERE r.run_id = ? AND r.state IN ('planned', 'applied') AND r.kinds && ?::text[] AND s.state = 'inactive'`,
		w.run.ID, names).Scan(&n).Error
	return n, err
}

// howMany tells what there is apart from what would only come.
func howMany(change, all guard.Sum) string {
	known := fmt.Sprintf("%d of %d subscriptions", change.Subscriptions-change.New, all.Subscriptions)
	switch change.New {
	case 0:
		return known
	case change.Subscriptions:
		return fmt.Sprintf("%d new subscriptions beside %d known ones", change.New, all.Subscriptions)
	}
	return fmt.Sprintf("%s and %d new ones", known, change.New)
}

func percent(share float64) string { return fmt.Sprintf("%g %%", float64(int(share*1000+0.5))/10) }

// guardGone stops a run after which too much would be gone, or anything after the host or reseller number changed.
func (w *worker) guardGone(ctx context.Context) (*outcome, error) {
	if w.run.AllowGone {
		return nil, nil
	}
	var gone int
	err := w.s.DB.Read(ctx).Raw(`SELECT count(*) FROM sync_plan_rows WHERE run_id = ? AND state = 'planned'
		AND kinds && '{gone}'`, w.run.ID).Scan(&gone).Error
	if err != nil || gone == 0 {
		return nil, err
	}
	there, err := w.there(ctx)
	if err != nil {
		return nil, err
	}
	over, share, err := w.tooMany(ctx, gone, there)
	if err != nil || !over && w.provider.IdentityChangedAt == nil {
		return nil, err
	}
	return &outcome{Stopped, fmt.Sprintf("%d of %d known subscriptions are missing from the listing, more than the "+
		"share of %d %% that may go at once. Nothing was changed.", gone, there, share),
		"Ask the distributor whether they have really ended. Then apply exactly what is shown, or discard it."}, nil
}

// there counts what is known and not missing.
func (w *worker) there(ctx context.Context) (n int, err error) {
	err = w.s.DB.Read(ctx).Raw(`SELECT count(*) FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.provider_id = ? AND s.provider_status <> 'missing' AND a.provider_status <> 'gone'`,
		w.provider.ID).Scan(&n).Error
	return n, err
}

// markRenumbered marks new ids of customers whose others vanished: the distributor may have given all a new id.
func (w *worker) markRenumbered(ctx context.Context) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE sync_plan_rows r SET kinds = '{new,renumbered}' WHERE r.run_id = ? AND r.kinds = '{new}'
			AND EXISTS (SELECT FROM sync_plan_rows g WHERE g.run_id = r.run_id
				AND g.account_external_id = r.account_external_id AND g.kinds && '{gone}')`, w.run.ID).Error
	})
}

// lostFields names what most stored subscriptions of the accounts read have and none of the records has now.
func (w *worker) lostFields(ctx context.Context) ([]string, error) {
	before, err := w.tallyStored(ctx)
	if err != nil {
		return nil, err
	}
	var now []struct {
		Field string
		N     int
	}
	err = w.s.DB.Read(ctx).Raw(`SELECT t.key AS field, sum(t.value::int) AS n FROM sync_plan_accounts a,
		jsonb_each_text(a.tally) t WHERE a.run_id = ? GROUP BY 1`, w.run.ID).Scan(&now).Error
	t := guard.Tally{}
	for _, r := range now {
		t[r.Field] = r.N
	}
	return guard.Lost(before, t), err
}

// tallyStored counts the same fields on what is stored, which is the last good reading.
func (w *worker) tallyStored(ctx context.Context) (guard.Tally, error) {
	var counts map[string]any
	err := w.s.DB.Read(ctx).Raw(`SELECT count(*) AS records,
			count(*) FILTER (WHERE s.provider_status_text <> '' AND s.no_longer_sent NOT LIKE '%status%') AS status,
			count(*) FILTER (WHERE s.no_longer_sent NOT LIKE '%quantity%') AS quantity,
			count(*) FILTER (WHERE s.unit_cost IS NOT NULL AND s.no_longer_sent NOT LIKE '%cost%') AS cost,
			count(*) FILTER (WHERE s.product_name <> '' AND s.no_longer_sent NOT LIKE '%product%') AS product,
			count(*) FILTER (WHERE s.part_number <> '' AND s.no_longer_sent NOT LIKE '%product%') AS "part number",
			count(*) FILTER (WHERE s.start_date IS NOT NULL OR s.start_text <> '') AS "start date",
			count(*) FILTER (WHERE s.end_date IS NOT NULL OR s.end_text <> '') AS "end date",
			count(*) FILTER (WHERE s.start_date IS NOT NULL) AS "start date in a form that can be read",
			count(*) FILTER (WHERE s.end_date IS NOT NULL) AS "end date in a form that can be read",
			count(*) FILTER (WHERE s.cost_currency <> '' AND NOT s.cost_currency_assumed) AS currency,
			count(*) FILTER (WHERE s.vendor <> '') AS vendor,
			count(*) FILTER (WHERE s.vendor_subscription_id <> '') AS "vendor's id",
			count(*) FILTER (WHERE s.contract_no <> '') AS "contract number",
			count(*) FILTER (WHERE s.suggested_price IS NOT NULL) AS "suggested price"
		FROM subscriptions s JOIN provider_accounts o ON o.id = s.account_id
		JOIN sync_plan_accounts a ON a.run_id = ? AND a.external_id = o.external_id AND cardinality(a.external_ids) > 0
		WHERE s.provider_id = ? AND s.provider_status <> 'missing'`, w.run.ID, w.provider.ID).Scan(&counts).Error
	t := guard.Tally{}
	for name, n := range counts {
		if v, ok := n.(int64); ok {
			t[name] = int(v)
		}
	}
	if err != nil {
		return nil, err
	}
	return t, w.tallySent(ctx, t)
}

// tallySent takes from the last applied reading how often a field was sent that others tell where it is not, and under
// which names fields were.
func (w *worker) tallySent(ctx context.Context, t guard.Tally) error {
	var sent []struct {
		Field string
		N     int
	}
	err := w.s.DB.Read(ctx).Raw(`SELECT e.key AS field, sum(e.value::int) AS n FROM account_tallies t
		JOIN sync_plan_accounts a ON a.account_id = t.account_id AND a.run_id = ?
		AND cardinality(a.external_ids) > 0 CROSS JOIN jsonb_each_text(t.tally) e GROUP BY 1`,
		w.run.ID).Scan(&sent).Error
	for _, f := range guard.Derived() {
		t[f] = 0
	}
	for _, f := range sent {
		if guard.IsName(f.Field) || slices.Contains(guard.Derived(), f.Field) {
			t[f.Field] = f.N
		}
	}
	return err
}

// keepTallies keeps, of an applied reading, on how many records each field was.
func (w *worker) keepTallies(ctx context.Context, planRun uuid.UUID) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO account_tallies (account_id, tally)
			SELECT account_id, tally FROM sync_plan_accounts WHERE run_id = ? AND account_id IS NOT NULL
			AND tally <> '{}' ON CONFLICT (account_id) DO UPDATE SET tally = excluded.tally
			WHERE account_tallies.tally <> excluded.tally`, planRun).Error
	})
}

// seal gives the plan its digest: a person applies exactly what was shown, or nothing.
func (w *worker) seal(ctx context.Context, lost []string) error {
	digest, err := digestOf(ctx, w.s.DB.Read(ctx), w.run.ID)
	if err != nil {
		return err
	}
	fields, err := json.Marshal(append([]string{}, lost...))
	if err != nil {
		return err
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE sync_plans SET digest = ?, lost_fields = ?::jsonb WHERE run_id = ?`, digest,
			string(fields), w.run.ID).Error
	})
}

// digestOf covers every row of a plan as it is shown.
func digestOf(ctx context.Context, db *gorm.DB, runID uuid.UUID) (string, error) {
	h := sha256.New()
	rows := db.WithContext(ctx).Raw(`SELECT concat_ws(E'\x1f', account_external_id, external_id, kinds, words,
		seats_before,
			seats_after, month_before, month_after, currency_before, currency_after, since,
			CASE WHEN state IN ('planned', 'applied', 'refused') THEN 'planned' ELSE state END) AS line
		FROM sync_plan_rows WHERE run_id = ? ORDER BY account_external_id COLLATE "C", external_id COLLATE "C"`, runID)
	err := postgres.Each(rows, func(r struct{ Line string }) error {
		h.Write([]byte(r.Line + "\n"))
		return nil
	})
	return hex.EncodeToString(h.Sum(nil)), err
}
