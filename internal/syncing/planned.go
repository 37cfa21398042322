package syncing

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/postgres"
	"seatledger/internal/syncing/guard"
)

// RowState is what has become of a planned change.
type RowState string

// The states. Waiting: a missing one that is not proved gone yet. Refused: other rows had changed when a person
// applied the plan.
const (
	RowPlanned  RowState = "planned"
	RowApplied  RowState = "applied"
	RowWaits    RowState = "waits"
	RowConflict RowState = "conflict"
	RowRefused  RowState = "refused"
)

// readAccount is what one account of a run was read as.
type readAccount struct {
	ExternalID string
	AccountID  uuid.UUID
	Name       string
	ReadAt     time.Time
	Complete   bool
	IDs        []string
	Tally      guard.Tally
	Strange    []distributor.Subscription // that name another customer
	Counts     Counts
	Payload    *payload
}

// payload is what has to be applied of an account, as it was read.
type payload struct {
	Account  *distributor.Account       `json:"account,omitempty"`
	Records  []distributor.Subscription `json:"records,omitempty"`
	Log      []distributor.Change       `json:"log,omitempty"`
	LogRead  []string                   `json:"log_read,omitempty"`
	Bad      []distributor.BadRecord    `json:"bad,omitempty"`
	Complete bool                       `json:"complete"`
}

func (p *payload) text() (any, error) {
	if p == nil {
		return nil, nil
	}
	b, err := json.Marshal(p)
	return string(b), err
}

func payloadOf(text string) (payload, error) {
	var p payload
	err := json.Unmarshal([]byte(text), &p)
	for i := range p.Records {
		p.Records[i].Raw = rawOf(p.Records[i].Raw)
	}
	for i := range p.Bad {
		p.Bad[i].Raw = rawOf(p.Bad[i].Raw)
	}
	if p.Account != nil {
		p.Account.Raw = rawOf(p.Account.Raw)
	}
	return p, err
}

// rawOf undoes that a missing record is written as null.
func rawOf(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// openPlan begins the run's plan, or finds the one of an earlier attempt; read tells that all of it was read. What
// earlier runs of the provider left behind, and nobody waits for, goes.
func (w *worker) openPlan(ctx context.Context) (read bool, err error) {
	err = w.lease.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO sync_plans (run_id) VALUES (?) ON CONFLICT DO NOTHING`, w.run.ID).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`DELETE FROM sync_plan_accounts a USING sync_runs r, sync_plans p
			WHERE r.id = a.run_id AND p.run_id = a.run_id AND r.provider_id = ? AND r.id <> ?
			AND (p.settled = 'discarded' OR p.settled = 'applied' AND p.settled_run <> ?
				OR r.state IN ('succeeded', 'partial', 'failed', 'cancelled'))`,
			w.provider.ID, w.run.ID, w.run.ID).Error
		if err != nil {
			return err
		}
		return tx.Raw(`SELECT read_through IS NOT NULL FROM sync_plans WHERE run_id = ?`, w.run.ID).Scan(&read).Error
	})
	return read, err
}

// keepRead writes what an account was read as, and what would change of it.
func (w *worker) keepRead(tx *gorm.DB, a readAccount, rows []guard.Row, twice []string) error {
	text, err := a.Payload.text()
	if err != nil {
		return err
	}
	tally, err := json.Marshal(a.Tally)
	if err != nil {
		return err
	}
	err = tx.Exec(`DELETE FROM sync_plan_rows WHERE run_id = ? AND account_external_id = ?`, w.run.ID,
		a.ExternalID).Error
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO sync_plan_accounts (run_id, external_id, account_id, name, read_at, complete,
			external_ids, tally, unchanged, held, failed, payload)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)
		ON CONFLICT (run_id, external_id) DO UPDATE SET read_at = excluded.read_at, complete = excluded.complete,
			external_ids = excluded.external_ids, tally = excluded.tally, unchanged = excluded.unchanged,
			held = excluded.held, failed = excluded.failed, payload = excluded.payload`,
		w.run.ID, a.ExternalID, uuid.NullUUID{UUID: a.AccountID, Valid: a.AccountID != uuid.Nil}, a.Name, a.ReadAt,
		a.Complete, postgres.Texts(a.IDs), string(tally), a.Counts.Unchanged, a.Counts.Held, a.Counts.Failed,
		text).Error
	if err != nil {
		return err
	}
	all := make([]plannedRow, len(rows))
	for i, r := range rows {
		all[i] = plannedRow{a.ExternalID, a.Name, r, RowPlanned, ""}
	}
	if err := w.keepRows(tx, all); err != nil {
		return err
	}
	for _, id := range twice {
		if slices.ContainsFunc(a.Strange, func(s distributor.Subscription) bool { return s.ExternalID == id }) {
			continue
		}
		r := guard.Row{ExternalID: id, Name: id, Kinds: []guard.Kind{guard.Twice}, Words: "listed twice"}
		if err := w.keepRow(tx, a.ExternalID, a.Name, r, RowConflict, twiceInOne); err != nil {
			return err
		}
	}
	for _, s := range a.Strange {
		if err := w.keepStrange(tx, a, s); err != nil {
			return err
		}
	}
	return nil
}

