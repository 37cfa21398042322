package syncing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// keepFailed writes down that an account could not be read; what was planned of it before stays.
func (w *worker) keepFailed(tx *gorm.DB, a target, c Counts) error {
	return tx.Exec(`INSERT INTO sync_plan_accounts (run_id, external_id, account_id, name, read_at, complete,
			external_ids, failed) SELECT p.run_id, ?, ?, ?, ?, false, '{}', ? FROM sync_plans p WHERE p.run_id = ?
		ON CONFLICT DO NOTHING`, a.ExternalID, a.ID, a.Name, w.s.Clock.Now(), c.Failed, w.run.ID).Error
}

// settleConflicts holds back what is listed under two accounts in one run: nobody knows whose it is, so it stays
// where and what it is, in whatever order the accounts were read (RULES 3).
func (w *worker) settleConflicts(ctx context.Context) error {
	var twice []struct {
		ExternalID string
		Accounts   postgres.Texts
	}
	err := w.s.DB.Read(ctx).Raw(`SELECT id AS external_id, array_agg(account ORDER BY account COLLATE "C") AS accounts
		FROM (SELECT DISTINCT external_id AS account, unnest(external_ids) AS id FROM sync_plan_accounts
			WHERE run_id = ?) l GROUP BY id HAVING count(*) > 1 ORDER BY id`, w.run.ID).Scan(&twice).Error
	if err != nil || len(twice) == 0 {
		return err
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		for _, t := range twice {
			if err := w.conflict(tx, t.ExternalID, t.Accounts); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *worker) conflict(tx *gorm.DB, externalID string, accounts []string) error {
	return tx.Exec(`UPDATE sync_plan_rows SET state = 'conflict', kinds = '{twice}', why = ?
		WHERE run_id = ? AND external_id = ?`,
		fmt.Sprintf("Listed under %s in one run. Nothing of it was changed.", strings.Join(accounts, " and ")),
		w.run.ID, externalID).Error
}

// move is a subscription that is listed under another account than it is stored at.
type move struct {
	SubjectID  uuid.UUID
	ExternalID string
	FromID     string // the account where it is stored
	Complete   bool   // that account's list was proved whole in this run, and lacked it
	Missed     bool   // an earlier run waited for this already
}

// settleMoves asks the account that a subscription would leave, where this run has not read it whole: what both list
// is a conflict; while it cannot be read, or is gone itself, one answer of another list proves no move, so it waits one
// run.
func (w *worker) settleMoves(ctx context.Context) error {
	var moves []move
	err := w.s.DB.Read(ctx).Raw(`SELECT r.subject_id, r.external_id, o.external_id AS from_id,
			coalesce(a.complete, false) AS complete,
			EXISTS (SELECT FROM subscription_absences b WHERE b.subscription_id = s.id
				AND b.run_id <> r.run_id) AS missed
		FROM sync_plan_rows r JOIN subscriptions s ON s.id = r.subject_id
		JOIN provider_accounts o ON o.id = s.account_id
		LEFT JOIN sync_plan_accounts a ON a.run_id = r.run_id AND a.external_id = o.external_id
		WHERE r.run_id = ? AND r.state = 'planned' AND r.kinds && '{moved}' ORDER BY r.external_id`,
		w.run.ID).Scan(&moves).Error
	if err != nil {
		return err
	}
	for _, m := range moves {
		if m.Complete {
			continue
		}
		if err := w.settleMove(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) settleMove(ctx context.Context, m move) error {
	got, err := w.conn.Subscriptions(ctx, m.FromID)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	listed := err == nil && slices.Contains(idsOf(got), m.ExternalID)
	if !listed && (err == nil && got.Complete || m.Missed) {
		return nil
	}
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		if listed {
			return w.conflict(tx, m.ExternalID, []string{m.FromID, "another customer"})
		}
		return tx.Exec(`UPDATE sync_plan_rows SET state = 'waits', since = ?, why = ? WHERE run_id = ?
			AND subject_id = ?`,
			clock.Today(w.s.Clock, w.s.Zone), "The customer that had it ("+m.FromID+") is gone or could not be "+
				"read; it moves in the next run if it is still listed elsewhere.", w.run.ID, m.SubjectID).Error
	})
}

// heldCounts is what a run holds back.
type heldCounts struct {
	Conflicts int
	Strangers int // of the conflicts: they name another customer
	Waiting   int
}

func heldBack(ctx context.Context, db *gorm.DB, runID uuid.UUID) (heldCounts, error) {
	var h heldCounts
	err := db.WithContext(ctx).Raw(`SELECT count(DISTINCT external_id) FILTER (WHERE state = 'conflict') AS conflicts,
			count(DISTINCT external_id) FILTER (WHERE state = 'conflict' AND kinds && '{names_other}') AS strangers,
			count(*) FILTER (WHERE state = 'waits') AS waiting
		FROM sync_plan_rows WHERE run_id = ?`, runID).Scan(&h).Error
	return h, err
}

// conflictWords says what the conflicts are.
func conflictWords(h heldCounts) string {
	var said string
	if n := h.Conflicts - h.Strangers; n > 0 {
		said = fmt.Sprintf("%d subscriptions are listed twice, with unlike facts or under two customers.", n)
	}
	if h.Strangers > 0 {
		said = joined(said, fmt.Sprintf("%d subscriptions name another customer than that in whose list they stand.",
			h.Strangers))
	}
	return said + " They stay where and what they were."
}
