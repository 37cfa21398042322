package listing

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// MarkSQL is where what lists let one choose from stands: another text each time that it has changed. Who reads it
// first, as a session does, gives it to lists by WithMark.
const MarkSQL = `(SELECT coalesce(sum(n), 0)::text FROM choice_marks)`

type markKey struct{}

// WithMark carries what MarkSQL said a moment ago. What was read under the same mark is as it would be read now.
func WithMark(ctx context.Context, mark string) context.Context {
	return context.WithValue(ctx, markKey{}, mark)
}

// parts are what is asked in one statement.
type parts struct {
	sql  []string
	args []any
}

func (p *parts) add(filter int, sql string, args ...any) {
	p.sql = append(p.sql, fmt.Sprintf("SELECT %d AS filter, value, label, place FROM (%s) c (value, label, place)",
		filter, sql))
	p.args = append(p.args, args...)
}

// remembered are steady choices, and the mark under which they were read.
type remembered struct {
	mark string
	said []choiceOf
}

// ofMark is the number under which the mark itself is read together with what it marks.
const ofMark = -1

// heard reads what there is to choose: of what is steady only what is not remembered.
func heard(ctx context.Context, db *gorm.DB, steady, now parts) ([]choiceOf, error) {
	mark, marked := ctx.Value(markKey{}).(string)
	memory, key := postgres.Memory(db), strings.Join(steady.sql, ";")
	if memory == nil || !marked || key == "" {
		return ask(ctx, db, append(steady.sql, now.sql...), now.args)
	}
	if kept, ok := memory.Load(key); ok {
		if r, ok := kept.(remembered); ok && r.mark == mark {
			said, err := ask(ctx, db, now.sql, now.args)
			return append(r.said[:len(r.said):len(r.said)], said...), err
		}
	}
	fresh, err := ask(ctx, db, append(steady.sql, fmt.Sprintf("SELECT %d, %s, '', ''", ofMark, MarkSQL)), nil)
	if err != nil || len(fresh) == 0 {
		return nil, err
	}
	r := remembered{fresh[0].Value, fresh[1:]}
	memory.Store(key, r)
	said, err := ask(ctx, db, now.sql, now.args)
	return append(r.said[:len(r.said):len(r.said)], said...), err
}

func ask(ctx context.Context, db *gorm.DB, parts []string, args []any) (said []choiceOf, err error) {
	if len(parts) == 0 {
		return nil, nil
	}
	sql := "SELECT filter, value, label FROM (" + strings.Join(parts, " UNION ALL ") +
		") said ORDER BY filter, place, label"
	err = postgres.Query(ctx, db, sql, args, func(rows pgx.Rows) (err error) {
		said, err = pgx.CollectRows(rows, pgx.RowToStructByPos[choiceOf])
		return err
	})
	return said, err
}

// AddUpMarks makes one row of the marks once there are many. The sum stays.
func AddUpMarks(ctx context.Context, db *postgres.DB) error {
	err := db.Read(ctx).Exec(`WITH taken AS (DELETE FROM choice_marks
			WHERE (SELECT count(*) FROM choice_marks) > 20 RETURNING n)
		INSERT INTO choice_marks SELECT sum(n) FROM taken HAVING count(*) > 0`).Error
	if err != nil {
		return fmt.Errorf("add up the marks of choices: %w", err)
	}
	return nil
}
