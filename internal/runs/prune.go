package runs

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

// Pruning says what belongs to a desk's runs, what points to them, and which of them are kept however old they are.
type Pruning struct {
	// Belonging are the tables whose rows belong to a run by run_id and go with it, those first that others lean on.
	Belonging []string
	// Pointing are those that name a run without a key, as "table x WHERE x.column" or with a cast of it to text.
	Pointing, PointingText []string
	// Alike says of a later run l what makes it stand in the place of r, so that r may go.
	Alike string
}

// Prune takes away runs that ended longer ago than the setting keeps them. Kept are those that anything points to, and
// the last of each subject that no alike one has followed.
func (d *Desk) Prune(ctx context.Context, p Pruning) (pruned int, err error) {
	set, err := settings.Load(ctx, d.DB.Read(ctx))
	if err != nil {
		return 0, err
	}
	before := d.Clock.Now().Add(-time.Duration(set.KeepRunsDays) * 24 * time.Hour)
	for range pruneTurns {
		n := 0
		err = d.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
			n, err = d.pruneSome(ctx, tx, before, p)
			return err
		})
		pruned += n
		if err != nil || n < pruneAtOnce {
			break
		}
	}
	if err == nil && pruned > 0 && d.Log != nil {
		d.Log.InfoContext(ctx, "old runs were pruned", "of", d.Table.Noun, "runs", pruned)
	}
	return pruned, err
}

func (d *Desk) pruneSome(ctx context.Context, tx *gorm.DB, before time.Time, p Pruning) (int, error) {
	unpointed, err := d.unpointed(ctx, tx, p)
	if err != nil {
		return 0, err
	}
	var ids []string
	err = tx.WithContext(ctx).Raw(d.sql(`SELECT r.id FROM TABLE r WHERE r.finished_at < ? AND EXISTS (SELECT
		FROM TABLE l WHERE l.SUBJECT = r.SUBJECT AND l.finished_at > r.finished_at AND `+p.Alike+`) AND `+unpointed+`
		ORDER BY r.finished_at LIMIT ? FOR UPDATE OF r SKIP LOCKED`), before, pruneAtOnce).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	for _, table := range p.Belonging {
		if err := tx.Exec(`DELETE FROM `+table+` WHERE run_id IN (?)`, ids).Error; err != nil {
			return 0, fmt.Errorf("prune %s: %w", table, err)
		}
	}
	return len(ids), tx.Exec(d.sql(`DELETE FROM TABLE WHERE id IN (?)`), ids).Error
}

// unpointed is the condition that nothing points to a run. Which columns do is asked of the database, so that a table
// that comes later keeps its runs too.
func (d *Desk) unpointed(ctx context.Context, tx *gorm.DB, p Pruning) (string, error) {
	var columns []string
	err := tx.WithContext(ctx).Raw(d.sql(`
		SELECT quote_ident(t.relname) || ' x WHERE x.' || quote_ident(a.attname)
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.contype = 'f' AND c.confrelid = 'TABLE'::regclass AND NOT t.relname = ANY (string_to_array(?, ' '))
		ORDER BY 1`), strings.Join(p.Belonging, " ")).Scan(&columns).Error
	if err != nil {
		return "", fmt.Errorf("find what points to runs: %w", err)
	}
	conds := []string{"true"}
	for _, c := range append(columns, p.Pointing...) {
		conds = append(conds, "NOT EXISTS (SELECT FROM "+c+" = r.id)")
	}
	for _, c := range p.PointingText {
		conds = append(conds, "NOT EXISTS (SELECT FROM "+c+" = r.id::text)")
	}
	return strings.Join(conds, " AND "), nil
}