const twiceInOne = "One list has it twice, with unlike facts. Nothing of it was changed."

// plannedRow is a row of a plan with the account that it belongs to.
type plannedRow struct {
	account, accountName string
	guard.Row
	state RowState
	why   string
}

func (w *worker) keepRow(tx *gorm.DB, account, accountName string, r guard.Row, state RowState, why string) error {
	return w.keepRows(tx, []plannedRow{{account, accountName, r, state, why}})
}

// keepRows writes rows of a plan in one statement. Of two about the same record the later stands.
func (w *worker) keepRows(tx *gorm.DB, rows []plannedRow) error {
	if len(rows) == 0 {
		return nil
	}
	all := make(map[[2]string]int, len(rows))
	docs := make([]map[string]any, 0, len(rows))
	for _, r := range rows {
		doc := map[string]any{"account_external_id": r.account, "external_id": r.ExternalID,
			"account_name": r.accountName, "subject_id": r.SubjectID, "name": r.Name, "kinds": r.Kinds,
			"words": r.Words, "seats_before": r.SeatsBefore, "seats_after": r.SeatsAfter,
			"month_before": r.MonthBefore, "month_after": r.MonthAfter, "currency_before": r.CurrencyBefore,
			"currency_after": r.CurrencyAfter, "state": r.state, "why": r.why, "vendor_id": r.VendorID}
		if !r.Since.IsZero() {
			doc["since"] = r.Since.String()
		}
		if r.Kinds == nil {
			doc["kinds"] = []guard.Kind{}
		}
		if i, twice := all[[2]string{r.account, r.ExternalID}]; twice {
			docs[i] = doc
			continue
		}
		all[[2]string{r.account, r.ExternalID}] = len(docs)
		docs = append(docs, doc)
	}
	text, err := json.Marshal(docs)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO sync_plan_rows (run_id, account_external_id, external_id, account_name, subject_id,
			name, kinds, words, seats_before, seats_after, month_before, month_after, currency_before, currency_after,
			since, state, why, vendor_id)
		SELECT ?, account_external_id, external_id, account_name, subject_id, name, kinds, words, seats_before,
			seats_after, month_before, month_after, currency_before, currency_after, since, state, why, vendor_id
		FROM jsonb_to_recordset(?::jsonb) AS r (account_external_id text, external_id text, account_name text,
			subject_id uuid, name text, kinds text[], words text, seats_before integer, seats_after integer,
			month_before numeric, month_after numeric, currency_before text, currency_after text, since date,
			state text, why text, vendor_id text)
		ON CONFLICT (run_id, account_external_id, external_id) DO UPDATE SET kinds = excluded.kinds,
			words = excluded.words, seats_after = excluded.seats_after, month_after = excluded.month_after,
			since = excluded.since, state = excluded.state, why = excluded.why, vendor_id = excluded.vendor_id`,
		w.run.ID, string(text)).Error
}

// readAlready are the accounts that an earlier attempt at this run has read, with their counts.
func (w *worker) readAlready(ctx context.Context) (map[string]Counts, error) {
	if w.run.Attempt < 2 {
		return nil, nil
	}
	var rows []struct {
		ExternalID string
		Counts     `gorm:"embedded"`
	}
	err := w.s.DB.Read(ctx).Raw(`SELECT external_id, unchanged, held, failed FROM sync_plan_accounts
		WHERE run_id = ?`, w.run.ID).Scan(&rows).Error
	byID := make(map[string]Counts, len(rows))
	for _, r := range rows {
		byID[r.ExternalID] = r.Counts
	}
	return byID, err
}

// readThrough says that all was read and looked for.
func (w *worker) readThrough(ctx context.Context) error {
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE sync_plans SET read_through = ? WHERE run_id = ?`, w.s.Clock.Now(), w.run.ID).Error
	})
}

