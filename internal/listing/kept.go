package listing

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// AddUp makes one row of all kept counts that stand alike once there are many, so that a page
// that asks them reads a handful. It waits for nobody: rows that others write meanwhile stay as
// they are.
func (l *List[R]) AddUp(ctx context.Context, db *postgres.DB) error {
	if l.Counts == "" {
		return nil
	}
	table, columns, places := name(l.Counts), l.counted(), l.places()
	_, err := l.mend(ctx, db, fmt.Sprintf(`WITH taken AS (
			DELETE FROM %s WHERE (SELECT count(*) > 500 FROM %s) RETURNING *)
		INSERT INTO %s (%s, n) SELECT %s, sum(n) FROM taken GROUP BY %s HAVING sum(n) <> 0`,
		table, table, table, columns, columns, places))
	return err
}

// wordsAtOnce is how many rows get their words in one transaction, so that nobody waits long.
const wordsAtOnce = 2000

// Mend makes right what a list keeps for speed where rows came in past the triggers that keep it,
// as by a restore of data alone. It tells how many counts and rows were wrong.
func (l *List[R]) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	for l.Words != "" {
		n, err := l.mend(ctx, db, l.fillWords(), wordsAtOnce)
		if rows += n; err != nil {
			return 0, rows, err
		}
		if n < wordsAtOnce {
			break
		}
	}
	if l.Counts != "" {
		counts, err = l.mend(ctx, db, l.mendCounts())
	}
	return counts, rows, err
}

// fillWords updates rows without words to what they are, which has their trigger fill them.
func (l *List[R]) fillWords() string {
	_, id, _ := strings.Cut(l.ID, ".")
	table := name(l.Table)
	return fmt.Sprintf(`UPDATE %s SET %s = %s WHERE %s IN (SELECT %s FROM %s WHERE %s = '' LIMIT ?
		FOR UPDATE SKIP LOCKED)`, table, l.Words, l.Words, id, id, table, l.Words)
}

// mendCounts adds what the counts lack. It is one statement and so sees one state: rows and their
// counts change in the same transactions.
func (l *List[R]) mendCounts() string {
	fresh := make([]string, len(l.CountBy))
	for i, c := range l.CountBy {
		fresh[i] = c.SQL + " AS " + c.Column
	}
	columns, places := l.counted(), l.places()
	return fmt.Sprintf(`INSERT INTO %s (%s, n) SELECT %s, sum(n) FROM (
			SELECT %s, 1 AS n FROM %s UNION ALL SELECT %s, -n FROM %s) c
		GROUP BY %s HAVING sum(n) <> 0`,
		name(l.Counts), columns, columns, strings.Join(fresh, ", "), l.Table, columns, name(l.Counts), places)
}

func (l *List[R]) counted() string {
	columns := make([]string, len(l.CountBy))
	for i, c := range l.CountBy {
		columns[i] = c.Column
	}
	return strings.Join(columns, ", ")
}

// places are the columns of the counts by their number, for GROUP BY.
func (l *List[R]) places() string {
	places := make([]string, len(l.CountBy))
	for i := range places {
		places[i] = fmt.Sprint(i + 1)
	}
	return strings.Join(places, ", ")
}

// name is a table without its alias.
func name(table string) string {
	n, _, _ := strings.Cut(table, " ")
	return n
}

func (l *List[R]) mend(ctx context.Context, db *postgres.DB, sql string, args ...any) (n int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx).Exec(sql, args...)
		n = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, fmt.Errorf("mend what the list of %s keeps: %w", l.Many, err)
	}
	return n, nil
}
