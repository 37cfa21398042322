package list

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
)

// MostCounted is how many subscriptions are counted for one page where no count is kept. A page may not wait
// for more; it then says "more than", and its tabs show no figures.
const MostCounted = 1000

// Figures are the numbers around a page of the list.
type Figures struct {
	Progress Progress
	Known    bool // Progress is exact; else there are too many to count
	Total    int  // rows of the query; MostCounted+1 stands for more where no count is kept
	Beside   int
}

// AskFigures counts what stands around a page, in one statement that is asked together with the page. beside is one
// more number to read with it, constant SQL.
func AskFigures(q listing.Query, beside string, into *Figures) postgres.Ask {
	sql, args := figures(q)
	return postgres.Ask{SQL: `SELECT coalesce(f.review, ''), coalesce(f.state, ''), coalesce(f.hold_reason, ''),
		coalesce(f.moved, false), coalesce(f.n, 0)::int, coalesce(f.shown, 0)::int, f.total, ` + beside + `::int
		FROM (SELECT) one LEFT JOIN (` + sql + ") f ON true", Args: args, Read: func(rows pgx.Rows) error {
		f, all := Figures{}, 0 // without any subscription there is one row, of nothing but beside
		for rows.Next() {
			var r counted
			var shown int
			var total *int
			if err := rows.Scan(&r.Review, &r.State, &r.HoldReason, &r.Moved, &r.N, &shown, &total,
				&f.Beside); err != nil {
				return fmt.Errorf("figures of subscriptions: %w", err)
			}
			f.Progress.add(r)
			all, f.Total = all+r.N, f.Total+shown
			if total != nil {
				f.Total = *total
			}
		}
		if f.Known = All.Kept(q) || all <= MostCounted; !f.Known {
			f.Progress = Progress{}
		}
		*into = f
		return nil
	}}
}

// figures is the statement: over the kept counts, else over so many of the subscriptions themselves.
func figures(q listing.Query) (string, []any) {
	whole, wholeArgs := q.Where()
	base := q.Without("review", "excluded", "unmapped")
	where, args := base.Where()
	const groups = "SELECT coalesce(s.review, '') AS review, s.state, coalesce(s.hold_reason, '') AS hold_reason, " +
		"s.moved, "
	if kept := All.CountsFor(q); kept != "" {
		// Conditions name the columns of the counts as those of the table.
		return groups + "sum(n) AS n, coalesce(sum(n) FILTER (WHERE " + whole + "), 0) AS shown, NULL::int AS total " +
				"FROM " + kept + " WHERE " + where + " GROUP BY 1, 2, 3, 4",
			append(append([]any{}, wholeArgs...), args...)
	}
	total, totalArgs := "NULL::int", []any{}
	if len(base.Values) < len(q.Values) {
		total = fmt.Sprintf("(SELECT count(*)::int FROM (SELECT FROM %s WHERE %s LIMIT %d) t)", All.Table, whole,
			MostCounted+1)
		totalArgs = wholeArgs
	}
	return fmt.Sprintf("%s count(*) AS n, count(*) AS shown, %s AS total FROM (SELECT s.review, s.state, "+
			"s.hold_reason, s.moved FROM %s "+
			"WHERE %s LIMIT %d) s GROUP BY 1, 2, 3, 4", groups, total, All.Table, where, MostCounted+1),
		append(append([]any{}, totalArgs...), args...)
}