// figuresOf sums up a run's plan by kind, and all that is guarded together.
func figuresOf(ctx context.Context, db *gorm.DB, runID uuid.UUID, guarded []guard.Kind) ([]guard.Group, guard.Sum,
	error) {
	var gs []guard.Group
	err := db.WithContext(ctx).Raw(`SELECT k AS kind, count(*) AS subscriptions,
			count(DISTINCT account_external_id) AS customers,
			sum(greatest(seats_before - seats_after, 0)) AS seats_lost,
			sum(greatest(seats_after - seats_before, 0)) AS seats_gained
		FROM sync_plan_rows, unnest(kinds) k WHERE run_id = ? AND state IN ('planned', 'applied')
		GROUP BY k ORDER BY k`, runID).Scan(&gs).Error
	if err != nil {
		return nil, guard.Sum{}, err
	}
	if err := moneyOf(ctx, db, runID, gs); err != nil {
		return nil, guard.Sum{}, err
	}
	all, err := guardedSum(ctx, db, runID, guarded)
	return gs, all, err
}

type moneyRow struct {
	Kind     guard.Kind
	Currency string
	Month    decimal.Decimal
}

// moneyOf adds to each kind what a month's cost would change by.
func moneyOf(ctx context.Context, db *gorm.DB, runID uuid.UUID, gs []guard.Group) error {
	var rows []moneyRow
	err := db.WithContext(ctx).Raw(`SELECT k AS kind, coalesce(nullif(currency_after, ''), currency_before) AS currency,
			sum(abs(coalesce(month_after, 0) - coalesce(month_before, 0))) AS month
		FROM sync_plan_rows, unnest(kinds) k WHERE run_id = ? AND state IN ('planned', 'applied')
		GROUP BY 1, 2`, runID).Scan(&rows).Error
	for i := range gs {
		gs[i].Month = map[string]decimal.Decimal{}
		for _, r := range rows {
			if r.Kind == gs[i].Kind {
				gs[i].Month[r.Currency] = r.Month
			}
		}
	}
	return err
}

// alive leaves out what changes on subscriptions that ended and stay ended: it is at nobody's cost.
const alive = `(kinds && '{back}'
	OR NOT EXISTS (SELECT FROM subscriptions s WHERE s.id = p.subject_id AND s.state = 'inactive'))`

// guardedSum is what all guarded rows together put at stake: seats that come or go, or all seats of a subscription
// whose terms, product or dates change.
func guardedSum(ctx context.Context, db *gorm.DB, runID uuid.UUID, guarded []guard.Kind) (guard.Sum, error) {
	kinds := make(postgres.Texts, len(guarded))
	for i, k := range guarded {
		kinds[i] = string(k)
	}
	var sum guard.Sum
	err := db.WithContext(ctx).Raw(`SELECT count(*) AS subscriptions, count(DISTINCT account_external_id) AS customers,
			count(*) FILTER (WHERE subject_id IS NULL) AS new,
			coalesce(sum(CASE WHEN seats_before <> seats_after THEN abs(seats_after - seats_before)
				ELSE seats_before END), 0) AS seats
		FROM sync_plan_rows p WHERE run_id = ? AND state IN ('planned', 'applied') AND kinds && ?::text[]
		AND `+alive, runID, kinds).Scan(&sum).Error
	if err != nil {
		return sum, err
	}
	var rows []moneyRow
	err = db.WithContext(ctx).Raw(`SELECT coalesce(nullif(currency_before, ''), currency_after) AS currency,
			sum(abs(coalesce(month_after, 0) - coalesce(month_before, 0))) AS month
		FROM sync_plan_rows WHERE run_id = ? AND state IN ('planned', 'applied') AND kinds && ?::text[]
		GROUP BY 1`, runID, kinds).Scan(&rows).Error
	sum.Month = map[string]decimal.Decimal{}
	for _, r := range rows {
		sum.Month[r.Currency] = r.Month
	}
	return sum, err
}

// stands is what a provider has now: active seats, subscriptions and what they cost a month.
func (w *worker) stands(ctx context.Context) (guard.Sum, error) {
	var rows []struct {
		Currency      string
		Subscriptions int
		Seats         int
		Month         decimal.Decimal
	}
	err := w.s.DB.Read(ctx).Raw(`SELECT cost_currency AS currency, count(*) AS subscriptions,
			coalesce(sum(billable_quantity), 0) AS seats,
			coalesce(sum(billable_quantity * unit_cost / CASE cost_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3
				WHEN 'year' THEN 12 WHEN 'three_years' THEN 36 END), 0) AS month
		FROM subscriptions WHERE provider_id = ? AND state <> 'inactive' GROUP BY 1`, w.provider.ID).Scan(&rows).Error
	all := guard.Sum{Month: map[string]decimal.Decimal{}}
	for _, r := range rows {
		all.Subscriptions += r.Subscriptions
		all.Seats += r.Seats
		all.Month[r.Currency] = r.Month
	}
	return all, err
}
