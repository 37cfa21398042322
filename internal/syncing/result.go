package syncing

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// accountResult is a row of sync_run_accounts: an account that changed, failed or is held.
type accountResult struct {
	ExternalID string
	AccountID  uuid.UUID
	Name       string
	Outcome    string // changed, failed, held
	Cause      string
	Advice     string
	ErrorKind  distributor.ErrorKind
	RequestID  string
	Counts     Counts
}

// note stores what an account came to, in the transaction that applied it.
func (w *worker) note(tx *gorm.DB, r accountResult) error { return w.noteAll(tx, []accountResult{r}) }

// noteAll is note for several accounts, in one statement.
func (w *worker) noteAll(tx *gorm.DB, all []accountResult) error {
	docs := make([]map[string]any, len(all))
	for i, r := range all {
		docs[i] = map[string]any{"external_id": r.ExternalID, "name": r.Name, "outcome": r.Outcome, "cause": r.Cause,
			"account_id": uuid.NullUUID{UUID: r.AccountID, Valid: r.AccountID != uuid.Nil}, "advice": r.Advice,
			"error_kind": r.ErrorKind, "request_id": r.RequestID, "added": r.Counts.Added, "changed": r.Counts.Changed,
			"unchanged": r.Counts.Unchanged, "gone": r.Counts.Gone, "held": r.Counts.Held}
	}
	text, err := json.Marshal(docs)
	if err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO sync_run_accounts (run_id, external_id, account_id, name, outcome, cause, advice, error_kind,
			request_id, added, changed, unchanged, gone, held, at)
		SELECT ?, external_id, account_id, name, outcome, cause, advice, error_kind, request_id, added, changed,
			unchanged, gone, held, CAST(? AS timestamptz)
		FROM jsonb_to_recordset(?::jsonb) AS r (external_id text, account_id uuid, name text, outcome text, cause text,
			advice text, error_kind text, request_id text, added integer, changed integer, unchanged integer,
			gone integer, held integer)
		ON CONFLICT (run_id, external_id) DO UPDATE
		SET outcome = excluded.outcome, cause = excluded.cause, advice = excluded.advice,
			error_kind = excluded.error_kind, request_id = excluded.request_id, added = excluded.added,
				changed = excluded.changed,
			unchanged = excluded.unchanged, gone = sync_run_accounts.gone + excluded.gone, held = excluded.held,
				at = excluded.at`,
		w.run.ID, w.s.Clock.Now(), string(text)).Error
}

// already gives what an earlier attempt at this run noted for an account, so that a
// resumed run counts what it did and not what it finds done. Else it gives r.
func (w *worker) already(ctx context.Context, externalID string, r result) (result, error) {
	if w.run.Attempt < 2 {
		return r, nil
	}
	var noted []Counts
	err := w.s.DB.Read(ctx).Raw(`SELECT added, changed, unchanged, gone, held FROM sync_run_accounts
		WHERE run_id = ? AND external_id = ? AND outcome = 'changed'`, w.run.ID, externalID).Scan(&noted).Error
	if err == nil && len(noted) > 0 {
		r.counts = noted[0]
	}
	return r, err
}

// failedAccount is an account whose reading failed: its cause in plain words.
func (w *worker) failedAccount(ctx context.Context, a target, err error) (r result, failed error) {
	failed = w.lease.InTx(ctx, func(tx *gorm.DB) error {
		r, failed = w.failedAccountIn(ctx, tx, a, err)
		return failed
	})
	return r, failed
}

// failedAccountIn notes it, and that nothing is known of what the account holds.
func (w *worker) failedAccountIn(ctx context.Context, tx *gorm.DB, a target, err error) (result, error) {
	row := accountResult{ExternalID: a.ExternalID, AccountID: a.ID, Name: a.Name, Outcome: "failed",
		Cause: errs.Public(err), Advice: "Retry the failed accounts; if it lasts, look in the log for this run."}
	var e *distributor.Error
	if errors.As(err, &e) {
		row.Cause, row.Advice, row.ErrorKind, row.RequestID = e.Message, e.Advice, e.Kind, e.RequestID
	}
	w.s.Log.WarnContext(ctx, "account failed", "account", a.ExternalID, "error", err)
	r := result{counts: Counts{Failed: 1}}
	if a.Gone || a.Marked {
		row.Outcome, row.Counts, r = OutcomeHeld, Counts{}, result{}
		row.Advice = "Its subscriptions stay as they are until a person decides about them."
	}
	return r, errors.Join(w.note(tx, row), w.keepFailed(tx, a, r.counts))
}
