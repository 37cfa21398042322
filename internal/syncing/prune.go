package syncing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/settings"
)

const (
	pruneAtOnce = 200 // runs in one transaction, so that nobody waits long
	pruneTurns  = 50  // of one night; the rest is the next one's
)

// belonging are the tables whose rows belong to a run and go with it, those first that others lean on.
var belonging = []string{"sync_plan_rows", "sync_plan_accounts", "sync_plans",
	"sync_run_accounts"}

// Prune takes away runs that ended longer ago than the setting keeps them. Kept are those
// that anything points to, a ledger row or a notice too, and the last good one of each
// provider and kind.
func (s *Service) Prune(ctx context.Context) (pruned int, err error) {
	for range pruneTurns {
		n := 0
		err = s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
			n, err = s.pruneSome(ctx, tx)
			return err
		})
		pruned += n
		if err != nil || n < pruneAtOnce {
			break
		}
	}
	if err == nil && pruned > 0 {
		s.Log.InfoContext(ctx, "old runs were pruned", "runs", pruned)
	}
	return pruned, err
}

func (s *Service) pruneSome(ctx context.Context, tx *gorm.DB) (int, error) {
	set, err := settings.Load(ctx, tx)
	if err != nil {
		return 0, err
	}
	unpointed, err := unpointed(ctx, tx)
	if err != nil {
		return 0, err
	}
	var ids []string
	err = tx.WithContext(ctx).Raw(`SELECT r.id FROM sync_runs r WHERE r.finished_at < ? AND `+unpointed+`
		ORDER BY r.finished_at LIMIT ? FOR UPDATE OF r SKIP LOCKED`,
		s.Clock.Now().Add(-time.Duration(set.KeepRunsDays)*24*time.Hour), pruneAtOnce).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	for _, table := range belonging {
		if err := tx.Exec(`DELETE FROM `+table+` WHERE run_id IN (?)`, ids).Error; err != nil {
			return 0, fmt.Errorf("prune %s: %w", table, err)
		}
	}
	return len(ids), tx.Exec(`DELETE FROM sync_runs WHERE id IN (?)`, ids).Error
}

// unpointed is the condition that nothing points to a run. Which columns do is asked of
// the database, so that a table that comes later keeps its runs too; ledger rows and
// notices name theirs without a key.
func unpointed(ctx context.Context, tx *gorm.DB) (string, error) {
	var columns []string
	err := tx.WithContext(ctx).Raw(`
		SELECT quote_ident(t.relname) || ' x WHERE x.' || quote_ident(a.attname)
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.contype = 'f' AND c.confrelid = 'sync_runs'::regclass AND t.relname NOT IN (?)
		ORDER BY 1`, belonging).Scan(&columns).Error
	if err != nil {
		return "", fmt.Errorf("find what points to runs: %w", err)
	}
	columns = append(columns, "license_changes x WHERE x.sync_run_id",
		"notices x WHERE x.object_type = 'sync_run' AND x.object_id")
	conds := []string{`EXISTS (SELECT FROM sync_runs l WHERE l.provider_id = r.provider_id AND l.kind = r.kind
		AND l.state = 'succeeded' AND l.finished_at > r.finished_at)`}
	for _, c := range columns {
		id := "r.id"
		if strings.HasPrefix(c, "notices ") {
			id = "r.id::text"
		}
		conds = append(conds, "NOT EXISTS (SELECT FROM "+c+" = "+id+")")
	}
	return strings.Join(conds, " AND "), nil
}
