package listing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// AddUp makes one row of all kept counts that stand alike once there are many, so that a page
// that asks them reads a handful. It waits for nobody: rows that others write meanwhile stay as
// they are.
func (l *List[R]) AddUp(ctx context.Context, db *postgres.DB) error {
	for _, k := range l.counts() {
		columns := k.columns()
		_, err := l.mend(ctx, db, fmt.Sprintf(`WITH many AS (SELECT count(*) > 100 + count(DISTINCT (%s)) AS yes
			FROM %s),
			taken AS (DELETE FROM %s WHERE (SELECT yes FROM many) RETURNING *)
			INSERT INTO %s (%s, n) SELECT %s, sum(n) FROM taken GROUP BY %s HAVING sum(n) <> 0`,
			columns, k.table, k.table, k.table, columns, columns, k.places()))
		if err != nil {
			return err
		}
	}
	return nil
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
	for _, k := range l.counts() {
		n, err := l.mend(ctx, db, k.fresh())
		if counts += n; err != nil {
			return counts, rows, err
		}
	}
	return counts, rows, nil
}

// fillWords updates rows without words to what they are, which has their trigger fill them.
func (l *List[R]) fillWords() string {
	_, id, _ := strings.Cut(l.ID, ".")
	table := name(l.Table)
	return fmt.Sprintf(`UPDATE %s SET %s = %s WHERE %s IN (SELECT %s FROM %s WHERE %s = '' LIMIT ?
		FOR UPDATE SKIP LOCKED)`, table, l.Words, l.Words, id, id, table, l.Words)
}

// counts are a table of kept counts, and what it counts.
type counts struct {
	table, from string
	by          []CountBy
}

func (l *List[R]) counts() (all []counts) {
	if l.Counts != "" {
		all = append(all, counts{name(l.Counts), l.Table, l.CountBy})
	}
	if f := l.Finer; f.Filter != "" {
		all = append(all, counts{name(f.Counts), f.From, slices.Concat(l.CountBy, f.By)})
	}
	return all
}

// fresh adds what the counts lack. It is one statement and so sees one state: rows and their
// counts change in the same transactions.
func (k counts) fresh() string {
	fresh := make([]string, len(k.by))
	for i, c := range k.by {
		fresh[i] = c.SQL + " AS " + c.Column
	}
	columns := k.columns()
	return fmt.Sprintf(`INSERT INTO %s (%s, n) SELECT %s, sum(n) FROM (
			SELECT %s, 1 AS n FROM %s UNION ALL SELECT %s, -n FROM %s) c
		GROUP BY %s HAVING sum(n) <> 0`,
		k.table, columns, columns, strings.Join(fresh, ", "), k.from, columns, k.table, k.places())
}

func (k counts) columns() string {
	columns := make([]string, len(k.by))
	for i, c := range k.by {
		columns[i] = c.Column
	}
	return strings.Join(columns, ", ")
}

// places are the columns of the counts by their number, for GROUP BY.
func (k counts) places() string {
	places := make([]string, len(k.by))
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
